"""How old a value is and how fresh it counts, by a clock that the test moves."""

import dataclasses
import datetime as dt

import pytest

from connectors.guard import CacheTimes, GuardSettings, Tuning, Tunings
from connectors.guard.freshness import EVERY
from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.planning import Planned
from resolvers.context import Context
from schema.source import Source
from tests.connectors.support import NOW
from tests.resolvers.support import MSISDN, SCHEMA, FakeOperator, presented

QUERY = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ source {{ system freshness ageSeconds fetchedAt }} }} }} }}'


async def _source(
    *, fetched_s: float, fresh_s: float | None = None, took_s: float = 0.0, now_s: float | None = None
) -> dict[str, object]:
    """
    What is said of an answer fetched *fetched_s* after the question began, fresh for *fresh_s*, and written down
    *took_s* after the question began. An operator may have said since that such answers are fresh for *now_s*.
    """
    operator = FakeOperator()
    fetched_at = NOW + dt.timedelta(seconds=fetched_s)
    operator.hss.source = Source(
        system="hss",
        operation="Get",
        fetched_at=fetched_at,
        fresh_until=None if fresh_s is None else fetched_at + dt.timedelta(seconds=fresh_s),
    )
    operations = Operations(SCHEMA, limits=LimitSettings())
    planned = operations.plan(operations.prepare(QUERY), name=None, variables=None)
    assert isinstance(planned, Planned)
    context = Context(
        dataclasses.replace(operator.graph, tunings=_tunings(now_s)),
        needs=planned.plan.needs,
        variables=planned.variables,
        within=Terms.after(5, operator.clock),
    )
    operator.clock.advance(took_s)
    outcome = await operations.run(planned, context=context)
    assert [] == presented(outcome)
    assert outcome.data is not None
    found: dict[str, object] = outcome.data["line"]["network"]["source"]
    return found


def _tunings(now_s: float | None) -> Tunings:
    tunings = Tunings()
    # Held as by the guards of these systems.
    of_guards = [tunings.of(system, GuardSettings(fresh_s={"Get": 60})) for system in ("hss", "crm")]
    if now_s is not None:
        tunings.set({"hss": Tuning(times={EVERY: CacheTimes(fresh_s=now_s)})})
    assert len(of_guards) == 2
    return tunings


@pytest.mark.parametrize(
    ("fetched_s", "now_s", "freshness"),
    [(0, 10, "LIVE"), (-9, 10, "CACHED"), (-10, 10, "STALE"), (-59, 600, "CACHED"), (-60, 600, "STALE")],
)
async def test_what_came_under_a_longer_time_is_stale_by_the_one_that_holds(
    fetched_s: float, now_s: float, freshness: str
) -> None:
    assert freshness == (await _source(fetched_s=fetched_s, fresh_s=60, now_s=now_s))["freshness"]


@pytest.mark.parametrize(
    ("fetched_s", "fresh_s", "freshness"),
    [
        (0, None, "LIVE"),
        (0.5, None, "LIVE"),
        (0.5, 60, "LIVE"),
        (-0.001, 60, "CACHED"),
        (-59.999, 60, "CACHED"),
        (-60, 60, "STALE"),
        (-600, None, "CACHED"),
    ],
)
async def test_freshness_tells_live_from_cached_from_stale(
    fetched_s: float, fresh_s: float | None, freshness: str
) -> None:
    assert freshness == (await _source(fetched_s=fetched_s, fresh_s=fresh_s))["freshness"]


@pytest.mark.parametrize(
    ("fetched_s", "took_s", "age"), [(0, 0, 0), (-59.9, 0, 59), (-60, 0, 60), (0, 1.5, 1), (-3600, 0.1, 3600)]
)
async def test_age_is_whole_seconds_at_the_moment_it_is_told(fetched_s: float, took_s: float, age: int) -> None:
    assert age == (await _source(fetched_s=fetched_s, took_s=took_s))["ageSeconds"]


async def test_age_is_not_negative_when_a_clock_was_set_back() -> None:
    assert 0 == (await _source(fetched_s=30))["ageSeconds"]


async def test_a_source_names_its_system_and_when_it_answered() -> None:
    found = await _source(fetched_s=0)

    assert ("hss", "2026-11-22T08:00:00Z") == (found["system"], found["fetchedAt"])
