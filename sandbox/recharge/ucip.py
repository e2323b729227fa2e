"""The prepaid node's UCIP interface: checks a request as an Ericsson AIR does and answers it."""

import collections
import re
from collections.abc import Callable
from typing import Final

from sandbox.call import Call, Reply
from sandbox.credentials import Credential
from sandbox.population import Line, Residents, numbering
from sandbox.recharge import ucip_answers, xmlrpc
from sandbox.recharge.xmlrpc import RpcFaultError, Stamp, Struct, Value

PATH: Final = "/Air"
METHODS: Final[dict[str, Callable[[Residents, Line], Struct]]] = {
    "GetBalanceAndDate": ucip_answers.balance_and_date,
    "GetAccountDetails": ucip_answers.account_details,
    "GetAccumulators": ucip_answers.accumulators,
}
_MANDATORY: Final = ("originNodeType", "originHostName", "originTransactionID", "originTimeStamp", "subscriberNumber")
_CLIENT: Final = re.compile(r"[^/]+/\d+\.\d+/\d+\.\d+")
_REMEMBERED: Final = 1000
_OTHER_ERROR: Final = 100
_NOT_FOUND: Final = 102


class UCIP:
    """Answers UCIP calls. Remembers the last thousand transactions, to refuse one that comes twice."""

    def __init__(self, people: Residents, credential: Credential) -> None:
        self._people = people
        self._credential = credential
        self._transactions: collections.OrderedDict[tuple[Value, ...], None] = collections.OrderedDict()

    def answer(self, call: Call) -> Reply:
        """The answer to a POST on /Air."""
        if not self._credential.admits_basic(call.headers.get("authorization")):
            challenge = (("WWW-Authenticate", 'Basic realm="AIR"'),)
            return Reply(status=401, content_type="text/plain", body=b"Unauthorized\n", headers=challenge)
        # Nodes choose the protocol version by the client's name, so a client without one is turned away.
        if not _CLIENT.fullmatch(call.headers.get("user-agent", "")):
            return xmlrpc.fault_reply(RpcFaultError.illegal(), status=400)
        try:
            method, request = xmlrpc.read_call(call.body)
            return xmlrpc.response(self._answer(method, request))
        except RpcFaultError as fault:
            return xmlrpc.fault_reply(fault)

    def _answer(self, method: str, request: dict[str, Value]) -> Struct:
        if method not in METHODS:
            raise RpcFaultError(1004, "Unknown operation.")
        _check_mandatory(request)
        transaction = request["originTransactionID"]
        if self._seen(request):
            return {"originTransactionID": transaction, "responseCode": _OTHER_ERROR}
        line = self._people.line_by_national(_national(request))
        if line is None or not line.prepaid:
            return {"originTransactionID": transaction, "responseCode": _NOT_FOUND}
        code = self._people.owner(line.key).traits.prepaid_response_code
        return {"originTransactionID": transaction, "responseCode": code, **METHODS[method](self._people, line)}

    def _seen(self, request: dict[str, Value]) -> bool:
        """Whether this transaction came before; it is remembered now."""
        key = tuple(request[name] for name in ("originNodeType", "originHostName", "originTransactionID"))
        if key in self._transactions:
            return True
        self._transactions[key] = None
        if len(self._transactions) > _REMEMBERED:
            self._transactions.popitem(last=False)
        return False


def method_in(body: bytes) -> str | None:
    """The method that a call names, for counting, without reading the rest."""
    found = re.search(rb"<methodName>\s*(\w+)\s*</methodName>", body)
    return found[1].decode() if found else None


def _check_mandatory(request: dict[str, Value]) -> None:
    for name in _MANDATORY:
        value = request.get(name)
        if value is None or value == "":
            raise RpcFaultError(1001, "Mandatory field missing.")
        if not isinstance(value, Stamp if name == "originTimeStamp" else str):
            raise RpcFaultError(1002, "Illegal data type.")
    if len(str(request["originTransactionID"])) > 20:
        raise RpcFaultError(1003, "Data out of bounds.")


def _national(request: dict[str, Value]) -> str:
    """The national significant number; subscriberNumberNAI says 0 with prefix, 1 international, 2 bare (usual)."""
    number, nature = str(request["subscriberNumber"]), request.get("subscriberNumberNAI", 2)
    if isinstance(nature, bool) or not isinstance(nature, int):
        raise RpcFaultError(1002, "Illegal data type.")
    if nature not in {0, 1, 2}:
        raise RpcFaultError(1003, "Data out of bounds.")
    prefix = {0: numbering.NATIONAL_PREFIX, 1: numbering.COUNTRY_CODE, 2: ""}[nature]
    return number.removeprefix(prefix) if number.startswith(prefix) else ""
