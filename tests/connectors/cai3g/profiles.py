"""Replies about one subscription, and the network profiles that are read from them."""

from connectors.cai3g.mapping import Key, MoId, network_profile
from connectors.numbering import NumberForm
from connectors.xml import Node, parse
from schema.network import NetworkProfile
from schema.source import Source
from tests.connectors.cai3g.fake import imsi_of, subscription
from tests.connectors.support import NOW, PLAN

MSISDN = "99960000042"
IMSI = imsi_of(MSISDN)
SOURCE = Source(system="hss", operation="Get", fetched_at=NOW)


def read_msisdn(text: str) -> str:
    return PLAN.read(text, NumberForm.INTERNATIONAL)


def profile_of(reply: str | bytes, asked: MoId | None = None) -> NetworkProfile:
    return network_profile(
        Node(parse(reply.encode() if isinstance(reply, str) else reply)),
        asked=asked or MoId(Key.MSISDN, MSISDN),
        element="getResponseSubscription",
        read_msisdn=read_msisdn,
        source=SOURCE,
    )


def with_fields(fields: str) -> NetworkProfile:
    return profile_of(subscription(msisdn=MSISDN, imsi=IMSI, fields=fields))


def services_of(fields: str) -> dict[str, int]:
    return {service.name: service.state for service in with_fields(fields).services}
