"""What is on an account now, in the three forms that billing tells it; amounts in 1/100, data in bytes."""

import dataclasses
from typing import Final

from sandbox import xmlread
from sandbox.billing import lookup
from sandbox.billing.messages import AR, RefusedError, arc, ars, bare, bcs, currency_id
from sandbox.huawei_dates import NEVER, stamp
from sandbox.population import Account, Line, Residents, Segment
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup, Vocabulary

_CREDIT_LIMIT: Final = 20_000
_UNLIMITED: Final = -1
_BYTES: Final = "1106"  # Billing's measure unit of data volume.


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """A credit limit and its use, in the currency with that CurrencyID; a limit of -1 is none."""

    limit: int
    used: int
    currency: int

    @property
    def remaining(self) -> int:
        """What is left of the limit."""
        return _UNLIMITED if self.limit == _UNLIMITED else self.limit - self.used


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One purse of an account: its code, name, the series its instances are numbered in, what is in it, CurrencyID."""

    kind: str
    name: str
    series: str
    amount: int
    currency: int


def query_sum_balance_and_credit(people: Residents, request: Element) -> Markup:
    """QuerySumBalanceAndCreditResult: the purses, credit and unbilled charges of one account."""
    found = lookup.by_query_object(people, request, AR)
    if not found.accounts:
        raise RefusedError.unknown()
    account = found.accounts[0]
    lines = people.owner(account.key).lines_of(account.key)
    purses = [_sum(held) for held in purses_of(people, account, lines)]
    currency = ars("CurrencyID", currency_id(account.key.province))
    unbilled = ars("UnbilledResult", ars("ChargeAmount", people.unbilled(account)), currency)
    postpaid = [_credit(ars, credit_of(people, account), flag=True), unbilled] if account.postpaid else []
    return bare("QuerySumBalanceAndCreditResult", ars("AcctKey", account.key.key), purses, postpaid)


def query_ocs_balance(people: Residents, request: Element) -> Markup:
    """QueryOCSBalanceResult: the purses and free units of one subscriber."""
    code = xmlread.child(xmlread.child(request, AR, "QueryObj"), AR, "SubAccessCode")
    if code is None:
        raise RefusedError.missing("SubAccessCode")
    found = lookup.by_subscriber_code(people, code)
    line = found.lines[0]
    accounts = [
        ars(
            "AcctList",
            ars("AcctKey", account.key.key),
            [
                ars("BalanceResult", _purse(arc, held, line, names_line=True))
                for held in purses_of(people, account, (line,))
            ],
            _credit(ars, credit_of(people, account), flag=False) if account.postpaid else None,
        )
        for account in found.accounts
    ]
    return bare("QueryOCSBalanceResult", accounts, _free_units(people, line))


def subscriber_balances(people: Residents, line: Line) -> list[Markup]:
    """AcctList of a Subscriber in QueryCustomerInfo, one for each account the line uses."""
    accounts = [account for account in people.owner(line.key).accounts if account.key in line.accounts]
    return [
        bcs(
            "AcctList",
            bcs("AcctKey", account.key.key),
            [
                bcs("BalanceResult", _purse(bcs, held, line, names_line=False))
                for held in purses_of(people, account, (line,))
            ],
            _credit(bcs, credit_of(people, account), flag=False) if account.postpaid else None,
        )
        for account in accounts
    ]


def purses_of(people: Residents, account: Account, lines: tuple[Line, ...]) -> list[Held]:
    """
    What an account holds for some of its lines.

    A postpaid account has an empty purse for deposits; a prepaid one holds the main balances of its lines.
    """
    currency = currency_id(account.key.province)
    deposit = Held(kind="C_MAIN_BILLING_ACCOUNT", name="POS_MainAccount", series="188", amount=0, currency=currency)
    total = sum(people.purse(line).main for line in lines)
    balance = Held(kind="C_MAIN_ACCOUNT", name="PPS_MainAccount", series="189", amount=total, currency=currency)
    return [deposit] * account.postpaid + [balance] * account.prepaid


def credit_of(people: Residents, account: Account) -> Credit:
    """The credit limit of a postpaid account; its use is what is open and what is not yet billed."""
    used = sum(bill.open_amount for bill in people.bills(account)) + people.unbilled(account)
    vip = people.owner(account.key).traits.segment is Segment.VIP
    limit = _UNLIMITED if vip else _CREDIT_LIMIT + used // 2
    return Credit(limit=limit, used=used, currency=currency_id(account.key.province))


def _sum(held: Held) -> Markup:
    return ars(
        "BalanceResult",
        arc("BalanceType", held.kind),
        arc("BalanceTypeName", held.name),
        arc("TotalAmount", held.amount),
        arc("DepositFlag", "N"),
        arc("RefundFlag", "1"),
        arc("CurrencyID", held.currency),
    )


def _purse(words: Vocabulary, held: Held, line: Line, *, names_line: bool) -> list[Markup]:
    detail = words(
        "BalanceDetail",
        words("BalanceInstanceID", held.series + line.key.subscriber_key[3:]),
        words("Amount", held.amount),
        words("InitialAmount", 0),
        words("EffectiveTime", stamp(line.activated)),
        words("ExpireTime", NEVER),
        words("AcctBalOriginal", words("OriginalType", "0"), words("OriginalID", 0)),
        words("LastUpdateTime", stamp(line.activated)),
        words("PrimaryIdentity", line.national) if names_line else None,
    )
    return [
        words("BalanceType", held.kind),
        words("BalanceTypeName", held.name),
        words("TotalAmount", held.amount),
        words("ReservedAmount", 0),
        words("DepositFlag", "N"),
        words("RefundFlag", "1"),
        words("CurrencyID", held.currency),
        detail,
    ]


def _credit(words: Vocabulary, credit: Credit, *, flag: bool) -> Markup:
    unlimited = "Y" if credit.limit == _UNLIMITED else "N"
    return words(
        "AccountCredit",
        words("CreditLimitType", "C_INITIAL_CREDIT_LIMIT"),
        words("CreditLimitTypeName", "InitialCreditLimit"),
        words("TotalCreditAmount", credit.limit),
        words("TotalUsageAmount", credit.used),
        words("TotalRemainAmount", credit.remaining),
        words("CurrencyID", credit.currency),
        words("NoLimitFlag", unlimited) if flag else None,
    )


def _free_units(people: Residents, line: Line) -> Markup:
    """The data allowance: the same bytes as the recharge system's dedicated account of a prepaid line."""
    purse = people.purse(line)
    detail = ars(
        "FreeUnitItemDetail",
        ars("FreeUnitInstanceID", f"190{line.key.subscriber_key[3:]}"),
        ars("InitialAmount", purse.data_total_bytes),
        ars("CurrentAmount", purse.data_bytes),
        ars("EffectiveTime", stamp(line.activated)),
        ars("ExpireTime", stamp(purse.data_expires)),
        ars("RollOverFlag", "N"),
    )
    return ars(
        "FreeUnitItem",
        ars("FreeUnitType", "C_4500"),
        ars("FreeUnitTypeName", "Data_Bundle"),
        ars("MeasureUnit", _BYTES),
        ars("MeasureUnitName", "Bytes"),
        ars("TotalInitialAmount", purse.data_total_bytes),
        ars("TotalUnusedAmount", purse.data_bytes),
        detail,
    )
