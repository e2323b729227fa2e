"""
GsmHlr subscriptions -> the words of schema/. Pure functions over decoded replies.

No schema of the GsmHlr namespace is published, so fields are read by name, and only those named here. Numbers keep the
HLR's own meaning; where a field is absent the answer is null, where it is malformed there is no answer (XmlError).
"""

import dataclasses
import enum
import re
from collections.abc import Callable, Iterator

from connectors.cai3g import fields
from connectors.xml import Node, XmlError
from schema.network import Barring, CallForwarding, ForwardingCondition, NetworkProfile, NetworkService
from schema.scalars import Imsi, Msisdn
from schema.source import Source

ReadMsisdn = Callable[[str], str]
"""The E.164 digits of a number as the HLR writes it; raises ValueError when it is none."""

SECRETS = frozenset(
    {"pwd", "ki", "k", "ekey", "op", "opc", "amf", "a38", "a4ind", "a4key", "adkey", "fsetind", "kind", "rid", "authd"}
)
"""Passwords, key material and authentication settings: never read, whatever else is added to the names below."""

_CONDITIONS = {
    "cfu": ForwardingCondition.UNCONDITIONAL,
    "cfb": ForwardingCondition.BUSY,
    "cfnry": ForwardingCondition.NO_REPLY,
    "cfnrc": ForwardingCondition.NOT_REACHABLE,
}

_TELE_AND_BEARER = {"ts11", "ts21", "ts22", "ts61", "ts62", "tsd1"} | {
    f"bs{number}" for number in ("21", "22", "23", "24", "25", "26", "2f", "2g", "31", "32", "33", "34", "3f", "3g")
}
_SUPPLEMENTARY = {"clip", "clir", "colp", "colr", "hold", "mpty", "caw", "ccbs", "ect", "aocc", "aoci", "ics", "ofa"}
_FURTHER_BARRING = {"baic", "baoc", "bicro", "boic", "boiexh", "obrf", "osb1", "osb2", "osb3", "osb4"}
_SUBSCRIPTION_OPTIONS = {
    f"so{option}" for option in ("clip", "clir", "colp", "cb", "cfb", "cfrc", "cfry", "cfu", "dcf")
}
_PROFILE_NUMBERS = {"oick", "tick", "ocsist", "tcsist", "csp", "cat", "schar", "rsa", "dbsg", "nam", "pdpcp"}
_OPERATOR_SERVICES = {"prbt", "redmch"}

SERVICES = (
    frozenset(
        _TELE_AND_BEARER
        | _SUPPLEMENTARY
        | _FURTHER_BARRING
        | _SUBSCRIPTION_OPTIONS
        | _PROFILE_NUMBERS
        | _OPERATOR_SERVICES
    )
    - SECRETS
)
"""Fields that are given as services, each with the HLR's own number for its state."""

_PARTS_OF_A_SERVICE = ("provisionState", "activationState", "prov")
_SERVICE_GROUPS = ("ts10", "ts20", "ts60", "bs20", "bs30")
_TELEPHONY = "ts10"

_IMSI = re.compile(r"[0-9]{6,15}", re.ASCII)
# Digits with the signs a dialled number may have; some HLRs put the nature of address and a hyphen in front.
_FORWARD_TO = re.compile(r"[0-9A-Ea-e*#+-]{1,40}", re.ASCII)


class Key(enum.StrEnum):
    """What a subscription can be asked by. Values are the HLR's names."""

    MSISDN = "msisdn"
    IMSI = "imsi"


@dataclasses.dataclass(frozen=True, slots=True)
class MoId:
    """The key of one subscription: E.164 digits or an IMSI. Personal data, not printed."""

    key: Key
    value: str = dataclasses.field(repr=False)


def network_profile(
    reply: Node, *, asked: MoId, element: str, read_msisdn: ReadMsisdn, source: Source
) -> NetworkProfile:
    """
    The profile in a GetResponse, whose MOAttributes hold one *element* (getResponseSubscription).

    Raises XmlError when it is malformed, or is not about what was *asked*.
    """
    subscription = _only(reply.require("MOAttributes"), element)
    imsi = _imsi(_required_identity(reply, subscription, Key.IMSI))
    msisdn = _msisdn(_identity(reply, subscription, Key.MSISDN), read_msisdn)
    if asked.value != (imsi if asked.key is Key.IMSI else msisdn):
        raise XmlError(f"{asked.key} is missing or not the one asked for")
    return NetworkProfile(
        imsi=Imsi(imsi),
        msisdn=None if msisdn is None else Msisdn(msisdn),
        profile_id=subscription.text("profileId"),
        subscriber_type=subscription.text("stype"),
        barring=_barring(subscription),
        call_forwarding=list(_forwardings(subscription)),
        services=sorted(_services(subscription), key=lambda service: service.name),
        apns=list(dict.fromkeys(_apns(subscription))),
        # GsmHlr has no lock: barring bars calls, messages or roaming, each by itself, never the line as a whole.
        locked=None,
        source=source,
    )


