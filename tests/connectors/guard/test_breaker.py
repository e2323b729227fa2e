"""The breaker's states: when it opens, how it probes, how it closes, and what says nothing."""

import random

import pytest
from hypothesis import settings as sizes
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from connectors.guard.breaker import RARE_S, Breaker, Outcome, Rules, State, Why

RULES = Rules(failure_rate=0.8, slow_rate=0.8, slow_s=1.0, least_calls=20, window_s=10, probe_wait_s=4, probes=2)
WELL, FAILED, NOTHING = Outcome.WELL, Outcome.FAILED, Outcome.NOTHING


class Bench:
    """A breaker, a clock that moves when told to, and what was told of the states."""

    def __init__(self, rules: Rules = RULES, *, draw=lambda: 1.0) -> None:
        self.now = 1000.0
        self.told: list[tuple[State, State]] = []
        self.breaker = Breaker(
            rules, draw=draw, told=lambda breaker, before, _: self.told.append((before, breaker.state))
        )

    def call(self, outcome: Outcome, *, took_s: float = 0.1) -> bool:
        """One call that comes and ends; whether it was let in."""
        era = self.breaker.admit(self.now)
        if era is not None:
            self.ends(era, outcome, took_s=took_s)
        return era is not None

    def ends(self, era: int | None, outcome: Outcome, *, took_s: float = 0.1) -> None:
        assert era is not None
        self.breaker.ends(era, outcome, took_s=took_s, now=self.now)

    def open(self) -> None:
        for _ in range(RULES.least_calls):
            self.call(FAILED)
        assert State.OPEN is self.state()

    def state(self) -> State:
        return self.breaker.state


def test_the_twentieth_failure_in_a_row_opens_it_however_much_went_well_before():
    bench = Bench()
    for _ in range(5000):
        bench.call(WELL)
    for _ in range(19):
        bench.call(FAILED)
    assert State.CLOSED is bench.state()
    bench.call(FAILED)

    assert (State.OPEN, Why.FAILURES_IN_A_ROW) == (bench.state(), bench.breaker.why)


def test_failures_with_good_answers_between_open_it_when_they_are_most_of_a_window():
    bench = Bench()
    for number in range(40):
        bench.now += 0.1
        bench.call(WELL if number % 10 == 0 else FAILED)

    assert (State.OPEN, Why.FAILURE_RATE) == (bench.state(), bench.breaker.why)


def test_few_calls_open_nothing():
    bench = Bench()
    for _ in range(19):
        bench.call(FAILED, took_s=2)

    assert State.CLOSED is bench.state()


def test_failures_that_lie_further_apart_than_the_window_are_no_row():
    bench = Bench()
    for _ in range(100):
        bench.now += 10.5
        bench.call(FAILED)

    assert State.CLOSED is bench.state()


def test_a_system_that_is_asked_seldom_and_always_fails_is_ill_as_well():
    bench = Bench()
    for _ in range(20):
        bench.now += 5
        bench.call(FAILED)

    assert State.OPEN is bench.state()


def test_slow_answers_open_it():
    bench = Bench()
    for _ in range(20):
        bench.call(WELL, took_s=1.0)

    assert (State.OPEN, Why.SLOW_RATE) == (bench.state(), bench.breaker.why)


def test_what_says_nothing_is_not_counted():
    bench = Bench()
    for _ in range(1000):
        bench.call(NOTHING, took_s=30)

    assert (State.CLOSED, 0.0, 0.0) == (bench.state(), bench.breaker.failure_rate, bench.breaker.slow_rate)


def test_an_open_breaker_lets_nobody_in_before_its_wait_is_over():
    bench = Bench()
    bench.open()
    bench.now += 3.9

    assert not bench.call(WELL)


def test_one_probe_is_let_in_and_everybody_else_is_not():
    bench = Bench()
    bench.open()
    bench.now += 4

    assert bench.breaker.admit(bench.now) is not None
    assert State.HALF_OPEN is bench.state()
    assert [None] * 50 == [bench.breaker.admit(bench.now + 100) for _ in range(50)]


def test_two_probes_in_a_row_that_went_well_close_it():
    bench = Bench()
    bench.open()
    bench.now += 4
    assert bench.call(WELL)
    assert State.HALF_OPEN is bench.state()
    assert bench.call(WELL)

    assert State.CLOSED is bench.state()
    assert [
        (State.CLOSED, State.OPEN),
        (State.OPEN, State.HALF_OPEN),
        (State.HALF_OPEN, State.CLOSED),
    ] == bench.told


