"""The tables of records in PostgreSQL, and what a role needs to write there: for us, and for who runs the database."""

from typing import Final

TABLES: Final = """
CREATE TABLE IF NOT EXISTS audit_records (
    chain text NOT NULL, seq bigint NOT NULL, at_us bigint NOT NULL, body bytea NOT NULL, hash bytea NOT NULL,
    PRIMARY KEY (chain, seq)
);
CREATE INDEX IF NOT EXISTS audit_records_at ON audit_records (at_us);
CREATE TABLE IF NOT EXISTS audit_people (
    person text NOT NULL, chain text NOT NULL, seq bigint NOT NULL, PRIMARY KEY (chain, seq, person)
);
CREATE INDEX IF NOT EXISTS audit_people_person ON audit_people (person);
CREATE TABLE IF NOT EXISTS audit_heads (
    chain text PRIMARY KEY, length bigint NOT NULL, hash bytea NOT NULL, at_us bigint NOT NULL, signature text NOT NULL
);
CREATE TABLE IF NOT EXISTS audit_cuts (
    chain text PRIMARY KEY, length bigint NOT NULL, hash bytea NOT NULL, at_us bigint NOT NULL,
    before_us bigint NOT NULL, who text NOT NULL, why text NOT NULL, signature text NOT NULL
);

CREATE OR REPLACE FUNCTION audit_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE FUNCTION audit_only_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_cuts WHERE chain = OLD.chain AND length >= OLD.seq) THEN
        RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER audit_refused BEFORE UPDATE OR TRUNCATE ON audit_records
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added_to();
CREATE OR REPLACE TRIGGER audit_refused BEFORE UPDATE OR TRUNCATE ON audit_people
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added_to();
CREATE OR REPLACE TRIGGER audit_not_cut BEFORE DELETE ON audit_records
    FOR EACH ROW EXECUTE FUNCTION audit_only_cut();
CREATE OR REPLACE TRIGGER audit_not_cut BEFORE DELETE ON audit_people
    FOR EACH ROW EXECUTE FUNCTION audit_only_cut();
CREATE OR REPLACE TRIGGER audit_refused BEFORE DELETE OR TRUNCATE ON audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added_to();
CREATE OR REPLACE TRIGGER audit_goes_back BEFORE UPDATE ON audit_heads
    FOR EACH ROW WHEN (NEW.chain <> OLD.chain OR NEW.length <= OLD.length) EXECUTE FUNCTION audit_only_added_to();
CREATE OR REPLACE TRIGGER audit_refused BEFORE DELETE OR TRUNCATE ON audit_cuts
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added_to();
CREATE OR REPLACE TRIGGER audit_goes_back BEFORE UPDATE ON audit_cuts
    FOR EACH ROW WHEN (NEW.chain <> OLD.chain OR NEW.length <= OLD.length) EXECUTE FUNCTION audit_only_added_to();
"""
"""
Needs PostgreSQL 14. Best run by another role than the gateway's: the owner of a table may drop its triggers, and the
gateway never has to.
"""

GRANTS: Final = """
GRANT SELECT, INSERT ON audit_records, audit_people TO {role};
GRANT SELECT, INSERT, UPDATE ON audit_heads TO {role};
GRANT SELECT ON audit_cuts TO {role};
"""
"""
What the gateway's role needs. An auditor's needs SELECT alone; one that prunes also DELETE on records and people, and
INSERT and UPDATE on cuts.
"""

ARE_THERE: Final = """
SELECT EXISTS (SELECT FROM pg_tables WHERE tablename = 'audit_cuts' AND schemaname = ANY (current_schemas(false)))
"""
"""Not `to_regclass`, which says in the midst of a transaction what was so at its beginning."""


def script(role: str) -> str:
    """What whoever runs the database enters once: tables, triggers, and the rights of the gateway's *role*."""
    return TABLES + GRANTS.format(role='"' + role.replace('"', '""') + '"')
