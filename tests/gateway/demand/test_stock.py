"""Leases ahead: what several replicas let in together, against one shared bucket."""

import hypothesis.strategies as st
from hypothesis import given

from gateway.demand.budget import Admitted, Refused
from gateway.demand.stock import Stock

PARTS = st.floats(0, 1)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.one_of(st.just(0.0), st.floats(0, 20)), PARTS, PARTS, st.integers(0, 2)),
    max_size=80,
)
SLACK = 1e-3


class Shared:
    """The shared bucket, as the script in Redis has it."""

    def __init__(self, *, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._full_at = float("-inf")
        self.trips = 0

    def lease(self, now: float, need: float, want: float) -> tuple[float, float, float]:
        self.trips += 1
        self._full_at = max(now, self._full_at)
        left = self.burst - (self._full_at - now) * self.rate
        if need > left + 1e-6:
            return (need - left) / self.rate, 0.0, left
        granted = max(need, min(want, int(left)))
        self._full_at += granted / self.rate
        return 0.0, granted, left - granted


def ask(stock: Stock, shared: Shared, now: float, cost: int) -> Admitted | Refused:
    while (found := stock.admit(now, cost)) is None:
        wait, granted, left = shared.lease(now, *stock.wants(cost))
        stock.asked(now, granted=granted, left=left)
        if not granted:
            return Refused(wait)
    return found


@given(rate=st.floats(0.5, 1000), burst=st.integers(40, 20_000), part=st.sampled_from([0.05, 0.25]), steps=STEPS)
def test_replicas_let_in_what_is_shared_and_once_what_each_had_in_hand(rate, burst, part, steps):
    lease = part * burst
    shared = Shared(rate=rate, burst=burst)
    stocks = [Stock(most=lease, rate=rate, burst=burst) for _ in range(3)]
    now, in_hand = 0.0, []
    under_way: list[tuple[int, Admitted, float]] = []
    let_in: list[tuple[float, float]] = []
    for which, gap, cost, actual, ended in steps:
        now += gap
        for number, earlier, spent in under_way[:ended]:
            earlier.by.settle(now, reserved=earlier.cost, actual=spent)
            let_in[number] = (let_in[number][0], spent)
        del under_way[:ended]
        reserved = sum(each.cost for _, each, _ in under_way)
        found = ask(stocks[which], shared, now, max(1, int(cost * burst)))
        if isinstance(found, Admitted):
            under_way.append((len(let_in), found, actual * found.cost))
            let_in.append((now, found.cost))
            in_hand.append(3 * lease + reserved)
        together = 0.0
        for first in reversed(range(len(let_in))):
            together += let_in[first][1]
            assert together <= burst + rate * (now - let_in[first][0]) + in_hand[first] + SLACK


def test_many_small_operations_ask_once_for_all():
    shared = Shared(rate=1000, burst=15_000)
    stock = Stock(most=3750, rate=1000, burst=15_000)
    for _ in range(37):
        assert isinstance(ask(stock, shared, 0.0, 100), Admitted)

    assert 1 == shared.trips


def test_whoever_was_refused_is_refused_again_without_asking_until_it_can_fit():
    shared = Shared(rate=10, burst=1000)
    stock = Stock(most=100, rate=10, burst=1000)
    assert isinstance(ask(stock, shared, 0.0, 1000), Admitted)
    assert isinstance(ask(stock, shared, 0.0, 200), Refused)
    trips = shared.trips
    for tenth in range(199):
        assert isinstance(ask(stock, shared, tenth / 10, 200), Refused)
    assert trips == shared.trips

    assert isinstance(ask(stock, shared, 20.1, 200), Admitted)


def test_what_comes_back_is_never_more_than_a_lease():
    shared = Shared(rate=10, burst=1000)
    stock = Stock(most=100, rate=10, burst=1000)
    found = ask(stock, shared, 0.0, 800)
    assert isinstance(found, Admitted)
    found.by.settle(0.0, reserved=800, actual=0)

    # 900 were leased and none was spent: 100 stay here, 100 are shared.
    assert isinstance(ask(stock, shared, 0.0, 201), Refused)
    assert isinstance(ask(stock, shared, 0.0, 200), Admitted)


def test_a_debt_is_paid_from_the_shared_budget_and_keeps_nobody_out_for_good():
    shared = Shared(rate=10, burst=1000)
    stock = Stock(most=100, rate=10, burst=1000)
    found = ask(stock, shared, 0.0, 1)
    assert isinstance(found, Admitted)
    found.by.settle(0.0, reserved=1, actual=1e9)

    now = 0.0
    for _ in range(10):
        if isinstance(found := ask(stock, shared, now, 1000), Admitted):
            break
        now += found.retry_after_s
    assert isinstance(found, Admitted)
    assert now <= 210
