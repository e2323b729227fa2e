"""What is read of a representation, whatever its shape."""

from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from resolvers.failures import BadInput
from resolvers.representations import MAX_KEY_LENGTH, OTHER_KEY, Kind, read
from tests.resolvers.support import SCHEMA

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_entities_and_their_keys_are_those_that_the_graph_declares() -> None:
    declared = {
        line.split()[1]: [part.split('"')[1] for part in line.split("@key")[1:]]
        for line in SCHEMA.as_str().splitlines()
        if line.startswith("type ") and "@key" in line
    }

    assert declared == {kind.value: ["id", *([OTHER_KEY[kind]] if kind in OTHER_KEY else [])] for kind in Kind}


@pytest.mark.parametrize("kind", Kind)
def test_a_representation_may_name_its_thing_by_id(kind: Kind) -> None:
    named = read({"__typename": kind.value, "id": "sb1x"})

    assert (kind, "sb1x", None) == (named.kind, named.id, named.other)


@pytest.mark.parametrize("kind", OTHER_KEY)
def test_a_representation_may_name_its_thing_by_its_other_key(kind: Kind) -> None:
    named = read({"__typename": kind.value, OTHER_KEY[kind]: "1000042"})

    assert (kind, None, "1000042") == (named.kind, named.id, named.other)


def test_what_stands_beside_the_keys_is_ignored() -> None:
    named = read({"__typename": "Bill", "id": "sb1x", "amount": {"deep": [[{}]]}, "customerNumber": 5, "": None})

    assert (Kind.BILL, "sb1x", None) == (named.kind, named.id, named.other)


def test_a_null_key_beside_a_good_one_counts_as_not_given() -> None:
    assert "1000042" == read({"__typename": "Customer", "id": None, "customerNumber": "1000042"}).other


@pytest.mark.parametrize(
    "typename",
    [
        None,
        7,
        True,
        ["Customer"],
        {"Customer": 1},
        "",
        "customer",
        "Money",
        "Query",
        "__Schema",
        "_Entity",
        "Source",
        "x",
    ],
)
def test_only_entities_can_be_named(typename: object) -> None:
    with pytest.raises(BadInput):
        read({"__typename": typename, "id": "sb1x", "customerNumber": "1000042", "msisdn": "99960000042"})


@pytest.mark.parametrize("value", [None, 7, 0.5, True, "Customer", [], ["Customer"]])
def test_a_representation_is_an_object(value: object) -> None:
    with pytest.raises(BadInput, match="must be an object"):
        read(value)


@pytest.mark.parametrize("key", [7, 0.5, True, [], ["1000042"], {}, {"id": "1000042"}, "", "1" * (MAX_KEY_LENGTH + 1)])
@pytest.mark.parametrize("name", ["id", "customerNumber"])
def test_a_key_is_text_of_bounded_length(name: str, key: object) -> None:
    with pytest.raises(BadInput):
        read({"__typename": "Customer", name: key})


@pytest.mark.parametrize("kind", Kind)
def test_a_representation_without_a_complete_key_is_refused(kind: Kind) -> None:
    with pytest.raises(BadInput, match="needs its key"):
        read({"__typename": kind.value, "id": None, "name": "x"})


def test_nothing_personal_shows_when_a_representation_is_printed() -> None:
    assert "1000042" not in repr(read({"__typename": "Customer", "id": "1000042", "customerNumber": "1000042"}))


@hypothesis.given(
    _JSON
    | st.fixed_dictionaries({"__typename": st.sampled_from([kind.value for kind in Kind]) | _JSON, "id": _JSON})
    | st.fixed_dictionaries({"__typename": st.just("Line"), "msisdn": _JSON})
)
def test_any_json_is_either_a_representation_or_bad_input(value: object) -> None:
    try:
        named = read(value)
    except BadInput:
        return
    assert isinstance(value, dict)
    assert {named.id, named.other} - {None} <= {each for each in value.values() if isinstance(each, str)}
