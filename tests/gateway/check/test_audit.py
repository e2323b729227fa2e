"""The place of the audit's records: what stops the gateway from writing there is told before it has to."""

import asyncio
import contextlib
import datetime as dt
import pathlib
import shutil
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from gateway.audit.settings import AuditSettings
from gateway.audit.sqlite_tables import make
from gateway.check import Row, State, check
from gateway.check.audit import rows
from tests.gateway.audit.making import SECRET, auditing, entry, people
from tests.gateway.audit.places import InPostgres, InSQLite, Place
from tests.gateway.audit.postgres_server import PostgresServer, needs_postgres, running
from tests.ports import free_port

NOW = dt.datetime.now(dt.UTC)


async def _found(settings: AuditSettings) -> Row:
    """The row of the place itself; the disk of the tests may be nearly full."""
    return (await rows(settings, where="x: audit", now=NOW))[0]


async def _keep(place: Place) -> None:
    async with auditing(place.store()) as audit:
        for who in people(3):
            await audit.written(entry([who]))


async def test_without_an_audit_there_is_no_row() -> None:
    assert [] == await rows(None, where="x", now=NOW)


async def test_records_that_can_be_written_are_well_and_nothing_is_left_there(place: Place) -> None:
    await _keep(place)

    found = await _found(place.settings)

    assert (State.OK, "audit") == (found.state, found.what)
    assert "It takes records; the last 1 chains end as they were witnessed." == found.why
    assert found.where == ("x: audit.sqlite" if isinstance(place, InSQLite) else "x: audit.postgresql")
    assert found.took_ms is not None
    async with auditing(place.store(), name=lambda: "c2") as audit:
        await audit.written(entry())


async def test_a_place_that_is_empty_is_well_and_stays_empty(place: Place) -> None:
    found = await _found(place.settings)

    assert State.OK is found.state
    if isinstance(place, InSQLite):
        assert "There is no file yet; the gateway makes it." == found.why
        assert not place.path.exists()
    elif isinstance(place, InPostgres):
        tables = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'audit_%'"
        assert "0" == place.server.enter(tables, database=place.database)


async def test_a_chain_that_was_cut_short_is_told(place: Place) -> None:
    await _keep(place)
    place.without_triggers()
    place.enter("DELETE FROM audit_records WHERE seq = 4")

    found = await _found(place.settings)

    assert State.ERROR is found.state
    assert "does not end as it was witnessed" in found.why
    assert "audit verify" in found.do


async def test_a_head_that_was_changed_is_told(place: Place) -> None:
    await _keep(place)
    place.enter("UPDATE audit_heads SET length = 5")

    assert "does not end as it was witnessed" in (await _found(place.settings)).why


async def test_a_secret_that_was_taken_away_too_early_is_a_warning(place: Place) -> None:
    await _keep(place)
    other = type(SECRET)("another secret of tests that is long enough")

    found = await _found(place.settings.model_copy(update={"secrets": [other]}))

    assert State.WARNING is found.state
    assert "1 chains are signed with a secret that is not in `audit.secrets`" in found.why


async def test_a_folder_that_is_not_there_is_told(tmp_path: pathlib.Path) -> None:
    found = await _found(InSQLite(tmp_path / "nowhere").settings)

    assert (State.ERROR, "The folder of its file is not there.") == (found.state, found.why)
    assert str(tmp_path / "nowhere") in found.do


async def test_a_file_that_is_none_of_ours_is_told(in_sqlite: InSQLite) -> None:
    in_sqlite.path.write_bytes(b"no database at all, but long enough to look into" * 100)

    found = await _found(in_sqlite.settings)

    assert (State.ERROR, "It is no file of records.") == (found.state, found.why)


async def test_a_file_of_another_release_is_told_and_left(in_sqlite: InSQLite) -> None:
    with contextlib.closing(sqlite3.connect(in_sqlite.path)) as connection:
        connection.execute("CREATE TABLE audit_records (chain TEXT)")
    before = in_sqlite.path.read_bytes()

    found = await _found(in_sqlite.settings)

    assert State.ERROR is found.state
    assert "Another release" in found.why
    assert before == in_sqlite.path.read_bytes()


async def test_a_folder_instead_of_a_file_is_told(in_sqlite: InSQLite) -> None:
    in_sqlite.path.mkdir()

    found = await _found(in_sqlite.settings)

    assert (State.ERROR, "It cannot be opened.") == (found.state, found.why)


