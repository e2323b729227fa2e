"""QuerySumBalanceAndCredit, QueryOCSBalance and QueryTotalBalance: three ways to tell what is on an account. Pure."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from connectors.capabilities import BillingProfile
from connectors.cbs.reading import Reading, unique
from connectors.huawei.entries import entries
from connectors.huawei.money import amount, require_amount
from connectors.xml import Node, XmlError
from schema.billing import AccountBalance, AccountCredit, AccountPurse
from schema.money import Money

_OCS: Final = "QueryOCSBalance"
_UNLIMITED: Final = -1
_FLAGS: Final = {None: False, "N": False, "Y": True}


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """The account asked about; *key* is the system's own name for it, where the caller knows that."""

    number: str = dataclasses.field(repr=False)
    key: str | None = dataclasses.field(default=None, repr=False)

    @classmethod
    def of(cls, owner: BillingProfile, number: str) -> "Account":
        """The account with that number among its owner's, with its key."""
        return next(cls(number, entry.key) for entry in owner.accounts if entry.account_number == number)


def read(result: Node, reading: Reading, account: Account) -> AccountBalance:
    """The balance of *account* from the result of the operation that was asked; XmlError when it is of another."""
    return _READERS[reading.source.operation](result, reading, account)


def line_of(owner: BillingProfile, account: Account) -> str | None:
    """A number that uses *account*, for operations that ask by number; None when no line does."""
    linked = (entry.msisdn for entry in owner.subscribers if account.key in entry.account_keys)
    # Asked by account, a system tells the lines that use it; where it does not link them, each of them will do.
    return next(linked, next((entry.msisdn for entry in owner.subscribers), None))


def _read_sum(result: Node, reading: Reading, account: Account) -> AccountBalance:
    """
    QuerySumBalanceAndCreditResult: purses, credits and unbilled charges of one account.

    The reply repeats the account's key only, which says something where the caller knows it.
    """
    told = result.require_text("AcctKey")
    if account.key is not None and told != account.key:
        raise XmlError("AcctKey is not the one asked about")
    return AccountBalance(
        purses=_purses(result, reading),
        credits=_credits(result, reading),
        unbilled=_unbilled(result, reading),
        outstanding=None,
        overdue=None,
        source=reading.source,
    )


def _read_ocs(result: Node, reading: Reading, account: Account) -> AccountBalance:
    """QueryOCSBalanceResult: of the subscriber's accounts (two for a hybrid one) the one asked about."""
    told = entries(result, "AcctList", mark="BalanceResult")
    mine = [node for node in told if node.require_text("AcctKey") == account.key]
    if len(mine) != 1:
        raise XmlError("AcctList has not exactly one entry for the account asked about")
    return AccountBalance(
        purses=_purses(mine[0], reading),
        credits=_credits(mine[0], reading),
        unbilled=None,
        outstanding=None,
        overdue=None,
        source=reading.source,
    )


def _read_total(result: Node, reading: Reading, account: Account) -> AccountBalance:
    """QueryTotalBalanceResult: one entry per currency, with what is owed beside what is there."""
    if result.require_text("AccountCode") != account.number:
        raise XmlError("AccountCode is not the one asked about")
    told = entries(result, "BalanceList", mark="AvailableCreditLimit")
    unique((reading.currency_id(node) for node in told), "BalanceList")
    return AccountBalance(
        purses=[purse for node in told for purse in _total_purses(node, reading)],
        credits=[_total_credit(node, reading) for node in told],
        unbilled=_per_currency(told, "UnbilledAmount", reading),
        outstanding=_per_currency(told, "OutStandingAmount", reading),
        overdue=_per_currency(told, "OverDueAmount", reading),
        source=reading.source,
    )


def _money_of(node: Node, name: str, reading: Reading) -> Money:
    return reading.require_money(node, name, currency_id=reading.currency_id(node))


