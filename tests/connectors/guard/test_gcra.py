"""GCRA against what it promises: a window lets through no more than it may, and refuses nothing that fits."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from connectors.guard.gcra import Gcra, burst_that_arrives

RATES = st.floats(min_value=0.1, max_value=1000)
BURSTS = st.integers(min_value=1, max_value=50)
# In halves of a call's time at the rate, so that gaps near the border come often.
GAPS = st.lists(st.one_of(st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0]), st.floats(0, 100)), min_size=1, max_size=200)
SLACK = 1e-6


@given(rate=RATES, burst=BURSTS, gaps=GAPS, start=st.floats(0, 1e6))
def test_in_no_window_more_are_let_through_than_rate_and_burst_allow(rate, burst, gaps, start):
    bucket, now, taken = Gcra(rate=rate, burst=burst), start, []
    for gap in gaps:
        now += gap / rate
        if bucket.take(now) == 0:
            taken.append(now)

    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= rate * (taken[last] - taken[first]) + burst + SLACK * rate + 1e-3


@given(
    rate=RATES,
    burst=st.integers(1, 20),
    pauses=st.dictionaries(st.integers(0, 200), st.floats(0, 20), max_size=5),
    late=st.floats(0, 10),
    window=st.floats(0, 20),
    chance=st.randoms(use_true_random=False),
)
def test_in_no_window_more_arrive_than_rate_and_burst_allow_however_late_each_is(
    rate, burst, pauses, late, window, chance
):
    late_s, window_s, now, held_until, arrived = late / rate, window / rate, 1e3, 1e3 + late / rate, []
    bucket = Gcra(rate=rate, burst=burst_that_arrives(burst, rate=rate, late_s=late_s))
    for turn in range(200):
        now += pauses.get(turn, 0.25) / rate
        if turn in pauses:
            # Whoever is let through then is held up, and let go together.
            held_until = now + late_s
        while bucket.take(now) == 0:
            arrived.append(held_until if now < held_until else now + chance.choice([0.0, 0.0, 0.0, late_s]))

    # A bucket holds one call at least; what is late beside that is more than was promised.
    most = max(window + burst, window + late + 1)
    for first in arrived:
        assert sum(first <= each <= first + window_s for each in arrived) <= most + 1e-3


@given(rate=RATES, burst=BURSTS, gaps=GAPS)
def test_none_is_refused_that_fits_a_bucket_that_fills(rate, burst, gaps):
    bucket, now, left, filled_at = Gcra(rate=rate, burst=burst), 0.0, float(burst), 0.0
    for gap in gaps:
        now += gap / rate
        left, filled_at = min(float(burst), left + (now - filled_at) * rate), now
        if bucket.take(now) == 0:
            left -= 1
            assert left >= -1e-6
        else:
            assert left < 1


@given(rate=RATES, burst=BURSTS, gaps=GAPS, kept=st.floats(0, 1))
def test_whoever_comes_back_when_told_is_let_through_and_not_before(rate, burst, gaps, kept):
    bucket, now, kept_free = Gcra(rate=rate, burst=burst), 1000.0, kept * (burst - 1)
    for gap in gaps:
        now += gap / rate
        wait = bucket.take(now, kept_free=kept_free)
        if wait > 1e-6:
            assert bucket.take(now + wait * 0.9, kept_free=kept_free) > 0
            now += wait
            assert bucket.take(now, kept_free=kept_free) == 0


@given(burst=st.integers(2, 50), kept=st.floats(0, 1))
def test_what_is_kept_free_is_there_for_those_who_need_not_leave_it(burst, kept):
    bucket, kept_free = Gcra(rate=10, burst=burst), kept * (burst - 1)
    while bucket.take(0.0, kept_free=kept_free) == 0:
        pass

    others = 0
    while bucket.take(0.0) == 0:
        others += 1

    assert others >= int(kept_free)


def test_a_million_calls_at_the_rate_drift_by_nothing():
    bucket, now = Gcra(rate=3, burst=1), 5e5
    assert 0 == bucket.take(now)
    for _ in range(1_000_000 - 1):
        wait = bucket.take(now)
        now += wait
        assert 0 == bucket.take(now)
    assert (now - 5e5) * 3 == pytest.approx(1_000_000 - 1, abs=0.01)


def test_what_others_counted_empties_the_bucket_and_leaves_no_debt():
    bucket = Gcra(rate=10, burst=5)
    for _ in range(100):
        bucket.charge(0.0)

    assert 0.1 == pytest.approx(bucket.take(0.0))
    assert 0 == bucket.take(0.1)
