"""XML-RPC as UCIP uses it: one struct in, one struct out, dates as opaque text. No introspection, no multicall."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from sandbox import xmlread
from sandbox.call import Reply
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup, Vocabulary, document

CONTENT_TYPE: Final = "text/xml; charset=utf-8"
_MAX_DEPTH: Final = 20

_x: Final = Vocabulary()


@dataclasses.dataclass(frozen=True, slots=True)
class Stamp:
    """A dateTime.iso8601 as it stands on the wire; UCIP's carry a zone, which XML-RPC itself does not know."""

    text: str


Value: TypeAlias = "str | int | bool | Stamp | Mapping[str, Value] | Sequence[Value]"
Struct: TypeAlias = Mapping[str, Value]


class RpcFaultError(Exception):
    """A request answered with an XML-RPC fault."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @classmethod
    def illegal(cls) -> "RpcFaultError":
        """The message is no XML-RPC call of ours."""
        return cls(1000, "Illegal request message.")


def read_call(body: bytes) -> tuple[str, dict[str, Value]]:
    """Method name and the one struct parameter; RpcFaultError for anything else."""
    try:
        root = xmlread.parse(body)
    except xmlread.NotXmlError:
        raise RpcFaultError.illegal() from None
    method = xmlread.child_text(root, None, "methodName")
    values = root.findall("params/param/value")
    if root.tag != "methodCall" or method is None or len(values) != 1:
        raise RpcFaultError.illegal()
    parameter = _read(values[0], 0)
    if not isinstance(parameter, dict):
        raise RpcFaultError.illegal()
    return method, parameter


def response(value: Struct) -> Reply:
    """A methodResponse with one struct."""
    body = _x("methodResponse", _x("params", _x("param", _write(value))))
    return Reply(content_type=CONTENT_TYPE, body=document(body))


def fault_reply(fault: RpcFaultError, *, status: int = 200) -> Reply:
    """A methodResponse with a fault; XML-RPC sends it with HTTP status 200."""
    body = _x("methodResponse", _x("fault", _write({"faultCode": fault.code, "faultString": fault.text})))
    return Reply(status=status, content_type=CONTENT_TYPE, body=document(body))


def _read(value: Element, depth: int) -> Value:
    if depth > _MAX_DEPTH or len(value) > 1:
        raise RpcFaultError.illegal()
    if len(value) == 0:
        return value.text or ""
    typed = value[0]
    match typed.tag:
        case "struct":
            return {
                xmlread.child_text(member, None, "name") or "": _read(_value_of(member), depth + 1)
                for member in typed.findall("member")
            }
        case "array":
            return [_read(item, depth + 1) for item in typed.findall("data/value")]
        case _:
            return _read_scalar(str(typed.tag), typed.text or "")


def _read_scalar(kind: str, text: str) -> Value:
    match kind:
        case "string":
            return text
        case "i4" | "int":
            return _read_int(text)
        case "boolean":
            return text.strip() == "1"
        case "dateTime.iso8601":
            return Stamp(text.strip())
        case _:
            raise RpcFaultError(1002, "Illegal data type.")


def _read_int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RpcFaultError(1002, "Illegal data type.") from None


def _value_of(member: Element) -> Element:
    value = member.find("value")
    if value is None:
        raise RpcFaultError.illegal()
    return value


def _write(value: Value) -> Markup:
    match value:
        case bool():
            typed = _x("boolean", int(value))
        case int():
            typed = _x("i4", value)
        case str():
            typed = _x("string", value)
        case Stamp():
            typed = _x("dateTime.iso8601", value.text)
        case Mapping():
            members = [_x("member", _x("name", name), _write(item)) for name, item in value.items()]
            typed = _x("struct", members)
        case _:
            typed = _x("array", _x("data", [_write(item) for item in value]))
    return _x("value", typed)
