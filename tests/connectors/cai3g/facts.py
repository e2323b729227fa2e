"""What CAI3G replies say of a subscription, a search and a session, read independently of the connector."""

import re
from typing import Any

from tests.connectors.mutants import Mutant
from tests.connectors.trial import Refused
from tests.connectors.witness import Element, Unreadable, soap_body

SERVICES = ("ts11", "ts21", "ts22", "clip", "clir", "hold", "caw", "nam", "cat", "csp", "prbt")
"""Of the many names that are read as services, those that the replies under trial may have."""

_STATES = ("provisionState", "activationState", "prov")
_GROUPS = ("ts10", "ts20", "ts60", "bs20", "bs30")
_FORWARDINGS = {"cfu": "UNCONDITIONAL", "cfb": "BUSY", "cfnry": "NO_REPLY", "cfnrc": "NOT_REACHABLE"}
_BARRINGS = {
    "outgoing": "obo",
    "incoming": "obi",
    "roaming": "obr",
    "premium_information": "obopri",
    "premium_entertainment": "obopre",
    "short_messages": "obssm",
}


def reply(mutant: Mutant, operation: str, *, headers: dict[str, str]) -> Element:
    """The response of *operation*, its echoed headers being those sent wherever they are."""
    header, body = soap_body(mutant.body, mutant.charset)
    if body.qualified == "http://schemas.xmlsoap.org/soap/envelope/}Fault":
        raise Refused
    for name, sent in headers.items():
        if header is not None and header.said(name) not in {None, sent}:
            raise Unreadable(f"another {name}")
    if body.name != f"{operation}Response":
        raise Unreadable("another answer")
    return body


def session(response: Element) -> list[Any]:
    """The session's id and the number of its first call."""
    name, base = response.must("sessionId"), response.must_whole("baseSequenceId")
    if not re.fullmatch(r"\w+", name) or not 0 <= base < 2**64:
        raise Unreadable("no session")
    return sorted([name, base + 1], key=repr)


def found(response: Element, *, imsi: str, msisdn: str) -> None:
    """That a search found the one subscription and no other; Refused when it found none."""
    ids = response.all("MOId")
    # A plus before an international number says nothing else.
    numbers = {each.value.removeprefix("+") for mo_id in ids for each in mo_id.all("msisdn") if each.value}
    imsis = {each.value for mo_id in ids for each in mo_id.all("imsi") if each.value}
    if not ids:
        raise Refused
    if imsis - {imsi} or numbers - {msisdn} or not (imsis | numbers):
        raise Unreadable("not the one")


def profile(response: Element, *, asked: dict[str, str]) -> dict[str, Any]:
    """A subscription as `plain` gives it; *asked* is the key and its value."""
    contents = response.one("MOAttributes").children
    if len(contents) != 1 or contents[0].name != "getResponseSubscription":
        raise Unreadable("not one subscription")
    subscription = contents[0]
    imsi, msisdn = (_identity(response, subscription, name) for name in ("imsi", "msisdn"))
    told = {"imsi": imsi, "msisdn": msisdn}
    if imsi is None or not re.fullmatch(r"[0-9]{6,15}", imsi, re.ASCII):
        raise Unreadable("no imsi")
    if msisdn is not None and not re.fullmatch(r"\+?999[0-9]{8}", msisdn, re.ASCII):
        raise Unreadable("no number")
    told["msisdn"] = msisdn = msisdn and msisdn.removeprefix("+")
    if any(told[name] != value for name, value in asked.items()):
        raise Unreadable("somebody else")
    return told | {
        "profile_id": subscription.said("profileId"),
        "subscriber_type": subscription.said("stype"),
        "barring": {word: _state(subscription, name) for word, name in _BARRINGS.items()},
        "call_forwarding": _sorted(
            [_forwarding(node, *pair) for pair in _FORWARDINGS.items() if (node := _told(subscription, pair[0]))]
        ),
        "services": _sorted([service for name in SERVICES for service in _service(subscription, name)]),
        "apns": sorted({apn for context in subscription.all("gprs") for apn in _apn(context)}, key=repr),
        "locked": None,
    }


def _identity(response: Element, subscription: Element, name: str) -> str | None:
    given = {subscription.said(name), subscription.attributes.get(name) or None}
    given |= {mo_id.said(name) for mo_id in response.all("MOId")}
    given -= {None}
    if len(given) > 1:
        raise Unreadable(f"two of {name}")
    return next(iter(given), None)


def _told(parent: Element, name: str) -> Element | None:
    node = parent.maybe(name)
    if node is not None and node.is_nil and (node.children or node.value):
        raise Unreadable("nil and not")
    return None if node is None or node.is_nil else node


def _small(node: Element) -> int | None:
    text = node.value
    if text is not None and not (re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII) and 0 <= int(text) <= 9999):
        raise Unreadable(f"{node.name} is no state")
    return None if text is None else int(text)


def _state(parent: Element, name: str) -> int | None:
    node = _told(parent, name)
    return None if node is None else _small(node)


def _elements(node: Element) -> bool:
    if node.children and node.text.strip():
        raise Unreadable("text beside elements")
    return bool(node.children)


def _forwarding(node: Element, _: str, condition: str) -> dict[str, Any]:
    flags = {0: False, 1: True}
    if not _elements(node):
        return {
            "condition": condition,
            "provisioned": flags.get(_small(node) or 0 if node.value else -1),
            "active": None,
            "forward_to": None,
        }
    telephony = node.maybe("ts10")
    settings = node if telephony is None else telephony
    number = settings.said("fnum")
    if number is not None and not re.fullmatch(r"[0-9A-Ea-e*#+-]{1,40}", number, re.ASCII):
        raise Unreadable("no number to forward to")
    provisioned, active = _state(node, "provisionState"), _state(settings, "activationState")
    return {
        "condition": condition,
        "provisioned": None if provisioned is None else flags.get(provisioned),
        "active": None if active is None else flags.get(active),
        "forward_to": number,
    }


def _service(subscription: Element, name: str) -> list[dict[str, Any]]:
    node = _told(subscription, name)
    if node is None:
        return []
    if not _elements(node):
        state = _small(node)
        return [] if state is None else [{"name": name, "state": state}]
    places = [(name, node), *((f"{name}.{group}", below) for group in _GROUPS if (below := node.maybe(group)))]
    states = [(f"{path}.{part}", _state(place, part)) for path, place in places for part in _STATES]
    return [{"name": path, "state": state} for path, state in states if state is not None]


def _apn(context: Element) -> list[str]:
    if _elements(context):
        return [context.must("apnid")]
    if context.value is not None:
        raise Unreadable("text for an access point")
    return []


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=repr)
