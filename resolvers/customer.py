"""
Where a customer leads: the party behind it, its accounts, bills, payments, lines and recharges.

A customer may have accounts in several billing systems and lines in several recharge systems. One that is ill costs
its part: the field gives what the others say and tells what is missing.
"""

import datetime as dt
from typing import Any

import strawberry
from strawberry.types import Info

from resolvers import ahead
from resolvers.connections import After, Connection, First
from resolvers.context import loaders, tell_gaps
from resolvers.edge import Ask, edge
from resolvers.ids_of_things import identified
from resolvers.loader import known
from resolvers.merged_pages import merged_page
from resolvers.parts_of_customer import accounts_of, lines_of, of_each_account, recharges_of
from schema.billing import Bill, BillingAccount, Payment
from schema.customer import Customer
from schema.line import Line
from schema.parts import BillingPart, CustomerPart
from schema.party import Party
from schema.recharge import Recharge

_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)
_PART_MISSING = (
    "What a billing system that cannot be reached would add is missing, and an error tells so; null when none can."
)

identified(Customer, "Identifies the customer in this graph, for as long as the CRM keeps it.")


@edge(
    Customer,
    description="The person or organisation behind the customer. Null when the CRM cannot be reached or has none.",
    asks=(Ask("customers", "parties"),),
    early=ahead.party,
    parts=(CustomerPart.PARTY,),
)
async def party(root: strawberry.Parent[Customer], info: Info[Any, Any]) -> Party | None:
    """CRM: TMF632 individual or organization."""
    if root.party_ref is None:
        return None
    return await known(loaders(info).party_by_ref(root.ref.system).load(root.party_ref))


@edge(
    Customer,
    description=f"The customer's billing accounts, without those that billing does not know. {_PART_MISSING}",
    asks=(Ask("billing", "profile"),),
    early=ahead.accounts,
    parts=(CustomerPart.ACCOUNTS, BillingPart.ACCOUNTS),
)
async def accounts(root: strawberry.Parent[Customer], info: Info[Any, Any]) -> list[BillingAccount] | None:
    """Billing: QueryCustomerInfo by account, unless the customer was found through it."""
    found = await accounts_of(root, loaders(info))
    tell_gaps(info, found.failures)
    return list(found.parts)


@edge(
    Customer,
    description=f"Bills of all the customer's accounts that billing knows, newest first. {_PART_MISSING}",
    asks=(Ask("billing", "bills"),),
    early=ahead.bills,
    parts=(CustomerPart.ACCOUNTS,),
)
async def bills(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Bill] | None:
    """Billing: QueryInvoice, once per account."""
    loading = loaders(info)
    return await merged_page(
        info,
        lambda: of_each_account(root, loading, loading.bills_by_account.load),
        first=first,
        after=after,
        newest=lambda bill: bill.issued_at or _LONG_AGO,
    )


@edge(
    Customer,
    description=f"Payments onto all the customer's accounts that billing knows, newest first. {_PART_MISSING}",
    asks=(Ask("billing", "payments"),),
    early=ahead.payments,
    parts=(CustomerPart.ACCOUNTS,),
)
async def payments(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Payment] | None:
    """Billing: QueryPaymentLog, once per account."""
    loading = loaders(info)
    return await merged_page(
        info,
        lambda: of_each_account(root, loading, loading.payments_by_account.load),
        first=first,
        after=after,
        newest=lambda payment: payment.paid_at,
    )


@edge(
    Customer,
    description=f"The lines that hang on the customer's accounts. {_PART_MISSING}",
    asks=(Ask("billing", "profile"),),
    early=ahead.lines,
    parts=(CustomerPart.ACCOUNTS, BillingPart.SUBSCRIBERS),
)
async def lines(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 20, after: After = None
) -> Connection[Line] | None:
    """Billing: QueryCustomerInfo by account, unless the customer was found through it."""
    return await merged_page(info, lambda: lines_of(root, loaders(info)), first=first, after=after)


@edge(
    Customer,
    description="Past recharges of all the customer's lines, newest first. What a system that cannot be reached would "
    "add is missing, and an error tells so; null when none can.",
    asks=(Ask("billing", "profile"), Ask("recharge_history", "recharges", after=1)),
    early=ahead.recharges,
    parts=(CustomerPart.ACCOUNTS, BillingPart.SUBSCRIBERS),
)
async def recharges(
    root: strawberry.Parent[Customer], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Recharge] | None:
    """Billing for the lines, then recharge history: VoucherRechargeEnquiry, once per line."""
    return await merged_page(
        info,
        lambda: recharges_of(root, loaders(info)),
        first=first,
        after=after,
        newest=lambda recharge: recharge.recharged_at,
    )
