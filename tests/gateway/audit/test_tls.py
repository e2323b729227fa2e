"""A real PostgreSQL that speaks TLS and wants a certificate and a password of ours: trusted, refused, renewed, told."""

import asyncio
import dataclasses
import datetime as dt
import pathlib
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.settings import TlsSettings
from gateway.audit.postgres import PostgresStore
from gateway.audit.settings import AuditSettings, PostgresSettings
from gateway.audit.store import StoreAway
from gateway.check import State
from gateway.check.audit import rows
from gateway.renewal import Outcome, Renewals
from tests.connectors.support import Reports
from tests.gateway.audit.making import SECRET, auditing, entry, people
from tests.gateway.audit.postgres_server import PostgresServer, needs_postgres
from tests.gateway.check.authority import Authority

pytestmark = needs_postgres

PASSWORD, OTHER = "right-and-long", "other-and-long"
NOW = dt.datetime.now(dt.UTC)
# Who comes by TLS shows a certificate and knows the password; tests themselves come through the socket.
HBA = """
local all all trust
hostssl all postgres 127.0.0.1/32 trust
hostssl all gateway 127.0.0.1/32 scram-sha-256 clientcert=verify-ca
"""


@dataclasses.dataclass
class Secure:
    """The server, the folder of certificates, and settings that lead there."""

    server: PostgresServer
    folder: pathlib.Path

    def settings(self, **changed: Any) -> PostgresSettings:
        said = {
            "url": f"postgresql://127.0.0.1:{self.server.port}/postgres",
            "username": "gateway",
            "password": f"file:{self.folder}/password",
            "tls": self.tls(),
        }
        return PostgresSettings.model_validate({**said, **changed})

    def tls(self, ca: str = "authority", ours: str | None = "ours") -> dict[str, pathlib.Path]:
        found = {"ca_file": self.folder / f"{ca}.pem"}
        if ours is not None:
            found |= {"client_cert_file": self.folder / f"{ours}.pem", "client_key_file": self.folder / f"{ours}.key"}
        return found

    def enter(self, sql: str) -> str:
        return self.server.enter(sql, database="postgres")

    def set_password(self, password: str) -> None:
        (self.folder / "password").write_text(password, encoding="utf-8")
        self.enter(f"ALTER ROLE gateway PASSWORD '{password}'")

    def cut_connections(self) -> None:
        self.enter(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchboard audit'"
        )


@pytest.fixture(scope="module")
def secure() -> Iterator[Secure]:
    with tempfile.TemporaryDirectory(prefix="sb-pg-") as data, tempfile.TemporaryDirectory(prefix="sb-pki-") as name:
        folder = pathlib.Path(name)
        authority, stranger = Authority(folder), Authority(folder, "stranger")
        certificate, key = authority.issue("server")
        authority.issue("ours")
        stranger.issue("theirs")
        (folder / "wrong").write_text(OTHER, encoding="utf-8")
        tls = {"ssl": "on", "ssl_ca_file": authority.file, "ssl_cert_file": certificate, "ssl_key_file": key}
        options = [f"--{setting}={value}" for setting, value in tls.items()]
        server = PostgresServer(pathlib.Path(data), *options)
        server.make(hba=HBA)
        server.lend(folder)
        try:
            server.start()
            server.enter("CREATE ROLE gateway LOGIN; GRANT ALL ON SCHEMA public TO gateway", database="postgres")
            found = Secure(server, folder)
            found.set_password(PASSWORD)
            yield found
        finally:
            server.kill()


async def test_records_are_kept_over_tls(secure: Secure) -> None:
    async with auditing(PostgresStore(secure.settings(), timeout_s=5), timeout_s=5, name=lambda: "first") as audit:
        for who in people(3):
            await audit.written(entry([who]))
        by_tls = (
            "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'switchboard audit'"
        )
        assert "t" == secure.enter(by_tls)

    assert "4" == secure.enter("SELECT count(*) FROM audit_records WHERE chain = 'first'")


WRONG = {
    "a wrong authority": (lambda it: {"tls": it.tls("stranger")}, "SSLCertVerificationError", "tls.ca_file"),
    "another name": (
        lambda it: {"url": f"postgresql://localhost:{it.server.port}/postgres"},
        "SSLCertVerificationError",
        "must name the host",
    ),
    "no certificate of ours": (lambda it: {"tls": it.tls(ours=None)}, "", "tls.client_cert_file"),
    "a certificate of a stranger": (lambda it: {"tls": it.tls(ours="theirs")}, "", ""),
    "a wrong password": (
        lambda it: {"password": f"file:{it.folder}/wrong"},
        "InvalidPasswordError",
        "`password`",
    ),
    "no TLS": (lambda _: {"tls": TlsSettings()}, "InvalidAuthorizationSpecificationError", "tls.client_cert_file"),
}


@pytest.mark.parametrize("what", WRONG)
async def test_what_does_not_fit_is_not_spoken_to_and_told(secure: Secure, what: str) -> None:
    change, kind, do = WRONG[what]
    settings = secure.settings(**change(secure))
    store = PostgresStore(settings, timeout_s=5)

    with pytest.raises(StoreAway, match=kind or None):
        await store.newest(1)
    (told,) = await rows(
        AuditSettings.model_validate({"secrets": [SECRET], "postgresql": settings}), where="x", now=NOW
    )

    assert State.ERROR is told.state
    assert do in told.do
    assert PASSWORD not in f"{told}"


async def test_a_certificate_that_has_expired_is_told_before_anything_is_asked(secure: Secure) -> None:
    Authority(secure.folder, "old").issue("gone", to_days=-0.5)
    settings = secure.settings(tls=secure.tls(ours="gone"))

    (told,) = await rows(
        AuditSettings.model_validate({"secrets": [SECRET], "postgresql": settings}), where="x", now=NOW
    )

    assert (State.ERROR, "x.postgresql.tls.client_cert_file") == (told.state, told.where)


async def test_a_new_password_is_used_for_the_next_connection(secure: Secure) -> None:
    settings, report = secure.settings(), Reports()
    renewals = Renewals({"audit.postgresql": settings}, report=report)
    async with auditing(PostgresStore(settings, timeout_s=2), timeout_s=2, name=lambda: "renewed") as audit:
        await audit.written(entry())
        try:
            secure.set_password(OTHER)
            secure.cut_connections()

            assert {"audit.postgresql": Outcome.RENEWED} == await renewals.look(
                {"audit.postgresql": audit}, at_once=True
            )
            async with asyncio.timeout(10):
                while audit.state.away_s is not None:  # noqa: ASYNC110 - the audit tells nobody
                    await asyncio.sleep(0.02)
            await audit.written(entry())
        finally:
            secure.set_password(PASSWORD)


async def test_a_certificate_that_does_not_serve_is_not_used(secure: Secure, tmp_path: pathlib.Path) -> None:
    for name in ("ours.pem", "ours.key", "authority.pem", "theirs.key"):
        shutil.copy(secure.folder / name, tmp_path / name)
    here = Secure(secure.server, tmp_path)
    (tmp_path / "password").write_text(PASSWORD)
    settings = here.settings()
    renewals = Renewals({"audit.postgresql": settings}, report=Reports())
    async with auditing(PostgresStore(settings, timeout_s=5), timeout_s=5, name=lambda: "kept") as audit:
        await audit.written(entry())
        shutil.copy(tmp_path / "theirs.key", tmp_path / "ours.key")

        assert {"audit.postgresql": Outcome.KEPT} == await renewals.look({"audit.postgresql": audit}, at_once=True)

        await audit.written(entry())
