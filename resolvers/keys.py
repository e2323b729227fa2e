"""The keys by which a caller may name a customer or a line. Exactly one member of a key is given."""

from collections.abc import Iterable, Mapping
from typing import Any

import strawberry

from resolvers.edge import Ask
from schema.parts import BillingPart, Part
from schema.scalars import Imsi, Msisdn


@strawberry.input(one_of=True, description="One way to name a customer. Give exactly one member.")
class CustomerKey:
    """One way to name a customer."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="An id of this graph, or the CRM's own id of the customer."
    )
    party_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="The CRM's id of the person or organisation behind the customer."
    )
    msisdn: Msisdn | None = strawberry.field(
        default=strawberry.UNSET, description="The number of one of the customer's lines."
    )
    imsi: Imsi | None = strawberry.field(
        default=strawberry.UNSET, description="The IMSI of the SIM in one of the customer's lines."
    )
    account_number: str | None = strawberry.field(
        default=strawberry.UNSET, description="The number of one of the customer's billing accounts."
    )


@strawberry.input(one_of=True, description="One way to name a line. Give exactly one member.")
class LineKey:
    """One way to name a line."""

    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="An id of this graph.")
    msisdn: Msisdn | None = strawberry.field(default=strawberry.UNSET, description="The line's number.")
    imsi: Imsi | None = strawberry.field(
        default=strawberry.UNSET, description="The IMSI of the SIM that the line uses now."
    )


def given(key: CustomerKey | LineKey) -> tuple[str, str]:
    """The one member of *key* that was given: its name and its value."""
    ((name, value),) = ((name, value) for name, value in vars(key).items() if value is not strawberry.UNSET)
    return name, str(value)


def parts_of_key(arguments: Mapping[str, Any]) -> frozenset[Part]:
    """What naming a customer needs of billing: its accounts, unless the CRM alone can tell who it is."""
    by = arguments.get("by")
    keys = by if isinstance(by, list) else [by]
    through_billing = {"msisdn", "imsi", "accountNumber", "account_number"}
    if any(isinstance(key, Mapping) and not through_billing.isdisjoint(key) for key in keys):
        return frozenset({BillingPart.ACCOUNTS})
    return frozenset()


_BY_BILLING = (
    Ask("billing", "profile"),
    Ask("customers", "customers_of_accounts", after=1),
    Ask("customers", "customers"),  # Instead of both, for somebody who was confirmed not long ago.
)
_NETWORK = Ask("network", "profile_by_imsi")
_FOR_CUSTOMER: Mapping[str, tuple[Ask, ...]] = {
    "id": (Ask("customers", "customers"),),
    "partyId": (Ask("customers", "customers_of_party"),),
    "msisdn": _BY_BILLING,
    "accountNumber": _BY_BILLING,
    "imsi": (
        _NETWORK,
        Ask("billing", "profile", after=1),
        Ask("customers", "customers_of_accounts", after=2),
        Ask("customers", "customers"),
    ),
}


def asks_of_customer(written: Mapping[str, Any]) -> tuple[Ask, ...]:
    """What finding customers asks by their keys as they are written."""
    by = written["by"]
    members = {member for key in (by if isinstance(by, list) else [by]) for member in _members(key)}
    return tuple(dict.fromkeys(ask for member, asks in _FOR_CUSTOMER.items() if member in members for ask in asks))


def asks_of_line(written: Mapping[str, Any]) -> tuple[Ask, ...]:
    """What finding a line asks: the network, for a SIM."""
    return (_NETWORK,) if "imsi" in _members(written["by"]) else ()


OWNER: tuple[Ask, ...] = _BY_BILLING
"""What finding out whose a line or an account is asks."""


def asks_of_owner(written: Mapping[str, Any]) -> tuple[Ask, ...]:
    """What finding out whose a line is asks, by its key as it is written."""
    return _FOR_CUSTOMER["imsi"] if "imsi" in _members(written["by"]) else OWNER


def _members(key: object) -> Iterable[str]:
    return key if isinstance(key, Mapping) else _FOR_CUSTOMER
