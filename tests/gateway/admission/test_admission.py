"""Who is let in, who waits and who is refused, over any course of events."""

import dataclasses
import math

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.terms import Criticality
from gateway.admission.admission import Admission, Verdicts

LEAST = 2
MANY = 50


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Asked:
    criticality: Criticality
    mutation: bool

    @property
    def rank(self) -> tuple[Criticality, bool]:
        return self.criticality, not self.mutation


def admission() -> Admission[Asked]:
    return Admission(least=LEAST, turn_s=0.008, wait_s=0.05, burst_s=0.4, max_waiting=MANY)


AGENT, BATCH = Asked(Criticality.AGENT, False), Asked(Criticality.BATCH, False)


def _crowded(found: Admission[Asked], *, now: float = 0.0) -> Admission[Asked]:
    """As many under way as there may be, because turns are long."""
    for _ in range(LEAST):
        assert found.enters(Criticality.AGENT)
    for _ in range(20):
        found.turned(0.1, now)
    assert not found.enters(Criticality.AGENT)
    return found


def _came(
    found: Admission[Asked], *, now: float, count: int = 1, criticality: Criticality = Criticality.AGENT
) -> list[Asked]:
    """Of *count* newcomers, and those who waited, who is refused."""
    refused: list[Asked] = []
    for _ in range(count):
        assert not found.enters(criticality)
        refused += found.comes(Asked(criticality, False), criticality, mutation=False, now=now).refused
    return refused


def _overloaded(found: Admission[Asked]) -> list[Asked]:
    """For a second more and more come, and nobody is answered; who is refused."""
    refused: list[Asked] = []
    for tick in range(100):
        refused += _came(found, now=tick / 100, count=int(tick % 3 == 0))
        refused += found.turned(0.1, tick / 100).refused
    return refused


def test_while_turns_are_short_nobody_waits_however_many_are_under_way():
    found = admission()
    for number in range(1000):
        assert found.enters(Criticality.AGENT)
        found.turned(0.004, number / 100)

    assert 1000 == found.under_way


def test_what_was_found_out_is_forgotten_after_a_calm_and_not_between_two_bursts():
    found = _crowded(admission(), now=50.0)
    for _ in range(LEAST):
        found.leaves()

    assert not found.rests(59.9, after_s=10.0)
    assert LEAST == found.limit.at_once
    assert found.rests(60.0, after_s=10.0)
    assert math.isinf(found.limit.at_once)


def test_nothing_is_forgotten_while_somebody_waits():
    found = _crowded(admission())
    _came(found, now=0.0)

    assert not found.rests(100.0, after_s=10.0)
    assert LEAST == found.limit.at_once


def test_a_burst_waits_and_nobody_is_refused():
    found = _crowded(admission())

    assert [] == _came(found, now=0.0, count=MANY)
    assert [] == [each for now in range(48) for each in found.turned(0.1, now / 100).refused]
    assert not found.overloaded


def test_beyond_the_most_that_may_wait_the_least_important_are_refused():
    found = _crowded(admission())
    _came(found, now=0.0, count=MANY, criticality=Criticality.PARTNER)

    refused = _came(found, now=0.0)

    assert {Criticality.PARTNER} == {each.criticality for each in refused}
    assert found.overloaded


def test_where_more_and_more_wait_long_those_without_room_are_refused_at_once():
    found = _crowded(admission())
    refused = _overloaded(found)

    assert found.overloaded
    assert 33 == len(refused), "as nobody was answered, there is room for one"
    assert 1 == len(_came(found, now=1.01)), "newcomers too"


def test_a_line_that_is_long_and_grows_no_longer_is_no_overload():
    found = _crowded(admission())
    _came(found, now=0.0, count=30)
    for tick in range(1, 20):
        found.leaves()
        found.fills_up()
        assert [] == _came(found, now=tick * 0.05)
        assert () == found.turned(0.1, tick * 0.05).refused

    assert (30, False) == (found.waiting, found.overloaded)


