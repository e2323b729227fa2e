"""Customers (TMF629): who has a contract with the operator."""

import dataclasses
import datetime as dt

import strawberry
from strawberry import federation

from schema.field import absent, field
from schema.parts import CustomerPart
from schema.party import PartyKind
from schema.period import TimePeriod
from schema.policy import STAFF, DataClass, Form, governed
from schema.source import Ref, Source


@governed(DataClass.PERSONAL, "customer:read", audiences=STAFF)
@strawberry.type(description="A named property that the CRM keeps without a field of its own.")
class Characteristic:
    """A named property that the CRM keeps without a field of its own (TMF629 Characteristic)."""

    name: str = field("Name of the property.")
    value: str | None = field(
        "Its value as text; null when the CRM holds something that is not a plain value.", personal=Form.HIDDEN
    )


@governed(DataClass.SENSITIVE, "credit:read", audiences=STAFF)
@strawberry.type(description="How a customer's credit was judged.")
class CreditProfile:
    """How a customer's credit was judged (TMF629 CreditProfile)."""

    judged_at: dt.datetime | None = field("When it was judged; null when the CRM does not say.")
    risk_rating: int | None = field("Risk rating on the CRM's own scale; null when not rated.", sensitive=Form.HIDDEN)
    score: int | None = field("Credit score on the CRM's own scale; null when not scored.", sensitive=Form.HIDDEN)
    valid_for: TimePeriod | None = field("When the judgement holds; null when the CRM does not say.")


@dataclasses.dataclass(frozen=True, slots=True)
class PartyRef:
    """Which party a customer is: its id and which TMF632 resource holds it."""

    party_id: str
    kind: PartyKind


@governed(DataClass.PERSONAL, "customer:read")
@federation.type(keys=["id", "customerNumber"], description="Somebody who has a contract with the operator.")
class Customer:
    """A customer as the CRM knows them (TMF629 Customer)."""

    ref: strawberry.Private[Ref]
    customer_number: str = field("The CRM's own id of the customer.", personal=Form.IDENTIFIER)
    name: str | None = field("Name the CRM keeps for the customer.", part=CustomerPart.NAME, personal=Form.NAME)
    status: str | None = field("Where the customer is in their life, in the CRM's words.", part=CustomerPart.STATUS)
    status_reason: str | None = field("Why they have that status.", part=CustomerPart.STATUS)
    valid_for: TimePeriod | None = field(
        "When the contract holds; null when the CRM does not say.", part=CustomerPart.VALIDITY
    )
    characteristics: list[Characteristic] = field(
        "Further properties the CRM keeps.", part=CustomerPart.CHARACTERISTICS, size=5
    )
    credit_profiles: list[CreditProfile] = field(
        "How the customer's credit was judged, in the CRM's order.", part=CustomerPart.CREDIT, size=2
    )
    party_ref: strawberry.Private[PartyRef | None] = absent()
    account_numbers: strawberry.Private[tuple[str, ...]] = absent()
    source: Source = field("Where this came from.")
