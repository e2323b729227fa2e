"""What CAI3G messages have in common: namespaces, header echo and the two kinds of fault."""

from collections.abc import Mapping
from typing import Final

from sandbox.soap import SoapFaultError, SoapRequest
from sandbox.xmlwrite import Markup, Vocabulary

CAI3G: Final = "http://schemas.ericsson.com/cai3g1.2/"
GSM_HLR: Final = "http://schemas.ericsson.com/ema/UserProvisioning/GsmHlr/"
PREFIXES: Final[Mapping[str, str]] = {"cai3g": CAI3G, "gsm": GSM_HLR}
SESSION_HEADERS: Final = ("SessionId", "TransactionId", "SequenceId")

cai3g: Final = Vocabulary("cai3g")
gsm: Final = Vocabulary("gsm")

NOT_SUPPORTED: Final = 4002
LOGIN_REFUSED: Final = 4003
LICENCE_LIMIT: Final = 4005
SESSION_BUSY: Final = 4006
MALFORMED: Final = 4100
INTERNAL: Final = 5001
SUBSCRIBER_NOT_FOUND: Final = 13001


def cai3g_fault(code: int, reason: str) -> SoapFaultError:
    """A SOAP Fault with a Cai3gFault in its detail."""
    detail = cai3g(
        "Cai3gFault",
        cai3g("faultcode", code),
        cai3g("faultreason", cai3g("reasonText", reason)),
        cai3g("faultrole", "NE"),
        cai3g("details", gsm("GsmHlrFault", gsm("respCode", code), gsm("respDescription", reason))),
    )
    return SoapFaultError(f"CAI3G fault {code}", code="Server", detail=detail)


def header_fault(header: str) -> SoapFaultError:
    """A SOAP Fault about a session header: SessionId, TransactionId or SequenceId."""
    text = f"Invalid {header}"
    detail = cai3g(
        f"{header}Fault",
        cai3g("faultactor", "CAI3G"),
        cai3g("description", f"The {header} header is not valid."),
        cai3g("faultcode", text),
    )
    return SoapFaultError(text, detail=detail)


def echoed_headers(request: SoapRequest) -> list[Markup]:
    """The session headers of a request, to stand on its response."""
    texts = ((name, request.header_text(CAI3G, name)) for name in SESSION_HEADERS)
    return [cai3g(name, text) for name, text in texts if text is not None]
