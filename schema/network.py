"""What the network holds of a line: the HSS or HLR subscription."""

import enum

import strawberry

from schema.field import field
from schema.policy import OURS, STAFF, DataClass, Form, governed
from schema.scalars import Imsi, Msisdn
from schema.source import Source


@governed(DataClass.PERSONAL, "network:read", audiences=OURS)
@strawberry.type(description="A call forwarding of a line.")
class CallForwarding:
    """One call forwarding (3GPP TS 23.082: unconditional, busy, no reply, not reachable)."""

    condition: "ForwardingCondition" = field("When calls are forwarded.")
    provisioned: bool | None = field("Whether the line may use it; null when the network does not say.")
    active: bool | None = field("Whether it is switched on; null when the network does not say.")
    forward_to: str | None = field("The number calls go to; null when none is set.", personal=Form.NUMBER)


@strawberry.enum(description="When calls are forwarded.")
class ForwardingCondition(enum.Enum):
    """When calls are forwarded (3GPP TS 23.082)."""

    UNCONDITIONAL = strawberry.enum_value("UNCONDITIONAL", description="Always (CFU).")
    BUSY = strawberry.enum_value("BUSY", description="When the line is busy (CFB).")
    NO_REPLY = strawberry.enum_value("NO_REPLY", description="When nobody answers (CFNRy).")
    NOT_REACHABLE = strawberry.enum_value("NOT_REACHABLE", description="When the phone is off or away (CFNRc).")


@governed(DataClass.PERSONAL, "network:read", audiences=STAFF)
@strawberry.type(
    description="A service the network knows for a line, with the network's own small number for its state."
)
class NetworkService:
    """One supplementary, tele or bearer service by its HLR name; 0 is usually off, but the meaning is per service."""

    name: str = field("The network's name of the service, such as caw (call waiting) or ts21 (SMS).")
    state: int = field("The network's number for its state.")


@governed(DataClass.PERSONAL, "network:read", audiences=STAFF)
@strawberry.type(description="Barring by the operator (3GPP TS 22.041).")
class Barring:
    """Operator determined barring; 0 is not barred, higher numbers bar more, as the HLR numbers them."""

    outgoing: int | None = field("Outgoing calls (obo); null when the network does not say.")
    incoming: int | None = field("Incoming calls (obi); null when the network does not say.")
    roaming: int | None = field("Roaming (obr); null when the network does not say.")
    premium_information: int | None = field("Premium rate information (obopri); null when it does not say.")
    premium_entertainment: int | None = field("Premium rate entertainment (obopre); null when it does not say.")
    short_messages: int | None = field("Messages (obssm); null when the network does not say.")


@governed(DataClass.PERSONAL, "network:read", audiences=OURS)
@strawberry.type(description="The subscription of a line in the network (HSS or HLR).")
class NetworkProfile:
    """A line in the HSS or HLR (CAI3G GsmHlr getResponseSubscription). Keys and passwords are never read."""

    imsi: Imsi = field("The identity of the SIM in use.", personal=Form.NUMBER, audiences=STAFF)
    msisdn: Msisdn | None = field("The number, as the network holds it.", personal=Form.NUMBER)
    profile_id: str | None = field("The network's number of the service profile; null when none.", audiences=STAFF)
    subscriber_type: str | None = field(
        "The network's code for the kind of subscriber; null when none.", audiences=STAFF
    )
    barring: Barring = field("What the operator has barred.")
    call_forwarding: list[CallForwarding] = field("Call forwardings the network knows for this line.", size=4)
    services: list[NetworkService] = field("Services and their states, sorted by name.", size=20)
    apns: list[str] = field("Ids of the data access points the line may use.", audiences=STAFF)
    locked: bool | None = field("Whether the network refuses the line altogether; null when it does not say.")
    source: Source = field("Where this came from.")
