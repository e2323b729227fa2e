"""What is left of an operation without the fields that may not be read: their names, and whether they are selected."""

from graphql import print_ast, strip_ignored_characters

from gateway.policy.pruning import pruned
from schema.policy import Audience
from tests.gateway.policy.asking import operations
from tests.resolvers.support import SCHEMA

AGENTS = operations(Audience.AGENT)


def left_of(text: str, *hidden: str) -> str:
    outline = AGENTS.prepare(text).outlines[None]
    before = print_ast(outline.document)

    found = pruned(outline, SCHEMA._schema, frozenset(hidden))

    assert before == print_ast(outline.document)
    return strip_ignored_characters(print_ast(found.document))


def test_a_field_keeps_its_name_and_loses_what_is_below_it() -> None:
    text = '{ customer(by: {id: "1"}) { name x: bills(first: 3) { nodes { id } } } }'

    assert '{customer(by:{id:"1"}){name x:bills}}' == left_of(text, "Customer.bills")
    assert "{customer}" == left_of(text, "Query.customer")


def test_also_in_fragments_and_only_on_the_type_that_is_meant() -> None:
    text = (
        '{ customer(by: {id: "1"}) { ... on Customer { source { system } } ...F } } '
        "fragment F on Customer { bills { nodes { source { system } } } }"
    )

    left = left_of(text, "Customer.source")

    assert "...on Customer{source}" in left
    assert "fragment F on Customer{bills{nodes{source{system}}}}" in left


def test_whether_it_is_selected_still_counts_and_how_young_it_should_be_does_not() -> None:
    text = (
        "query Q($no: Boolean = false) "
        '{ customer(by: {id: "1"}) { name bills @include(if: $no) @fresh(maxAge: 0) { totalCount } } }'
    )

    assert "bills@include(if:$no)}" in left_of(text, "Customer.bills")


def test_other_operations_of_the_document_are_left_out() -> None:
    prepared = AGENTS.prepare('query A { customer(by: {id: "1"}) { name } } query B { line(by: {id: "1"}) { id } }')

    found = pruned(prepared.outlines["A"], SCHEMA._schema, frozenset({"Customer.name"}))

    assert ["A"] == [each.name.value for each in found.document.definitions]  # type: ignore[attr-defined]
