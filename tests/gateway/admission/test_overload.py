"""The bar for an overload, in a simulated event loop: no machine is too slow or too busy for it."""

import dataclasses
import random
import statistics

import pytest

from connectors.terms import Criticality
from gateway.admission.admission import Admission
from gateway.admission.settings import AdmissionSettings
from tests.gateway.admission.simulation import DEADLINE_S, Kind, Loop, Question, p99, poisson

CAPACITY = 120
"""Questions a second, of the kind that costs 8 ms."""

AT_ONCE, AFTER_50_MS = Kind(), Kind(replies=((0.05, 0.0015),) * 4)
SECONDS, SETTLED_S = 12.0, 3.0


def _admission() -> Admission[Question]:
    given = AdmissionSettings()
    return Admission(
        least=given.least, turn_s=given.turn_s, wait_s=given.wait_s, burst_s=given.burst_s, max_waiting=2000
    )


def _asked(kind: Kind, rate: float, *, admitted: bool = True) -> list[Question]:
    loop = Loop(_admission() if admitted else None)
    asked = loop.run(poisson(lambda _: kind, per_s=rate, seconds=SECONDS))
    return [each for each in asked if each.came_at > SETTLED_S]


def _good(asked: list[Question]) -> list[float]:
    return [each.took_s for each in asked if not each.refused and each.took_s < DEADLINE_S]


@pytest.mark.parametrize("kind", [AT_ONCE, AFTER_50_MS], ids=["systems that answer at once", "after 50 ms"])
def test_at_four_times_the_capacity_as_much_is_answered_and_nearly_as_soon(kind: Kind) -> None:
    busy, flooded = _asked(kind, 0.9 * CAPACITY, admitted=False), _asked(kind, 4 * CAPACITY)
    refused = [each.took_s for each in flooded if each.refused]

    assert len(_good(flooded)) >= 0.85 * CAPACITY * (SECONDS - SETTLED_S)
    assert p99(_good(flooded)) <= 1.5 * p99(_good(busy))
    # It takes two turns of the loop, and turns are as long as what questions do in one step: four replies here, 6 ms.
    assert statistics.median(refused) < 0.030


@pytest.mark.parametrize("kind", [AT_ONCE, AFTER_50_MS], ids=["systems that answer at once", "after 50 ms"])
def test_without_the_door_nothing_is_answered_in_time(kind: Kind) -> None:
    assert not _good(_asked(kind, 4 * CAPACITY, admitted=False))


@pytest.mark.parametrize("after_s", [0.001, 0.05, 1.0])
def test_nobody_is_refused_below_the_capacity_however_slow_systems_are(after_s: float) -> None:
    asked = _asked(Kind(replies=((after_s, 0.0015),) * 4), 0.85 * CAPACITY)

    assert not any(each.refused for each in asked)
    assert p99(_good(asked)) < after_s + 0.7


@pytest.mark.parametrize("callers", [16, 64, 100])
@pytest.mark.parametrize("kind", [AT_ONCE, AFTER_50_MS], ids=["systems that answer at once", "after 50 ms"])
def test_callers_who_ask_again_when_they_are_answered_are_not_refused(kind: Kind, callers: int) -> None:
    asked = Loop(_admission()).run_closed(kind, callers=callers, seconds=SECONDS)

    assert not any(each.refused for each in asked)
    assert len(_good(asked)) >= 0.85 * CAPACITY * SECONDS


def test_five_hundred_questions_that_wait_for_a_slow_system_are_no_overload() -> None:
    asked = Loop(_admission()).run(
        [(number / 400, Kind(replies=((1.5, 0.0001),), begin_s=0.0005)) for number in range(500)]
    )

    assert not any(each.refused for each in asked)


def _lost(asked: list[Question]) -> dict[Criticality, float]:
    return {
        each: statistics.mean(asking.refused for asking in asked if asking.kind.criticality is each)
        for each in {asking.kind.criticality for asking in asked}
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", [AT_ONCE, AFTER_50_MS], ids=["systems that answer at once", "after 50 ms"])
def test_agents_lose_nothing_while_others_come_in_floods(kind: Kind, seed: int) -> None:
    classes = [dataclasses.replace(kind, criticality=each) for each in Criticality]

    def one(chance: random.Random) -> Kind:
        return chance.choices(classes, [1, 2, 3, 4])[0]

    asked = Loop(_admission()).run(poisson(one, per_s=4 * CAPACITY, seconds=SECONDS, seed=seed))
    lost = _lost([each for each in asked if each.came_at > SETTLED_S])
    agents = [each for each in asked if each.kind.criticality is Criticality.AGENT]

    assert not any(each.refused for each in agents), "from the first moment on"
    assert len(_good(agents)) == len(agents)
    assert lost[Criticality.SELF_CARE] < 0.75 < lost[Criticality.PARTNER] <= lost[Criticality.BATCH]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", [AT_ONCE, AFTER_50_MS], ids=["systems that answer at once", "after 50 ms"])
def test_agents_who_come_fifty_together_lose_nothing_while_partners_come_in_floods(kind: Kind, seed: int) -> None:
    partner = dataclasses.replace(kind, criticality=Criticality.PARTNER)
    together = [(second + 0.5, kind) for second in range(int(SECONDS)) for _ in range(50)]
    flood = poisson(lambda _: partner, per_s=4 * CAPACITY, seconds=SECONDS, seed=seed)

    asked = Loop(_admission()).run(sorted(flood + together, key=lambda each: each[0]))
    agents = [each for each in asked if each.kind is kind]

    assert not any(each.refused for each in agents)
    assert len(_good(agents)) == len(agents)
    assert len(_good(asked)) >= 0.8 * CAPACITY * SECONDS


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_with_more_agents_than_can_be_answered_nearly_as_many_are_and_as_soon(seed: int) -> None:
    """There is nobody lesser who could make room, so they are refused as all others would be."""
    partner = dataclasses.replace(AT_ONCE, criticality=Criticality.PARTNER)

    def one(chance: random.Random) -> Kind:
        return chance.choices([AT_ONCE, partner], [2, 2])[0]

    busy = Loop(None).run(poisson(lambda _: AT_ONCE, per_s=0.9 * CAPACITY, seconds=SECONDS, seed=seed))
    asked = Loop(_admission()).run(poisson(one, per_s=4 * CAPACITY, seconds=SECONDS, seed=seed))
    asked = [each for each in asked if each.came_at > SETTLED_S]
    agents = [each for each in asked if each.kind is AT_ONCE]

    assert _lost(asked)[Criticality.PARTNER] > 0.9
    assert len(_good(agents)) >= 0.8 * CAPACITY * (SECONDS - SETTLED_S)
    assert p99(_good(agents)) <= 2 * p99(_good(busy))


def test_a_burst_that_the_processor_can_do_within_a_second_is_answered_whole() -> None:
    asked = Loop(_admission()).run(
        [(number / 2000, Kind(begin_s=0.0004, replies=((0.3, 0.0002),), end_s=0.0002)) for number in range(1000)]
    )

    assert not any(each.refused for each in asked)
