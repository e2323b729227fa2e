"""A Redis over TLS that lets in by certificate, user and password: what is wrong is told, and may be renewed."""

import asyncio
import contextlib
import dataclasses
import pathlib
import shutil
import tempfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connectors.clock import SystemClock
from connectors.settings import TlsSettings
from connectors.tls import context_of
from gateway.check import State
from gateway.check.redis import rows
from gateway.renewal import Outcome, Renewals
from gateway.stores.redis_access import Access
from gateway.stores.redis_link import RedisLink
from gateway.stores.settings import RedisSettings
from tests.connectors.support import Reports
from tests.gateway.check.authority import NOW, Authority
from tests.gateway.stores.redis_server import SECRET, RedisServer, needs_redis
from tests.gateway.stores.replicas import replica
from tests.ports import free_port

pytestmark = needs_redis

PASSWORD, OTHER = "right-and-long", "wrong-and-long"


@dataclasses.dataclass
class Secure:
    """A server that asks for TLS, a certificate of ours, a user and a password."""

    server: RedisServer
    folder: pathlib.Path
    port: int

    def settings(self, **changed: Any) -> RedisSettings:
        said = {
            "url": f"rediss://127.0.0.1:{self.port}/0",
            "username": "gateway",
            "password": f"file:{self.folder}/password",
            "key_secret": SECRET,
            "tls": self.tls(),
        }
        return RedisSettings.model_validate({**said, **changed})

    def tls(self, ca: str = "authority", ours: str | None = "ours") -> dict[str, pathlib.Path]:
        found = {"ca_file": self.folder / f"{ca}.pem"}
        if ours is not None:
            found |= {"client_cert_file": self.folder / f"{ours}.pem", "client_key_file": self.folder / f"{ours}.key"}
        return found

    def forget_connections(self) -> None:
        for kind in ("pubsub", "normal"):
            self.server.cli("CLIENT", "KILL", "TYPE", kind)


@pytest.fixture
async def secure() -> AsyncIterator[Secure]:
    with tempfile.TemporaryDirectory(prefix="sb-redis-") as name:
        folder = pathlib.Path(name)
        authority, stranger = Authority(folder), Authority(folder, "stranger")
        certificate, key = authority.issue("server")
        authority.issue("ours")
        stranger.issue("theirs")
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        (folder / "wrong").write_text(OTHER, encoding="utf-8")
        port = free_port()
        tls = ["--tls-port", str(port), "--tls-cert-file", str(certificate), "--tls-key-file", str(key)]
        # As docs/guard.md says it.
        rights = ["~switchboard:*", "&switchboard:*", "+@all", "-@dangerous", "+info"]
        users = ["--user", "gateway", "on", f">{PASSWORD}", *rights, "--user", "poor", "on", f">{PASSWORD}", "+get"]
        server = RedisServer(folder, *tls, "--tls-ca-cert-file", str(authority.file), *users)
        try:
            await _start(server)
            yield Secure(server, folder, port)
        finally:
            server.kill()


async def _start(server: RedisServer) -> None:
    try:
        await server.start()
    except TimeoutError:
        if server._process is not None and server._process.poll() is not None:
            pytest.skip("redis-server is built without TLS")
        raise


# What is told of certificates of ours depends on whether the server's alert or its end of the connection comes first.
WRONG = {
    "a wrong authority": (lambda it: {"tls": it.tls("stranger")}, "signed by an authority", "tls.ca_file"),
    "no certificate of ours": (lambda it: {"tls": it.tls(ours=None)}, "", "tls.client_cert_file"),
    "a certificate of a stranger": (lambda it: {"tls": it.tls(ours="theirs")}, "", "tls.client_cert_file"),
    "another name": (lambda it: {"url": f"rediss://localhost:{it.port}"}, "for another name", "url"),
    "a wrong password": (lambda it: {"password": f"file:{it.folder}/wrong"}, "does not let us in", "password"),
    "a wrong user": (lambda _: {"username": "nobody"}, "does not let us in", "username"),
    "a user without rights": (lambda _: {"username": "poor"}, "may not do what is needed", "docs/guard.md"),
    "no TLS in the address": (
        lambda it: {"url": f"redis://127.0.0.1:{it.port}", "tls": {}},
        "ends it",
        "rediss://",
    ),
}


async def test_answers_are_kept_over_tls(secure: Secure) -> None:
    async with replica(secure.settings()) as one, replica(secure.settings()) as other:
        await one.keep("a", 1, "line:1")

        assert 1 == await other.find_far("a")
        await other.store.drop(["line:1"])
        assert await one.find_far("a") is None
        lease = await one.leases.take("x", ttl_s=5)
        assert lease is not None
        assert await other.leases.take("x", ttl_s=5) is None
        await lease.release()
        assert one.link.is_there
        assert other.link.is_there


