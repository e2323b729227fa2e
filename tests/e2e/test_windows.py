"""
What is kept is given within its window and never beyond it, by a whole gateway in front of a whole operator.

A number goes to and fro between a prepaid and a postpaid line: the network then tells another SIM, and the recharge
system knows it or does not. So whatever was kept can be told from what is true, and a model says which of them is due.
The gateway's clock is moved by hand, so windows end to the instant.
"""

import contextlib
import dataclasses
import datetime as dt
import os
import random
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest

from gateway.app import create
from gateway.settings_file import load
from sandbox import Sandbox, free_ports
from sandbox.call import SystemName
from sandbox.faults import Fault, FaultKind
from sandbox.population import Province
from sandbox.population.people import Line
from tests.conftest import ROOT
from tests.connectors.support import NOW, FixedClock
from tests.gateway.support import URL, client

IS_SOAK: Final = bool(os.environ.get("SWITCHBOARD_SOAK"))
SEEDS, STEPS = (range(40), 200) if IS_SOAK else (range(2), 60)

FRESH_S, STALE_S, NEGATIVE_S = 10.0, 20.0, 5.0
ENDS_MS: Final = (5_000, 10_000, 30_000)
"""The ages at which something ends: that nothing is known, what is fresh, and what may stand in."""

DEAD: Final = (FaultKind.OFF, FaultKind.CUT, FaultKind.HTML, FaultKind.GARBAGE)
PARTS: Final = {"network": SystemName.HSS, "balances": SystemName.RECHARGE}

SOURCE: Final = "source { fetchedAt ageSeconds freshness }"
WITH_SOURCE: Final = (
    f"query ($n: MSISDN!) {{ line(by: {{msisdn: $n}}) {{ network {{ imsi {SOURCE} }} balances {{ kind {SOURCE} }} }} }}"
)
# Without a source the response is remembered as it was written, once everything in it was kept.
PLAIN: Final = "query ($n: MSISDN!) { line(by: {msisdn: $n}) { network { imsi } balances { kind } } }"


@dataclasses.dataclass(frozen=True)
class Due:
    """What is to be given: a value with its freshness and age, that nothing is known (None), or an error."""

    value: Any = None
    freshness: str | None = None
    age_s: float = 0.0
    is_error: bool = False


class World:
    """A gateway, its operator, and a model of what is kept of each part, and since when."""

    def __init__(self, sandbox: Sandbox, asking: httpx.AsyncClient, clock: FixedClock) -> None:
        self._sandbox = sandbox
        self._asking = asking
        self._clock = clock
        everybody = [sandbox.people.customer(number) for number in range(20, 60)]
        lines = [line for owner in everybody if owner for line in owner.lines if line.key.province is Province.MAINLAND]
        self._lines = next(line for line in lines if line.prepaid), next(line for line in lines if not line.prepaid)
        self.number = self._lines[0].msisdn
        self._kept: dict[str, tuple[int, Any]] = {}
        self._ms = 0
        self._dead: set[SystemName] = set()
        self.given: list[Due] = []

    def trade(self) -> None:
        """The number goes to the other line; nobody tells the gateway."""
        one, other = (self._sandbox.people.line(line.key) for line in self._lines)
        assert one is not None
        assert other is not None
        self._sandbox.people.trade(one, other)

    async def dies(self, system: SystemName, kind: FaultKind) -> None:
        await self._sandbox.heal(system)
        await self._sandbox.set_fault(system, Fault(kind=kind, ms=0))
        self._dead.add(system)

    async def heals(self) -> None:
        for system in self._dead:
            await self._sandbox.heal(system)
        self._dead.clear()

    def passes(self, chance: random.Random) -> None:
        """Time passes: a moment, or until something that is kept ends, or until just before that."""
        milliseconds = 1
        if self._kept and chance.random() < 0.6:
            at, _ = chance.choice(list(self._kept.values()))
            milliseconds = max(1, at + chance.choice(ENDS_MS) - chance.choice((0, 1)) - self._ms)
        self._ms += milliseconds
        self._clock.advance(milliseconds / 1000)

    def due(self, part: str) -> Due:
        """What the windows say; what is asked for anew is kept from then on."""
        at, value = self._kept.get(part, (-(10**9), None))
        age_s = (self._ms - at) / 1000
        if age_s < (NEGATIVE_S if value is None else FRESH_S):
            return Due(value, "CACHED" if value is not None else None, age_s)
        if PARTS[part] not in self._dead:
            self._kept[part] = self._ms, (fresh := self._truth(part))
            return Due(fresh, "LIVE" if fresh is not None else None)
        if value is not None and age_s < FRESH_S + STALE_S:
            return Due(value, "STALE", age_s)
        return Due(is_error=True)

    async def asks(self, query: str) -> None:
        """Ask, and compare every part with what is due."""
        due = {part: self.due(part) for part in PARTS}
        response = await self._asking.post(URL, json={"query": query, "variables": {"n": self.number}})
        answer = response.json()
        failed = {error["path"][-1]: error["extensions"]["code"] for error in answer.get("errors", [])}
        for part, expected in due.items():
            found = answer["data"]["line"][part]
            assert (part in failed) is expected.is_error
            if part in failed:
                assert failed[part] in {"UPSTREAM_UNAVAILABLE", "UPSTREAM_BAD_DATA"}
            assert expected.value == _value(part, found)
            if found is not None and query is WITH_SOURCE:
                self._check_source(found if part == "network" else found[0], expected)
            self.given.append(expected)

    def _check_source(self, found: Any, expected: Due) -> None:
        source = found["source"]
        assert expected.freshness == source["freshness"]
        assert int(expected.age_s) == source["ageSeconds"]
        told = dt.datetime.fromisoformat(source["fetchedAt"])
        assert abs((self._clock.now() - told).total_seconds() - expected.age_s) < 0.001

    def _truth(self, part: str) -> Any:
        line = self._holder()
        if part == "network":
            return line.key.imsi
        return True if line.prepaid else None

    def _holder(self) -> Line:
        found = self._sandbox.people.line_by_msisdn(self.number)
        assert found is not None
        return found


