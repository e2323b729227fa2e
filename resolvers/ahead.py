"""
What each edge will ask, told ahead: the twin of a resolver that starts its calls for somebody who is only remembered.

A twin asks no more than its resolver would, with the same keys, and gives what is remembered of the things that the
resolver would give. Where that cannot be told exactly, it gives nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from resolvers.connections import MAX_FIRST
from resolvers.early import Early, KnownCustomer, KnownLine
from resolvers.loaders import AccountKey, AccountRef

Given = Mapping[str, Any]
"""The arguments of the field."""


def party(early: Early, customer: KnownCustomer, _: Given) -> Iterable[Any]:
    """Of `Customer.party`."""
    if early.parties and customer.party is not None and customer.party[0] is not None:
        early.loaders.party_by_ref(customer.system).start(customer.party[0])
    return ()


def accounts(early: Early, customer: KnownCustomer, _: Given) -> Iterable[AccountRef]:
    """Of `Customer.accounts`: gives those whose key in billing is remembered."""
    early.profiles(customer)
    return [
        AccountRef(facts.system, number, facts.key)
        for number, facts in customer.accounts.items()
        if facts.system is not None and facts.key is not None
    ]


def bills(early: Early, customer: KnownCustomer, given: Given) -> Iterable[Any]:
    """Of `Customer.bills`."""
    if _within_bounds(given):
        open_bills(early, customer, given)
    return ()


def open_bills(early: Early, customer: KnownCustomer, _: Given) -> Iterable[Any]:
    """Of `CustomerTotals.openBills`."""
    for number in customer.accounts:
        for key in early.loaders.accounts_of_number(number):
            early.loaders.bills_by_account.start(key)
    return ()


def payments(early: Early, customer: KnownCustomer, given: Given) -> Iterable[Any]:
    """Of `Customer.payments`."""
    if _within_bounds(given):
        for number in customer.accounts:
            for key in early.loaders.accounts_of_number(number):
                early.loaders.payments_by_account.start(key)
    return ()


def lines(early: Early, customer: KnownCustomer, given: Given) -> Iterable[KnownLine]:
    """Of `Customer.lines`: gives the first page, for only its lines will be asked about."""
    if not _within_bounds(given):
        return ()
    early.profiles(customer)
    if given.get("after") is not None:
        return ()
    return [KnownLine(msisdn) for msisdn in (customer.msisdns() or ())[: given["first"]]]


def recharges(early: Early, customer: KnownCustomer, given: Given) -> Iterable[Any]:
    """Of `Customer.recharges`."""
    if _within_bounds(given):
        early.profiles(customer)
        for msisdn in customer.msisdns() or ():
            early.loaders.recharges_by_line.start(msisdn)
    return ()


def unbilled(early: Early, customer: KnownCustomer, given: Given) -> Iterable[Any]:
    """Of `CustomerTotals.unbilled`."""
    for account in accounts(early, customer, given):
        early.loaders.balance_by_account.start(account)
    return ()


def prepaid(early: Early, customer: KnownCustomer, _: Given) -> Iterable[Any]:
    """Of `CustomerTotals.prepaid`."""
    early.profiles(customer)
    for msisdn in customer.msisdns() or ():
        early.loaders.balances_by_line.start(msisdn)
    return ()


def account_balance(early: Early, account: AccountRef, _: Given) -> Iterable[Any]:
    """Of `BillingAccount.balance`."""
    early.loaders.balance_by_account.start(account)
    return ()


def account_bills(early: Early, account: AccountRef, given: Given) -> Iterable[Any]:
    """Of `BillingAccount.bills`."""
    if _within_bounds(given):
        early.loaders.bills_by_account.start(AccountKey(account.system, account.number))
    return ()


def account_payments(early: Early, account: AccountRef, given: Given) -> Iterable[Any]:
    """Of `BillingAccount.payments`."""
    if _within_bounds(given):
        early.loaders.payments_by_account.start(AccountKey(account.system, account.number))
    return ()


def line_subscriber(early: Early, line: KnownLine, _: Given) -> Iterable[Any]:
    """Of `Line.subscriber`."""
    if not line.of_customer:
        early.loaders.profile_by_number.start(line.msisdn)
    return ()


def line_account(early: Early, line: KnownLine, given: Given) -> Iterable[AccountRef]:
    """Of `Line.account`."""
    line_subscriber(early, line, given)
    account = early.account(line)
    return () if account is None else (account,)


def line_network(early: Early, line: KnownLine, _: Given) -> Iterable[Any]:
    """Of `Line.network`."""
    if line.msisdn not in early.networks_come_along:
        early.loaders.network_by_line.start(line.msisdn)
    return ()


def line_balances(early: Early, line: KnownLine, _: Given) -> Iterable[Any]:
    """Of `Line.balances`."""
    early.loaders.balances_by_line.start(line.msisdn)
    return ()


def line_prepaid_account(early: Early, line: KnownLine, _: Given) -> Iterable[Any]:
    """Of `Line.prepaidAccount`."""
    early.loaders.prepaid_by_line.start(line.msisdn)
    return ()


def line_accumulators(early: Early, line: KnownLine, _: Given) -> Iterable[Any]:
    """Of `Line.accumulators`."""
    early.loaders.accumulators_by_line.start(line.msisdn)
    return ()


def line_recharges(early: Early, line: KnownLine, given: Given) -> Iterable[Any]:
    """Of `Line.recharges`."""
    if _within_bounds(given):
        early.loaders.recharges_by_line.start(line.msisdn)
    return ()


def _within_bounds(given: Given) -> bool:
    # The resolver refuses other sizes before it asks anybody.
    first = given.get("first")
    return isinstance(first, int) and 0 <= first <= MAX_FIRST
