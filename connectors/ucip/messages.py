"""What every UCIP message has in common: what a request carries, and when a response may be believed. Pure."""

import datetime as dt
from collections.abc import Iterable

from connectors.ucip import dates
from connectors.ucip.faults import SUCCESS, Kind, RefusedError
from connectors.ucip.settings import UCIPSettings
from connectors.wire import Reply
from connectors.xml import XmlError
from connectors.xmlrpc import Argument, DateTime, Struct, XmlRpcFault, method_call, method_response


def request(
    operation: str,
    *,
    settings: UCIPSettings,
    transaction: str,
    at: dt.datetime,
    number: str,
    flags: Iterable[str] = (),
) -> bytes:
    """The request document of *operation* about *number* (as the node writes numbers), with *flags* set."""
    members: dict[str, Argument] = {
        "originNodeType": settings.origin_node_type,
        "originHostName": settings.origin_host_name,
        "originTransactionID": transaction,
        "originTimeStamp": DateTime(dates.write(at)),
        "subscriberNumber": number,
    }
    if settings.nature_of_address is not None:
        members["subscriberNumberNAI"] = settings.nature_of_address
    if settings.negotiated_capabilities:
        members["negotiatedCapabilities"] = settings.negotiated_capabilities
    members.update(dict.fromkeys(flags, True))
    return method_call(operation, members)


def answer(reply: Reply, *, transaction: str) -> Struct:
    """
    The members of a response that belongs to *transaction* and says success.

    Raises RefusedError when the node refuses, XmlError for anything that cannot be trusted.
    """
    if reply.status != 200:
        raise RefusedError(Kind.HTTP, reply.status)
    if reply.content_type not in {"text/xml", "application/xml"}:
        raise XmlError("the answer is not XML")
    try:
        members = method_response(reply.body, charset=reply.charset)
    except XmlRpcFault as exc:
        raise RefusedError(Kind.FAULT, exc.code) from exc
    if not isinstance(members, Struct):
        raise XmlError("the answer is not a struct")
    code = members.require_integer("responseCode")
    echo = members.text("originTransactionID")
    # A refusal may come without it (UCIP 5.0, tables of chapter 6), an answer may not.
    if echo != transaction and (echo is not None or code in SUCCESS):
        raise XmlError("originTransactionID is not the one that was sent")
    if code not in SUCCESS:
        raise RefusedError(Kind.RESPONSE, code)
    return members
