"""The recharge history: Huawei AcctMgr's VoucherRechargeEnquiry over SOAP 1.1; amounts in 1/100."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sandbox import soap, xmlread
from sandbox.call import Call, Reply
from sandbox.credentials import Credential
from sandbox.huawei_dates import NEVER, read_stamp, stamp
from sandbox.population import Line, Recharge, Residents
from sandbox.soap import SoapFaultError, SoapRequest
from sandbox.xmlread import Element
from sandbox.xmlwrite import XSI, Markup, Vocabulary

PATH: Final = "/services/CBSInterfaceAccountMgrService"
OPERATION: Final = "VoucherRechargeEnquiry"
ACCOUNT: Final = "http://www.huawei.com/bme/cbsinterface/cbs/accountmgr"
MESSAGE: Final = "http://www.huawei.com/bme/cbsinterface/cbs/accountmgrmsg"
COMMON: Final = "http://www.huawei.com/bme/cbsinterface/common"
PREFIXES: Final[Mapping[str, str]] = {"msg": MESSAGE, "acc": ACCOUNT, "com": COMMON, "xsi": XSI}

_SUCCESS: Final = "405000000"
_ECHOED: Final = ("CommandId", "Version", "TransactionId", "SequenceId")
_VALIDITY_DAYS: Final = 365

_msg: Final = Vocabulary("msg")
_acc: Final = Vocabulary("acc")
_com: Final = Vocabulary("com")
_bare: Final = Vocabulary()


class _RefusedError(Exception):
    """A request refused with a result code in an ordinary response."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class AcctMgr:
    """Answers VoucherRechargeEnquiry."""

    def __init__(self, people: Residents, credential: Credential) -> None:
        self._people = people
        self._credential = credential

    def answer(self, call: Call) -> Reply:
        """The answer to a POST on the service's path."""
        try:
            request = soap.read_request(call)
            return self._answer(request)
        except SoapFaultError as fault:
            return soap.fault_reply(fault)

    def _answer(self, request: SoapRequest) -> Reply:
        if request.action != OPERATION:
            raise SoapFaultError("The operation is not known.")
        header, part = request.body.find("RequestHeader"), request.body.find(f"{OPERATION}Request")
        if request.body.tag != f"{{{MESSAGE}}}{OPERATION}RequestMsg" or header is None or part is None:
            raise SoapFaultError("The body is not a VoucherRechargeEnquiry message.")
        try:
            self._check(header)
            content = self._history(part)
        except _RefusedError as refused:
            return _reply(header, _bare(f"{OPERATION}Result"), refused.code, refused.text)
        return _reply(header, content, _SUCCESS, "Operation successful.")

    def _check(self, header: Element) -> None:
        for name in (*_ECHOED, "RequestType", "SerialNo"):
            if xmlread.child_text(header, COMMON, name) is None:
                raise _RefusedError("405000002", f"Parameter {name} is missing.")
        if xmlread.child_text(header, COMMON, "CommandId") != OPERATION:
            raise _RefusedError("405000003", "CommandId does not name the operation.")
        if xmlread.child_text(header, COMMON, "RequestType") != "Event":
            raise _RefusedError("405000004", "RequestType must be Event.")
        entity = xmlread.child(header, COMMON, "SessionEntity")
        user, password = (xmlread.child_text(entity, COMMON, part) for part in ("Name", "Password"))
        address = xmlread.child_text(entity, COMMON, "RemoteAddress")
        if not self._credential.admits(user, password) or address is None:
            raise _RefusedError("405000005", "The session entity was not accepted.")

    def _history(self, part: Element) -> Markup:
        line = self._people.line_by_national(xmlread.child_text(part, ACCOUNT, "SubscriberNo") or "")
        if line is None or not line.prepaid:
            raise _RefusedError("405914011", "The subscriber does not exist.")
        begins, ends = _bound(part, "StartTime"), _bound(part, "EndTime")
        made = [
            recharge
            for recharge in self._people.recharges(line)
            if (begins is None or begins <= recharge.made) and (ends is None or recharge.made <= ends)
        ]
        return _bare(f"{OPERATION}Result", [_log(line, recharge) for recharge in made])


def _bound(part: Element, name: str) -> dt.datetime | None:
    """One end of the period asked about; None when it is open."""
    if xmlread.child(part, ACCOUNT, name) is None:
        return None
    moment = read_stamp(xmlread.child_text(part, ACCOUNT, name))
    if moment is None:
        raise _RefusedError("405000006", f"{name} is not a date.")
    return moment


def _log(line: Line, recharge: Recharge) -> Markup:
    # The record was kept for another kind of card where the cosmetics are nil; the values that matter never are.
    told = int(recharge.serial[-1]) % 2 == 0
    until = stamp(recharge.made + dt.timedelta(days=_VALIDITY_DAYS))
    return _acc(
        "RechargeLog",
        _acc("SubscriberNo", line.national),
        _acc("SubCosID", 61) if told else _acc.nil("SubCosID"),
        _acc("TradeTime", stamp(recharge.made)),
        _acc("ErrorType", "0"),
        _acc("RechargeType", "0"),
        _acc("Batch", recharge.batch),
        _acc("Sequence", recharge.serial),
        _acc("CardCosID", 3) if told else _acc.nil("CardCosID"),
        _acc("OldActiveStop", stamp(recharge.made)),
        _acc("NewActiveStop", until),
        _acc("OldSuspendStop", until),
        _acc("NewSuspendStop", until),
        _acc("OldDisableStop", NEVER),
        _acc("NewDisableStop", NEVER),
        _acc("OldBalance", recharge.before),
        _acc("NewBalance", recharge.after),
        _acc("RechargeAmt", recharge.amount),
        _acc("Currency", line.key.province.currency) if recharge.says_currency else None,
        _acc("Validity", _VALIDITY_DAYS) if told else _acc.nil("Validity"),
        _acc("PrmValidity", 0),
    )


def _reply(header: Element, content: Markup, code: str, text: str) -> Reply:
    echoed = [_com(name, xmlread.child_text(header, COMMON, name) or "") for name in _ECHOED]
    result = _bare("ResultHeader", echoed, _com("ResultCode", code), _com("ResultDesc", text))
    return soap.reply(_msg(f"{OPERATION}ResultMsg", result, content), prefixes=PREFIXES)