def _value(part: str, found: Any) -> Any:
    if found is None:
        return None
    return found["imsi"] if part == "network" else bool(found)


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Everything in this process, on one clock."""
    clock = FixedClock()
    # A login whose answer is lost takes a session of the node's all the same.
    async with Sandbox(free_ports(customers=60, today=NOW.date(), hss_max_sessions=10_000)) as sandbox:
        settings = load(ROOT / "deploy" / "sandbox.toml", environ={}, overrides=_overrides(sandbox.ports))
        app = create(settings, clock=clock)
        async with app.router.lifespan_context(app), client(app) as asking:
            yield World(sandbox, asking, clock)


def _overrides(ports: dict[str, int]) -> dict[str, Any]:
    guard = {
        "fresh_s": {"*": FRESH_S},
        "stale_s": {"*": STALE_S},
        "negative_s": {"*": NEGATIVE_S},
        "jitter": 0,
        # What is shown is windows alone: each question finds out for itself how its systems are.
        "attempts": 1,
        "breaker": {"enabled": False},
    }
    systems: dict[str, dict[str, Any]] = {
        name: {"url": f"http://127.0.0.1:{ports[name]}", "guard": guard} for name in ("hss", "recharge")
    }
    # A login that has failed is tried again at once, as the clock does not move by itself.
    systems["hss"]["login_cool_down_s"] = 0
    return {"systems": systems}


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_kept_is_given_within_its_window_and_never_beyond_it(seed: int) -> None:
    chance = random.Random(seed)
    async with world() as here:
        for _ in range(STEPS):
            match chance.choice(
                ["asks", "asks", "asks", "asks plainly", "asks plainly", "trade", "dies", "dies", "heals"]
            ):
                case "asks":
                    await here.asks(WITH_SOURCE)
                case "asks plainly":
                    # Again: what was kept of it may be remembered by then.
                    for _ in range(3):
                        await here.asks(PLAIN)
                case "trade":
                    here.trade()
                case "dies":
                    await here.dies(chance.choice(list(PARTS.values())), chance.choice(DEAD))
                case "heals":
                    await here.heals()
            here.passes(chance)

    assert {"LIVE", "CACHED", "STALE"} <= {each.freshness for each in here.given}
    assert any(each.is_error for each in here.given)
    assert any(each.value is None and not each.is_error for each in here.given)
