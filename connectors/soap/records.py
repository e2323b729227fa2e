"""
What a mapping reads of an element, declared once as a record and compiled once into a function that reads it.

A record's rules are those of `connectors.xml.Node`: children by local name in any namespace, unknown ones ignored, a
single child that occurs twice is an error, and a leaf holds text and nothing else. It reads all it declares at once.
"""

import functools
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from connectors.lexical import LexicalError
from connectors.soap import agreement, shapes, values
from connectors.soap.cutting import Cutter, demand_elements
from connectors.soap.fields import (
    Field,
    Kind,
    Wording,
    attribute,
    children,
    element,
    entries,
    filled,
    named,
    present,
    record,
    wording,
)
from connectors.soap.readers import Plan, plans_of, source_of
from connectors.soap.types import Type
from connectors.xml import XML_SPACE, Element, Node, XmlError

__all__ = [
    "Wording",
    "attribute",
    "children",
    "compiled",
    "cutter",
    "demand_elements",
    "element",
    "entries",
    "filled",
    "named",
    "present",
    "record",
    "wording",
]

R = TypeVar("R")


def compiled(
    record: type[R],
    *,
    type: Type | None = None,  # noqa: A002 - It is a type, of an element.
    using: Mapping[str, Callable[[str], Any]] | None = None,
) -> Callable[[Element], R]:
    """
    The function that reads a *record* from an element of a tree that `connectors.xml.parse` made; it raises XmlError.

    *type* is that of the element in the WSDL, if it has one: WsdlError when the record reads it in another way than it
    is written. *using* holds the functions that fields name by `read`. They get a text that is not empty and has no
    white space around it, and raise LexicalError with words that fit after "X is". Takes milliseconds: do it at start.
    """
    agreement.check(record, type)
    declared: Any = record
    code, plans = _code_of(declared)
    bound = _surroundings() | {f"using_{key}": function for key, function in (using or {}).items()}
    for plan in plans.values():
        bound |= _bound_to(plan)
    if missing := _read_names(plans) - bound.keys():
        raise TypeError(f"{record.__name__} is compiled without a function for {min(missing).removeprefix('using_')}")
    exec(code, bound)  # noqa: S102 - The source is our own, made of declarations in our own code.
    reader: Callable[[Element], R] = bound["read_0"]
    return reader


def cutter(record: type[Any], *, at: Iterable[str], using: Mapping[str, Callable[[str], Any]] | None = None) -> Cutter:
    """
    What cuts the rows of a *record* out of replies, in which it is read at the path *at* within the body's element.

    For records whose lists are long. Rows are what has texts, numbers and lists of rows and nothing else; who looks at
    a row in another way than by the compiled reader has to say `demand_elements` before. Made once, at start.
    """
    return Cutter(record, at=tuple(at), read=lambda row: compiled(row, using=using), using=using or {})


@functools.cache
def _code_of(record: type[Any]) -> tuple[types.CodeType, dict[type[Any], Plan]]:
    plans = plans_of(record)
    return compile(source_of(plans), f"<reader of {record.__name__}>", "exec"), plans


def _surroundings() -> dict[str, Any]:
    return {
        "LexicalError": LexicalError,
        "Node": Node,
        "W": XML_SPACE,
        "XmlError": XmlError,
        "blank_text": values.blank_text,
        "by_name": values.by_name,
        "integer": values.integer,
        "local_name": shapes.local_name,
        "missing": values.missing,
        "missing_or_empty": values.missing_or_empty,
        "new": object.__new__,
        "picked": shapes.picked,
        "required_integer": values.required_integer,
        "required_text": values.required_text,
        "text": values.text,
    }


def _bound_to(plan: Plan) -> dict[str, Any]:
    watches = tuple(_watch(field) for field in plan.watched)
    lists = tuple(field.spec.name for field in plan.lists)
    return {
        f"record_{plan.number}": plan.record,
        f"shapes_{plan.number}": shapes.Shapes(singles=plan.singles, lists=lists, watches=watches),
        **{f"integers_{field.spec.bits}": values.integers_of(field.spec.bits) for field in plan.fields},
        **{f"watch_{plan.number}_{at}": watch for at, watch in enumerate(watches)},
    }


def _watch(field: Field) -> shapes.Watch:
    return shapes.Watch(name=field.spec.name, mark=field.spec.mark or "", beside=field.spec.beside)


def _read_names(plans: Mapping[type[Any], Plan]) -> set[str]:
    fields = [field for plan in plans.values() for field in plan.fields]
    return {f"using_{field.spec.read}" for field in fields if field.kind is Kind.READ}
