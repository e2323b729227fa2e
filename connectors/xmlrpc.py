"""
XML-RPC (xmlrpc.com/spec) as telecom nodes speak it: requests written, responses read strictly into typed values.

Dates stay raw text, because each dialect has its own form of them. Knows no method, no transport and no result codes.
"""

import base64
import binascii
import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias, TypeVar

from connectors import lexical
from connectors.markup import escaped
from connectors.misspelling import is_misspelt
from connectors.xml import Element, XmlError, parse

K = TypeVar("K")

_MAX_DEPTH = 32
_XML_SPACE = " \t\r\n"
# Apache's extension types, sent by Java servers: `<ex:nil/>`, `<ex:i8>`.
_EXTENSIONS = "{http://ws.apache.org/xmlrpc/namespaces/extensions}"


class XmlRpcFault(Exception):
    """The node answered with a fault. Its text is the node's own and is not kept."""

    def __init__(self, code: int) -> None:
        super().__init__(f"fault {code}")
        self.code = code


@dataclasses.dataclass(frozen=True, slots=True)
class DateTime:
    """A dateTime.iso8601, as written."""

    text: str


class Struct:
    """
    Named values of a response, each read as the kind it must be.

    A missing or nil member is None; one of another kind, or one that is there under a damaged name, is an XmlError that
    names it. Its repr says nothing: members hold balances and numbers.
    """

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, "Value"]) -> None:
        self._members = members

    @property
    def names(self) -> frozenset[str]:
        """What its members are called."""
        return frozenset(self._members)

    def text(self, name: str) -> str | None:
        """A string member."""
        return self._of_kind(name, str)

    def boolean(self, name: str) -> bool | None:
        """A boolean member."""
        return self._of_kind(name, bool)

    def date(self, name: str) -> DateTime | None:
        """A date member, still as written."""
        return self._of_kind(name, DateTime)

    def struct(self, name: str) -> "Struct | None":
        """A struct member."""
        return self._of_kind(name, Struct)

    def structs(self, name: str) -> "list[Struct]":
        """The structs of an array member; a missing or empty one holds none."""
        items = self._of_kind(name, list) or []
        if not all(isinstance(item, Struct) for item in items):
            raise XmlError(f"{name} holds more than structs")
        return items

    def integer(self, name: str) -> int | None:
        """A whole number, sent as an integer or as its digits in a string: nodes do both."""
        value = self._value(name)
        if isinstance(value, str):
            return _integer(value, name)
        return self._of_kind(name, int)

    def require_integer(self, name: str) -> int:
        """A whole number that must be there."""
        number = self.integer(name)
        if number is None:
            raise XmlError(f"{name} is missing")
        return number

    def _of_kind(self, name: str, kind: type[K]) -> K | None:
        value = self._value(name)
        # Not isinstance: a bool is an int to Python, but not to XML-RPC.
        if value is not None and type(value) is not kind:
            raise XmlError(f"{name} is not of its type")
        return value

    def _value(self, name: str) -> "Value":
        value = self._members.get(name)
        if value is None and name not in self._members and is_misspelt(name, self._members.keys()):
            raise XmlError(f"{name} is missing, and a name that differs in a bit or two is there")
        return value


Value: TypeAlias = "int | bool | str | Decimal | DateTime | bytes | Struct | list[Value] | None"
"""What a response holds; None is nil."""

Argument: TypeAlias = "int | bool | str | DateTime | Mapping[str, Argument] | Sequence[Argument]"
"""What a request can hold."""


def method_call(method: str, argument: Argument) -> bytes:
    """The request document that calls *method* with one parameter, in UTF-8. ValueError when XML cannot carry it."""
    document = (
        "<?xml version='1.0' encoding='UTF-8'?>\n<methodCall><methodName>",
        escaped(method),
        "</methodName><params><param>",
        _written(argument),
        "</param></params></methodCall>",
    )
    return "".join(document).encode()


def method_response(body: bytes, *, charset: str | None = None) -> Value:
    """
    The one value of a response document.

    Raises XmlRpcFault for a fault and XmlError for anything that is not one whole response of the standard.
    """
    root = parse(body, charset=charset)
    (content,) = _children(root, "methodResponse", count=1)
    if content.tag == "fault":
        raise XmlRpcFault(_fault_code(content))
    (param,) = _children(content, "params", count=1)
    (value,) = _children(param, "param", count=1)
    return _value(value, depth=0)


