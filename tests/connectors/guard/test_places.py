"""Places by class: what each may have, and what stays free for those before it."""

import hypothesis.strategies as st
import pytest
from hypothesis import given
from pydantic import ValidationError

from connectors.guard.places import Places
from connectors.guard.shares import Shares
from connectors.terms import Criticality

AGENT, SELF_CARE, PARTNER, BATCH = Criticality


def taken(places: Places, criticality: Criticality) -> int:
    """How many places this class gets now."""
    number = 0
    while places.take(criticality):
        number += 1
    return number


@pytest.mark.parametrize(("criticality", "number"), [(AGENT, 20), (SELF_CARE, 18), (PARTNER, 14), (BATCH, 4)])
def test_a_class_alone_gets_its_share_and_no_more(criticality, number):
    assert number == taken(Places(20, shares=Shares()), criticality)


def test_what_lower_classes_leave_is_there_for_higher_ones():
    places = Places(20, shares=Shares())

    assert [4, 10, 4, 2] == [taken(places, each) for each in reversed(Criticality)]


def test_a_higher_class_may_take_what_a_lower_one_leaves():
    places = Places(20, shares=Shares())

    assert [20, 0, 0, 0] == [taken(places, each) for each in Criticality]


@pytest.mark.parametrize("criticality", Criticality)
def test_a_lone_caller_of_any_class_gets_the_only_place(criticality):
    assert 1 == taken(Places(1, shares=Shares()), criticality)


def test_fewer_places_take_none_away_and_give_none_until_enough_came_back():
    places = Places(4, shares=Shares())
    assert 4 == taken(places, AGENT)
    places.resize(2)

    assert 4 == places.held
    places.give_back(AGENT)
    places.give_back(AGENT)
    assert not places.take(AGENT)
    places.give_back(AGENT)
    assert places.take(AGENT)


@given(
    number=st.integers(1, 50),
    steps=st.lists(st.tuples(st.booleans(), st.sampled_from(Criticality)), max_size=200),
)
def test_no_class_with_those_after_it_ever_holds_more_than_its_share(number, steps):
    places, shares, held = Places(number, shares=Shares()), Shares(), dict.fromkeys(Criticality, 0)
    for takes, criticality in steps:
        if takes:
            held[criticality] += places.take(criticality)
        elif held[criticality]:
            places.give_back(criticality)
            held[criticality] -= 1
        for each in Criticality:
            together = sum(number for other, number in held.items() if other >= each)
            assert together <= max(1, shares.of(each) * number + 1e-6)
        assert places.held == sum(held.values())


def test_a_class_must_not_have_more_than_the_one_before_it():
    with pytest.raises(ValidationError, match="at least as much"):
        Shares(partner=0.1, batch=0.2)
