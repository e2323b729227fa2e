"""Documents that are called alike are so to graphql-core, and what stands in one is found in the other."""

import time
from itertools import pairwise

import pytest
from graphql import (
    GraphQLError,
    GraphQLSyntaxError,
    Lexer,
    NameNode,
    Node,
    OperationDefinitionNode,
    Source,
    TokenKind,
    Visitor,
    parse,
    visit,
)
from hypothesis import assume, example, given
from hypothesis import strategies as st

from gateway.operations.prepared import MAX_EACH
from gateway.plan.likeness import Move, likeness
from tests.gateway.plan.generated import Generated, operations

SPACE = st.text(" ,\t\r\n", max_size=3)
WORDS = ["query", "mutation", "subscription", "fragment", "on", "Q", "Query2", "_", "true", "...", "..", ".", "..."]
TEXTS = ['"a"', '""', '"\\""', '"a,  b"', '"\\u0041"', '"query Q"', '"""', "1", "-1", "1.5e-3", "0x", "ü"]
PIECES = st.sampled_from([*WORDS, *"{}()[]:=@!$&|\\\"#-+'\0", *TEXTS])


def tokens(text: str) -> list[tuple[TokenKind, str | None]] | None:
    """The tokens that graphql-core reads, without the name of an operation that stands first; None for mistakes."""
    lexer = Lexer(Source(text))
    found = []
    try:
        while lexer.advance().kind is not TokenKind.EOF:
            found.append((lexer.token.kind, lexer.token.value))
    except GraphQLSyntaxError:
        return None
    words = {(TokenKind.NAME, each) for each in ("query", "mutation", "subscription")}
    if len(found) > 1 and found[0] in words and found[1][0] is TokenKind.NAME:
        found[1] = (TokenKind.NAME, "")
    return found


@given(st.lists(st.tuples(PIECES, SPACE, SPACE), max_size=8))
@example([('""', "", " "), ('"b"', "", "")])
@example([("1", "", " "), ("Q", "", "")])
@example([("1", " ", ""), ("...", "", "")])
@example([("query", " ", "\n"), ("Q", "", ""), ("{", "", ",")])
def test_what_is_alike_has_the_same_tokens(pieces: list[tuple[str, str, str]]) -> None:
    one = "".join(piece + first for piece, first, _ in pieces)
    other = "".join(piece + second for piece, _, second in pieces)
    assume((alike := likeness(one)) is not None and tokens(one) is not None)
    assert alike is not None

    found = likeness(other)
    if found is not None and found.said == alike.said:
        assert tokens(one) == tokens(other)


def respaced(text: str, spaces: list[str]) -> str:
    """*text* with other white space wherever it has some, and its operation under another name."""
    words = text.replace("query Generated", "query SomethingElse", 1).split(" ")
    more = [spaces[number % len(spaces)] for number in range(len(words))]
    return "".join(word + space for word, space in zip(words, more, strict=True))


SPACES = st.lists(st.sampled_from([" ", "  ", "\n", "\r\n ", ",", "\r", "\t\n"]), min_size=1, max_size=5)


def nodes(text: str) -> list[Node]:
    found: list[Node] = []

    class All(Visitor):
        def enter(self, node: Node, *_: object) -> None:
            if not isinstance(node, NameNode):
                found.append(node)

    visit(parse(text), All())
    return found


@given(operations(depth=3), SPACES)
def test_generated_operations_are_alike_under_other_names_and_with_other_space(
    generated: Generated, spaces: list[str]
) -> None:
    other = respaced(generated.text, spaces)
    one, two = likeness(generated.text), likeness(other)

    assert one is not None
    assert two is not None
    assert one.said == two.said
    assert ("Generated", "SomethingElse") == (one.name, two.name)


@given(operations(depth=3), SPACES)
def test_an_error_stands_where_its_cause_stands_in_the_other_text(generated: Generated, spaces: list[str]) -> None:
    other = respaced(generated.text, spaces)
    move = Move(generated.text, other)

    pairs = list(zip(nodes(generated.text), nodes(other), strict=True))
    for one, two in pairs[1:]:
        assert GraphQLError("", two).locations == move(GraphQLError("", one)).locations
    both = [two for _, two in pairs[1:3]]
    assert GraphQLError("", both).locations == move(GraphQLError("", [one for one, _ in pairs[1:3]])).locations


def test_all_else_of_an_error_stays() -> None:
    cause = ValueError()
    (node,) = parse("{ a }").definitions
    error = GraphQLError("m", [node], path=["a", 1], original_error=cause, extensions={"x": 1})
    moved = Move("{ a }", "\n\n { a }")(error)

    assert ("m", ["a", 1], cause, {"x": 1}, [node]) == (
        moved.message,
        moved.path,
        moved.original_error,
        moved.extensions,
        moved.nodes,
    )
    assert [(3, 2)] == moved.locations
    assert [(1, 1)] == error.locations


def test_an_error_that_stands_nowhere_stays_as_it_is() -> None:
    error = GraphQLError("m", path=["a"])

    assert error is Move("{ a }", "{a}")(error)


UNLIKE = [
    "query Q { a }",
    "mutation Q { a }",
    "query { a }",
    "{ a }",
    "query Q { b }",
    "query Q { a a }",
    "query Q { a: a }",
    "query Q { aa }",
    'query Q { a(b: "1") }',
    'query Q { a(b: "1 ") }',
    'query Q { a(b: "Q") }',
    "query Q { a(b: 1) }",
    "query Q { a(b: -1) }",
    "query Q { a(b: $Q) }",
    "query Q { ... on Q { a } }",
    "query Q { ... on R { a } }",
    "query Q { ...Q } fragment Q on Q { a }",
    "query Q { ...R } fragment R on Q { a }",
    "query Q { a } query R { a }",
    "fragment Q on Q { a } query Q { ...Q }",
    "fragment Q on Q { a } query R { ...Q }",
]


@pytest.mark.parametrize("number", range(len(UNLIKE)))
def test_what_means_something_else_is_not_alike(number: int) -> None:
    said = [found.said for text in UNLIKE if (found := likeness(text)) is not None]

    assert len(UNLIKE) == len(said)
    assert 1 == said.count(said[number])


@pytest.mark.parametrize("text", ["query Q { a # b\n }", 'query Q { a(b: """c""") }', '{ a(b: "ü") }', "\ufeff{ a }"])
def test_nothing_is_said_of_what_only_a_lexer_can_read(text: str) -> None:
    assert likeness(text) is None


@pytest.mark.parametrize("piece", ['"\\\\', '\\\\"', '"a', "a.", "-", "{ ", "..."])
def test_it_takes_time_in_proportion_to_the_text(piece: str) -> None:
    began = time.process_time()
    likeness((piece * MAX_EACH)[:MAX_EACH])

    # With the square of the length it would be a second.
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("name", ["query", "on", "true", "__x", "fragment"])
def test_any_name_is_one(name: str) -> None:
    found = likeness(f"query {name} {{ a }}")
    (operation,) = parse(f"query {name} {{ a }}").definitions

    assert found is not None
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert operation.name.value == found.name == name


def test_texts_of_all_lengths_of_names_differ_only_there() -> None:
    found = [likeness(f"query {'Q' * length}{{a}}") for length in range(1, 9)]

    assert all(one is not None and two is not None and one.said == two.said for one, two in pairwise(found))
