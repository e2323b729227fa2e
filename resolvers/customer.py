"""Where a customer leads: the party behind it, its accounts, bills, payments and lines."""

import datetime as dt
from typing import Any

import strawberry
from strawberry.types import Info

from connectors.capabilities import BillingProfile
from resolvers.connections import After, Connection, First, page
from resolvers.context import context, cursor, loaders
from resolvers.edge import edge
from resolvers.identity import line_of
from resolvers.loader import known
from resolvers.loaders import AccountKey
from schema.billing import Bill, BillingAccount, Payment
from schema.customer import Customer
from schema.line import Line
from schema.parts import BillingPart, CustomerPart
from schema.party import Party

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


@edge(Customer, description="Identifies the customer in this graph, for as long as the CRM keeps it.")
def id(root: strawberry.Parent[Customer], info: Info[Any, Any]) -> strawberry.ID:  # noqa: A001 - the field's name
    """The sealed Ref."""
    return strawberry.ID(context(info).graph.ids.seal(root.ref))


@edge(
    Customer,
    description="The person or organisation behind the customer. Null when the CRM cannot be reached or has none.",
    parts=(CustomerPart.PARTY,),
)
async def party(root: strawberry.Parent[Customer], info: Info[Any, Any]) -> Party | None:
    """CRM: TMF632 individual or organization."""
    if root.party_ref is None:
        return None
    return await known(loaders(info).party_by_ref(root.ref.system).load(root.party_ref))


@edge(
    Customer,
    description="The customer's billing accounts, without those that billing does not know. "
    "Null when billing cannot be reached.",
    parts=(CustomerPart.ACCOUNTS, BillingPart.ACCOUNTS),
)
async def accounts(root: strawberry.Parent[Customer], info: Info[Any, Any]) -> list[BillingAccount] | None:
    """Billing: QueryCustomerInfo by account, unless the customer was found through it."""
    profiles = await _profiles(root, info)
    found = {account.account_number: account for profile in profiles for account in profile.accounts}
    return [found[number] for number in root.account_numbers if number in found]


@edge(
    Customer,
    description="Bills of all the customer's accounts that billing knows, newest first. "
    "Null when billing cannot be reached.",
    parts=(CustomerPart.ACCOUNTS,),
)
async def bills(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Bill] | None:
    """Billing: QueryInvoice, once per account."""
    found = await loaders(info).bills_by_account.load_known(_account_keys(root, info))
    newest = sorted((bill for bills in found for bill in bills), key=_issued, reverse=True)
    return page(newest, first=first, after=after, cursor=cursor(info))


@edge(
    Customer,
    description="Payments onto all the customer's accounts that billing knows, newest first. "
    "Null when billing cannot be reached.",
    parts=(CustomerPart.ACCOUNTS,),
)
async def payments(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Payment] | None:
    """Billing: QueryPaymentLog, once per account."""
    found = await loaders(info).payments_by_account.load_known(_account_keys(root, info))
    newest = sorted(
        (payment for payments in found for payment in payments), key=lambda payment: payment.paid_at, reverse=True
    )
    return page(newest, first=first, after=after, cursor=cursor(info))


@edge(
    Customer,
    description="The lines that hang on the customer's accounts. Null when billing cannot be reached.",
    parts=(CustomerPart.ACCOUNTS, BillingPart.SUBSCRIBERS),
)
async def lines(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 20, after: After = None
) -> Connection[Line] | None:
    """Billing: QueryCustomerInfo by account, unless the customer was found through it."""
    profiles = await _profiles(root, info)
    numbers = dict.fromkeys(subscriber.msisdn for profile in profiles for subscriber in profile.subscribers)
    found = [line_of(msisdn) for msisdn in numbers]
    return page(found, first=first, after=after, cursor=cursor(info))


async def _profiles(root: Customer, info: Info[Any, Any]) -> list[BillingProfile]:
    # Accounts of which billing has never heard are left out: CRM and billing may disagree, and the rest still counts.
    loading = loaders(info)
    profiles = await loading.profile_by_account.load_known(_account_keys(root, info))
    for profile in profiles:
        loading.remember(context(info).graph.routes.billing.name, profile)
    return profiles


def _account_keys(root: Customer, info: Info[Any, Any]) -> list[AccountKey]:
    system = context(info).graph.routes.billing.name
    return [AccountKey(system, number) for number in root.account_numbers]


def _issued(bill: Bill) -> dt.datetime:
    return bill.issued_at or _LONG_AGO
