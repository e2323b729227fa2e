"""Whether a record can read what a WSDL defines: found out at start, because a reply would find it out at night."""

from typing import Any, Final

from connectors.soap.fields import Field, Kind, fields_of
from connectors.soap.types import Child, ComplexType, SimpleType, Type
from connectors.soap.wsdl import WsdlError

INTEGERS: Final = frozenset(
    {"integer", "nonPositiveInteger", "negativeInteger", "nonNegativeInteger", "positiveInteger"}
    | {"long", "int", "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"}
)

_LEAVES: Final = frozenset({Kind.TEXT, Kind.INTEGER, Kind.READ})
_ANYWHERE: Final = frozenset({Kind.ATTRIBUTE, Kind.FILLED, Kind.WORDING, Kind.NAMED})


def check(record: type[Any], type_: Type | None) -> None:
    """
    WsdlError when *record* reads an element of *type_* in another way than the WSDL writes it.

    A name that the WSDL does not have is let through: live systems answer with elements newer than their WSDL. So is a
    list of what the WSDL has once: a list of one is a list.
    """
    _check(record, type_, seen=set())


def _check(record: type[Any], type_: Type | None, *, seen: set[tuple[type[Any], int]]) -> None:
    if not isinstance(type_, ComplexType) or (record, id(type_)) in seen:
        return
    seen.add((record, id(type_)))
    for field in fields_of(record):
        if field.kind not in _ANYWHERE:
            _check_field(field, type_, seen=seen)


def _check_field(field: Field, type_: ComplexType, *, seen: set[tuple[type[Any], int]]) -> None:
    found = type_.named(field.spec.name)
    for child in found:
        if child.many and not field.spec.many:
            raise _differs(type_, child, "it may occur more than once, and one is read")
        if field.kind in _LEAVES:
            _check_leaf(field, type_, child)
        elif field.record is not None:
            if isinstance(child.type, SimpleType):
                raise _differs(type_, child, "it holds a value, and elements are read")
            _check(field.record, child.type, seen=seen)


def _check_leaf(field: Field, type_: ComplexType, child: Child) -> None:
    told = child.type
    if isinstance(told, ComplexType):
        if told.text is None and not told.is_empty:
            raise _differs(type_, child, "it holds elements, and a value is read")
        told = SimpleType("string") if told.text is None else told.text[1]
    if isinstance(told, SimpleType) and field.kind is Kind.INTEGER and told.primitive not in INTEGERS:
        raise _differs(type_, child, f"it is an xsd:{told.primitive}, and a whole number is read")


def _differs(type_: ComplexType, child: Child, how: str) -> WsdlError:
    where = f" of {type_.name}" if type_.name else ""
    return WsdlError(
        f"{type_.file} defines {child.name}{where} otherwise than this connector reads it: {how};"
        " point `wsdl` at the file of an interface that the connector's README names"
    )