@pytest.mark.parametrize(("outcome", "took_s"), [(FAILED, 0.1), (WELL, 1.0)], ids=["failed", "slow"])
def test_a_probe_that_did_not_go_well_opens_it_again(outcome, took_s):
    bench = Bench()
    bench.open()
    bench.now += 4
    bench.call(WELL)
    bench.call(outcome, took_s=took_s)

    assert State.OPEN is bench.state()
    bench.now += 4
    bench.call(WELL)
    assert State.HALF_OPEN is bench.state()


def test_a_probe_that_says_nothing_frees_its_place_at_once():
    bench = Bench()
    bench.open()
    bench.now += 4
    bench.call(NOTHING)

    assert bench.breaker.admit(bench.now) is not None


def test_the_wait_counts_from_where_a_probe_began_and_never_exceeds_its_bound():
    bench = Bench()
    bench.open()
    bench.now += 4
    era = bench.breaker.admit(bench.now)
    bench.now += 1.8
    bench.ends(era, FAILED, took_s=1.8)

    assert not bench.call(WELL)
    bench.now += 2.2
    assert bench.call(WELL)


def test_waits_are_jittered_between_half_and_the_whole():
    for drawn in (0.0, 0.25, 1.0):
        bench = Bench(draw=lambda drawn=drawn: drawn)
        bench.open()
        wait = 2 + 2 * drawn
        bench.now += wait - 0.01
        assert not bench.call(WELL)
        bench.now += 0.02
        assert bench.call(WELL)


def test_a_call_that_began_before_it_opened_decides_nothing_when_it_ends_later():
    bench = Bench()
    early = bench.breaker.admit(bench.now)
    bench.open()
    bench.ends(early, WELL)
    assert State.OPEN is bench.state()
    bench.now += 4
    bench.breaker.admit(bench.now)
    bench.ends(early, WELL)
    bench.ends(early, FAILED)

    assert State.HALF_OPEN is bench.state()


def test_it_begins_anew_when_it_closes():
    bench = Bench()
    bench.open()
    bench.now += 4
    bench.call(WELL)
    bench.call(WELL)
    for _ in range(19):
        bench.call(FAILED)

    assert State.CLOSED is bench.state()


def test_a_probe_is_awaited_when_nobody_came_for_two_seconds_after_it_was_due():
    found = []
    for late_s in (0, RARE_S - 0.1, RARE_S):
        bench = Bench()
        bench.open()
        bench.now += 4 + late_s
        bench.breaker.admit(bench.now)
        found.append(bench.breaker.is_awaited)

    assert [False, False, True] == found


def test_a_probe_that_hung_is_followed_by_one_that_nobody_awaits():
    bench = Bench()
    bench.open()
    bench.now += 4
    era = bench.breaker.admit(bench.now)
    bench.now += 30
    bench.ends(era, FAILED, took_s=30)
    bench.now += RARE_S - 0.1
    bench.breaker.admit(bench.now)

    assert not bench.breaker.is_awaited


def test_after_a_probe_that_went_well_the_next_is_awaited_and_after_a_failure_it_is_not():
    bench = Bench()
    bench.open()
    bench.now += 4
    bench.call(WELL)
    assert bench.breaker.is_awaited
    bench.call(FAILED)

    assert (State.OPEN, False) == (bench.state(), bench.breaker.is_awaited)


def test_a_probe_that_said_nothing_leaves_the_next_as_awaited_as_it_was():
    found = []
    for late_s in (0, RARE_S):
        bench = Bench()
        bench.open()
        bench.now += 4 + late_s
        bench.call(NOTHING)
        bench.breaker.admit(bench.now)
        found.append(bench.breaker.is_awaited)

    assert [False, True] == found


@pytest.mark.parametrize("state", [State.OPEN, State.CLOSED, None])
def test_forced_or_automatic_again_nothing_is_awaited(state):
    bench = Bench()
    bench.open()
    bench.now += 4
    bench.call(WELL)
    bench.breaker.force(state, bench.now)

    assert not bench.breaker.is_awaited


