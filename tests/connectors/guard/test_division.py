"""Division: what each process gets of the places at a system, by what all of them want."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from connectors.guard.division import divide, wants
from connectors.guard.shares import Shares
from connectors.terms import Criticality

EVERYTHING = Shares(self_care=1, partner=1, batch=1)

all_wants = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(*[st.integers(0, 40)] * 5), max_size=8)


def agents(**wanted: int) -> dict[str, tuple[int, ...]]:
    return {name: (places, 0, 0, 0, 0) for name, places in wanted.items()}


@pytest.mark.parametrize(
    ("wanted", "whole", "given_out"),
    [
        ({"a": 3, "b": 5}, 10, {"a": 3, "b": 5}),
        ({"a": 30, "b": 5}, 10, {"a": 5, "b": 5}),
        ({"a": 30, "b": 2}, 10, {"a": 8, "b": 2}),
        ({"a": 30, "b": 30, "c": 1}, 9, {"a": 4, "b": 4, "c": 1}),
        ({"a": 7}, 10, {"a": 7}),
        ({}, 10, {}),
    ],
)
def test_where_there_is_not_enough_all_get_the_same_or_what_they_want(wanted, whole, given_out):
    assert given_out == divide(agents(**wanted), whole=whole, turn=0)


def test_the_more_important_class_is_served_first_wherever_it_is():
    wanted = {"a": (0, 0, 8, 0, 2), "b": (6, 0, 0, 0, 0), "c": (0, 0, 0, 9, 0)}

    assert {"a": 4, "b": 6, "c": 0} == divide(wanted, whole=10, turn=0)


def test_what_is_left_over_goes_round():
    got = [divide(agents(a=5, b=5, c=5), whole=2, turn=turn) for turn in range(3)]

    assert {"a": 2, "b": 2, "c": 2} == {name: sum(each[name] for each in got) for name in "abc"}


@given(all_wants, st.integers(1, 60), st.integers(0, 100))
def test_no_more_is_given_than_there_is_and_no_less_than_is_wanted(wanted, whole, turn):
    got = divide(wanted, whole=whole, turn=turn)

    assert sum(got.values()) == min(whole, sum(map(sum, wanted.values())))
    assert all(got[name] <= sum(wanted[name]) for name in wanted)


@given(all_wants, st.integers(1, 60), st.integers(0, 100))
def test_whoever_gets_less_than_it_wants_has_as_much_as_anybody_of_its_class_but_for_one(wanted, whole, turn):
    only_agents = {name: (each[0], 0, 0, 0, 0) for name, each in wanted.items()}
    got = divide(only_agents, whole=whole, turn=turn)

    for name, each in only_agents.items():
        if got[name] < each[0]:
            assert got[name] >= max(got.values()) - 1


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4), st.integers(1, 60), st.integers(1, 20))
def test_a_process_that_gets_what_it_wants_can_use_it(demand, most, in_hand):
    shares = Shares()
    wanted = wants(demand, shares=shares, most=most, in_hand=in_hand)
    got = sum(wanted)

    assert got <= max(most, sum(wanted[:-1]))
    for each in Criticality:
        assert sum(wanted[each:-1]) <= shares.places(each, of=got)


def test_a_class_wants_no_more_than_its_share_lets_it_use():
    assert 4 == wants((0, 0, 0, 100), shares=Shares(), most=20, in_hand=1)[Criticality.BATCH]
    assert 20 == wants((0, 0, 0, 100), shares=EVERYTHING, most=20, in_hand=1)[Criticality.BATCH]


def test_something_is_kept_in_hand():
    assert (0, 0, 0, 0, 3) == wants((0, 0, 0, 0), shares=Shares(), most=20, in_hand=3)
    assert (8, 0, 0, 0, 3) == wants((8, 0, 0, 0), shares=Shares(), most=20, in_hand=3)
    assert (20, 0, 0, 0, 0) == wants((30, 0, 0, 0), shares=Shares(), most=20, in_hand=3)


def test_what_lesser_classes_want_takes_nothing_from_what_agents_want():
    assert (10, 0, 0, 0) == wants((14, 0, 0, 13), shares=EVERYTHING, most=10, in_hand=0)[:4]
    assert (6, 0, 1, 2) == wants((6, 0, 1, 13), shares=Shares(), most=10, in_hand=0)[:4]
    assert (0, 0, 7, 0) == wants((0, 0, 14, 14), shares=Shares(), most=10, in_hand=0)[:4]
