"""New credentials and certificates while calls go on, against a system that asks for both over TLS."""

import asyncio
import contextlib
import itertools
import json
import pathlib
import shutil
import ssl
from collections.abc import AsyncIterator, Callable

import hypothesis
import pytest
from hypothesis import strategies

from connectors.capabilities import Connector
from connectors.tmf import TMFConnector, TMFSettings
from gateway.renewal import Files, Outcome, Renewals
from schema.parts import CustomerPart
from tests.bars import bar
from tests.connectors.support import Reports, environment, soon
from tests.gateway.check.authority import Authority

A = (("password", b"a"),)
B = (("password", b"b"),)
C = (("password", b"c"),)


def test_what_changed_is_used_when_it_is_seen_twice():
    files = Files(A)

    assert [False, False, True] == [files.is_due(seen, at_once=False) for seen in (A, B, B)]


def test_what_goes_on_changing_is_left_alone():
    files = Files(A)

    assert not any(files.is_due(seen, at_once=False) for seen in (B, C, B, C))


def test_whoever_asks_need_not_wait():
    assert Files(A).is_due(B, at_once=True)
    assert not Files(A).is_due(A, at_once=True)


def test_what_was_refused_is_not_tried_again_before_it_changes_or_somebody_asks():
    files = Files(A)
    files.refused(B)

    assert [False, False] == [files.is_due(B, at_once=False) for _ in range(2)]
    assert files.is_due(B, at_once=True)
    assert [False, True] == [files.is_due(C, at_once=False) for _ in range(2)]


def test_what_was_refused_and_came_back_after_the_old_is_tried_again():
    files = Files(A)
    files.refused(B)

    assert [False, False, True] == [files.is_due(seen, at_once=False) for seen in (A, B, B)]


@hypothesis.given(strategies.lists(strategies.tuples(strategies.sampled_from((A, B, C)), strategies.booleans())))
def test_whatever_is_seen_only_what_has_settled_and_is_news_is_tried(looks):
    files, in_use, refused, last = Files(A), A, None, A
    for seen, serves in looks:
        refused = None if seen == in_use else refused
        assert (seen not in (in_use, refused) and seen == last) == files.is_due(seen, at_once=False)
        if seen not in (in_use, refused) and seen == last:
            in_use, refused = (seen, None) if serves else (in_use, seen)
            (files.took if serves else files.refused)(seen)
        last = seen


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


class CRM:
    """A CRM over TLS that lets in who has a certificate of a known authority and one of its passwords."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.authorizations: list[str] = []
        self.certificates: list[str] = []
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["CRM"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await asyncio.sleep(0.05)

    @property
    def connected(self) -> set[str]:
        """Whose connections are open."""
        return {_name(writer) for writer in self._writers}

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                await asyncio.sleep(0.003)
                self._note(head, writer)
                number = head.partition("?")[0].split()[1].rpartition("/")[2]
                body = json.dumps({"id": number, "name": "x"}).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                    + body
                )
                await writer.drain()
        self._writers.discard(writer)
        writer.transport.abort()

    def _note(self, head: str, writer: asyncio.StreamWriter) -> None:
        lines = dict(line.split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        self.authorizations.append({name.lower(): value for name, value in lines.items()}["authorization"])
        self.certificates.append(_name(writer))


def _name(writer: asyncio.StreamWriter) -> str:
    subject: str = writer.get_extra_info("peercert")["subject"][0][0][1]
    return subject


class World:
    """The CRM, the files of its client, and a connector that is asked all the time."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.old, self.new = Authority(folder, "old"), Authority(folder, "new")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.old.issue("crm-old"))
        context.load_verify_locations(self.old.file)
        context.verify_mode = ssl.CERT_REQUIRED
        self.crm = CRM(context)
        self.report = Reports()
        self.asked = 0
        self.failed: list[BaseException] = []
        self._numbers = itertools.count()
        self.put("password", b"token-one\n")
        self.put("ca.pem", self.old.file.read_bytes())
        self.identify("client-one")

    def put(self, name: str, content: bytes) -> None:
        (self.folder / name).write_bytes(content)

    def identify(self, name: str) -> None:
        certificate, key = self.old.issue(name)
        shutil.copy(certificate, self.folder / "client.pem")
        shutil.copy(key, self.folder / "client.key")

    def start(self) -> None:
        self.settings = TMFSettings.model_validate(
            {
                "dialect": "tmf",
                "url": f"https://127.0.0.1:{self.crm.port}",
                "token": f"file:{self.folder / 'password'}",
                "tls": {
                    "ca_file": str(self.folder / "ca.pem"),
                    "client_cert_file": str(self.folder / "client.pem"),
                    "client_key_file": str(self.folder / "client.key"),
                },
                "guard": {"timeout_s": 10},
            }
        )
        self.renewals = Renewals({"crm": self.settings}, report=self.report)
        self.connector = TMFConnector("crm", self.settings, environment(report=self.report))
        self.connectors: dict[str, Connector] = {"crm": self.connector}

    async def ask(self) -> None:
        number = str(next(self._numbers))
        found = await self.connector.customers([number], parts=frozenset[CustomerPart](), within=soon(seconds=30))
        outcome = found[number]
        self.asked += 1
        if isinstance(outcome, BaseException):
            self.failed.append(outcome)

    async def _ask_on(self) -> None:
        while True:
            await self.ask()

    @contextlib.asynccontextmanager
    async def under_load(self) -> AsyncIterator[None]:
        askers = [asyncio.create_task(self._ask_on()) for _ in range(8)]
        try:
            yield
        finally:
            for asker in askers:
                asker.cancel()
            for ended in await asyncio.gather(*askers, return_exceptions=True):
                if not isinstance(ended, asyncio.CancelledError):
                    self.failed.append(ended or RuntimeError())

    async def look(self, *, at_once: bool = False) -> Outcome:
        return (await self.renewals.look(self.connectors, at_once=at_once))["crm"]


