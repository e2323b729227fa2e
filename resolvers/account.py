"""Where a billing account leads: what is on it, its bills and its payments."""

from typing import Any

import strawberry
from strawberry.types import Info

from connectors.errors import BadData
from resolvers import ahead
from resolvers.connections import After, Connection, First, check_first, page
from resolvers.context import cursor, loaders
from resolvers.edge import Ask, edge
from resolvers.ids_of_things import identified
from resolvers.loader import known
from resolvers.loaders import AccountKey, AccountRef
from schema.billing import AccountBalance, Bill, BillingAccount, Payment

_NULL_WHEN = "Null when billing does not know the account or cannot be reached."

identified(BillingAccount, "Identifies the account in this graph.")


@edge(
    BillingAccount,
    description=f"What is on the account now. {_NULL_WHEN}",
    asks=(Ask("billing", "balance"),),
    early=ahead.account_balance,
)
async def balance(root: strawberry.Parent[BillingAccount], info: Info[Any, Any]) -> AccountBalance | None:
    """Billing: QuerySumBalanceAndCredit or QueryOCSBalance."""
    return await known(loaders(info).balance_by_account.load(AccountRef(*_key(root), root.key)))


@edge(
    BillingAccount,
    description=f"The account's bills, newest first. {_NULL_WHEN}",
    asks=(Ask("billing", "bills"),),
    early=ahead.account_bills,
)
async def bills(
    root: strawberry.Parent[BillingAccount], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Bill] | None:
    """Billing: QueryInvoice."""
    check_first(first)
    found = await known(loaders(info).bills_by_account.load(_key(root)))
    if found is None:
        return None
    return page(found, first=first, after=after, cursor=cursor(info))


@edge(
    BillingAccount,
    description=f"Payments onto the account, newest first. {_NULL_WHEN}",
    asks=(Ask("billing", "payments"),),
    early=ahead.account_payments,
)
async def payments(
    root: strawberry.Parent[BillingAccount], info: Info[Any, Any], first: First = 10, after: After = None
) -> Connection[Payment] | None:
    """Billing: QueryPaymentLog."""
    check_first(first)
    found = await known(loaders(info).payments_by_account.load(_key(root)))
    if found is None:
        return None
    if any(payment.account_key != root.key for payment in found):
        # Billing repeats nothing but this key, which only the account itself can be held against.
        raise BadData("payments of another account", system=root.ref.system, operation="payments")
    return page(found, first=first, after=after, cursor=cursor(info))


def _key(root: BillingAccount) -> AccountKey:
    return AccountKey(root.ref.system, root.account_number)
