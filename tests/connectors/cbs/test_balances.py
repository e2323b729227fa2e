from decimal import Decimal

import pytest

from connectors.xml import XmlError
from schema.billing import AccountCredit
from schema.money import Money
from tests.connectors.cbs import replies
from tests.connectors.cbs.reading import euro, read_balance


def test_a_sum_has_purses_credits_and_unbilled_charges():
    result = replies.sum_balance(replies.purse(), replies.credit(), replies.unbilled())

    found = read_balance("QuerySumBalanceAndCredit", result, key=None)

    assert [("C_MAIN_ACCOUNT", "Main", euro("110.00"))] == [(p.kind, p.name, p.total) for p in found.purses]
    limit = AccountCredit(
        kind="C_INITIAL", unlimited=False, limit=euro("10000.00"), used=euro("6717.66"), remaining=euro("3282.34")
    )
    assert [limit] == found.credits
    assert [euro("3817.17")] == found.unbilled
    assert (None, None) == (found.outstanding, found.overdue)


@pytest.mark.parametrize(
    "fields", [{"NoLimitFlag": "Y"}, {"TotalCreditAmount": "-1"}, {"TotalCreditAmount": "-1", "NoLimitFlag": None}]
)
def test_no_limit_is_said_by_flag_or_by_minus_one(fields):
    (found,) = read_balance("QuerySumBalanceAndCredit", replies.sum_balance(replies.credit(**fields))).credits

    assert AccountCredit(kind="C_INITIAL", unlimited=True, limit=None, used=None, remaining=None) == found


def test_minus_one_elsewhere_is_a_cent():
    result = replies.sum_balance(replies.credit(TotalUsageAmount="-1", TotalRemainAmount="-1"))

    (found,) = read_balance("QuerySumBalanceAndCredit", result).credits

    assert (euro("-0.01"), euro("-0.01")) == (found.used, found.remaining)


def test_an_ocs_balance_is_that_of_the_account_asked_about():
    result = replies.result(
        "QueryOCSBalance",
        replies.ocs_account(replies.purse(units="1"), key="other"),
        replies.ocs_account(replies.purse(units="2"), replies.credit(NoLimitFlag=None)),
    )

    found = read_balance("QueryOCSBalance", result)

    assert [euro("0.02")] == [purse.total for purse in found.purses]
    assert 1 == len(found.credits)
    assert found.unbilled is None


def test_a_total_has_what_is_owed_per_currency():
    result = replies.total_balance(
        replies.total_entry(), replies.total_entry(CurrencyID="1153", AvailableCreditLimit="-1")
    )

    found = read_balance("QueryTotalBalance", result)

    dollars = [Money(amount=Decimal(text), currency="USD") for text in ("68452.01", "452.01", "10317.00")]
    assert [euro("68452.01"), dollars[0]] == found.outstanding
    assert [euro("452.01"), dollars[1]] == found.overdue
    assert [euro("10317.00"), dollars[2]] == found.unbilled
    assert [False, True] == [credit.unlimited for credit in found.credits]
    assert [euro("5.00"), None] == [credit.remaining for credit in found.credits]
    assert ["Prepayment", "DepositAmount"] * 2 == [purse.kind for purse in found.purses]


@pytest.mark.parametrize(
    ("operation", "result", "said"),
    [
        ("QuerySumBalanceAndCredit", replies.sum_balance(key="9"), "AcctKey is not the one"),
        ("QuerySumBalanceAndCredit", replies.result("X"), "AcctKey is missing"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.purse(units="")), "TotalAmount is missing"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.purse(currency="")), "CurrencyID is missing"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.purse(currency="5")), "`currencies`"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.purse(), replies.purse()), "occurs twice"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.credit(), replies.credit()), "occurs twice"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.unbilled(), replies.unbilled()), "occurs twice"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.credit(NoLimitFlag="x")), "neither Y nor N"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.credit(TotalUsageAmount=None)), "is missing"),
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.unbilled("")), "ChargeAmount is missing"),
        ("QueryOCSBalance", replies.result("X", replies.ocs_account(key="9")), "not exactly one entry"),
        ("QueryOCSBalance", replies.result("X", replies.ocs_account(), replies.ocs_account()), "not exactly one"),
        ("QueryTotalBalance", replies.total_balance(code="A1000043"), "AccountCode is not the one"),
        ("QueryTotalBalance", replies.total_balance(replies.total_entry(), replies.total_entry()), "occurs twice"),
    ],
)
def test_what_cannot_be_trusted_is_refused(operation, result, said):
    with pytest.raises(XmlError, match=said):
        read_balance(operation, result)


def test_a_sum_that_is_not_told_for_every_currency_is_not_told_at_all():
    result = replies.total_balance(replies.total_entry(), replies.total_entry(CurrencyID="1153", OverDueAmount=None))

    assert read_balance("QueryTotalBalance", result).overdue is None


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ("QuerySumBalanceAndCredit", replies.sum_balance(replies.credit(NoLimitFlag=None))),
        ("QueryTotalBalance", replies.total_balance(replies.total_entry(CreditNoLimitFlag=None))),
    ],
)
def test_a_limit_that_lost_its_flag_is_refused(operation, result):
    with pytest.raises(XmlError, match="NoLimitFlag is missing"):
        read_balance(operation, result)