async def test_a_file_that_somebody_holds_is_told(in_sqlite: InSQLite) -> None:
    await _keep(in_sqlite)
    with contextlib.closing(sqlite3.connect(in_sqlite.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = await _found(in_sqlite.settings)

    assert (State.ERROR, "Somebody holds it, and lets nobody write.") == (found.state, found.why)


async def test_a_file_that_may_not_be_written_to_is_told(in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch) -> None:
    await _keep(in_sqlite)
    connect = sqlite3.connect

    def only_to_read(*args: Any, **settings: Any) -> sqlite3.Connection:
        # Not by the file's rights: who runs the tests may be one who may write everywhere.
        found: sqlite3.Connection = connect(*args, **settings)
        found.execute("PRAGMA query_only = ON")
        return found

    monkeypatch.setattr(sqlite3, "connect", only_to_read)

    assert "This user may not write to it." == (await _found(in_sqlite.settings)).why


async def test_a_file_that_others_may_read_is_a_warning(in_sqlite: InSQLite) -> None:
    await _keep(in_sqlite)
    in_sqlite.path.chmod(0o644)

    told = await rows(in_sqlite.settings, where="x", now=NOW)

    assert f"chmod 600 {in_sqlite.path}" in [each.do for each in told]


class _Usage(NamedTuple):
    free: int


@pytest.mark.parametrize(("megabytes", "state"), [(100, State.ERROR), (1000, State.WARNING), (10_000, None)])
async def test_a_disk_that_is_nearly_full_is_told(
    in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch, megabytes: int, state: State | None
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Usage(megabytes << 20))

    told = await rows(in_sqlite.settings, where="x", now=NOW)

    assert state == next((each.state for each in told if f"{megabytes} MB left" in each.why), None)


async def test_a_disk_that_hangs_is_given_up(in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.check.audit_file._LONGEST_S", 0.1)
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(_: Any) -> None:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(10)

    monkeypatch.setattr(shutil, "disk_usage", hang)

    assert "Its disk does not answer." == (await _found(in_sqlite.settings)).why
    gate.set()
    await asyncio.sleep(0.05)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    with running() as server:
        yield server


def _database(server: PostgresServer, **said: Any) -> AuditSettings:
    settings = server.settings("postgres").model_dump(exclude_unset=True)
    return AuditSettings.model_validate({"secrets": [SECRET], "postgresql": {**settings, **said}})


@needs_postgres
async def test_a_role_that_may_not_write_is_told(in_postgres: InPostgres) -> None:
    await _keep(in_postgres)
    in_postgres.enter("DROP ROLE IF EXISTS auditor; CREATE ROLE auditor LOGIN; GRANT SELECT ON audit_heads TO auditor")
    try:
        found = await _found(_database(in_postgres.server, username="auditor"))
    finally:
        in_postgres.enter("REVOKE ALL ON audit_heads FROM auditor; DROP ROLE auditor")

    assert (State.ERROR, "Our role may not write records there.") == (found.state, found.why)
    assert "audit tables" in found.do


@needs_postgres
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"username": "stranger"}, "It does not let us in: no such role"),
        ({"url": "postgresql://127.0.0.1:{port}/nowhere"}, "It has no such database."),
        ({"url": "postgresql://127.0.0.1:{free}/postgres"}, "Nothing listens there."),
        ({"url": "postgresql://nowhere.invalid:{port}/postgres", "plaintext": True}, "No such name."),
    ],
)
async def test_a_database_that_does_not_let_us_in_is_told(
    in_postgres: InPostgres, said: dict[str, Any], why: str
) -> None:
    ports = {"port": in_postgres.server.port, "free": free_port()}
    said = {name: value.format(**ports) if isinstance(value, str) else value for name, value in said.items()}

    found = await _found(_database(in_postgres.server, **said))

    assert State.ERROR is found.state
    assert found.why.startswith(why)


@needs_postgres
async def test_a_standby_is_told(in_postgres: InPostgres) -> None:
    in_postgres.enter(
        "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN SUPERUSER; "
        "ALTER ROLE reader SET default_transaction_read_only = on"
    )
    try:
        found = await _found(_database(in_postgres.server, username="reader"))
    finally:
        in_postgres.enter("DROP ROLE reader")

    assert "It takes no writes: it is a standby." == found.why


@needs_postgres
async def test_a_database_that_answers_nothing_is_given_up(
    own_postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.check.audit_database._CONNECT_S", 0.3)
    own_postgres.hold()

    found = await _found(_database(own_postgres))

    assert "It does not answer in time." == found.why


async def test_a_check_of_settings_has_the_row(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_SECRET", SECRET.get_secret_value())
    path = tmp_path / "switchboard.toml"
    path.write_text(
        '[numbering]\ncountry_code = "999"\nnational_lengths = [8]\n[audit]\nsecrets = ["env:AUDIT_SECRET"]\n'
    )

    found = [each for each in await check(path) if each.what == "audit"]

    assert (State.OK, f"{path}: audit.sqlite") == (found[0].state, found[0].where)
    assert not (tmp_path / "audit.db").exists()


def test_a_file_with_nothing_in_it_is_made_within_a_transaction_that_is_taken_back(in_sqlite: InSQLite) -> None:
    in_sqlite.path.touch(0o600)

    found = asyncio.run(_found(in_sqlite.settings))

    assert (State.OK, "It takes records; there are none yet.") == (found.state, found.why)
    assert 0 == in_sqlite.path.stat().st_size
    with contextlib.closing(sqlite3.connect(in_sqlite.path, isolation_level=None)) as connection:
        make(connection)