def _purses(account: Node, reading: Reading) -> list[AccountPurse]:
    purses = [
        AccountPurse(
            kind=node.require_text("BalanceType"),
            name=node.text("BalanceTypeName"),
            total=_money_of(node, "TotalAmount", reading),
        )
        for node in entries(account, "BalanceResult", mark="BalanceType")
    ]
    unique(((purse.kind, purse.total.currency) for purse in purses), "BalanceResult")
    return purses


def _credits(account: Node, reading: Reading) -> list[AccountCredit]:
    nodes = entries(account, "AccountCredit", mark="TotalCreditAmount")
    unique(((node.text("CreditLimitType"), reading.currency_id(node)) for node in nodes), "AccountCredit")
    return [_credit(node, reading) for node in nodes]


def _credit(node: Node, reading: Reading) -> AccountCredit:
    kind, currency_id = node.text("CreditLimitType"), reading.currency_id(node)
    # The published QueryOCSBalance has no such flag, the published answer to QuerySumBalanceAndCredit has.
    flagged = reading.source.operation != _OCS
    if _no_limit(node, flag="NoLimitFlag", amount_name="TotalCreditAmount", flagged=flagged):
        return _unlimited(kind)
    return AccountCredit(
        kind=kind,
        unlimited=False,
        limit=reading.require_money(node, "TotalCreditAmount", currency_id=currency_id),
        used=reading.require_money(node, "TotalUsageAmount", currency_id=currency_id),
        remaining=reading.require_money(node, "TotalRemainAmount", currency_id=currency_id),
    )


def _total_purses(node: Node, reading: Reading) -> list[AccountPurse]:
    """What was paid ahead, and deposits; the element's name serves as code, since the reply has no other."""
    return [
        AccountPurse(kind=name, name=None, total=_money_of(node, name, reading))
        for name in ("Prepayment", "DepositAmount")
        if amount(node, name) is not None
    ]


def _total_credit(node: Node, reading: Reading) -> AccountCredit:
    if _no_limit(node, flag="CreditNoLimitFlag", amount_name="AvailableCreditLimit", flagged=True):
        return _unlimited(None)
    remaining = _money_of(node, "AvailableCreditLimit", reading)
    return AccountCredit(kind=None, unlimited=False, limit=None, used=None, remaining=remaining)


def _unlimited(kind: str | None) -> AccountCredit:
    return AccountCredit(kind=kind, unlimited=True, limit=None, used=None, remaining=None)


def _no_limit(node: Node, *, flag: str, amount_name: str, flagged: bool) -> bool:
    """Whether there is no limit. Where answers are *flagged*, one without its flag may have lost it, and its sense."""
    minus_one = require_amount(node, amount_name) == _UNLIMITED
    said = node.text(flag)
    if said not in _FLAGS:
        raise XmlError(f"{flag} is neither Y nor N")
    if said is None and flagged and not minus_one:
        raise XmlError(f"{flag} is missing")
    return minus_one or _FLAGS[said]


def _unbilled(result: Node, reading: Reading) -> list[Money]:
    unbilled = [
        _money_of(node, "ChargeAmount", reading) for node in entries(result, "UnbilledResult", mark="ChargeAmount")
    ]
    unique((money.currency for money in unbilled), "UnbilledResult")
    return unbilled


def _per_currency(entries: Sequence[Node], name: str, reading: Reading) -> list[Money] | None:
    """One amount per entry; None as soon as one entry does not say, since a part of a sum would mislead."""
    found = [reading.money(node, name, currency_id=reading.currency_id(node)) for node in entries]
    said = [money for money in found if money is not None]
    return said if len(said) == len(found) else None


_READERS: Final[Mapping[str, Callable[[Node, Reading, Account], AccountBalance]]] = {
    "QuerySumBalanceAndCredit": _read_sum,
    _OCS: _read_ocs,
    "QueryTotalBalance": _read_total,
}
