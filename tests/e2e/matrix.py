"""The reviewed table of who may read what, and a question for each of its lines, made of nothing but the printed graph."""

import csv
import pathlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphql import GraphQLObjectType, build_schema, get_named_type

import schema as words

_HERE = pathlib.Path(words.__file__)
GRAPH = build_schema(_HERE.with_name("schema.graphql").read_text(encoding="utf-8"), assume_valid=True)
AUDIENCES = ("partner", "self_care", "agent", "operator")


class Row(NamedTuple):
    """One line of the table."""

    coordinate: str
    mask: str
    scopes: tuple[str, ...]
    seen: Mapping[str, str]


def _read() -> dict[str, Row]:
    with _HERE.with_name("policies.tsv").open(encoding="utf-8", newline="") as file:
        return {
            row["coordinate"]: Row(
                row["coordinate"], row["mask"], tuple(row["scopes"].split()), {each: row[each] for each in AUDIENCES}
            )
            for row in csv.DictReader(file, delimiter="\t")
        }


TABLE = _read()
SCOPES = sorted({scope for row in TABLE.values() for group in row.scopes for scope in group.split("|")})


def paths(there: Callable[[str], bool]) -> dict[str, tuple[str, ...]]:
    """A shortest way from the root to every coordinate that can be come to by coordinates that are *there*."""
    found: dict[str, tuple[str, ...]] = {}
    seen = {"Query"}
    waiting: list[tuple[str, tuple[str, ...]]] = [("Query", ())]
    while waiting:
        parent, above = waiting.pop(0)
        for name, field in _fields(parent).items():
            coordinate = f"{parent}.{name}"
            if name.startswith("_"):
                continue
            found[coordinate] = (*above, coordinate)
            kind = get_named_type(field.type)
            if isinstance(kind, GraphQLObjectType) and kind.name not in seen and there(coordinate):
                seen.add(kind.name)
                waiting.append((kind.name, found[coordinate]))
    return found


def question(path: tuple[str, ...], msisdn: str) -> str:
    """A question for the last coordinate of *path*, about whoever has the number."""
    kind = get_named_type(_fields(path[-1].partition(".")[0])[_name(path[-1])].type)
    text = " { __typename }" if isinstance(kind, GraphQLObjectType) else ""
    who = {"customer": f'(by: {{msisdn: "{msisdn}"}})', "customers": f'(by: [{{msisdn: "{msisdn}"}}])'}
    who["line"] = who["customer"]
    for coordinate in reversed(path):
        name = _name(coordinate)
        arguments = who.get(name, "") if coordinate.startswith("Query.") else ""
        text = f" {{ {name}{arguments}{text} }}"
    return text


def values(data: Any, path: tuple[str, ...]) -> list[Any]:
    """All values at the end of *path* that are not null, in every list on the way."""
    found = [data]
    for coordinate in path:
        found = [each[_name(coordinate)] for each in found if isinstance(each, dict) and _name(coordinate) in each]
        while any(isinstance(each, list) for each in found):
            found = [item for each in found for item in (each if isinstance(each, list) else [each])]
    return [each for each in found if each is not None]


def _fields(kind: str) -> Mapping[str, Any]:
    found = GRAPH.get_type(kind)
    assert isinstance(found, GraphQLObjectType)
    fields: Mapping[str, Any] = found.fields
    return fields


def _name(coordinate: str) -> str:
    return coordinate.partition(".")[2]
