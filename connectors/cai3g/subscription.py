"""
What is read of a GsmHlr subscription: the names of its fields, and the records that look them up.

No schema of the GsmHlr namespace is published, so fields are read by name, and only those named here.
"""

from typing import Final

from connectors.soap.records import attribute, children, compiled, element, named, record
from connectors.xml import Element, Node

SECRETS = frozenset(
    {"pwd", "ki", "k", "ekey", "op", "opc", "amf", "a38", "a4ind", "a4key", "adkey", "fsetind", "kind", "rid", "authd"}
)
"""Passwords, key material and authentication settings: never read, whatever else is added to the names below."""

CALL_FORWARDINGS = ("cfu", "cfb", "cfnry", "cfnrc")

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

PARTS_OF_A_SERVICE = ("provisionState", "activationState", "prov")
SERVICE_GROUPS = ("ts10", "ts20", "ts60", "bs20", "bs30")
TELEPHONY = "ts10"
_BARRINGS = ("obo", "obi", "obr", "obopri", "obopre", "obssm")
_READ = (SERVICES | {*CALL_FORWARDINGS, *_BARRINGS, "imsi", "msisdn", "profileId", "stype"}) - SECRETS


@record
class Subscription:
    """What is read of a subscription; its keys may stand in attributes as well."""

    fields: dict[str, Element] = named(_READ)
    contexts: list[Node] = children("gprs")
    msisdn: str | None = attribute("msisdn")
    imsi: str | None = attribute("imsi")


@record
class Service:
    """What is read of a service that holds elements, or of one of its groups."""

    fields: dict[str, Element] = named((*PARTS_OF_A_SERVICE, *SERVICE_GROUPS))


@record
class Forwarding:
    """What is read of a call forwarding, or of one of its groups."""

    fields: dict[str, Element] = named(("provisionState", "activationState", "fnum", TELEPHONY))


@record
class Context:
    """What is read of a GPRS context: the access point that it leads to."""

    access_point: str = element("apnid")


@record
class Keys:
    """MOId: what a subscription is known by."""

    msisdn: str | None = element("msisdn")
    imsi: str | None = element("imsi")


@record
class Named:
    """What a reply says of the subscriptions that it is about."""

    keys: list[Keys] = children("MOId")


# What is read is the same for all systems: only what it means depends on one.
read_subscription: Final = compiled(Subscription)
read_service: Final = compiled(Service)
read_forwarding: Final = compiled(Forwarding)
read_context: Final = compiled(Context)
read_named: Final = compiled(Named)
