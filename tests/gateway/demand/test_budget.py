"""The budget against what it promises: no window lets in more than it may, and an estimate that was too high comes back."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from gateway.demand.budget import Admitted, Budget, Refused

RATES = st.floats(min_value=0.5, max_value=1000)
BURSTS = st.integers(min_value=10, max_value=20_000)
PARTS = st.floats(0, 1)
# A gap, what is asked, how much of it it comes to, and how many operations end before it.
STEPS = st.lists(st.tuples(st.one_of(st.just(0.0), st.floats(0, 30)), PARTS, PARTS, st.integers(0, 3)), max_size=80)
SLACK = 1e-3


class Trial:
    """Operations that come, and end in the order in which they came; what each is worth as time goes by."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.under_way: list[tuple[int, Admitted, float]] = []
        self.admitted: list[tuple[float, float]] = []

    def comes(self, now: float, cost: int, part: float) -> bool:
        found = self.budget.admit(now, cost)
        if isinstance(found, Admitted):
            self.under_way.append((len(self.admitted), found, part * cost))
            self.admitted.append((now, cost))
        return isinstance(found, Admitted)

    def ends(self, now: float) -> None:
        if self.under_way:
            number, found, actual = self.under_way.pop(0)
            found.by.settle(now, reserved=found.cost, actual=actual)
            self.admitted[number] = (self.admitted[number][0], actual)

    def worst(self, *, rate: float) -> float:
        """The most that was let in beyond the rate, in any window that ends now."""
        if not self.admitted:
            return 0.0
        end, let_in, worst = self.admitted[-1][0], 0.0, 0.0
        for at, worth in reversed(self.admitted):
            let_in += worth
            worst = max(worst, let_in - rate * (end - at))
        return worst


@given(rate=RATES, burst=BURSTS, steps=STEPS, start=st.floats(0, 1e6), settles=st.booleans())
def test_in_no_window_more_is_let_in_than_a_minute_and_a_burst_allow(rate, burst, steps, start, settles):
    trial, now = Trial(Budget(rate=rate, burst=burst)), start
    for gap, cost, part, ended in steps:
        now += gap
        for _ in range(ended):
            trial.ends(now)
        trial.comes(now, max(1, int(cost * burst)), part if settles else 1.0)

        assert trial.worst(rate=rate) <= burst + SLACK


@given(rate=RATES, burst=BURSTS, steps=STEPS, back=st.lists(st.floats(-100, 100), min_size=80, max_size=80))
def test_a_clock_that_goes_back_and_forth_lets_in_no_more_than_its_furthest_instants(rate, burst, steps, back):
    trial, now, furthest = Trial(Budget(rate=rate, burst=burst)), 1000.0, 1000.0
    for (_, cost, part, _), jump in zip(steps, back, strict=False):
        now += jump
        furthest = max(furthest, now)
        if trial.comes(now, max(1, int(cost * burst)), part):
            trial.admitted[-1] = (furthest, trial.admitted[-1][1])

        assert trial.worst(rate=rate) <= burst + SLACK


def test_a_clock_that_was_set_back_keeps_nobody_out():
    budget = Budget(rate=10, burst=1000)
    found = budget.admit(1000.0, 500)
    assert isinstance(found, Admitted)
    found.by.settle(1000.0, reserved=500, actual=500)

    assert isinstance(budget.admit(0.0, 500), Admitted)
    assert isinstance(budget.admit(0.0, 1), Refused)


@given(rate=RATES, burst=BURSTS, steps=STEPS)
def test_whoever_comes_back_when_told_is_let_in_and_not_before(rate, burst, steps):
    budget, now = Budget(rate=rate, burst=burst), 0.0
    for gap, part, _, _ in steps:
        now += gap
        cost = max(1, int(part * burst))
        found = budget.admit(now, cost)
        if isinstance(found, Refused) and found.retry_after_s > 1e-4:
            assert isinstance(budget.admit(now + 0.9 * found.retry_after_s, cost), Refused)
            now += found.retry_after_s
            found = budget.admit(now, cost)
        if isinstance(found, Admitted):
            found.by.settle(now, reserved=cost, actual=cost)


