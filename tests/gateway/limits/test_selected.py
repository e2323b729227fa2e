"""What operations select, counted as execution takes it: a fragment once per selection, by whatever way it came."""

import time

import pytest
from graphql import parse

from gateway.limits.fragments import FragmentCycle, ordered
from gateway.limits.selected import Selected, selected
from tests.bars import bar
from tests.gateway.limits.documents import bomb, doubling


def _one(text: str, **weights: float) -> Selected:
    (found,) = selected(parse(text), weights=weights)
    return found


def test_fields_are_counted_with_those_below_them() -> None:
    found = _one("{ a b { c d { e } } }")

    assert (3, 2, 5) == (found.depth, found.root_fields, found.fields)


def test_inline_fragments_add_no_level() -> None:
    assert _one("{ a b { c } }") == _one("{ ... { a ... on X { b { ... { ... { c } } } } } }")


def test_a_fragment_counts_once_in_a_selection_however_often_it_is_spread() -> None:
    fragment = "fragment F on Q { a b }"

    assert 2 == _one("{ ...F ...F ... { ...F } ... @skip(if: true) { ...F } }" + fragment).fields


def test_a_fragment_counts_once_by_whatever_fragments_it_comes() -> None:
    text = "{ ...A ...B } fragment A on Q { x ...C } fragment B on Q { y ...C ...A } fragment C on Q { z }"

    assert (3, 3) == (_one(text).fields, _one(text).root_fields)


def test_a_fragment_counts_in_each_selection_that_it_is_spread_in() -> None:
    assert 7 == _one("{ a { ...F } b { ...F } ...F } fragment F on Q { c { ...G } } fragment G on Q { d }").fields - 1


def test_a_fragment_that_is_not_there_counts_nothing() -> None:
    assert 1 == _one("{ a ...Nothing }").fields


def test_each_operation_is_counted_by_itself() -> None:
    found = selected(parse("query A { a } query B { ...F } fragment F on Q { b { c } }"), weights={})

    assert [1, 2] == [one.fields for one in found]


def test_the_bomb_is_one_field() -> None:
    assert (1, 1) == (_one(bomb()).fields, _one(bomb()).depth)


def test_what_really_doubles_becomes_a_huge_number_quickly() -> None:
    before = time.thread_time()

    assert _one(doubling(80)).fields > 2**80
    assert time.thread_time() - before < 2


def test_weights_multiply_what_is_below() -> None:
    found = _one("{ __schema { types { name fields { name } } } other }", types=10, fields=3)

    # 10 types, each with a name and 3 fields that have a name.
    assert 10 * (1 + 1 + 3 * (1 + 1)) == found.introspected
    assert 5 + 1 == found.fields


def test_values_below_other_fields_are_not_introspection() -> None:
    assert 0 == _one("{ a { types { fields { name } } } }", types=10, fields=3).introspected


@pytest.mark.parametrize(
    ("spreads", "expected"),
    [
        ({}, []),
        ({"A": {"B"}, "B": {"C"}, "C": set()}, ["C", "B", "A"]),
        ({"A": {"Nothing"}}, ["A"]),
        ({"A": {"C"}, "B": {"C"}, "C": set()}, ["C", "A", "B"]),
    ],
)
def test_fragments_come_after_those_they_spread(spreads: dict[str, set[str]], expected: list[str]) -> None:
    assert expected == ordered(spreads)


@pytest.mark.parametrize(
    "spreads", [{"A": {"A"}}, {"A": {"B"}, "B": {"A"}}, {"X": set(), "A": {"B"}, "B": {"C", "X"}, "C": {"B"}}]
)
def test_a_circle_is_found(spreads: dict[str, set[str]]) -> None:
    with pytest.raises(FragmentCycle) as raised:
        ordered(spreads)

    assert raised.value.name in {"A", "B", "C"}


def test_a_chain_of_a_hundred_thousand_fragments_is_walked_without_recursion() -> None:
    spreads = {str(n): {str(n + 1)} for n in range(100_000)}
    began = time.process_time()

    assert "99999" == ordered(spreads)[0]
    # To look at the end of a dict from which much was taken made it five seconds.
    assert time.process_time() - began < bar(2)
