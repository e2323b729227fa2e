"""One SOAP question over the wire and the element that answers it. Knows envelopes and faults, no vendor's codes."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TypeVar

from connectors.errors import BadData, Misconfigured, Unavailable
from connectors.offload import worked_out
from connectors.soap.cutting import Cut, Cutter
from connectors.wire import HttpWire, Reply, decoded
from connectors.xml import Node, XmlError, document_text, tree_of

T = TypeVar("T")

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
_ENVELOPE, _HEADER, _BODY, _FAULT = (f"{{{SOAP_11}}}{name}" for name in ("Envelope", "Header", "Body", "Fault"))
_PARTS = ([_BODY], [_HEADER, _BODY])


class SoapFault(Exception):
    """
    The system answered with a SOAP 1.1 fault (SOAP 1.1, 4.4).

    For the dialect, which knows what its faults mean. `text` and `detail` are the system's own words: they are compared
    with known ones and never passed on.
    """

    def __init__(self, *, code: str, text: str, detail: Node | None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.detail = detail


@dataclasses.dataclass(frozen=True, slots=True)
class SoapReply:
    """
    The one element of the body, the header if there is one, and the size of the whole reply in bytes.

    *whole* gives the body again where rows have been cut out of it.
    """

    body: Node
    header: Node | None
    size: int = 0
    whole: Callable[[], Node] | None = None

    async def read(self, mapping: Callable[[Node], T]) -> T:
        """*mapping* applied to the body; in a thread when the reply was large, so that others are not held up."""
        return await worked_out(lambda: self.mapped(mapping), size=self.size)

    def mapped(self, mapping: Callable[[Node], T]) -> T:
        """*mapping* applied to the body, and if it raises XmlError where rows have been cut, to the whole of it."""
        try:
            return mapping(self.body)
        except XmlError:
            if self.whole is None:
                raise
        # What is wrong with a reply is always said by the same reader.
        return mapping(self.whole())


class SoapClient:
    """Sends envelopes to one endpoint of one system."""

    def __init__(self, system: str, wire: HttpWire, *, path: str = "") -> None:
        self._system = system
        self._wire = wire
        self._path = path

    async def ask(
        self, envelope: bytes, *, operation: str, action: str, expect: str, cutter: Cutter | None = None
    ) -> SoapReply:
        """
        Send *envelope* and give the body element, whose local name must be *expect*. *cutter* may cut rows out of it.

        Raises SoapFault for a fault, Unavailable for an HTTP failure, BadData for anything that is not one well-formed
        SOAP 1.1 envelope with that element.
        """
        headers: Mapping[str, str] = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        reply = await self._wire.post(self._path, envelope, operation=operation, headers=headers)
        self._check_status(reply, operation)
        try:
            return await decoded(lambda whole: read_reply(whole, expect=expect, cutter=cutter), reply)
        except XmlError as exc:
            if reply.status >= 500:
                raise Unavailable(f"HTTP {reply.status}", system=self._system, operation=operation) from exc
            raise BadData(str(exc), system=self._system, operation=operation) from exc

    def _check_status(self, reply: Reply, operation: str) -> None:
        # SOAP 1.1 sends faults with status 500 (6.2), so a 500 is read; everything else above 2xx has no SOAP to read.
        if reply.status in {401, 403, 404, 405}:
            raise Misconfigured(f"HTTP {reply.status}", system=self._system, operation=operation)
        if reply.status == 429 or reply.status > 500:
            raise Unavailable(
                f"HTTP {reply.status}",
                system=self._system,
                operation=operation,
                retry_after_s=reply.retry_after_s,
            )
        if reply.status not in {200, 500}:
            raise BadData(f"HTTP {reply.status}", system=self._system, operation=operation)


def read_reply(reply: Reply, *, expect: str, cutter: Cutter | None = None) -> SoapReply:
    """The body element of a SOAP 1.1 reply, rows cut out of it by *cutter*; raises SoapFault or XmlError."""
    if reply.content_type not in {"text/xml", "application/xml", "application/soap+xml"}:
        raise XmlError("the answer is not XML")
    text = document_text(reply.body, charset=reply.charset)
    if cutter is None:
        return _read(text, reply, expect=expect)
    cut = cutter.cut(text)
    found = None if cut is None else _read_cut(cut, text, reply, cutter, expect=expect)
    if found is None:
        cut, found = None, _read(text, reply, expect=expect)
    cutter.learn(text, cut)
    return found


def _read_cut(cut: Cut, text: str, reply: Reply, cutter: Cutter, *, expect: str) -> SoapReply | None:
    try:
        found = _read(cut.rest, reply, expect=expect, whole=lambda: _read(text, reply, expect=expect).body)
        if not cutter.put_into(found.body, cut):
            return None
    except (SoapFault, XmlError):
        return None
    return found


def _read(text: str, reply: Reply, *, expect: str, whole: Callable[[], Node] | None = None) -> SoapReply:
    header, found = _contents(Node(tree_of(text)))
    if found.element.tag == _FAULT:
        raise _fault(found)
    if reply.status != 200 or found.name != expect:
        raise XmlError(f"{expect} is missing")
    return SoapReply(body=found, header=header, size=len(reply.body), whole=whole)


def _contents(envelope: Node) -> tuple[Node | None, Node]:
    # SOAP 1.1, 4: a header, if there is one, and then the body. Header entries that must be understood (4.2.3) are
    # ignored all the same: live systems mark some, and none changes what the body says.
    if envelope.element.tag != _ENVELOPE:
        raise XmlError("the answer is not a SOAP 1.1 envelope")
    parts = envelope.only_elements()
    if [part.element.tag for part in parts] not in _PARTS:
        raise XmlError("the envelope is not a header and a body")
    body = parts[-1].only_elements()
    if len(body) != 1:
        raise XmlError("the body does not hold exactly one element")
    return (parts[0] if len(parts) == 2 else None), body[0]


def _fault(fault: Node) -> SoapFault:
    code = (fault.text("faultcode") or "").rpartition(":")[2]
    return SoapFault(code=code, text=fault.text("faultstring") or "", detail=fault.child("detail"))
