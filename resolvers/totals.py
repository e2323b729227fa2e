"""What a customer owes and holds in all. Currencies are never added to each other, and a sum tells what it lacks."""

import decimal
from collections.abc import Iterable
from typing import Any

import strawberry
from strawberry.types import Info

from resolvers import ahead
from resolvers.context import Context, loaders, tell_gaps
from resolvers.edge import Ask, computed, edge
from resolvers.loaders import AccountRef
from resolvers.parts_of_customer import accounts_of, of_each_account, of_each_line
from resolvers.several import Merged, each_part, joined
from schema.customer import Customer
from schema.money import Money
from schema.parts import BillingPart, CustomerPart
from schema.recharge import BalanceKind
from schema.source import Source
from schema.totals import CustomerTotals, Total

Amount = tuple[Money, Source]

_EXACT = decimal.Context(prec=200, traps=[decimal.Inexact, decimal.InvalidOperation])
"""Sums are exact; one that could not be would raise."""

_WITHOUT = "Without what a system that cannot be reached would add: then `complete` is false, and an error tells why."


@computed(Customer, name="totals", description="What the customer owes and holds in all, per currency.", stable=True)
def totals(customer: Customer, _: Context) -> CustomerTotals:
    """No system is asked for this alone."""
    return CustomerTotals(customer=customer)


@edge(
    CustomerTotals,
    description=f"What is left to pay on bills. {_WITHOUT} Null when billing cannot be reached.",
    asks=(Ask("billing", "bills"),),
    early=ahead.open_bills,
    parts=(CustomerPart.ACCOUNTS,),
    scopes=("customer:read", "billing:read"),
)
async def open_bills(root: strawberry.Parent[CustomerTotals], info: Info[Any, Any]) -> list[Total] | None:
    """Billing: QueryInvoice, once per account."""
    loading = loaders(info)
    found = await of_each_account(root.customer, loading, loading.bills_by_account.load)
    amounts = ((bill.open_amount, bill.source) for bills in found.parts for bill in bills)
    return _told(info, found, amounts)


@edge(
    CustomerTotals,
    description=f"Charges not yet on a bill. {_WITHOUT} Null when billing cannot be reached.",
    asks=(Ask("billing", "profile"), Ask("billing", "balance", after=1)),
    early=ahead.unbilled,
    parts=(CustomerPart.ACCOUNTS, BillingPart.ACCOUNTS),
    scopes=("customer:read", "billing:read"),
)
async def unbilled(root: strawberry.Parent[CustomerTotals], info: Info[Any, Any]) -> list[Total] | None:
    """Billing: QuerySumBalanceAndCredit or what else tells an account's balance, once per account."""
    loading = loaders(info)
    accounts = await accounts_of(root.customer, loading)
    balances = await each_part(
        accounts.parts,
        lambda each: loading.balance_by_account.load(AccountRef(each.ref.system, each.account_number, each.key)),
    )
    found = joined([balances], failures=accounts.failures)
    amounts = ((amount, balance.source) for balance in found.parts for amount in balance.unbilled or ())
    return _told(info, found, amounts)


@edge(
    CustomerTotals,
    description=f"What is on the main balances of prepaid lines. {_WITHOUT} Null when none can be reached.",
    asks=(Ask("billing", "profile"), Ask("recharging", "balances", after=1)),
    early=ahead.prepaid,
    parts=(CustomerPart.ACCOUNTS, BillingPart.SUBSCRIBERS),
    scopes=("customer:read", "balance:read"),
)
async def prepaid(root: strawberry.Parent[CustomerTotals], info: Info[Any, Any]) -> list[Total] | None:
    """Recharge: GetBalanceAndDate, once per line."""
    loading = loaders(info)
    found = await of_each_line(root.customer, loading, loading.balances_by_line.load)
    amounts = (
        (balance.money, balance.source)
        for balances in found.parts
        for balance in balances
        if balance.kind is BalanceKind.MAIN and balance.money is not None
    )
    return _told(info, found, amounts)


def _told(info: Info[Any, Any], found: Merged[Any], amounts: Iterable[Amount]) -> list[Total]:
    tell_gaps(info, found.failures)
    return summed(amounts, complete=not found.failures)


def summed(amounts: Iterable[Amount], *, complete: bool) -> list[Total]:
    """The exact sum of *amounts* in each currency, by the currency's code."""
    by_currency: dict[str, list[Amount]] = {}
    for money, source in amounts:
        by_currency.setdefault(money.currency, []).append((money, source))
    return [
        Total(amount=_sum(currency, parts), complete=complete, sources=_oldest(source for _, source in parts))
        for currency, parts in sorted(by_currency.items())
    ]


def _sum(currency: str, parts: Iterable[Amount]) -> Money:
    total = decimal.Decimal(0)
    for money, _ in parts:
        total = _EXACT.add(total, money.amount)
    return Money(amount=total, currency=currency)


def _oldest(sources: Iterable[Source]) -> list[Source]:
    # A sum is as old as the oldest of its parts.
    oldest: dict[tuple[str, str], Source] = {}
    for source in sources:
        key = (source.system, source.operation)
        if key not in oldest or source.fetched_at < oldest[key].fetched_at:
            oldest[key] = source
    return list(oldest.values())
