"""The graph composes with other subgraphs by both public composers, and the marks that this needs are there."""

from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type, is_enum_type

from tests.e2e.federation.support import NOTES, TICKETS, run
from tests.resolvers.support import SCHEMA

COMPOSERS = ("guild", "apollo")
SHARED = ("Money", "PageInfo", "Quantity", "TimePeriod")
OURS = SCHEMA.as_str()

CASES = {
    "tickets": (OURS, TICKETS),
    "notes": (OURS, NOTES),
    **{shared: (OURS.replace(f"type {shared} @shareable", f"type {shared}"), TICKETS) for shared in SHARED},
    "without the CRM's number as key": (OURS.replace(' @key(fields: "customerNumber")', ""), TICKETS),
    "another meaning of a word": (
        OURS,
        f"{TICKETS}\ntype Party {{ name: String }}\nextend type Ticket {{ by: Party }}",
    ),
    "another root question of the same name": (OURS, TICKETS.replace("  tickets(", "  line(")),
}


@pytest.fixture(scope="module")
def composed() -> dict[str, dict[str, Any]]:
    """What each composer makes of each case, all in one process."""
    results = run("composition.js", given=[{"switchboard": ours, "other": other} for ours, other in CASES.values()])
    return dict(zip(CASES, results, strict=True))


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("other", ["tickets", "notes"])
def test_the_graph_composes_with_another_subgraph(composed: dict[str, Any], other: str, composer: str) -> None:
    result = composed[other][composer]

    print(*result["hints"], sep="\n")  # noqa: T201 - shown by `pytest -rP`.
    assert [] == result["errors"]
    assert result["supergraph"]


@pytest.mark.parametrize("composer", COMPOSERS)
def test_what_the_other_adds_stands_beside_what_is_ours(composed: dict[str, Any], composer: str) -> None:
    customer = composed["tickets"][composer]["supergraph"].partition("\ntype Customer")[2].partition("\n}")[0]

    assert 'key: "id"' in customer
    assert 'key: "customerNumber"' in customer
    assert "tickets: [Ticket!]!" in customer
    assert "lines(" in customer


def test_hints_are_only_about_an_enum_and_directives_of_which_the_other_knows_less(composed: dict[str, Any]) -> None:
    """
    Apollo's composer hints at what may be meant otherwise; a new kind of hint deserves a look.
    """
    hints = [hint for other in ("tickets", "notes") for hint in composed[other]["apollo"]["hints"]]
    kinds = {hint.partition(":")[0] for hint in hints}
    ours = [hint for hint in hints if hint.startswith(("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", "UNUSED_ENUM"))]

    assert {
        "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
        "INCONSISTENT_DESCRIPTION",
        "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE",
        "UNUSED_ENUM_TYPE",
    } >= kinds
    assert all(any(name in hint for name in ('"@within"', '"@fresh"', '"FreshElse"')) for hint in ours), ours


@pytest.mark.parametrize("composer", COMPOSERS)
def test_what_callers_say_of_time_and_age_stays_in_this_subgraph(composed: dict[str, Any], composer: str) -> None:
    """
    Both composers drop directives of operations that not every subgraph has: behind a router, headers say the same.
    """
    supergraph = composed["tickets"][composer]["supergraph"]

    assert "directive @fresh" in OURS
    assert "directive @within" in OURS
    assert "directive @fresh" not in supergraph
    assert "directive @within" not in supergraph


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("shared", SHARED)
def test_a_small_type_that_others_have_too_composes_because_it_is_shareable(
    composed: dict[str, Any], shared: str, composer: str
) -> None:
    result = composed[shared][composer]

    assert result["supergraph"] is None
    assert any(f'"{shared}.' in error for error in result["errors"])


@pytest.mark.parametrize("composer", COMPOSERS)
def test_others_reach_our_customers_because_the_crms_number_is_a_key(composed: dict[str, Any], composer: str) -> None:
    assert composed["without the CRM's number as key"][composer]["errors"]


@pytest.mark.parametrize("composer", COMPOSERS)
@pytest.mark.parametrize("clash", ["another meaning of a word", "another root question of the same name"])
def test_a_clash_of_names_fails_when_composing_and_is_not_merged(
    composed: dict[str, Any], clash: str, composer: str
) -> None:
    assert composed[clash][composer]["supergraph"] is None
    assert any("shareable" in error for error in composed[clash][composer]["errors"])


def test_enums_are_only_given_so_that_those_of_others_can_join_them() -> None:
    """
    An enum that is also taken must be the same in every subgraph.
    """
    types = SCHEMA._schema.type_map.values()
    taken = [
        *(
            argument.type
            for found in types
            for field in getattr(found, "fields", {}).values()
            for argument in getattr(field, "args", {}).values()
        ),
        *(
            member.type
            for found in types
            if isinstance(found, GraphQLInputObjectType)
            for member in found.fields.values()
        ),
    ]

    assert [] == [str(each) for each in taken if is_enum_type(get_named_type(each)) and not str(each).startswith("__")]