@pytest.fixture
async def world(tmp_path: pathlib.Path) -> AsyncIterator[World]:
    found = World(tmp_path)
    async with found.crm.listening():
        found.start()
        yield found
        await found.connector.aclose()


async def test_rotated_certificates_and_tokens_under_load_fail_no_call(world):
    crm = world.crm
    async with world.under_load():
        await asyncio.sleep(0.1)
        world.put("password", b"token-two\n")
        world.put("ca.pem", world.old.file.read_bytes() + world.new.file.read_bytes())
        world.identify("client-two")
        assert [Outcome.UNCHANGED, Outcome.RENEWED] == [await world.look(), await world.look()]
        await until(lambda: crm.connected == {"client-two"})
        crm.authorizations.clear()
        crm.certificates.clear()
        await asyncio.sleep(0.1)
        assert {"Bearer token-two"} == set(crm.authorizations)
        assert {"client-two"} == set(crm.certificates)

        crm.context.load_cert_chain(*world.new.issue("crm-new"))
        world.put("ca.pem", world.new.file.read_bytes())
        assert Outcome.RENEWED is await world.look(at_once=True)
        asked = world.asked
        await until(lambda: world.asked > asked + 50)

    assert [] == world.failed
    assert ["credentials_renewed", "credentials_renewed"] == [event for event, _ in world.report.events]


async def test_a_broken_file_keeps_the_old_and_is_told_once(world):
    async with world.under_load():
        world.put("client.key", b"no key at all")
        looks = [await world.look() for _ in range(5)]

    assert [Outcome.UNCHANGED, Outcome.KEPT] + 3 * [Outcome.UNCHANGED] == looks
    assert [] == world.failed
    ((event, told),) = world.report.events
    assert ("credentials_not_renewed", "crm") == (event, told["system"])
    assert "put right the files of tls.client_key_file; what was there before stays in use" == told["do"]


async def test_a_key_of_another_certificate_keeps_the_old(world):
    _, other = world.old.issue("other")
    world.put("client.key", other.read_bytes())

    assert Outcome.KEPT is await world.look(at_once=True)
    assert "KEY_VALUES_MISMATCH" == world.report.events[0][1]["why"]


async def test_a_key_with_a_passphrase_asks_nobody_at_the_terminal(world):
    from cryptography.hazmat.primitives.asymmetric import ec

    path = world.old.key("locked.key", ec.generate_private_key(ec.SECP256R1()), passphrase=b"secret")
    world.put("client.key", path.read_bytes())

    async with asyncio.timeout(bar(5)):
        assert Outcome.KEPT is await world.look(at_once=True)


async def test_an_empty_token_keeps_the_old_and_no_line_holds_it(world):
    world.put("password", b"")

    assert Outcome.KEPT is await world.look(at_once=True)
    await world.ask()
    assert {"Bearer token-one"} == set(world.crm.authorizations)
    assert "token-one" not in repr(world.report.events)


async def test_a_token_that_cannot_stand_in_a_header_keeps_the_old_and_fails_no_call(world):
    world.put("password", b"token-two\ntoken-three")

    assert Outcome.KEPT is await world.look(at_once=True)
    await world.ask()
    assert {"Bearer token-one"} == set(world.crm.authorizations)
    assert "token-two" not in repr(world.report.events)


async def test_what_is_put_right_is_used(world):
    world.put("password", b"")
    await world.look(at_once=True)
    world.put("password", b"token-two")

    assert [Outcome.UNCHANGED, Outcome.RENEWED] == [await world.look(), await world.look()]


async def test_files_are_looked_at_until_cancelled(world):
    looking = asyncio.create_task(world.renewals.keep_looking(world.connectors, every_s=0.01))
    world.put("password", b"token-two")
    await until(lambda: bool(world.report.events))
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)

    await world.ask()
    assert ["Bearer token-two"] == world.crm.authorizations


async def test_a_surprise_in_one_look_is_told_with_its_place_and_ends_none_to_come(world, monkeypatch):
    class Surprise(Exception):
        pass

    async def surprised(*_args: object) -> None:
        raise Surprise

    monkeypatch.setattr(world.renewals, "_look", surprised)
    looking = asyncio.create_task(world.renewals.keep_looking(world.connectors, every_s=0.01))
    await until(lambda: len(world.report.events) > 1)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)

    event, fields = world.report.events[0]
    assert ("credentials_not_looked_at", "Surprise") == (event, fields["kind"])
    assert "test_renewal.py" in fields["where"]


async def test_whoever_takes_over_knows_what_was_picked_up_before(world):
    world.put("password", b"token-two\n")
    assert Outcome.RENEWED is await world.look(at_once=True)
    later = Renewals({"crm": world.settings}, report=world.report)
    later.take_over(world.renewals, ["crm"])
    world.renewals = later

    assert Outcome.UNCHANGED is await world.look(at_once=True)
