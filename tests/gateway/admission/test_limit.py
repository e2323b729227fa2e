"""How many questions are worked on at once: what makes the limit smaller, what larger, and what leaves it alone."""

import math

import hypothesis.strategies as st
from hypothesis import given

from gateway.admission.limit import Limit

GOOD_S = 0.008


def _after(
    *turns: float, under_way: int, per_s: float = 100.0, wanted: bool = True, limit: Limit | None = None
) -> Limit:
    limit = limit or Limit(least=4, turn_s=GOOD_S)
    for took_s in turns:
        limit.turned(
            took_s, under_way=min(under_way, int(min(limit.at_once, under_way))), per_s=per_s, wanted=wanted, more=5
        )
    return limit


def test_any_number_is_allowed_until_a_turn_is_too_long():
    limit = _after(*[0.005] * 50, under_way=900)

    assert math.isinf(limit.at_once)
    assert limit.allows(10_000)


def test_long_turns_lower_it_from_what_is_under_way_to_the_least():
    assert 4 == _after(*[0.1] * 60, under_way=300).at_once


def test_a_turn_that_is_a_little_too_long_costs_a_few_of_many_that_wait_for_their_systems():
    limit = _after(*[0.012] * 12, under_way=500)

    assert 480 < limit.at_once < 500


def test_what_was_lowered_comes_about_before_it_is_lowered_again():
    limit = _after(0.5, under_way=100)
    lowered = limit.at_once
    for _ in range(50):
        limit.turned(0.5, under_way=100, per_s=100, wanted=True, more=5)

    assert 85 == lowered == limit.at_once


def test_short_turns_raise_it_while_somebody_waits_and_by_no_more_than_it_is_told():
    low = _after(*[0.1] * 60, under_way=300)
    wanted = _after(*[0.0] * 40, under_way=4, limit=low)
    before = wanted.at_once
    unwanted = _after(*[0.0] * 40, under_way=4, wanted=False, limit=wanted)

    assert before == unwanted.at_once
    assert 4 < before <= 4 + 40 * 5


def test_where_a_question_costs_much_turns_may_be_longer_up_to_a_bound():
    cheap = _after(*[0.012] * 60, under_way=40, per_s=400)
    dear = _after(*[0.012] * 60, under_way=40, per_s=25)
    too_long = _after(*[0.060] * 60, under_way=40, per_s=2)

    assert cheap.at_once < 40
    assert math.isinf(dear.at_once), "0.4 of its 40 ms are 16"
    assert too_long.at_once < 40


def test_what_is_forgotten_speaks_against_no_number_any_more():
    limit = _after(*[0.1] * 60, under_way=300)
    limit.forget()

    assert (math.inf, 0.0) == (limit.at_once, limit.turn_s)
    assert math.isinf(_after(0.02, under_way=300, limit=limit).at_once), "one turn is no average"


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 3000), st.floats(0, 5000), st.booleans(), st.floats(0, 50))))
def test_it_is_never_below_the_least(turns):
    limit = Limit(least=4, turn_s=GOOD_S)
    for took_s, under_way, per_s, wanted, more in turns:
        limit.turned(took_s, under_way=under_way, per_s=per_s, wanted=wanted, more=more)
        assert limit.at_once >= 4
        assert limit.allows(3)