def test_a_queue_that_is_never_empty_is_no_overload_while_everybody_is_let_in_soon():
    found = _crowded(admission())
    _came(found, now=0.0)
    for tick in range(1, 200):
        now = tick * 0.08
        _came(found, now=now)
        found.leaves()
        assert found.fills_up().let_in
        assert () == found.turned(0.1, now).refused

    assert found.waiting
    assert not found.overloaded


@pytest.mark.parametrize(("batch", "overloaded"), [(0, False), (1, True)])
def test_lesser_classes_that_wait_long_while_agents_come_in_soon_are_an_overload_if_they_become_more(
    *, batch: int, overloaded: bool
):
    found = _crowded(admission())
    _came(found, now=0.0, count=20, criticality=Criticality.BATCH)
    for tick in range(1, 25):
        now = tick * 0.05
        _came(found, now=now)
        _came(found, now=now, count=batch, criticality=Criticality.BATCH)
        found.leaves()
        found.fills_up()
        found.turned(0.1, now)

    assert overloaded == found.overloaded


def test_whose_own_time_is_short_comes_in():
    found = _crowded(admission())
    found.comes(AGENT, Criticality.AGENT, mutation=False, now=0.0)
    found.comes(BATCH, Criticality.BATCH, mutation=False, now=0.0)

    assert Verdicts(let_in=(AGENT,)) == found.loses_patience(AGENT, 0.3)
    assert (1, LEAST + 1, False) == (found.waiting, found.under_way, found.overloaded)


def test_the_overload_ends_when_hardly_anybody_is_refused():
    found = _crowded(admission())
    _overloaded(found)
    assert found.overloaded

    for tick in range(300):
        now = 1 + tick / 50
        found.leaves()
        found.fills_up()
        if not found.enters(Criticality.AGENT):
            found.comes(Asked(Criticality.AGENT, False), Criticality.AGENT, mutation=False, now=now)
        found.turned(0.001, now)

    assert not found.overloaded


def test_who_loses_patience_takes_lesser_ones_along():
    found = _crowded(admission())
    found.comes(AGENT, Criticality.AGENT, mutation=False, now=0.0)
    found.comes(BATCH, Criticality.BATCH, mutation=False, now=0.0)

    assert {AGENT, BATCH} == set(found.loses_patience(AGENT, 1.0).refused)
    assert Verdicts() == found.loses_patience(AGENT, 1.0)


def test_patience_is_the_callers_own_until_there_is_an_overload():
    found = _crowded(admission())
    before = found.patience_s(1.1, Criticality.AGENT, mutation=False)
    _overloaded(found)

    assert (1.1, 0.2) == (before, found.patience_s(1.1, Criticality.AGENT, mutation=False))
    assert 1.1 == found.patience_s(1.1, Criticality.AGENT, mutation=True)


def _overloaded_by_partners() -> Admission[Asked]:
    """More and more partners come beside an agent now and then, and for each agent one of them is let in."""
    found = _crowded(admission())
    for tick in range(100):
        now = tick / 100
        for each in (Criticality.AGENT, *[Criticality.PARTNER] * 9) if tick % 5 == 0 else ():
            if not found.enters(each):
                refused = found.comes(Asked(each, False), each, mutation=False, now=now).refused
                assert Criticality.AGENT not in {one.criticality for one in refused}
        for _ in range(2 * (tick % 5 == 4)):
            found.leaves()
            found.fills_up()
        found.turned(0.1, now)
    assert found.overloaded
    while found.enters(Criticality.PARTNER):
        pass
    return found


def test_in_an_overload_by_others_agents_wait_as_long_as_ever_however_many_come_together():
    found = _overloaded_by_partners()

    assert {Criticality.PARTNER} >= {each.criticality for each in _came(found, now=1.01, count=MANY - 10)}
    assert 1.1 == found.patience_s(1.1, Criticality.AGENT, mutation=False)
    assert 0.2 == found.patience_s(1.1, Criticality.PARTNER, mutation=False)


