"""
What CAI3G's faults mean, as one table.

A fault is known by its numbers, most exact first: `faultcode/code` of the element in details, then `faultcode`. Header
faults have no numbers, so they are known by the phrases that the vendor's schema enumerates. The system's own words are
compared with these phrases and never passed on.
"""

import enum
from collections.abc import Iterator, Mapping

from connectors import lexical
from connectors.cai3g.session import SessionGone
from connectors.errors import ConnectorError, Misconfigured, NotKnown, Rejected, Unavailable
from connectors.soap import SoapFault
from connectors.xml import Node, XmlError


class Meaning(enum.StrEnum):
    """What a fault means to us. Values are what configuration says."""

    NOT_KNOWN = "not-known"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    MISCONFIGURED = "misconfigured"
    SESSION_INVALID = "session-invalid"  # The system has forgotten the session.
    SESSION_DAMAGED = "session-damaged"  # It still has it, but no call gets through in it.


_FAULTS: Mapping[str, Meaning] = {
    # Header faults: the values that cai3g.xsd enumerates for SessionIdFault, SequenceIdFault and TransactionIdFault.
    "invalid sessionid": Meaning.SESSION_INVALID,
    "session timeout": Meaning.SESSION_INVALID,
    "sessionid syntax error": Meaning.SESSION_INVALID,
    "invalid sequenceid": Meaning.SESSION_DAMAGED,
    "invalid transactionid": Meaning.MISCONFIGURED,
    # Newer gateways report a lost session as an ordinary fault 1001 with a PGFault below it, by any of these codes.
    "1001/1001": Meaning.SESSION_INVALID,
    "1001/1005": Meaning.SESSION_INVALID,
    "1001/1010": Meaning.SESSION_INVALID,
    "1001/3014": Meaning.SESSION_INVALID,
    "13001": Meaning.NOT_KNOWN,
    # SOAP's own codes (SOAP 1.1, 4.4.1): what was sent is wrong and must not be sent again as it is.
    "Client": Meaning.MISCONFIGURED,
    "MustUnderstand": Meaning.MISCONFIGURED,
    "VersionMismatch": Meaning.MISCONFIGURED,
}

_ERRORS: Mapping[Meaning, type[ConnectorError]] = {
    Meaning.NOT_KNOWN: NotKnown,
    Meaning.REJECTED: Rejected,
    Meaning.UNAVAILABLE: Unavailable,
    Meaning.MISCONFIGURED: Misconfigured,
}

_CREDENTIALS = ("password", "pwd", "credential", "authentication")

_SUBORDINATE_CODES = ("errorcode", "respCode", "faultcode")
"""How elements inside details name their code: PGFault, UserProvisioningFault, others."""


def meaning(fault: SoapFault, *, codes: Mapping[str, Meaning]) -> Meaning:
    """
    What *fault* means; *codes* are the operator's own and go first.

    A fault in no table means Unavailable: it tells only that there is no answer now, and nothing may be concluded about
    the subscriber. One that blames the request (SOAP's Client) while carrying a Cai3gFault was understood and refused.
    """
    numbers = list(_numbers(fault))
    for number in numbers:
        if number in codes:
            return codes[number]
    for key in (*numbers, *_phrases(fault)):
        if key in _FAULTS:
            return _FAULTS[key]
    blames, _, _ = fault.code.partition(".")  # SOAP 1.1 lets a system refine its codes: Client.Authentication.
    if numbers and blames == "Client":
        return Meaning.REJECTED
    return _FAULTS.get(blames, Meaning.UNAVAILABLE)


def call_error(fault: SoapFault, *, codes: Mapping[str, Meaning], system: str, operation: str) -> Exception:
    """The error of a call inside a session: SessionGone when the session is the trouble, else a ConnectorError."""
    means = meaning(fault, codes=codes)
    if means is Meaning.SESSION_INVALID:
        return SessionGone(still_open=False)
    if means is Meaning.SESSION_DAMAGED:
        return SessionGone(still_open=True)
    return _ERRORS[means](_reason(fault), system=system, operation=operation)


def login_error(fault: SoapFault, *, codes: Mapping[str, Meaning], system: str) -> ConnectorError:
    """
    The error of a Login: Misconfigured for wrong credentials, else Unavailable (no licence left, overload, ill).

    Login carries nothing but user and password, so whatever blames the request means these. Codes for it differ between
    installations and have never been published; a text that speaks of credentials is proof enough.
    """
    means = meaning(fault, codes=codes)
    wrong = means is not Meaning.UNAVAILABLE or any(word in text for text in _phrases(fault) for word in _CREDENTIALS)
    kind = Misconfigured if wrong else Unavailable
    return kind(_reason(fault), system=system, operation="Login")


def _reason(fault: SoapFault) -> str:
    number = next(_numbers(fault), None)
    return "fault without a known code" if number is None else f"fault {number}"


def _numbers(fault: SoapFault) -> Iterator[str]:
    cai3g_fault = _part(fault, "Cai3gFault")
    code = None if cai3g_fault is None else _integer(cai3g_fault, "faultcode")
    if cai3g_fault is None or code is None:
        return
    details = _first(cai3g_fault, "details")
    for subordinate in [] if details is None else details.elements():
        for name in _SUBORDINATE_CODES:
            below = _integer(subordinate, name)
            if below is not None:
                yield f"{code}/{below}"
    yield str(code)


def _phrases(fault: SoapFault) -> Iterator[str]:
    yield _plain(fault.text)
    for part in [] if fault.detail is None else fault.detail.elements():
        yield _plain(_text(part, "faultcode"))
        reason = _first(part, "faultreason")
        for text in [] if reason is None else reason.children("reasonText"):
            yield _plain(text.element.text or "")


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(".").casefold()


# A fault is read as far as it can be read: damage in it never hides that there was one.


def _part(fault: SoapFault, name: str) -> Node | None:
    return None if fault.detail is None else _first(fault.detail, name)


def _first(node: Node, name: str) -> Node | None:
    return next(node.children(name), None)


def _text(node: Node, name: str) -> str:
    try:
        return node.text(name) or ""
    except XmlError:
        return ""


def _integer(node: Node, name: str) -> int | None:
    try:
        return lexical.integer(_text(node, name))
    except lexical.LexicalError:
        return None
