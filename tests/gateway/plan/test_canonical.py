"""The hash of an operation: the same for what is the same operation, however and beside whatever it is written."""

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    print_ast,
    strip_ignored_characters,
)
from hypothesis import given

from gateway.plan.canonical import canonical
from gateway.plan.outline import Outline, outline
from tests.gateway.plan.generated import Generated, operations

PLAIN = (
    'query Q { line(by: {msisdn: "60000042"}) { ...A ...B } } fragment A on Line { id } fragment B on Line { msisdn }'
)


def _outline(text: str, name: str | None = None) -> Outline:
    document = parse(text)
    operation = get_operation_ast(document, name)
    assert operation is not None
    return outline(document, operation)


def _by_graphql_core(text: str) -> str:
    """What graphql-core's own printer and stripper make of the only operation of *text* and all its fragments."""
    document = parse(text)
    used = sorted(
        (found for found in document.definitions if isinstance(found, FragmentDefinitionNode)),
        key=lambda found: found.name.value,
    )
    operation = next(found for found in document.definitions if isinstance(found, OperationDefinitionNode))
    return strip_ignored_characters(print_ast(DocumentNode(definitions=(operation, *used))))


@pytest.mark.parametrize(
    "same",
    [
        PLAIN.replace(" ", "\n\t "),
        PLAIN.replace(" {", ",,{"),
        PLAIN.replace("{ id }", "{ id # the id\n }"),
        f"\ufeff# a comment\n{PLAIN}",
        'fragment B on Line { msisdn } fragment A on Line { id } query Q { line(by: {msisdn: "60000042"}) { ...A ...B } }',
        PLAIN.replace('"60000042"', '"6000\\u003004\\u0032"'),
        f'"""Told to people."""\n{PLAIN}',
        PLAIN.replace("fragment A", '"What it is for." fragment A'),
    ],
)
def test_how_a_document_is_written_does_not_matter(same: str) -> None:
    assert _outline(PLAIN).digest == _outline(same).digest


def test_what_else_is_in_the_document_does_not_matter() -> None:
    more = f"{PLAIN} query Other {{ __typename ...C }} fragment C on Query {{ __typename }}"

    assert _outline(PLAIN).digest == _outline(more, "Q").digest


@pytest.mark.parametrize(
    "other",
    [
        PLAIN.replace("Q {", "R {"),
        PLAIN.replace("60000042", "60000043"),
        PLAIN.replace("{ id }", "{ a: id }"),
        PLAIN.replace("{ id }", "{ id @skip(if: false) }"),
        PLAIN.replace("...A ...B", "...B ...A"),
        PLAIN.replace("Q {", "Q ($x: Int) {"),
        PLAIN.replace('"60000042"', '" 60000042"'),
    ],
)
def test_what_an_operation_asks_matters(other: str) -> None:
    assert _outline(PLAIN).digest != _outline(other).digest


@pytest.mark.parametrize(
    "text",
    [
        "{ a }",
        "query { a }",
        "query # why\n { a }",
        "query Q { a }",
        "query ($x: Int) { a }",
        "query query { query }",
        "query @x { a }",
        "mutation { a }",
        "{ a(x: 1) ...F } fragment F on Q { b }",
        "{ a(x: [1 ...on] y: 1.5e3 z: -0, e: RED n: null b: true v: $v o: {a: 1, b: []}) }".replace("...on", "on"),
        '{ a(x: "\\u0041\\n\\"\\\\\\t\\u0000") }',
        '{ a(x: """\n   block\n     "quoted" \\""" \n  """) }',
        '{ a(x: """""") b(x: "") }',
        "query ($x: [Int!]! = [1, 2] @d, $y: T = {a: $z}) { a @include(if: $x) @skip(if: true) { ... @x { c } } }".replace(
            "{a: $z}", "{a: 1}"
        ),
        "subscription S { a ... on T { b } ... { c } }",
    ],
)
def test_the_text_is_the_one_other_tools_come_to(text: str) -> None:
    document = parse(text)
    fragments = [found for found in document.definitions if isinstance(found, FragmentDefinitionNode)]
    operation = next(found for found in document.definitions if isinstance(found, OperationDefinitionNode))

    assert _by_graphql_core(text) == canonical(operation, fragments)


@given(operations())
def test_generated_operations_have_the_text_that_other_tools_come_to(generated: Generated) -> None:
    found = _outline(generated.text)

    assert _by_graphql_core(generated.text) == canonical(found.operation, found.fragments.values())
    assert len(canonical(found.operation, found.fragments.values())) == found.characters
