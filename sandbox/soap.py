"""SOAP 1.1 as the legacy systems speak it: envelopes in, envelopes and faults out. Nothing here knows an operation."""

import dataclasses
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from sandbox import xmlread
from sandbox.call import Call, Reply
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup, Vocabulary, declared, document

CONTENT_TYPE: Final = "text/xml; charset=utf-8"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"

_soap: Final = Vocabulary("soapenv")
_bare: Final = Vocabulary()


class SoapFaultError(Exception):
    """A request that must be answered with a SOAP Fault: *code* is Client, Server or VersionMismatch."""

    def __init__(self, text: str, *, code: str = "Client", detail: Markup | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.detail = detail


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoapRequest:
    """A well-formed SOAP 1.1 request: its SOAPAction, its header entries and the one element of its body."""

    action: str
    headers: tuple[Element, ...]
    body: Element

    def header_text(self, namespace: str, name: str) -> str | None:
        """The text of a header entry, or None."""
        tag = f"{{{namespace}}}{name}"
        return next((xmlread.text_of(entry) for entry in self.headers if entry.tag == tag), None)


def action_of(call: Call) -> str | None:
    """The SOAPAction without its quotes, or None if the header is absent or empty."""
    return call.headers.get("soapaction", "").strip().strip('"') or None


def read_request(call: Call) -> SoapRequest:
    """The request in a call; SoapFaultError for what is not SOAP 1.1 with a SOAPAction and one body element."""
    action = action_of(call)
    if action is None:
        raise SoapFaultError("The SOAPAction header is missing.")
    try:
        root = xmlread.parse(call.body)
    except xmlread.NotXmlError as exc:
        raise SoapFaultError(str(exc)) from None
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise SoapFaultError("The document is not a SOAP 1.1 envelope.", code="VersionMismatch")
    body, header = xmlread.child(root, ENVELOPE, "Body"), xmlread.child(root, ENVELOPE, "Header")
    if body is None or len(body) != 1:
        raise SoapFaultError("The envelope must have a Body with exactly one element.")
    return SoapRequest(action=action, headers=tuple(header) if header is not None else (), body=body[0])


def reply(body: Markup, *, headers: Iterable[Markup] = (), prefixes: Mapping[str, str]) -> Reply:
    """A SOAP response; *prefixes* are the namespace prefixes to declare on the envelope."""
    return Reply(content_type=CONTENT_TYPE, body=_envelope(body, headers, prefixes))


def fault_reply(fault: SoapFaultError, *, prefixes: Mapping[str, str] = MappingProxyType({})) -> Reply:
    """A SOAP Fault, with HTTP status 500 as SOAP 1.1 over HTTP asks (section 6.2)."""
    detail = _bare("detail", fault.detail) if fault.detail is not None else None
    entry = _soap("Fault", _bare("faultcode", f"soapenv:{fault.code}"), _bare("faultstring", fault.text), detail)
    return Reply(status=500, content_type=CONTENT_TYPE, body=_envelope(entry, (), prefixes))


def _envelope(body: Markup, headers: Iterable[Markup], prefixes: Mapping[str, str]) -> bytes:
    entries = list(headers)
    header = _soap("Header", entries) if entries else None
    return document(declared(_soap("Envelope", header, _soap("Body", body)), {"soapenv": ENVELOPE, **prefixes}))
