"""QuerySumBalanceAndCredit, QueryOCSBalance and QueryTotalBalance: three ways to tell what is on an account. Pure."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final

from connectors.capabilities import BillingProfile
from connectors.cbs.reading import Reading, Using, told, unique
from connectors.cbs.settings import BalanceOperation
from connectors.huawei.money import LONG, MoneyByCurrency
from connectors.soap.records import compiled, element, entries, record
from connectors.soap.types import Type, inside
from connectors.xml import Element, Node, XmlError
from schema.billing import AccountBalance, AccountCredit, AccountPurse
from schema.money import Money

_UNLIMITED: Final = -1
_FLAGS: Final = {None: False, "N": False, "Y": True}


@record
class BalanceResult:
    """One purse."""

    kind: str = element("BalanceType")
    name: str | None = element("BalanceTypeName")
    total: int = element("TotalAmount", bits=LONG)
    currency_id: str = element("CurrencyID", read="currency_id")


@record
class Credit:
    """One AccountCredit. Its amounts are demanded where it has a limit only."""

    kind: str | None = element("CreditLimitType")
    limit: int = element("TotalCreditAmount", bits=LONG)
    used: int | None = element("TotalUsageAmount", bits=LONG)
    remaining: int | None = element("TotalRemainAmount", bits=LONG)
    flag: str | None = element("NoLimitFlag")
    currency_id: str = element("CurrencyID", read="currency_id")


@record
class UnbilledResult:
    """Charges that are on no bill yet."""

    amount: int = element("ChargeAmount", bits=LONG)
    currency_id: str = element("CurrencyID", read="currency_id")


@record
class Held:
    """What an account holds: purses, and what the operator lends it."""

    account_key: str = element("AcctKey")
    purses: list[BalanceResult] = entries("BalanceResult", mark="BalanceType")
    credits: list[Credit] = entries("AccountCredit", mark="TotalCreditAmount")


@record
class SumBalance(Held):
    """QuerySumBalanceAndCreditResult."""

    unbilled: list[UnbilledResult] = entries("UnbilledResult", mark="ChargeAmount")


@record
class OcsBalance:
    """QueryOCSBalanceResult. Of its accounts only one is read further."""

    accounts: list[Node] = entries("AcctList", mark="BalanceResult")


@record
class Total:
    """One BalanceList: everything in one currency."""

    prepaid: int | None = element("Prepayment", bits=LONG)
    deposit: int | None = element("DepositAmount", bits=LONG)
    remaining: int = element("AvailableCreditLimit", bits=LONG)
    flag: str | None = element("CreditNoLimitFlag")
    unbilled: int | None = element("UnbilledAmount", bits=LONG)
    outstanding: int | None = element("OutStandingAmount", bits=LONG)
    overdue: int | None = element("OverDueAmount", bits=LONG)
    currency_id: str = element("CurrencyID", read="currency_id")


@record
class TotalBalance:
    """QueryTotalBalanceResult."""

    account_number: str = element("AccountCode")
    totals: list[Total] = entries("BalanceList", mark="AvailableCreditLimit")


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """The account asked about; *key* is the system's own name for it, where the caller knows that."""

    number: str = dataclasses.field(repr=False)
    key: str | None = dataclasses.field(default=None, repr=False)

    @classmethod
    def of(cls, owner: BillingProfile, number: str) -> "Account":
        """The account with that number among its owner's, with its key."""
        return next(cls(number, entry.key) for entry in owner.accounts if entry.account_number == number)


Read = Callable[[Node, Reading, Account], AccountBalance]
"""The balance of an account from the result of one operation; XmlError when it is of another account."""


def balance_reader(operation: BalanceOperation, using: Using, type_: Type | None = None) -> Read:
    """What reads the results of *operation*, which the WSDL says are of *type_*; made once. Raises WsdlError."""
    match operation:
        case BalanceOperation.SUM_BALANCE_AND_CREDIT:
            read_sum = compiled(SumBalance, type=type_, using=using)
            return lambda result, reading, account: _of_sum(read_sum(result.element), reading, account)
        case BalanceOperation.OCS_BALANCE:
            read_ocs = compiled(OcsBalance, type=type_)
            read_held = compiled(Held, type=inside(type_, "AcctList"), using=using)
            return lambda result, reading, account: _of_ocs(
                read_held(_one_of(read_ocs(result.element), account)), reading
            )
        case BalanceOperation.TOTAL_BALANCE:
            read_total = compiled(TotalBalance, type=type_, using=using)
            return lambda result, reading, account: _of_total(read_total(result.element), reading, account)


def line_of(owner: BillingProfile, account: Account) -> str | None:
    """A number that uses *account*, for operations that ask by number; None when no line does."""
    linked = (entry.msisdn for entry in owner.subscribers if account.key in entry.account_keys)
    # Asked by account, a system tells the lines that use it; where it does not link them, each of them will do.
    return next(linked, next((entry.msisdn for entry in owner.subscribers), None))