def test_forced_open_it_lets_nobody_in_and_forced_closed_everybody():
    bench = Bench()
    bench.breaker.force(State.OPEN, bench.now)
    bench.now += 1000
    assert not bench.call(WELL)
    bench.breaker.force(State.CLOSED, bench.now)

    assert all(bench.call(FAILED, took_s=30) for _ in range(100))
    assert State.CLOSED is bench.state()


def test_automatic_again_after_being_forced_open_it_begins_with_a_probe_at_once():
    bench = Bench()
    bench.breaker.force(State.OPEN, bench.now)
    bench.breaker.force(None, bench.now)

    assert bench.call(WELL)
    assert State.HALF_OPEN is bench.state()


def test_automatic_again_after_being_forced_closed_it_looks_back_on_nothing():
    bench = Bench()
    bench.breaker.force(State.CLOSED, bench.now)
    for _ in range(100):
        bench.call(FAILED)
    bench.breaker.force(None, bench.now)
    bench.call(FAILED)
    assert State.CLOSED is bench.state()
    bench.open()


def test_half_open_cannot_be_forced():
    with pytest.raises(ValueError, match="force it open or closed"):
        Bench().breaker.force(State.HALF_OPEN, 0)


@pytest.mark.parametrize("every_s", [0.005, 0.05, 0.4])
def test_a_system_half_of_whose_connections_are_bad_is_asked_nearly_always(every_s):
    drawn = random.Random(7)
    bench = Bench(draw=drawn.random)
    let_in = 0
    for _ in range(20_000):
        bench.now += every_s
        let_in += bench.call(FAILED if drawn.random() < 0.5 else WELL)

    assert let_in >= 0.99 * 20_000


@pytest.mark.parametrize("part", [0.9, 0.97, 1.0])
def test_a_system_that_nearly_always_fails_is_asked_by_probes_alone(part):
    drawn = random.Random(7)
    bench = Bench(draw=drawn.random)
    let_in = 0
    for _ in range(20_000):
        bench.now += 0.05
        let_in += bench.call(FAILED if drawn.random() < part else WELL)

    assert let_in <= 0.05 * 20_000


class Machine(RuleBasedStateMachine):
    """Whatever happens: one probe at a time, waits within their bound, and only the present era counts."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = random.Random(1)
        self.bench = Bench(draw=self.drawn.random)
        self.under_way: list[int] = []
        self.probes: set[int] = set()

    @property
    def breaker(self):
        return self.bench.breaker

    @rule(calls=some.integers(1, 30))
    def come(self, calls):
        for _ in range(calls):
            closed = self.breaker.state is State.CLOSED
            era = self.breaker.admit(self.bench.now)
            if era is None:
                continue
            self.under_way.append(era)
            if not closed:
                self.probes.add(era)

    @precondition(lambda self: self.under_way)
    @rule(
        data=some.data(), outcome=some.sampled_from(Outcome), took_s=some.sampled_from([0.1, 2.0]), all_=some.booleans()
    )
    def end(self, data, outcome, took_s, all_):
        count = len(self.under_way) if all_ else 1
        for _ in range(count):
            era = self.under_way.pop(data.draw(some.integers(0, len(self.under_way) - 1)) if not all_ else 0)
            present, before = era == self.breaker.era, self.breaker.state
            self.breaker.ends(era, outcome, took_s=took_s, now=self.bench.now)
            self.probes.discard(era)
            if not present:
                assert before is self.breaker.state

    @rule(seconds=some.sampled_from([0.0, 0.5, 2.0, 5.0, 20.0]))
    def wait(self, seconds):
        self.bench.now += seconds

    @rule(state=some.sampled_from([State.OPEN, State.CLOSED, None]))
    def force(self, state):
        self.probes.clear()
        self.breaker.force(state, self.bench.now)

    @invariant()
    def there_is_one_probe_at_most(self):
        assert len(self.probes) <= 1

    @invariant()
    def nobody_waits_longer_than_the_bound_for_a_probe(self):
        if self.breaker.state is State.OPEN and not self.breaker.forced:
            assert self.breaker._due <= self.bench.now + RULES.probe_wait_s

    @invariant()
    def it_is_ill_as_long_as_it_is_not_closed(self):
        assert (self.breaker.ill_since is None) == (self.breaker.state is State.CLOSED)


TestMachine = Machine.TestCase
TestMachine.settings = sizes(stateful_step_count=40)
