"""Guessing the graph without being shown it (FAULTS 26): real names outside of one's view, in every place of a question."""

import re
from collections.abc import Iterable, Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
)

from tests.e2e.matrix import GRAPH, TABLE
from tests.security.access.world import GIVEN, SHOP, Asker, World, own, words

_ENGLISH = {"value", "field", "type", "values", "operation", "name"}
"""Names of the graph that are words of every message as well."""


def _names(audience: str) -> tuple[set[str], set[str]]:
    """The names in an audience's view, and those that are in the graph and not there."""
    seen = _names_at(each for each in TABLE if TABLE[each].seen[audience] != "-")
    return seen, _names_at(TABLE) - seen


def _names_at(coordinates: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for coordinate in coordinates:
        parent, _, name = coordinate.partition(".")
        found |= {parent, name}
        kind = GRAPH.get_type(parent)
        assert isinstance(kind, GraphQLObjectType)
        if (field := kind.fields.get(name)) is not None:
            found |= set(field.args)
            for each in (field.type, *(arg.type for arg in field.args.values())):
                found |= _names_of(get_named_type(each))
    return found


def _names_of(kind: GraphQLNamedType) -> set[str]:
    if isinstance(kind, GraphQLEnumType):
        return {kind.name, *kind.values}
    if isinstance(kind, GraphQLInputObjectType):
        return {kind.name, *kind.fields, *(get_named_type(each.type).name for each in kind.fields.values())}
    return {kind.name}


def _wrong(name: str) -> Iterator[str]:
    """Names that are almost this one: what suggestions are made for."""
    yield from (name, name[:-1], f"{name}s", f"{name}x", name.capitalize(), name[1:], name.replace("i", "l"))


def _probes(name: str) -> Iterator[str]:
    for each in _wrong(name):
        yield f"{{ {each or 'x'} customer(by: {{id: {GIVEN}}}) {{ {each or 'x'} party {{ {each or 'x'} }} }} }}"
        yield f'{{ line(by: {{msisdn: "99969775584"}}) {{ {each or "x"} account {{ {each or "x"} }} }} }}'
    yield f"query ($x: {name}) {{ __typename @skip(if: $x) }}"
    yield f"{{ ... on {name} {{ id }} }}"
    yield f"{{ customer({name}: 1) {{ id }} }}"
    yield f'{{ customer(by: {{{name}: "1"}}) {{ id }} }}'
    yield f"{{ viewer {{ clientId @{name} }} }}"
    yield f"{{ customer(by: {name}) {{ id }} }}"
    yield f'{{ customer(by: {{id: "1"}}) {{ {name} {{ id }} }} line(by: {{id: "1"}}) {{ network {{ {name} }} }} }}'


def _told(world: World, who: Asker | None, text: str) -> str:
    """What an answer says without the words of its question."""
    answer = world.post(who, text).json()
    return "|".join(
        " ".join(sorted(set(re.findall(r"\w+", each["message"])) - words(text))) + str(each["extensions"]["code"])
        for each in answer["errors"]
    )


@pytest.mark.parametrize("who", [SHOP, own(GIVEN), None], ids=str)
def test_no_name_outside_of_the_view_is_recovered(world: World, who: Asker | None) -> None:
    """
    For each real name that is not there the answers are those for a name that nobody has thought of, to the letter.

    Whoever goes through a list of words, as clairvoyance does, so finds nothing; and no answer tells a name that was
    not in its question.
    """
    seen, hidden = _names({None: "partner", "shop": "partner"}.get(who.client if who else None, "self_care"))
    # Federation's own name, as `__schema` is GraphQL's: refused in the same words whether there is one or not.
    hidden -= {"_service"}
    recovered: set[tuple[str, str]] = set()
    learnt: set[str] = set()
    nothing: dict[str, str] = {}

    for name in sorted(hidden):
        # Of the same length and case: so that nothing but the name differs.
        nonsense = re.sub("[A-Z]", "Q", re.sub("[a-z0-9]", "z", name))
        for real, other in zip(_probes(name), _probes(nonsense), strict=True):
            told = _told(world, who, real)
            learnt |= set(re.findall(r"\w+", told)) & ((hidden | seen) - words(real))
            if other not in nothing:
                nothing[other] = _told(world, who, other)
            if name in words(real) and told != nothing[other]:
                recovered.add((name, real))

    assert len(hidden) >= 20
    assert (set(), set()) == (recovered, learnt - _ENGLISH)
    assert {"Customer", "bills"} <= seen