def test_an_agent_who_is_out_of_patience_while_others_are_too_many_comes_in_and_they_are_refused():
    found = _overloaded_by_partners()
    found.comes(AGENT, Criticality.AGENT, mutation=False, now=1.0)
    found.comes(BATCH, Criticality.BATCH, mutation=False, now=1.0)
    under_way = found.under_way
    verdicts = found.loses_patience(AGENT, 2.2)

    assert (AGENT,) == verdicts.let_in
    assert Criticality.AGENT not in {each.criticality for each in verdicts.refused}
    assert under_way + 1 == found.under_way


class AnyCourse(RuleBasedStateMachine):
    """Questions come, are answered, give up; turns are long and short, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.admission = admission()
        self.now = 0.0
        # Not a set: whom a run picks must not hang on where objects lie in memory.
        self.waiting: dict[Asked, None] = {}
        self.under_way = 0

    @rule(criticality=st.sampled_from(Criticality), mutation=st.booleans(), count=st.integers(1, 8))
    def come(self, criticality: Criticality, mutation: bool, count: int) -> None:  # noqa: FBT001
        for _ in range(count):
            if self.admission.enters(criticality):
                assert not self.waiting, "nobody is overtaken"
                self.under_way += 1
                continue
            one = Asked(criticality, mutation)
            self.waiting[one] = None
            has_others, is_full = self.admission._mix.has_others_beside(criticality), len(self.waiting) > MANY
            verdicts = self.admission.comes(one, criticality, mutation=mutation, now=self.now)
            assert is_full or not (has_others and one in verdicts.refused), "others are too many"
            self._hear(verdicts)

    @precondition(lambda self: self.under_way)
    @rule()
    def is_answered(self) -> None:
        self.under_way -= 1
        self.admission.leaves()
        self._hear(self.admission.fills_up())

    @rule(took_s=st.sampled_from([0.0, 0.004, 0.02, 0.3]), later_s=st.sampled_from([0.0, 0.01, 0.1, 0.5]))
    def turns(self, took_s: float, later_s: float) -> None:
        self.now += later_s
        self._hear(self.admission.turned(took_s, self.now))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), gone=st.booleans())
    def one_waits_no_more(self, data: st.DataObject, gone: bool) -> None:  # noqa: FBT001
        one = data.draw(st.sampled_from(sorted(self.waiting, key=lambda each: each.rank)))
        if gone:
            self.admission.gives_up(one)
            del self.waiting[one]
        else:
            verdicts = self.admission.loses_patience(one, self.now)
            if verdicts.let_in == (one,):
                del self.waiting[one]
                self.under_way += 1
                assert all(each.rank > one.rank for each in verdicts.refused), "its like may still wait"
                verdicts = Verdicts(refused=verdicts.refused)
            self._hear(verdicts)
            assert one not in self.waiting

    @invariant()
    def all_are_somewhere(self) -> None:
        assert (self.under_way, len(self.waiting)) == (self.admission.under_way, self.admission.waiting)
        assert len(self.waiting) <= MANY

    @invariant()
    def nobody_waits_beside_a_free_place(self) -> None:
        if self.under_way < LEAST:
            assert not self.waiting or not self.admission.limit.allows(self.under_way)

    def _hear(self, verdicts: Verdicts[Asked]) -> None:
        for one in verdicts.let_in:
            assert one.rank == min(each.rank for each in self.waiting), "the most important comes in first"
            del self.waiting[one]
            self.under_way += 1
            assert self.under_way <= self.admission.limit.at_once
        for one in verdicts.refused:
            self.waiting.pop(one, None)
        for one in verdicts.refused:
            assert all(each.rank <= one.rank for each in self.waiting), "nobody less important stays"


TestAnyCourse = AnyCourse.TestCase