def _written(argument: Argument) -> str:
    match argument:
        case bool():
            return f"<value><boolean>{'1' if argument else '0'}</boolean></value>"
        case int():
            return f"<value><i4>{argument}</i4></value>"
        case str():
            return f"<value><string>{escaped(argument)}</string></value>"
        case DateTime(text):
            return f"<value><dateTime.iso8601>{escaped(text)}</dateTime.iso8601></value>"
        case Mapping():
            members = (
                f"<member><name>{escaped(name)}</name>{_written(item)}</member>" for name, item in argument.items()
            )
            return f"<value><struct>{''.join(members)}</struct></value>"
        case _:
            return f"<value><array><data>{''.join(map(_written, argument))}</data></array></value>"


def _fault_code(fault: Element) -> int:
    (value,) = _children(fault, "fault", count=1)
    content = _value(value, depth=0)
    if not isinstance(content, Struct):
        raise XmlError("fault is not a struct")
    return content.require_integer("faultCode")


def _children(element: Element, name: str, *, count: int | None = None) -> list[Element]:
    # The child elements of an element named *name* that may hold nothing but elements (and white space for layout).
    if element.tag != name:
        raise XmlError(f"{name} is missing")
    children = list(element)
    if (text := element.text) and text.strip(_XML_SPACE):
        raise XmlError(f"{name} holds text")
    others = False
    for child in children:
        others = others or not isinstance(child.tag, str)
        if (tail := child.tail) and tail.strip(_XML_SPACE):
            raise XmlError(f"{name} holds text")
    if others:
        # Comments and instructions do not count; nearly nobody sends any.
        children = [child for child in children if isinstance(child.tag, str)]
    if count is not None and len(children) != count:
        raise XmlError(f"{name} does not hold exactly {count}")
    return children


def _value(element: Element, *, depth: int) -> Value:
    if depth > _MAX_DEPTH:
        raise XmlError("values are nested too deeply")
    if element.tag == "value" and not len(element):
        return element.text or ""  # Without a type it is a string, white space and all.
    (typed,) = _children(element, "value", count=1)
    if typed.tag == "struct":
        return _struct(typed, depth=depth + 1)
    if typed.tag == "array":
        return _array(typed, depth=depth + 1)
    read = _SCALARS.get(str(typed.tag))
    if read is None:
        raise XmlError("a value is of an unknown type")
    if len(typed):
        # A comment or instruction inside splits the text: `10<?x y?>05` must be read as neither 10 nor 1005.
        raise XmlError("a value holds more than text")
    return read(typed.text or "")


def _struct(element: Element, *, depth: int) -> Struct:
    members: dict[str, Value] = {}
    for member in _children(element, "struct"):
        name_element, value = _children(member, "member", count=2)
        name = (name_element.text or "").strip(_XML_SPACE)
        if name_element.tag != "name" or len(name_element) or not name:
            raise XmlError("a member has no name")
        if name in members:
            raise XmlError("a member occurs more than once")  # One of the two would be a guess.
        members[name] = _value(value, depth=depth)
    return Struct(members)


def _array(element: Element, *, depth: int) -> list[Value]:
    (data,) = _children(element, "array", count=1)
    return [_value(item, depth=depth) for item in _children(data, "data")]


def _integer(text: str, name: str = "a number") -> int:
    try:
        number = lexical.integer(text)
    except lexical.LexicalError as exc:
        raise XmlError(f"{name} is {exc}") from exc
    # Wider than i4's 32 bits: nodes count bytes in it. No node counts beyond 64.
    if not -(2**63) <= number < 2**63:
        raise XmlError(f"{name} is out of range")
    return number


def _boolean(text: str) -> bool:
    digit = text.strip(_XML_SPACE)
    if digit not in {"0", "1"}:
        raise XmlError("a boolean is neither 0 nor 1")
    return digit == "1"


def _double(text: str) -> Decimal:
    try:
        return lexical.decimal(text)
    except lexical.LexicalError as exc:
        raise XmlError(f"a double is {exc}") from exc


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(re.sub(f"[{_XML_SPACE}]", "", text), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise XmlError("not base64") from exc


def _nil(text: str) -> None:
    if text:
        raise XmlError("nil holds text")


_SCALARS: dict[str, Callable[[str], Value]] = {
    "i4": _integer,
    "int": _integer,
    "i8": _integer,
    f"{_EXTENSIONS}i8": _integer,
    "boolean": _boolean,
    "string": str,
    "double": _double,
    "dateTime.iso8601": lambda text: DateTime(text.strip(_XML_SPACE)),
    "base64": _base64,
    "nil": _nil,
    f"{_EXTENSIONS}nil": _nil,
}
