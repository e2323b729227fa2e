"""
A consent that is withdrawn: told of, it is refused at once; untold, within 60 seconds, whatever the settings are.

In one process, on a clock that moves when it is told to. Several replicas are in `test_replicas`.
"""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from connectors.capabilities import DataSubject, DataSubjectKind
from connectors.environment import Environment
from connectors.errors import ConnectorError, Unavailable
from connectors.guard import Changes, Keys, subject
from connectors.routes import Systems
from connectors.tmf import TMFConsentConnector
from gateway.consent import Granted, Ledger, Refused
from gateway.control.invalidation import Invalidation
from gateway.stores.memory import MemoryStore
from tests.connectors.support import PLAN, FixedClock, Reports, soon
from tests.connectors.tmf.fake import FakeCRM, an_agreement, as_json, consent_settings
from tests.gateway.consent.support import PARTNER

ADA = DataSubject(DataSubjectKind.INDIVIDUAL, "p1")
GIVEN, WITHDRAWN = an_agreement("a1"), an_agreement("a1", status="rejected")


class World:
    """A consent system, one gateway's guard and store before it, and the ledger."""

    def __init__(self, **guard: Any) -> None:
        self.clock = FixedClock()
        self.crm = FakeCRM(agreements=[GIVEN])
        self.is_away = False
        keys = Keys()
        changes = Changes(keys=keys, clock=self.clock)
        store = MemoryStore(max_entries=100, clock=self.clock)
        environment = Environment(
            clock=self.clock,
            store=store,
            numbering=PLAN,
            report=Reports(),
            transport=httpx.ASGITransport(app=self._serve),
            keys=keys,
            changes=changes,
        )
        settings = consent_settings(guard={"jitter": 0, "attempts": 1, **guard})
        self._app = self.crm.app()
        self.connector = TMFConsentConnector("consent", settings, environment)
        self.ledger = Ledger(Systems({"consent": self.connector}), clock=self.clock)
        self.invalidation = Invalidation(store=store, tagging=keys, memory=None, changes=changes)

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        app = Response(status_code=503) if self.is_away else self._app
        await app(scope, receive, send)

    def withdraw(self) -> None:
        self.crm.agreements = [WITHDRAWN]

    async def grants(self) -> bool | None:
        """Whether it is granted; None where nobody can say."""
        try:
            found = await self.ledger.decide(ADA, PARTNER, within=soon(self.clock))
        except ConnectorError:
            return None
        assert isinstance(found, Granted | Refused)
        return isinstance(found, Granted)


@pytest.mark.parametrize("about", [subject.party("p1"), subject.agreement("a1")])
async def test_told_of_it_the_very_next_question_is_refused(about: Any) -> None:
    world = World(fresh_s={"*": 58})
    assert await world.grants()
    world.withdraw()
    assert await world.grants()  # It is kept, and nobody has told us.

    await world.invalidation.everywhere([about])

    assert await world.grants() is False
    assert 2 == len(world.crm.asked)


async def test_told_about_somebody_else_nothing_is_asked_anew() -> None:
    world = World(fresh_s={"*": 58})
    assert await world.grants()

    await world.invalidation.everywhere([subject.party("p2"), subject.customer("p1"), subject.agreement("a2")])

    assert await world.grants()
    assert 1 == len(world.crm.asked)


async def test_an_answer_that_was_on_its_way_when_it_was_withdrawn_is_not_kept() -> None:
    world, looked, goes = World(fresh_s={"*": 58}), asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> Response:
        looked.set()
        await goes.wait()
        return as_json([GIVEN])

    world._app = _app(slow)
    early = asyncio.create_task(world.grants())
    await looked.wait()
    world.withdraw()
    await world.invalidation.everywhere([subject.party("p1")])
    world._app = world.crm.app()

    assert await world.grants() is False  # It does not share what was asked for before.
    goes.set()
    await early
    assert await world.grants() is False


async def test_untold_it_counts_within_a_minute_and_is_granted_no_longer() -> None:
    world = World(fresh_s={"*": 58})
    assert await world.grants()
    world.withdraw()

    said = []
    for _ in range(60):
        world.clock.advance(1)
        said.append(await world.grants())

    # It could be kept for 58 seconds; of the minute, five are left for clocks that differ.
    assert [True] * 55 + [False] * 5 == said


async def test_a_system_that_is_away_grants_nothing_beyond_what_is_kept() -> None:
    world = World(fresh_s={"*": 20}, stale_s={"*": 30})
    assert await world.grants()
    world.withdraw()
    world.is_away = True

    said = []
    for _ in range(7):
        world.clock.advance(10)
        said.append(await world.grants())

    assert [True] * 4 + [None] * 3 == said


async def test_where_nothing_is_kept_each_question_is_asked() -> None:
    world = World()
    assert await world.grants()
    world.withdraw()

    assert await world.grants() is False
    world.is_away = True
    with pytest.raises(Unavailable):
        await world.ledger.decide(ADA, PARTNER, within=soon(world.clock))


async def test_equal_questions_at_once_are_one() -> None:
    world = World()

    assert [True] * 50 == await asyncio.gather(*(world.grants() for _ in range(50)))
    assert 1 == len(world.crm.asked)


SECONDS = st.integers(0, 70)
STEPS = st.lists(st.sampled_from(["ask", "ask", "withdraw", "give", "away", "back"]) | SECONDS, max_size=30)
WINDOWS = st.fixed_dictionaries(
    {}, optional={name: st.fixed_dictionaries({"*": SECONDS}) for name in ("fresh_s", "stale_s", "revalidate_s")}
)


@given(windows=WINDOWS, steps=STEPS, checked=st.booleans())
async def test_whatever_happens_nothing_is_granted_a_minute_after_it_was_withdrawn(
    *, windows: dict[str, Any], steps: list[str | int], checked: bool
) -> None:
    try:
        world = World(**windows)
    except ValidationError:
        if checked:
            return
        # As if settings were not looked at: the ledger holds the bound by itself.
        world = _unchecked(windows)
    note(str(windows))
    gone_s: float | None = None
    now_s = 0.0
    for step in steps:
        match step:
            case int():
                world.clock.advance(step)
                now_s += step
            case "withdraw":
                world.withdraw()
                gone_s = now_s if gone_s is None else gone_s
            case "give":
                world.crm.agreements = [GIVEN]
                gone_s = None
            case "away" | "back":
                world.is_away = step == "away"
            case _:
                granted = await world.grants()
                assert not granted or gone_s is None or now_s - gone_s < 60
        await asyncio.sleep(0)
    await world.connector.aclose()


def _unchecked(windows: dict[str, Any]) -> World:
    world = World()
    guard = world.connector._settings.guard.model_copy(update=windows)
    settings = world.connector._settings.model_copy(update={"guard": guard})
    environment = Environment(
        clock=world.clock,
        store=MemoryStore(max_entries=100, clock=world.clock),
        numbering=PLAN,
        report=Reports(),
        transport=httpx.ASGITransport(app=world._serve),
    )
    world.connector = TMFConsentConnector("consent", settings, environment)
    world.ledger = Ledger(Systems({"consent": world.connector}), clock=world.clock)
    return world


def _app(handler: Any) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await (await handler(Request(scope)))(scope, receive, send)

    return app