def _of_sum(held: SumBalance, reading: Reading, account: Account) -> AccountBalance:
    """The reply repeats the account's key only, which says something where the caller knows it."""
    if account.key is not None and held.account_key != account.key:
        raise XmlError("AcctKey is not the one asked about")
    return AccountBalance(
        purses=_purses(held, reading.money),
        # The published answer has a flag for credits without a limit.
        credits=_credits(held, reading.money, flagged=True),
        unbilled=_unbilled(held.unbilled, reading.money),
        outstanding=None,
        overdue=None,
        source=reading.source,
    )


def _one_of(found: OcsBalance, account: Account) -> Element:
    """Of the subscriber's accounts (two for a hybrid one) the one asked about."""
    mine = [node for node in found.accounts if node.require_text("AcctKey") == account.key]
    if len(mine) != 1:
        raise XmlError("AcctList has not exactly one entry for the account asked about")
    return mine[0].element


def _of_ocs(held: Held, reading: Reading) -> AccountBalance:
    return AccountBalance(
        purses=_purses(held, reading.money),
        # The published definition has no flag for credits without a limit.
        credits=_credits(held, reading.money, flagged=False),
        unbilled=None,
        outstanding=None,
        overdue=None,
        source=reading.source,
    )


def _of_total(found: TotalBalance, reading: Reading, account: Account) -> AccountBalance:
    """One entry per currency, with what is owed beside what is there."""
    if found.account_number != account.number:
        raise XmlError("AccountCode is not the one asked about")
    totals, money = found.totals, reading.money
    unique((total.currency_id for total in totals), "BalanceList")
    return AccountBalance(
        purses=[purse for total in totals for purse in _total_purses(total, money)],
        credits=[_total_credit(total, money) for total in totals],
        unbilled=_all_or_none([money[total.currency_id][total.unbilled] for total in totals]),
        outstanding=_all_or_none([money[total.currency_id][total.outstanding] for total in totals]),
        overdue=_all_or_none([money[total.currency_id][total.overdue] for total in totals]),
        source=reading.source,
    )


def _purses(held: Held, money: MoneyByCurrency) -> list[AccountPurse]:
    purses = [
        AccountPurse(kind=purse.kind, name=purse.name, total=money[purse.currency_id][purse.total])
        for purse in held.purses
    ]
    unique(((purse.kind, purse.total.currency) for purse in purses), "BalanceResult")
    return purses


def _credits(held: Held, money: MoneyByCurrency, *, flagged: bool) -> list[AccountCredit]:
    unique(((credit.kind, credit.currency_id) for credit in held.credits), "AccountCredit")
    return [_credit(credit, money, flagged=flagged) for credit in held.credits]


def _credit(credit: Credit, money: MoneyByCurrency, *, flagged: bool) -> AccountCredit:
    if _no_limit(credit.limit, credit.flag, "NoLimitFlag", flagged=flagged):
        return _unlimited(credit.kind)
    return AccountCredit(
        kind=credit.kind,
        unlimited=False,
        limit=money[credit.currency_id][credit.limit],
        used=money[credit.currency_id][told(credit.used, "TotalUsageAmount")],
        remaining=money[credit.currency_id][told(credit.remaining, "TotalRemainAmount")],
    )


def _total_purses(total: Total, money: MoneyByCurrency) -> list[AccountPurse]:
    """What was paid ahead, and deposits; the element's name serves as code, since the reply has no other."""
    units = {"Prepayment": total.prepaid, "DepositAmount": total.deposit}
    return [
        AccountPurse(kind=name, name=None, total=money[total.currency_id][amount])
        for name, amount in units.items()
        if amount is not None
    ]


def _total_credit(total: Total, money: MoneyByCurrency) -> AccountCredit:
    if _no_limit(total.remaining, total.flag, "CreditNoLimitFlag", flagged=True):
        return _unlimited(None)
    remaining = money[total.currency_id][total.remaining]
    return AccountCredit(kind=None, unlimited=False, limit=None, used=None, remaining=remaining)


def _unlimited(kind: str | None) -> AccountCredit:
    return AccountCredit(kind=kind, unlimited=True, limit=None, used=None, remaining=None)


def _no_limit(units: int, flag: str | None, name: str, *, flagged: bool) -> bool:
    """Whether there is no limit. Where answers are *flagged*, one without its flag may have lost it, and its sense."""
    minus_one = units == _UNLIMITED
    if flag not in _FLAGS:
        raise XmlError(f"{name} is neither Y nor N")
    if flag is None and flagged and not minus_one:
        raise XmlError(f"{name} is missing")
    return minus_one or _FLAGS[flag]


def _unbilled(found: Sequence[UnbilledResult], money: MoneyByCurrency) -> list[Money]:
    unbilled = [money[each.currency_id][each.amount] for each in found]
    unique((amount.currency for amount in unbilled), "UnbilledResult")
    return unbilled


def _all_or_none(found: Sequence[Money | None]) -> list[Money] | None:
    """One amount per currency; None as soon as one is not told, since a part of a sum would mislead."""
    said = [amount for amount in found if amount is not None]
    return said if len(said) == len(found) else None