@pytest.mark.parametrize("what", WRONG)
async def test_what_is_wrong_is_told_with_what_to_do_and_no_secret(secure: Secure, what: str) -> None:
    change, why, setting = WRONG[what]
    settings = secure.settings(**change(secure))

    async with replica(settings) as found:
        await found.keep("a", 1)
        assert 1 == await found.find("a")
        assert not found.link.is_there
    *_, checked = await rows(settings, where="x", now=NOW)

    ((event, told),) = found.report.events
    assert "redis_away" == event
    assert setting in str(told["do"])
    assert State.ERROR is checked.state
    assert why in checked.why
    assert setting in checked.do
    assert not any(secret in f"{told} {checked}" for secret in (PASSWORD, OTHER, "BEGIN"))


async def test_certificates_that_do_not_serve_are_told_before_anybody_is_asked(secure: Secure) -> None:
    (secure.folder / "ours.key").write_text("no key", encoding="utf-8")

    (found,) = await rows(secure.settings(), where="x", now=NOW)

    assert (State.ERROR, "x.tls.client_cert_file") == (found.state, found.where)
    assert "holds no private key" in found.why


def test_only_the_named_authority_is_trusted(tmp_path: pathlib.Path) -> None:
    authority = Authority(tmp_path)

    assert 1 == len(context_of(TlsSettings(ca_file=authority.file)).get_ca_certs())


class _Listener:
    async def began(self) -> None: ...

    async def beat(self) -> None: ...

    async def heard(self, tags: object) -> None: ...


@contextlib.asynccontextmanager
async def _linked(settings: RedisSettings, access: Access) -> AsyncIterator[RedisLink]:
    link = RedisLink(settings, clock=SystemClock(), report=Reports(), access=access)
    running = asyncio.create_task(link.run(_Listener()))
    await link.settled()
    yield link
    running.cancel()
    await asyncio.wait([running])
    await link.aclose()


async def _until(link: RedisLink, *, there: bool) -> None:
    async with asyncio.timeout(10):
        while link.is_there is not there:  # noqa: ASYNC110 - As operators see it: by looking.
            await asyncio.sleep(0.005)


async def test_a_new_password_is_used_without_a_restart(secure: Secure) -> None:
    settings, report = secure.settings(), Reports()
    access = Access(settings)
    renewals = Renewals({"cache.redis": settings.access}, report=report)
    async with _linked(settings, access) as link:
        assert link.is_there
        secure.server.cli("ACL", "SETUSER", "gateway", "resetpass", f">{OTHER}")
        secure.forget_connections()
        await _until(link, there=False)

        (secure.folder / "password").write_text(OTHER, encoding="utf-8")
        assert {"cache.redis": Outcome.RENEWED} == await renewals.look({"cache.redis": access}, at_once=True)

        await _until(link, there=True)
    assert [("credentials_renewed", {"system": "cache.redis", "settings": ["password"]})] == report.events


async def test_new_certificates_are_used_without_a_restart(secure: Secure) -> None:
    settings, report = secure.settings(), Reports()
    access = Access(settings)
    renewals = Renewals({"cache.redis": settings.access}, report=report)
    async with _linked(settings, access) as link:
        assert link.is_there
        stranger = Authority(secure.folder, "next")
        certificate, key = stranger.issue("next-server")
        ours = stranger.issue("next-ours")
        new = ["tls-cert-file", str(certificate), "tls-key-file", str(key), "tls-ca-cert-file", str(stranger.file)]
        assert "OK" == secure.server.cli("CONFIG", "SET", *new)
        secure.forget_connections()
        await _until(link, there=False)

        for old, fresh in zip(secure.tls().values(), (stranger.file, *ours), strict=True):
            shutil.copy(fresh, old)
        assert {"cache.redis": Outcome.RENEWED} == await renewals.look({"cache.redis": access}, at_once=True)

        await _until(link, there=True)


async def test_a_certificate_that_does_not_serve_changes_nothing(secure: Secure) -> None:
    settings, report = secure.settings(), Reports()
    access = Access(settings)
    renewals = Renewals({"cache.redis": settings.access}, report=report)
    (secure.folder / "ours.pem").write_text("no certificate", encoding="utf-8")

    assert {"cache.redis": Outcome.KEPT} == await renewals.look({"cache.redis": access}, at_once=True)

    async with _linked(settings, access) as link:
        assert link.is_there
    assert ["credentials_not_renewed"] == [event for event, _ in report.events]
