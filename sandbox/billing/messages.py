"""What every CBS message has: namespaces, the request header's checks and the result header."""

import re
from collections.abc import Mapping
from typing import Final

from sandbox import xmlread
from sandbox.credentials import Credential
from sandbox.population import Province
from sandbox.soap import SoapFaultError, SoapRequest
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup, Vocabulary

BC: Final = "http://www.huawei.com/bme/cbsinterface/bcservices"
BC_COMMON: Final = "http://www.huawei.com/bme/cbsinterface/bccommon"
AR: Final = "http://www.huawei.com/bme/cbsinterface/arservices"
AR_COMMON: Final = "http://cbs.huawei.com/ar/wsservice/arcommon"
COMMON: Final = "http://www.huawei.com/bme/cbsinterface/cbscommon"
PREFIXES: Final[Mapping[str, str]] = {"bcs": BC, "bcc": BC_COMMON, "ars": AR, "arc": AR_COMMON, "cbs": COMMON}

_CURRENCY_IDS: Final = {"EUR": 1102, "GBP": 1126}  # The operator's own numbers for currencies.

bcs: Final = Vocabulary("bcs")
bcc: Final = Vocabulary("bcc")
ars: Final = Vocabulary("ars")
arc: Final = Vocabulary("arc")
cbs: Final = Vocabulary("cbs")
bare: Final = Vocabulary()

_OUR_ENTITY: Final = "101"


class RefusedError(Exception):
    """A request that billing refuses with a result code of its own, in an ordinary response."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @classmethod
    def login(cls) -> "RefusedError":
        """Wrong system code or password."""
        return cls("118010001", "Authentication of the calling system failed.")

    @classmethod
    def missing(cls, name: str) -> "RefusedError":
        """A mandatory parameter is absent, empty or malformed."""
        return cls("118010002", f"Parameter {name} is missing or not valid.")

    @classmethod
    def entity(cls) -> "RefusedError":
        """The business entity is not ours."""
        return cls("118010003", "The business entity is not known.")

    @classmethod
    def unknown(cls) -> "RefusedError":
        """No such customer, subscriber or account."""
        return cls("118030003", "The customer, subscriber or account does not exist.")


def currency_id(province: Province) -> int:
    """What billing calls the currency of a province."""
    return _CURRENCY_IDS[province.currency]


def request_part(request: SoapRequest, operation: str) -> Element:
    """The inner request element of an operation; a message without one is not what the WSDL says."""
    part = request.body.find(f"{operation}Request")
    if part is None:
        raise SoapFaultError(f"The message has no {operation}Request.")
    return part


def check_header(request: SoapRequest, credential: Credential) -> str:
    """The Version to echo; SoapFaultError without a header, RefusedError when the header does not satisfy."""
    header = request.body.find("RequestHeader")
    if header is None:
        raise SoapFaultError("The message has no RequestHeader.")
    for name in ("Version", "BusinessCode", "MessageSeq"):
        if xmlread.child_text(header, COMMON, name) is None:
            raise RefusedError.missing(name)
    access = xmlread.child(header, COMMON, "AccessSecurity")
    user, password = (xmlread.child_text(access, COMMON, name) for name in ("LoginSystemCode", "Password"))
    if not credential.admits(user, password):
        raise RefusedError.login()
    if xmlread.child_text(xmlread.child(header, COMMON, "OwnershipInfo"), COMMON, "BEID") != _OUR_ENTITY:
        raise RefusedError.entity()
    return xmlread.child_text(header, COMMON, "Version") or "1"


def result(
    vocabulary: Vocabulary,
    operation: str,
    *,
    version: str,
    content: Markup | None,
    refused: RefusedError | None = None,
) -> Markup:
    """A whole result message; a refused one has a header and nothing else."""
    header = bare(
        "ResultHeader",
        cbs("Version", version),
        cbs("ResultCode", refused.code if refused else "0"),
        cbs("MsgLanguageCode", "2003"),
        cbs("ResultDesc", refused.text if refused else "Operation successfully."),
    )
    return vocabulary(f"{operation}ResultMsg", header, content)


def whole_number(parent: Element, name: str) -> int | None:
    """A non-negative number of an AR request, None when absent; RefusedError when it is no such number."""
    text = xmlread.child_text(parent, AR, name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise RefusedError.missing(name)
    return int(text)
