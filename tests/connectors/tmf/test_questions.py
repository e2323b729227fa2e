"""How ids become questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.tmf.questions import can_filter, can_join, grouped, questions


def test_one_id_is_one_question():
    assert (("1",),) == questions(["1", "1"], join=True, size=100)


def test_several_ids_are_one_question():
    assert (("1", "2", "3"),) == questions(["1", "2", "3", "2"], join=True, size=100)


def test_without_joining_every_id_is_a_question():
    assert (("1",), ("2",)) == questions(["1", "2"], join=False, size=100)


def test_more_ids_than_a_page_are_several_questions():
    assert (("1", "2"), ("3",)) == questions(["1", "2", "3"], join=True, size=2)


@pytest.mark.parametrize("odd", ["a,b", "a;b", "a b", "a*", "a/b", "a'b", 'a"', "a&b", "é", "a\n", "x" * 200, "a>1"])
def test_an_id_with_odd_characters_is_asked_alone(odd):
    assert not can_join(odd)
    assert ((odd,), ("1", "2")) == questions(["1", odd, "2"], join=True, size=100)


@pytest.mark.parametrize("impossible", ["", ".", "..", "\ud800"])
def test_an_id_without_an_address_is_not_asked(impossible):
    assert (("1",),) == questions([impossible, "1"], join=True, size=100)
    assert () == questions([impossible], join=False, size=100)


def test_a_list_stays_short_enough_for_an_address():
    groups = questions([f"{number:0>100}" for number in range(200)], join=True, size=1000)

    assert len(groups) > 1
    assert all(len(",".join(group)) <= 4000 for group in groups)


@pytest.mark.parametrize(("value", "join", "can"), [("1,2", True, False), ("1,2", False, True), ("", False, False)])
def test_a_comma_in_a_filter_value_is_only_safe_where_commas_do_not_join(value, join, can):
    assert can == can_filter(value, join=join)


@given(st.lists(st.text(max_size=20), max_size=40), st.booleans(), st.integers(1, 10))
def test_every_value_is_in_exactly_one_group(values, join, size):
    groups = grouped(values, join=join, size=size)

    assert sorted(set(values)) == sorted(value for group in groups for value in group)
    assert all(1 <= len(group) <= size for group in groups)
