"""
GsmHlr subscriptions -> the words of schema/. Pure functions over decoded replies.

Which fields are read is said in `subscription`. Numbers keep the HLR's own meaning; where a field is absent the answer
is null, where it is malformed there is no answer (XmlError).
"""

import dataclasses
import enum
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from connectors.cai3g import fields
from connectors.cai3g.subscription import (
    CALL_FORWARDINGS,
    PARTS_OF_A_SERVICE,
    SERVICE_GROUPS,
    SERVICES,
    TELEPHONY,
    Keys,
    Subscription,
    read_context,
    read_forwarding,
    read_named,
    read_service,
    read_subscription,
)
from connectors.maker import maker_of
from connectors.xml import Element, Node, XmlError
from schema.network import Barring, CallForwarding, ForwardingCondition, NetworkProfile, NetworkService
from schema.scalars import Imsi, Msisdn
from schema.source import Source

ReadMsisdn = Callable[[str], str]
"""The E.164 digits of a number as the HLR writes it; raises ValueError when it is none."""

_CONDITIONS = dict(
    zip(
        CALL_FORWARDINGS,
        (
            ForwardingCondition.UNCONDITIONAL,
            ForwardingCondition.BUSY,
            ForwardingCondition.NO_REPLY,
            ForwardingCondition.NOT_REACHABLE,
        ),
        strict=True,
    )
)

_FLAGS: Mapping[int | None, bool] = {0: False, 1: True}

_IMSI = re.compile(r"[0-9]{6,15}", re.ASCII)
# Digits with the signs a dialled number may have; some HLRs put the nature of address and a hyphen in front.
_FORWARD_TO = re.compile(r"[0-9A-Ea-e*#+-]{1,40}", re.ASCII)


_call_forwarding = maker_of(CallForwarding)
_network_service = maker_of(NetworkService)
# Made once and given in every answer that holds them, because nobody changes what an answer holds.
_USUAL: Mapping[str, Mapping[str | None, NetworkService]] = {
    name: {str(state): _network_service(name=name, state=state) for state in range(16)} for name in SERVICES
}
_by_name = operator.attrgetter("name")


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
    subscription = read_subscription(_only(reply.require("MOAttributes"), element).element)
    told = subscription.fields
    keys = read_named(reply.element).keys
    imsi = _imsi(_required_identity(keys, subscription, Key.IMSI))
    msisdn = _msisdn(_identity(keys, subscription, Key.MSISDN), read_msisdn)
    if asked.value != (imsi if asked.key is Key.IMSI else msisdn):
        raise XmlError(f"{asked.key} is missing or not the one asked for")
    return NetworkProfile(
        imsi=Imsi(imsi),
        msisdn=None if msisdn is None else Msisdn(msisdn),
        profile_id=fields.text(told, "profileId"),
        subscriber_type=fields.text(told, "stype"),
        barring=_barring(told),
        call_forwarding=list(_forwardings(told)),
        services=sorted(_services(told), key=_by_name),
        apns=list(dict.fromkeys(_apns(subscription.contexts))),
        # GsmHlr has no lock: barring bars calls, messages or roaming, each by itself, never the line as a whole.
        locked=None,
        source=source,
    )


def found_by_imsi(reply: Node, *, imsi: str, read_msisdn: ReadMsisdn) -> MoId | None:
    """The one subscription in a SearchResponse for an IMSI, by its number where it has one; None when there is none."""
    found = read_named(reply.element).keys
    imsis = {_imsi(keys.imsi) for keys in found if keys.imsi}
    msisdns = {_msisdn(keys.msisdn, read_msisdn) for keys in found if keys.msisdn}
    if not found:
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


def _identity(named: Iterable[Keys], subscription: Subscription, key: Key) -> str | None:
    """A key of the subscription, which may stand in the subscription, in its attribute and in MOId: all must agree."""
    if key is Key.IMSI:
        elsewhere = {subscription.imsi, *(keys.imsi for keys in named)}
    else:
        elsewhere = {subscription.msisdn, *(keys.msisdn for keys in named)}
    given = {fields.text(subscription.fields, key), *elsewhere} - {None, ""}
    if len(given) > 1:
        raise XmlError(f"{key} is given in different ways")
    return next(iter(given), None)


