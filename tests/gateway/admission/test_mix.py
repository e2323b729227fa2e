"""Of which class there are too many, told by who else is let in."""

import hypothesis.strategies as st
from hypothesis import given

from connectors.terms import Criticality
from gateway.admission.mix import Mix

AGENT, SELF_CARE, PARTNER, BATCH = Criticality


def _after(*classes: Criticality) -> Mix:
    mix = Mix()
    for each in classes:
        mix.add(each)
    return mix


def test_a_class_that_takes_all_the_time_has_nobody_beside_it() -> None:
    mix = _after(*[AGENT] * 300)

    assert not any(mix.has_others_beside(each) for each in Criticality)


def test_whoever_comes_before_those_that_are_let_in_as_well_has_others_beside_it() -> None:
    mix = _after(*[AGENT, AGENT, PARTNER] * 50)

    assert [True, True, False, False] == [mix.has_others_beside(each) for each in Criticality]


def test_a_few_of_others_are_not_enough() -> None:
    assert not _after(*[*[AGENT] * 19, BATCH] * 10).has_others_beside(AGENT)


def test_before_anybody_was_let_in_nothing_is_known() -> None:
    assert not any(Mix().has_others_beside(each) for each in Criticality)


@given(st.lists(st.sampled_from(Criticality), max_size=600))
def test_a_more_important_class_never_has_fewer_beside_it_and_the_last_has_none(before) -> None:
    found = [_after(*before).has_others_beside(each) for each in Criticality]

    assert sorted(found, reverse=True) == found
    assert not found[-1]


@given(st.lists(st.sampled_from(Criticality), max_size=600))
def test_what_was_long_ago_is_forgotten(before) -> None:
    assert not _after(*before, *[AGENT] * 1200).has_others_beside(AGENT)
    assert _after(*before, *[AGENT, BATCH] * 600).has_others_beside(AGENT)


def test_a_burst_of_a_hundred_is_no_flood() -> None:
    assert _after(*[AGENT, BATCH] * 256, *[AGENT] * 100).has_others_beside(AGENT)
