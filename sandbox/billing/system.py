"""Billing: a Huawei CBS, with its BcServices (customers) and ArServices (bills, payments, balances) over SOAP 1.1."""

from collections.abc import Callable
from typing import Final

from sandbox import soap, wsdl_files, xmlread
from sandbox.billing import lookup
from sandbox.billing.balances import query_ocs_balance, query_sum_balance_and_credit
from sandbox.billing.customer_info import query_customer_info
from sandbox.billing.invoices import query_invoice
from sandbox.billing.messages import AR, BC, PREFIXES, RefusedError, ars, bcs, check_header, request_part, result
from sandbox.billing.payments import query_payment_log
from sandbox.call import Call, Reply, SystemName, plain
from sandbox.credentials import Credential
from sandbox.population import Province, Residents
from sandbox.soap import SoapFaultError, SoapRequest
from sandbox.ugly import stack_text
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup, Vocabulary

Operation = Callable[[Residents, Element], Markup]

_BC_PATH: Final = "/services/BcServices"
_AR_PATH: Final = "/services/ArServices"
_SERVICES: Final[dict[str, tuple[str, str, dict[str, Operation]]]] = {
    _BC_PATH: (BC, "cbs_bc.wsdl", {"QueryCustomerInfo": query_customer_info}),
    _AR_PATH: (
        AR,
        "cbs_ar.wsdl",
        {
            "QueryInvoice": query_invoice,
            "QueryPaymentLog": query_payment_log,
            "QuerySumBalanceAndCredit": query_sum_balance_and_credit,
            "QueryOCSBalance": query_ocs_balance,
        },
    ),
}
_WORDS: Final[dict[str, Vocabulary]] = {BC: bcs, AR: ars}


_NAMES: Final = {Province.MAINLAND: SystemName.BILLING, Province.ISLANDS: SystemName.BILLING_ISLANDS}


class Billing:
    """The billing system of one province."""

    content_type = soap.CONTENT_TYPE

    def __init__(self, people: Residents, credential: Credential) -> None:
        self.name = _NAMES[people.province]
        self._people = people
        self._credential = credential

    def call_name(self, call: Call) -> str | None:
        """The operation that the SOAPAction names."""
        if call.method != "POST":
            return None
        known = _SERVICES.get(call.path, ("", "", {}))[2]
        action = soap.action_of(call) or ""
        return action if action in known else "unknown"

    def own_fault(self, call: Call) -> Reply:
        """A SOAP Fault with a stack trace and the number asked about."""
        number = lookup.number_asked_about(self._people, call.body)
        return soap.fault_reply(SoapFaultError(stack_text(number, component="cbs"), code="Server"))

    async def answer(self, call: Call) -> Reply:
        """Answer a SOAP request, or serve a WSDL."""
        if call.method == "GET":
            return wsdl_files.serve(call, _SERVICES[call.path][1] if call.path in _SERVICES else None)
        if call.method != "POST" or call.path not in _SERVICES:
            return plain(404, "There is nothing here.\n")
        try:
            return self._answer(call)
        except SoapFaultError as fault:
            return soap.fault_reply(fault)

    def _answer(self, call: Call) -> Reply:
        namespace, _, operations = _SERVICES[call.path]
        request = soap.read_request(call)
        name = _operation_name(request, namespace, operations)
        part, words = request_part(request, name), _WORDS[namespace]
        version = "1"
        try:
            version = check_header(request, self._credential)
            content = operations[name](self._people, part)
        except RefusedError as refused:
            message = result(words, name, version=version, content=None, refused=refused)
        else:
            message = result(words, name, version=version, content=content)
        return soap.reply(message, prefixes=PREFIXES)


def _operation_name(request: SoapRequest, namespace: str, operations: dict[str, Operation]) -> str:
    """The operation, when it is known and the body is its message; SoapFaultError otherwise."""
    if request.action not in operations:
        raise SoapFaultError("The operation is not known.")
    if request.body.tag != f"{{{namespace}}}{request.action}RequestMsg":
        raise SoapFaultError(f"The body {xmlread.local_name(request.body)} does not belong to the SOAPAction.")
    return request.action