def found_by_imsi(reply: Node, *, imsi: str, read_msisdn: ReadMsisdn) -> MoId | None:
    """The one subscription in a SearchResponse for an IMSI, by its number where it has one; None when there is none."""
    mo_ids = list(reply.children("MOId"))
    imsis = {_imsi(text) for mo_id in mo_ids if (text := mo_id.text(Key.IMSI))}
    msisdns = {_msisdn(text, read_msisdn) for mo_id in mo_ids if (text := mo_id.text(Key.MSISDN))}
    if not mo_ids:
        _check_empty(reply)
        return None
    if imsis - {imsi} or len(msisdns) > 1:
        raise XmlError("MOId is not the one asked for, or not the only one")
    msisdn = next(iter(msisdns), None)
    if msisdn is None and not imsis:
        raise XmlError("MOId holds neither msisdn nor imsi")
    return MoId(Key.IMSI, imsi) if msisdn is None else MoId(Key.MSISDN, msisdn)


def _check_empty(reply: Node) -> None:
    """That a search found nothing is only believed where nothing else is told that might be a result."""
    if any(child.name != "extension" for child in reply.elements()):
        raise XmlError("MOId is missing")


def _only(parent: Node, name: str) -> Node:
    elements = list(parent.elements())
    if len(elements) != 1 or elements[0].name != name:
        raise XmlError(f"{parent.name} does not hold exactly one {name}")
    if not any(True for _ in elements[0].elements()):
        raise XmlError(f"{name} is empty")
    return elements[0]


def _identity(reply: Node, subscription: Node, key: Key) -> str | None:
    """A key of the subscription, which may stand in the subscription, in its attribute and in MOId: all must agree."""
    given = {subscription.text(key), subscription.element.get(key)}
    given |= {mo_id.text(key) for mo_id in reply.children("MOId")}
    given -= {None, ""}
    if len(given) > 1:
        raise XmlError(f"{key} is given in different ways")
    return next(iter(given), None)


def _required_identity(reply: Node, subscription: Node, key: Key) -> str:
    found = _identity(reply, subscription, key)
    if found is None:
        raise XmlError(f"{key} is missing or empty")
    return found


def _imsi(text: str) -> str:
    if not _IMSI.fullmatch(text):
        raise XmlError("imsi is not 6 to 15 digits")
    return text


def _msisdn(text: str | None, read: ReadMsisdn) -> str | None:
    try:
        return None if text is None else read(text)
    except ValueError as exc:
        raise XmlError("msisdn is not of the configured number_form and numbering plan") from exc


def _barring(subscription: Node) -> Barring:
    return Barring(
        outgoing=fields.state(subscription, "obo"),
        incoming=fields.state(subscription, "obi"),
        roaming=fields.state(subscription, "obr"),
        premium_information=fields.state(subscription, "obopri"),
        premium_entertainment=fields.state(subscription, "obopre"),
        short_messages=fields.state(subscription, "obssm"),
    )


def _forwardings(subscription: Node) -> Iterator[CallForwarding]:
    for name, condition in _CONDITIONS.items():
        node = fields.told(subscription, name)
        if node is not None:
            yield _forwarding(node, condition)


def _forwarding(node: Node, condition: ForwardingCondition) -> CallForwarding:
    """
    One call forwarding: `provisionState`, `activationState` and `fnum`.

    Where the HLR keeps a setting per group of basic services, that of telephony (ts10) counts: the others forward fax
    and data calls. A bare number instead of elements is the provision state.
    """
    if not fields.holds_elements(node):
        return CallForwarding(condition=condition, provisioned=_flag(fields.number(node)), active=None, forward_to=None)
    group = node.child(_TELEPHONY)
    if group is not None:
        fields.holds_elements(group)
    settings = node if group is None else group
    return CallForwarding(
        condition=condition,
        provisioned=_flag(fields.state(node, "provisionState")),
        active=_flag(fields.state(settings, "activationState")),
        forward_to=_forward_to(settings),
    )


def _forward_to(node: Node) -> str | None:
    number = node.text("fnum")
    if number is not None and not _FORWARD_TO.fullmatch(number):
        raise XmlError("fnum is not a number")
    return number


def _flag(state: int | None) -> bool | None:
    # Other states (quiescent, temporary) are neither on nor off for a reader, so they are not said to be either.
    return {0: False, 1: True}.get(-1 if state is None else state)


def _services(subscription: Node) -> Iterator[NetworkService]:
    for name in SERVICES:
        node = fields.told(subscription, name)
        if node is None:
            continue
        if not fields.holds_elements(node):
            state = fields.number(node)
            yield from [] if state is None else [NetworkService(name=name, state=state)]
        else:
            yield from _service_parts(name, node)


def _service_parts(name: str, node: Node) -> Iterator[NetworkService]:
    """The states of a service that has several, each under its whole name, such as `caw.ts10.activationState`."""
    found = ((f"{name}.{group}", node.child(group)) for group in _SERVICE_GROUPS)
    groups = [
        (name, node),
        *((path, group) for path, group in found if group is not None and fields.holds_elements(group)),
    ]
    for path, owner in groups:
        for part in _PARTS_OF_A_SERVICE:
            state = fields.state(owner, part)
            if state is not None:
                yield NetworkService(name=f"{path}.{part}", state=state)


def _apns(subscription: Node) -> Iterator[str]:
    """Names as they come; several contexts of one access point, for IPv4 and IPv6 for instance, are one name."""
    for context in subscription.children("gprs"):
        if fields.holds_elements(context):
            yield context.require_text("apnid")
        elif context.value():
            raise XmlError("gprs holds text instead of apnid")
