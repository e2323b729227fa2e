"""All rules as one find what graphql-core's rules find side by side: the same mistakes, places and order, and as many."""

import random
import re
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode, SelectionSetNode, parse
from graphql.validation import UniqueDirectivesPerLocationRule, validate

from gateway.limits.rules import ABOUT_THE_DOCUMENT, Rules, about_the_graph, every_rule
from gateway.limits.together import together
from tests.gateway.execution.operations import QUESTIONS, varied
from tests.gateway.limits.documents import MANY, bomb
from tests.gateway.limits.test_words import MISTAKES
from tests.resolvers.support import SCHEMA

GRAPH = SCHEMA._schema
EVERY = every_rule(2_000)
GROUPS = (EVERY, ABOUT_THE_DOCUMENT, about_the_graph(EVERY))
_FULL = hypothesis.settings.default.max_examples  # type: ignore[union-attr]
_SOME = hypothesis.settings(max_examples=_FULL if _FULL > 100 else _FULL // 3)
WORDS = re.compile(r"\w+|\.\.\.|[^\w\s]")
BAD = {
    **MISTAKES,
    **{name: make(8) for name, make in MANY.items()},
    "a bomb": bomb(12),
    "nothing used": "query ($a: Int, $a: Int) { __typename } fragment F on Nothing { a } fragment F on Query { __typename }",
    "directives twice": "{ line @skip(if: true) @skip(if: false) @x @x { id } } type A @a @a { b: C @d @d }",
    "a definition": "type Query { a: Int } extend type Query { b: Int } schema { query: Query }",
    "variables in fragments": "query A { ...F } query B($x: Int) { ...F } fragment F on Query { customer(by: {id: $x}) { id } }",
    "equal operations": "query A { line(by: {id: $x}) { a } } query A { line(by: {id: $x}) { a } }",
}


def found(document: DocumentNode, rules: Rules, max_errors: int) -> list[Any]:
    return [_told(each) for each in validate(GRAPH, document, rules, max_errors=max_errors)]


def _told(error: GraphQLError) -> Any:
    return type(error), error.message, error.locations, [node.kind for node in error.nodes or ()]


def same(text: str, rules: Rules, max_errors: int) -> None:
    """The mistakes that *rules* find, one by one and together, must be the same ones."""
    document = parse(text)
    assert found(document, rules, max_errors) == found(document, (together(rules),), max_errors)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_mistakes_are_found_as_by_each_rule_alone(text: str) -> None:
    for rules in GROUPS:
        for max_errors in (1, 20):
            same(text, rules, max_errors)


@_SOME
@hypothesis.given(QUESTIONS, st.integers(0, 2**32))
def test_generated_operations_are_judged_as_by_each_rule_alone(question: str, seed: int) -> None:
    dice = random.Random(seed)
    words = WORDS.findall(varied(parse(question), dice))
    for _ in range(dice.randrange(4)):
        at = dice.randrange(len(words))
        words[at : at + 1] = dice.choice([[], [words[at]] * 2, [dice.choice(words)], ["$who"], ["@skip", words[at]]])
    try:
        same(" ".join(words), EVERY, 20)
    except GraphQLSyntaxError:
        hypothesis.assume(False)


def test_no_rule_looks_at_names() -> None:
    """The only one that looks at nodes of every kind is known: names have no directives."""
    of_names = [rule for rule in EVERY if any(hasattr(rule, each) for each in ("enter", "enter_name", "leave_name"))]

    assert [UniqueDirectivesPerLocationRule] == of_names
    assert not any(hasattr(rule, "leave") for rule in EVERY)


def test_documents_are_not_hashed_down_to_their_last_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_: Any) -> int:
        raise AssertionError("looked up by its value")

    for kind in (OperationDefinitionNode, SelectionSetNode):
        monkeypatch.setattr(kind, "__hash__", refuses)

    document = parse("query ($x: LineKey!) { line(by: $x) { ...F } } fragment F on Line { id }")

    assert [] == validate(GRAPH, document, (together(EVERY),))
