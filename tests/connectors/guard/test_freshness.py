"""What an answer of some age is good for: by its windows, by its caller's terms, and never better when it is older."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.guard import GuardSettings
from connectors.guard.answer import CHECK
from connectors.guard.freshness import CLOCKS_DIFFER_S, Standing, Windows, judge, windows_of
from connectors.terms import Terms

ANY = Terms(at=0)
WINDOWS = Windows(fresh_s=10, revalidate_s=20, stale_s=100)


@pytest.mark.parametrize(
    ("age_s", "standing"),
    [
        (-CLOCKS_DIFFER_S - 0.1, Standing.GONE),
        (-CLOCKS_DIFFER_S, Standing.FRESH),
        (0, Standing.FRESH),
        (9.999, Standing.FRESH),
        (10, Standing.REVALIDATE),
        (29.999, Standing.REVALIDATE),
        (30, Standing.STALE),
        (109.999, Standing.STALE),
        (110, Standing.GONE),
    ],
)
def test_both_windows_begin_where_the_fresh_time_ends(age_s: float, standing: Standing) -> None:
    assert standing is judge(age_s, WINDOWS, ANY)


def test_the_longer_window_is_the_last_one() -> None:
    windows = Windows(fresh_s=10, revalidate_s=20, stale_s=5)

    assert [Standing.REVALIDATE, Standing.GONE] == [judge(age_s, windows, ANY) for age_s in (29.9, 30)]


@pytest.mark.parametrize(
    ("age_s", "max_age_s", "standing"),
    [
        (5, 5, Standing.FRESH),
        (5.1, 5, Standing.TOO_OLD),
        (15, 12, Standing.TOO_OLD),
        (50, 49, Standing.TOO_OLD),
        (50, 60, Standing.STALE),
        (110, 60, Standing.GONE),
        (0, 0, Standing.FRESH),
    ],
)
def test_nothing_older_than_the_caller_takes_is_good_for_it(age_s: float, max_age_s: float, standing: Standing) -> None:
    assert standing is judge(age_s, WINDOWS, Terms(at=0, max_age_s=max_age_s))


@pytest.mark.parametrize(
    ("age_s", "standing"),
    [(7.9, Standing.FRESH), (8, Standing.REVALIDATE), (28, Standing.STALE), (108, Standing.GONE)],
)
def test_an_answer_whose_own_time_is_shorter_ends_sooner(age_s: float, standing: Standing) -> None:
    assert standing is judge(age_s, WINDOWS, ANY, fresh_s=8)


def test_an_answers_own_time_lengthens_nothing() -> None:
    assert Standing.REVALIDATE is judge(10, WINDOWS, ANY, fresh_s=1000)


SECONDS = st.floats(0, 1000)
ALL_WINDOWS = st.builds(Windows, fresh_s=SECONDS, revalidate_s=SECONDS, stale_s=SECONDS)
ALL_TERMS = st.builds(Terms, at=st.just(0.0), max_age_s=st.none() | SECONDS)
_RANK = {Standing.FRESH: 0, Standing.REVALIDATE: 1, Standing.STALE: 2, Standing.TOO_OLD: 3, Standing.GONE: 3}


@given(SECONDS, SECONDS, ALL_WINDOWS, ALL_TERMS, st.none() | SECONDS)
def test_an_older_answer_is_never_better(
    one: float, other: float, windows: Windows, terms: Terms, fresh_s: float | None
) -> None:
    younger, older = sorted((one, other))

    assert (
        _RANK[judge(younger, windows, terms, fresh_s=fresh_s)] <= _RANK[judge(older, windows, terms, fresh_s=fresh_s)]
    )


@given(SECONDS, ALL_WINDOWS, ALL_TERMS, st.none() | SECONDS)
def test_terms_never_make_an_answer_better(age_s: float, windows: Windows, terms: Terms, fresh_s: float | None) -> None:
    without = judge(age_s, windows, ANY, fresh_s=fresh_s)

    assert _RANK[without] <= _RANK[judge(age_s, windows, terms, fresh_s=fresh_s)]


def test_an_operation_has_its_own_windows_and_else_those_of_all() -> None:
    settings = GuardSettings(fresh_s={"Get": 5, "*": 7}, stale_s={"*": 60}, negative_s={"Search": 3})

    assert Windows(fresh_s=5, stale_s=60) == windows_of("Get", settings)
    assert Windows(fresh_s=7, stale_s=60, negative_s=3) == windows_of("Search", settings)


def test_zero_for_one_operation_takes_it_out_of_those_of_all() -> None:
    settings = GuardSettings(fresh_s={"Get": 0, "*": 7})

    assert windows_of("Get", settings) is None
    assert windows_of("Search", settings) is not None


def test_nothing_is_kept_without_a_window() -> None:
    assert windows_of("Get", GuardSettings()) is None
    assert windows_of("Get", GuardSettings(revalidate_s={"Get": 0})) is None


def test_what_check_asks_is_always_live() -> None:
    every = {name: {"*": 60} for name in ("fresh_s", "revalidate_s", "stale_s", "negative_s")}

    assert windows_of(CHECK, GuardSettings.model_validate(every)) is None


def test_the_answer_that_something_is_not_known_is_fresh_or_gone() -> None:
    windows = dataclasses.replace(WINDOWS, negative_s=3).negative

    assert [Standing.FRESH, Standing.GONE] == [judge(age_s, windows, ANY) for age_s in (2.9, 3)]


@pytest.mark.parametrize(("or_older", "standing"), [(False, Standing.TOO_OLD), (True, Standing.STALE)])
def test_what_is_too_old_is_given_only_to_those_who_take_it_rather_than_nothing(
    *, or_older: bool, standing: Standing
) -> None:
    terms = Terms(0).no_older(9, or_older=or_older)

    assert standing is judge(10, Windows(fresh_s=60), terms)
    assert Standing.FRESH is judge(9, Windows(fresh_s=60), terms)
    assert Standing.GONE is judge(60, Windows(fresh_s=60), terms)
