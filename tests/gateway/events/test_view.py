"""The address for events: who may tell, what is taken, and what comes of too much."""

import asyncio
import json

import httpx
import pytest
import structlog
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Route

from connectors.guard.subject import Subject, SubjectKind
from gateway.app import create
from gateway.events.coalescing import Coalescing
from gateway.events.view import PATH, EventsView
from gateway.settings import ServerSettings
from gateway.settings_file import load
from tests.connectors.support import PLAN
from tests.gateway.control.support import Process

SECRET = "a-secret-of-the-crm"
EVENT = {"eventType": "CustomerAttributeValueChangeEvent", "event": {"customer": {"id": "c1"}}}


class Door:
    """The address over a process that writes down what it forgets."""

    def __init__(self, **bounds: int) -> None:
        self.process = Process()
        self.coalescing = Coalescing(self.process.desk.invalidation.everywhere, **bounds)
        view = EventsView(
            secret=SecretStr(SECRET),
            coalescing=self.coalescing,
            readings=PLAN.readings,
            settings=ServerSettings(max_body_bytes=2048),
        )
        app = Starlette(routes=[Route(path, view.respond, methods=["POST"]) for path in (PATH, PATH + "/{below:path}")])
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")

    async def tell(self, event: object = EVENT, *, path: str = PATH, secret: str | None = SECRET, **more: str) -> int:
        headers = {"Content-Type": "application/json", **more}
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        content = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.answer = await self._client.post(path, content=content, headers=headers)
        return self.answer.status_code


async def test_what_an_event_is_about_is_forgotten_before_it_is_answered():
    door = Door()

    assert 204 == await door.tell()
    assert {"customer:c1"} == door.process.told
    assert [Subject(SubjectKind.CUSTOMER, "c1")] * 2 == door.process.memory.forgot


async def test_the_address_below_that_hubs_make_is_the_same():
    door = Door()

    assert 204 == await door.tell(path=f"{PATH}/listener/customerAttributeValueChangeEvent")
    assert {"customer:c1"} == door.process.told


async def test_a_hub_that_can_send_no_header_shows_the_secret_in_the_path():
    for path in (f"{PATH}/{SECRET}", f"{PATH}/{SECRET}/listener/customerDeleteEvent"):
        door = Door()
        assert 204 == await door.tell(path=path, secret=None)
        assert {"customer:c1"} == door.process.told


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1]])
async def test_whoever_does_not_show_the_secret_tells_nothing(secret):
    door = Door()

    for path in (PATH, f"{PATH}/listener/x", f"{PATH}/wrong/listener/x", f"{PATH}/"):
        assert 401 == await door.tell(path=path, secret=secret)
    assert not door.process.store.dropped
    assert SECRET not in door.answer.text


async def test_another_scheme_is_none():
    assert 401 == await Door().tell(secret=None, Authorization=f"Basic {SECRET}")


async def test_what_we_keep_nothing_of_is_accepted_and_drops_nothing():
    door = Door()

    assert 204 == await door.tell({"eventType": "AlarmCreateEvent", "event": {"alarm": {"id": "c1"}}})
    assert not door.process.store.dropped


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"event": {"customer": {"id": "c1", "id": "c2"}}}', b'{"event": NaN}', b"[" * 2000],
)
async def test_what_cannot_be_read_strictly_is_refused(body):
    door = Door()

    assert 400 == await door.tell(body)
    assert "c1" not in door.answer.text
    assert not door.process.store.dropped


async def test_bounds_of_bodies_hold_here_too():
    door = Door()

    assert 413 == await door.tell(b"x" * 3000)
    assert 415 == await door.tell(**{"Content-Type": "text/plain"})


async def test_the_same_event_twice_is_no_other_thing():
    door = Door()

    assert [204, 204] == [await door.tell(), await door.tell()]
    assert {"customer:c1"} == door.process.told


async def test_a_flood_is_told_to_come_again_and_makes_few_invalidations(monkeypatch):
    door = Door(most_waiting=100)
    release = asyncio.Event()

    async def slow(tags):
        dropped.append(set(tags))
        await release.wait()

    dropped: list[set[str]] = []
    monkeypatch.setattr(door.process.store, "drop", slow)

    async def one(number: int) -> int:
        return await door.tell({"event": {"customer": {"id": str(number)}}})

    telling = asyncio.gather(*(one(number) for number in range(500)))
    await asyncio.sleep(0.05)
    release.set()
    statuses = await telling

    assert {204, 429} == set(statuses)
    assert 204 == await one(7)
    assert len(dropped) < 20
    taken = set().union(*dropped)
    assert len(taken) >= statuses.count(204)


async def test_what_could_not_be_done_is_to_be_told_again(monkeypatch):
    door = Door()

    async def broken(_: object) -> None:
        raise KeyError

    monkeypatch.setattr(door.process.store, "drop", broken)
    with structlog.testing.capture_logs() as logged:
        assert 503 == await door.tell()

    assert "1" == door.answer.headers["Retry-After"]
    (line,) = logged
    assert ("event_not_done", "KeyError") == (line["event"], line["kind"])
    assert line["where"].startswith("test_view.py:")


async def test_what_fails_when_its_event_is_answered_already_is_in_the_log(monkeypatch):
    door = Door()
    fails = asyncio.Event()

    async def broken(_: object) -> None:
        await fails.wait()
        raise KeyError

    monkeypatch.setattr("gateway.events.view._FORGOTTEN_S", 0.01)
    monkeypatch.setattr(door.process.store, "drop", broken)
    with structlog.testing.capture_logs() as logged:
        assert 204 == await door.tell()
        fails.set()
        await door.coalescing.aclose()

    assert ["event_not_done"] == [line["event"] for line in logged]


async def test_a_gateway_without_a_secret_has_no_such_address(settings_file, monkeypatch):
    assert [404, 204] == [await _status(settings_file, monkeypatch, secret=secret) for secret in (None, SECRET)]


async def _status(settings_file, monkeypatch, *, secret):
    monkeypatch.setenv("EVENTS_SECRET", SECRET)
    monkeypatch.setattr("gateway.systems.routes", lambda *_: None)
    overrides = {"events": {"secret": "env:EVENTS_SECRET"}} if secret else {}
    app = create(load(settings_file, environ={}, overrides=overrides))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        headers = {"Authorization": f"Bearer {SECRET}"}
        return (await client.post(PATH, json=EVENT, headers=headers)).status_code