def _required_identity(named: Iterable[Keys], subscription: Subscription, key: Key) -> str:
    found = _identity(named, subscription, key)
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


def _barring(told: fields.Fields) -> Barring:
    return Barring(
        outgoing=fields.state(told, "obo"),
        incoming=fields.state(told, "obi"),
        roaming=fields.state(told, "obr"),
        premium_information=fields.state(told, "obopri"),
        premium_entertainment=fields.state(told, "obopre"),
        short_messages=fields.state(told, "obssm"),
    )


def _forwardings(told: fields.Fields) -> Iterator[CallForwarding]:
    for name, condition in _CONDITIONS.items():
        node = fields.told(told, name)
        if node is not None:
            yield _forwarding(node, condition)


def _forwarding(node: Node, condition: ForwardingCondition) -> CallForwarding:
    """
    One call forwarding: `provisionState`, `activationState` and `fnum`.

    Where the HLR keeps a setting per group of basic services, that of telephony (ts10) counts: the others forward fax
    and data calls. A bare number instead of elements is the provision state.
    """
    if not fields.holds_elements(node.element):
        return _call_forwarding(
            condition=condition, provisioned=_flag(fields.number(node)), active=None, forward_to=None
        )
    told = read_forwarding(node.element).fields
    group = told.get(TELEPHONY)
    if group is not None:
        fields.holds_elements(group)
    settings = told if group is None else read_forwarding(group).fields
    return _call_forwarding(
        condition=condition,
        provisioned=_flag(fields.state(told, "provisionState")),
        active=_flag(fields.state(settings, "activationState")),
        forward_to=_forward_to(settings),
    )


def _forward_to(settings: fields.Fields) -> str | None:
    number = fields.text(settings, "fnum")
    if number is not None and not _FORWARD_TO.fullmatch(number):
        raise XmlError("fnum is not a number")
    return number


def _flag(state: int | None) -> bool | None:
    # Other states (quiescent, temporary) are neither on nor off for a reader, so they are not said to be either.
    return _FLAGS.get(state)


def _services(told: fields.Fields) -> list[NetworkService]:
    found: list[NetworkService] = []
    for name, element in told.items():
        usual = _USUAL.get(name)
        if usual is not None:
            # As `fields.plain` reads it: what has a child is never usual.
            service = None if len(element) else usual.get(element.text)
            if service is None:
                found += _service(name, element)
            else:
                found.append(service)
    return found


def _service(name: str, element: Element) -> Iterable[NetworkService]:
    node = Node(element)
    if node.is_nil:
        return ()
    if fields.holds_elements(element):
        return _service_parts(name, element)
    state = fields.number(node)
    return () if state is None else (_network_service(name=name, state=state),)


def _service_parts(name: str, element: Element) -> Iterator[NetworkService]:
    """The states of a service that has several, each under its whole name, such as `caw.ts10.activationState`."""
    told = read_service(element).fields
    owners = {name: told}
    for group in SERVICE_GROUPS:
        found = told.get(group)
        if found is not None and fields.holds_elements(found):
            owners[f"{name}.{group}"] = read_service(found).fields
    for path, owner in owners.items():
        for part in PARTS_OF_A_SERVICE:
            state = fields.state(owner, part)
            if state is not None:
                yield _network_service(name=f"{path}.{part}", state=state)


def _apns(contexts: Iterable[Node]) -> Iterator[str]:
    """Names as they come; several contexts of one access point, for IPv4 and IPv6 for instance, are one name."""
    for context in contexts:
        if fields.holds_elements(context.element):
            yield read_context(context.element).access_point
        elif context.value():
            raise XmlError("gprs holds text instead of apnid")
