"""A document that is remembered: without what nobody reads, and with the places that errors are told with."""

import gc

from graphql import NameNode, Node, parse, print_ast

from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.plan.slim import slim
from tests.resolvers.support import SCHEMA, FakeOperator

TEXT = """
query ($by: CustomerKey = {id: "1"}, $no: Boolean = false) {
  customer(by: $by) { name ...F }
  line(by: {id: "x"}) { id }
}
fragment F on Customer { status @skip(if: $no) }
"""


def _nodes(node: Node) -> list[Node]:
    below = [getattr(node, key, None) for key in node.keys]
    children = [each for found in below for each in (found if isinstance(found, tuple) else (found,))]
    return [node, *(each for child in children if isinstance(child, Node) for each in _nodes(child))]


def test_places_stay_and_tokens_do_not() -> None:
    document, whole = parse(TEXT), parse(TEXT)
    slim(document)

    for node, before in zip(_nodes(document), _nodes(whole), strict=True):
        if isinstance(node, NameNode):
            assert node.loc is None
        else:
            assert node.loc is not None
            assert node.loc == before.loc
            assert node.loc.start_token is node.loc.end_token
            assert node.loc.start_token.next is None
    assert print_ast(document) == print_ast(whole)


def test_a_document_that_is_dropped_leaves_nothing_to_the_garbage_collector() -> None:
    document = parse(TEXT)
    slim(document)
    gc.collect()
    gc.disable()
    try:
        del document
        left = gc.collect()
    finally:
        gc.enable()

    assert 0 == left


def test_what_is_remembered_is_slim() -> None:
    document = Operations(SCHEMA, limits=LimitSettings()).prepare(TEXT).document

    assert document is not None
    assert document.loc is not None
    assert document.loc.start_token.next is None


async def test_errors_are_told_with_their_places() -> None:
    operator = FakeOperator()
    operations = Operations(SCHEMA, limits=LimitSettings())
    outcome = await operations.execute(
        operations.prepare(TEXT),
        name=None,
        variables={"by": None, "no": None},
        graph=operator.graph,
        within=Terms.after(5, operator.clock),
    )

    places = [[(at.line, at.column) for at in error.locations or ()] for error in outcome.errors]
    assert [(3, 16)] in places
    assert [(4, 3)] in places
