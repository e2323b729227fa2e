"""The recharge system: an Ericsson AIR node with UCIP on one path and a Huawei AcctMgr for the history on another."""

import re
from typing import Final

from sandbox import soap, wsdl_files
from sandbox.call import Call, Reply, SystemName, plain
from sandbox.population import Province
from sandbox.recharge import acctmgr, ucip, xmlrpc
from sandbox.recharge.acctmgr import AcctMgr
from sandbox.recharge.ucip import UCIP
from sandbox.recharge.xmlrpc import RpcFaultError
from sandbox.soap import SoapFaultError
from sandbox.ugly import stack_text

_NAMES: Final = {Province.MAINLAND: SystemName.RECHARGE, Province.ISLANDS: SystemName.RECHARGE_ISLANDS}


class RechargeSystem:
    """Both interfaces of one province behind one port."""

    content_type = soap.CONTENT_TYPE

    def __init__(self, node: UCIP, history: AcctMgr, province: Province) -> None:
        self.name = _NAMES[province]
        self._node = node
        self._history = history

    def call_name(self, call: Call) -> str | None:
        """The XML-RPC method, or the operation that the SOAPAction names."""
        if call.method != "POST":
            return None
        if call.path == acctmgr.PATH:
            return acctmgr.OPERATION if soap.action_of(call) == acctmgr.OPERATION else "unknown"
        method = ucip.method_in(call.body)
        return method if method in ucip.METHODS else "unknown"

    def own_fault(self, call: Call) -> Reply:
        """An XML-RPC fault or a SOAP Fault, with a stack trace and the number asked about."""
        number = _number_in(call.body)
        if call.path == acctmgr.PATH:
            return soap.fault_reply(SoapFaultError(stack_text(number, component="acctmgr"), code="Server"))
        return xmlrpc.fault_reply(RpcFaultError(1005, stack_text(number, component="air")))

    async def answer(self, call: Call) -> Reply:
        """Answer a call, or serve the WSDL."""
        if call.method == "GET":
            return wsdl_files.serve(call, "acctmgr.wsdl" if call.path == acctmgr.PATH else None)
        if call.method == "POST" and call.path == acctmgr.PATH:
            return self._history.answer(call)
        if call.method == "POST" and call.path == ucip.PATH:
            return self._node.answer(call)
        return plain(404, "There is nothing here.\n")


def _number_in(body: bytes) -> str:
    found = re.search(rb"(?:subscriberNumber</name>\s*<value>\s*<string>|SubscriberNo>)\s*(\d{6,15})", body)
    return found[1].decode() if found else "unknown"
