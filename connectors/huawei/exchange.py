"""
One question to a Huawei SOAP interface and its result.

Every operation X is XRequestMsg (RequestHeader, XRequest) answered by XResultMsg (ResultHeader with a ResultCode, and
XResult). What stands in the headers and which code means what is the dialect's.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from connectors.errors import BadData, Misconfigured, Unavailable
from connectors.huawei.outcomes import Outcomes
from connectors.soap import SoapClient, SoapFault, Wsdl, WsdlError
from connectors.soap.cutting import Cutter
from connectors.soap.types import Type
from connectors.xml import Node, XmlError

T = TypeVar("T")

_CODE = re.compile(r"[0-9]{1,10}", re.ASCII)

# SOAP 1.1, 4.4.1: these say that the message was wrong, so sending it again is of no use. Any other fault is a system
# that is ill; what it says of itself is not read.
_OUR_FAULT = frozenset({"Client", "MustUnderstand", "VersionMismatch"})


class Exchange:
    """One service (a WSDL and an endpoint) of one system."""

    def __init__(
        self,
        system: str,
        *,
        wsdl: Wsdl,
        setting: str,
        client: SoapClient,
        outcomes: Outcomes,
    ) -> None:
        self._system = system
        self._wsdl = wsdl
        self._setting = setting
        self._client = client
        self._outcomes = outcomes

    def takes(self, operation: str, *path: str) -> bool:
        """Whether the WSDL has *operation* and its XRequest an element at *path*."""
        return operation in self._wsdl.operations and self._wsdl.takes(operation, f"{operation}Request", *path)

    def result_type(self, operation: str) -> Type | None:
        """The WSDL's type of an operation's XResult; None where the WSDL has no such operation."""
        if operation not in self._wsdl.operations:
            return None
        return self._wsdl.reply_type(operation, f"{operation}Result")

    async def ask(
        self,
        operation: str,
        header: Mapping[str, Any],
        request: Mapping[str, Any],
        read: Callable[[Node], T],
        *,
        cutter: Cutter | None = None,
    ) -> T:
        """
        Ask, and give what *read* makes of the XResult element, which every success has.

        *header* and *request* are RequestHeader and XRequest as zeep takes them. *read* raises XmlError for what it
        cannot trust. *cutter* is of this operation. Raises ConnectorError of every kind.
        """
        envelope = self._envelope(operation, {"RequestHeader": header, f"{operation}Request": request})
        try:
            reply = await self._client.ask(
                envelope,
                operation=operation,
                action=self._wsdl.action(operation),
                expect=f"{operation}ResultMsg",
                cutter=cutter,
            )
            return await reply.read(lambda body: read(self._result(body, operation, header)))
        except SoapFault as fault:
            kind = Misconfigured if fault.code.partition(".")[0] in _OUR_FAULT else Unavailable
            raise kind("SOAP fault", system=self._system, operation=operation) from None
        except XmlError as exc:
            raise BadData(str(exc), system=self._system, operation=operation) from exc

    def _envelope(self, operation: str, message: Mapping[str, Any]) -> bytes:
        if operation not in self._wsdl.operations:
            raise Misconfigured(
                f"the WSDL has no such operation; point `{self._setting}` at one that has it",
                system=self._system,
                operation=operation,
            )
        try:
            return self._wsdl.envelope(operation, message)
        except WsdlError:
            # Not chained: what zeep says of the request may hold a part of it.
            raise Misconfigured(
                f"the request does not fit the WSDL of `{self._setting}`", system=self._system, operation=operation
            ) from None

    def _result(self, body: Node, operation: str, asked: Mapping[str, Any]) -> Node:
        header = body.require("ResultHeader")
        # AcctMgr repeats it, CBS has none; another one means another question's answer.
        if header.text("TransactionId") not in {None, asked.get("TransactionId")}:
            raise XmlError("TransactionId is not the one asked with")
        code = header.require_text("ResultCode")
        error = self._outcomes.of_code(code)
        if error is not None:
            said = f"result code {code}" if _CODE.fullmatch(code) else "a result code that is no number"
            raise error(said, system=self._system, operation=operation)
        if "TransactionId" in asked:
            header.require("TransactionId")  # It may be empty; some systems know transactions only within sessions.
        # The definitions demand it of every question. Without it nothing was told, which is not the same as "none".
        return body.require(f"{operation}Result")
