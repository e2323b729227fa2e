"""GraphQL documents nobody would write: grown from the real schema, or good questions gone wrong."""

import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_composite_type,
    is_object_type,
    is_required_argument,
)

from tests.conftest import ROOT

SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"), assume_valid_sdl=True)
NUMBERS = ("99960000001", "60000001", "99970000001", "0", "9" * 40, "１２", "\\u0000", "60000001 ", "")
NAMES = ("x", "__typename", "__proto__", "name", "Query", "on", "true", "null", "é", "a" * 300)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*|-?[0-9][0-9.eE+-]*|\.\.\.|[^\s]')

Dice = random.Random


def grown(dice: Dice) -> str:
    """A document that follows the grammar, and the schema mostly."""
    name = dice.choice(["", "Q", "on"])
    variables = "($n: MSISDN!, $b: Boolean = true)" if dice.random() < 0.4 else ""
    operation = f"{dice.choice(['query', 'query', 'query', 'mutation', 'subscription'])} {name}{variables}"
    query = SCHEMA.query_type
    assert query is not None
    fragments = "".join(_fragment(dice, place) for place in range(dice.choice([0, 0, 1, 3])))
    return f"{operation}{_directives(dice)} {_selection(dice, query, dice.randrange(1, 7))}\n{fragments}"


def _fragment(dice: Dice, place: int) -> str:
    kinds = [kind for kind in SCHEMA.type_map.values() if is_object_type(kind) and not kind.name.startswith("__")]
    kind = dice.choice(kinds)
    assert isinstance(kind, GraphQLObjectType)
    return f"fragment F{place} on {kind.name} {_selection(dice, kind, dice.randrange(1, 4))}\n"


def _selection(dice: Dice, kind: GraphQLObjectType, depth: int) -> str:
    parts = [_field(dice, kind, depth) for _ in range(dice.randrange(1, 5))]
    if dice.random() < 0.15:
        parts.append(f"...F{dice.randrange(4)}{_directives(dice)}")
    if dice.random() < 0.15:
        parts.append(f"... on {dice.choice([kind.name, 'Line', 'Nothing'])} {{ __typename }}")
    return "{ " + " ".join(parts) + " }"


def _field(dice: Dice, kind: GraphQLObjectType, depth: int) -> str:
    if dice.random() < 0.05 or not kind.fields:
        return dice.choice(NAMES)
    name, field = dice.choice(list(kind.fields.items()))
    alias = f"{dice.choice(['a', 'b', name])}: " if dice.random() < 0.2 else ""
    wanted = [
        f"{given}: {_value(dice, argument.type)}"
        for given, argument in field.args.items()
        if is_required_argument(argument) or dice.random() < 0.3
    ]
    arguments = f"({', '.join(wanted)})" if wanted and dice.random() < 0.97 else ""
    inner = get_named_type(field.type)
    below = f" {_selection(dice, inner, depth - 1)}" if depth > 0 and isinstance(inner, GraphQLObjectType) else ""
    if not below and is_composite_type(inner) and dice.random() < 0.9:
        below = " { __typename }"
    return f"{alias}{name}{arguments}{_directives(dice)}{below}"


def _value(dice: Dice, kind: Any) -> str:
    if dice.random() < 0.08:
        return dice.choice(["null", "$n", "$missing", "{}", "[]", "1e400", "-0", '""', "X", '"""block"""', "9" * 100])
    inner = getattr(kind, "of_type", None)
    if isinstance(kind, GraphQLList):
        return "[" + ", ".join(_value(dice, inner) for _ in range(dice.choice([0, 1, 2, 60]))) + "]"
    if inner is not None:
        return _value(dice, inner)
    if isinstance(kind, GraphQLInputObjectType):
        names = dice.sample(list(kind.fields), k=dice.choice([0, 1, 1, 1, 1, 2]))
        return "{" + ", ".join(f"{name}: {_value(dice, kind.fields[name].type)}" for name in names) + "}"
    if isinstance(kind, GraphQLEnumType):
        return str(dice.choice([*kind.values, "NOTHING"]))
    return dice.choice([f'"{dice.choice(NUMBERS)}"', str(dice.randrange(-5, 100)), "true", "2.5"])


def _directives(dice: Dice) -> str:
    if dice.random() < 0.9:
        return ""
    return dice.choice([" @include(if: $b)", " @skip(if: false)", " @skip", " @deprecated", " @nothing(x: 1)"])


def tokens_moved(dice: Dice, question: str) -> str:
    """A good question with a few of its tokens lost, doubled, exchanged or replaced."""
    tokens = _TOKEN.findall(question)
    for _ in range(dice.choice([1, 1, 2, 5])):
        at, other = dice.randrange(len(tokens)), dice.randrange(len(tokens))
        match dice.randrange(4):
            case 0:
                tokens[at : at + 1] = []
            case 1:
                tokens[at:at] = [tokens[at]] * dice.choice([1, 3, 200])
            case 2:
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens[at] = dice.choice(
                    [*NAMES, "{", "}", "...", "$n", "@", '"', "#", "&", "\x00", "\ufeff", "9" * 50]
                )
        tokens = tokens or ["{"]
    return " ".join(tokens)


def excessive(dice: Dice) -> str:
    """Much of one thing: nesting, names, strings, comments, fragments that double or go round in circles."""
    count = dice.choice([10, 100, 1000, 10_000])
    few = min(count, 1000)
    kinds: Sequence[Callable[[], str]] = (
        lambda: "{a" * count + "}" * count,
        lambda: "{" + " ".join(f"a{n}: __typename" for n in range(count)) + "}",
        lambda: "{" + "__typename " * count + "}",
        lambda: "{ __typename " + "@skip(if: true)" * count + "}",
        lambda: "{ customers(by: " + "[" * count + "]" * count + ") { id } }",
        lambda: "{ customers(by: [" + '{msisdn: "60000001"}' * few + "]) { name } }",
        lambda: '{ line(by: {msisdn: "' + "9" * count + '"}) { id } }',
        lambda: "#" + "x" * count * 10 + "\n{ __typename }",
        lambda: "query(" + " ".join(f"$v{n}: Int" for n in range(count)) + ") { __typename }",
        lambda: "query($v: " + "[" * count + "Int" + "]" * count + ") { __typename }",
        lambda: " ".join(f"query Q{n} {{ __typename }}" for n in range(count)),
        lambda: "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(few)),
        lambda: "{ ...F0 } " + " ".join(f"fragment F{n} on Query {{ ...F{(n + 1) % few} }}" for n in range(few)),
        lambda: (
            "{ __schema { types " + "{ fields { type " * min(count, 12) + "{ name }" + "} }" * min(count, 12) + " } }"
        ),
        lambda: "{" + " ".join(f'c{n}: customer(by: {{msisdn: "60000001"}}) {{ name }}' for n in range(few)) + "}",
    )
    return dice.choice(kinds)()