@given(rate=RATES, burst=BURSTS, steps=STEPS, cost=PARTS, more=PARTS)
def test_what_is_dearer_is_never_let_in_where_the_cheaper_is_not_and_waits_longer(rate, burst, steps, cost, more):
    budget, trial, now = Budget(rate=rate, burst=burst), None, 0.0
    trial = Trial(budget)
    for gap, each, part, ended in steps:
        now += gap
        trial.comes(now, max(1, int(each * burst)), part)
        for _ in range(ended):
            trial.ends(now)
    cheap = max(1, int(cost * burst))
    dear = cheap + int(more * burst)
    first, second = budget.admit(now, cheap), None
    if isinstance(first, Admitted):
        first.by.settle(now, reserved=cheap, actual=0)
        return
    second = budget.admit(now, dear)
    assert isinstance(second, Refused)
    assert second.retry_after_s >= first.retry_after_s


@given(rate=RATES, burst=BURSTS, steps=STEPS)
def test_what_comes_back_never_makes_the_budget_more_than_full(rate, burst, steps):
    trial, now = Trial(Budget(rate=rate, burst=burst)), 0.0
    for gap, cost, part, _ in steps:
        now += gap
        trial.comes(now, max(1, int(cost * burst)), part)
    while trial.under_way:
        trial.ends(now)

    assert isinstance(trial.budget.admit(now + 1e9, burst + 1), Refused)
    assert isinstance(trial.budget.admit(now + 1e9, burst), Admitted)


def test_what_was_not_spent_is_there_again_at_once():
    budget = Budget(rate=1, burst=1000)
    found = budget.admit(0.0, 1000)
    assert isinstance(found, Admitted)
    assert Refused(300.0) == budget.admit(0.0, 300)
    found.by.settle(0.0, reserved=1000, actual=100)

    assert isinstance(budget.admit(0.0, 900), Admitted)
    assert isinstance(budget.admit(0.0, 1), Refused)


def test_what_was_reserved_long_is_no_second_budget_when_it_comes_back():
    """Were it taken at once and given back late, the bucket would have filled in between, and 1,900 would fit."""
    budget = Budget(rate=10, burst=1000)
    long = budget.admit(0.0, 1000)
    assert isinstance(long, Admitted)
    assert isinstance(budget.admit(100.0, 1), Refused)
    long.by.settle(100.0, reserved=1000, actual=100)

    assert isinstance(budget.admit(100.0, 901), Refused)
    assert isinstance(budget.admit(100.0, 900), Admitted)


def test_a_debt_ends():
    budget = Budget(rate=10, burst=1000)
    for _ in range(5):
        found = budget.admit(0.0, 1)
        if isinstance(found, Admitted):
            found.by.settle(0.0, reserved=1, actual=1e9)

    refused = budget.admit(0.0, 1000)
    assert isinstance(refused, Refused)
    assert refused.retry_after_s == pytest.approx(200)
    assert isinstance(budget.admit(200.0, 1000), Admitted)


def test_what_others_counted_empties_it_and_leaves_no_debt():
    budget = Budget(rate=10, burst=1000)
    for _ in range(100):
        budget.charge(0.0, 300)

    refused = budget.admit(0.0, 1)
    assert isinstance(refused, Refused)
    assert 0.1 == pytest.approx(refused.retry_after_s)


def test_another_size_keeps_what_was_spent_and_what_is_under_way():
    budget = Budget(rate=10, burst=1000)
    for actual in (300, None):
        found = budget.admit(0.0, 300)
        assert isinstance(found, Admitted)
        if actual is not None:
            found.by.settle(0.0, reserved=300, actual=actual)
    budget.change(0.0, rate=5, burst=700)

    assert isinstance(budget.admit(0.0, 101), Refused)
    assert isinstance(budget.admit(0.0, 100), Admitted)
    assert isinstance(found, Admitted)
    found.by.settle(0.0, reserved=300, actual=0)
    assert isinstance(budget.admit(0.0, 300), Admitted)


def test_a_hundred_thousand_operations_at_the_rate_drift_by_nothing():
    budget, now, begun = Budget(rate=3, burst=100), 5e5, 0
    for _ in range(100_000):
        found = budget.admit(now, 7)
        if isinstance(found, Refused):
            now += found.retry_after_s
            found = budget.admit(now, 7)
        assert isinstance(found, Admitted)
        found.by.settle(now, reserved=7, actual=7)
        begun += 7

    assert (now - 5e5) * 3 == pytest.approx(begun - 100, abs=0.01)
