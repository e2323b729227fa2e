"""A node's balances in the words of the graph: money and units, exact, or an error."""

import datetime as dt
import re
import xmlrpc.client
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ucip import mapping
from connectors.xml import XmlError
from connectors.xmlrpc import Struct, method_response
from schema.money import Money, Quantity, Unit
from schema.period import TimePeriod
from schema.recharge import Balance, BalanceKind
from schema.scalars import Long
from schema.source import Source
from tests.connectors.support import NOW
from tests.connectors.ucip.fake import NEVER, NEVER_AT_NOON, date, settings

SOURCE = Source(system="recharge", operation="Test", fetched_at=NOW)
ACCOUNTS = {
    "1": {"name": "bonus", "unit": "money"},
    "2": {"name": "voice", "unit": "seconds"},
    "3": {"name": "data", "unit": "bytes"},
    "4": {"name": "messages", "unit": "items"},
    "5": {"name": "points", "unit": "money", "decimals": 6},
}


def answer(**members: Any) -> Struct:
    """Members as a node would send them, written by Python's own XML-RPC."""
    found = method_response(xmlrpc.client.dumps((members,), methodresponse=True).encode())
    assert isinstance(found, Struct)
    return found


def balances(
    *, money: object = "1250", written: str | None = "EUR", accounts: Any = None, **changes: Any
) -> list[Balance]:
    members = {"accountValue1": money} | ({"currency1": written} if written else {})
    if accounts is not None:
        members["dedicatedAccountInformation"] = accounts
    configured = settings(**{"dedicated_accounts": ACCOUNTS} | changes)
    return list(mapping.balances(answer(**members), msisdn="99960000042", settings=configured, source=SOURCE))


def account(number: int, value: object = "100", **members: Any) -> dict[str, Any]:
    return {"dedicatedAccountID": number, "dedicatedAccountValue1": value} | members


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def test_the_main_balance_is_money_with_the_nodes_decimals():
    (main,) = balances(money="99560", written="PKR")

    assert (BalanceKind.MAIN, "main", Money(amount=Decimal("995.60"), currency="PKR"), None) == (
        main.kind,
        main.name,
        main.money,
        main.quantity,
    )
    assert ("balance", "recharge", ("99960000042", "main")) == (main.ref.kind, main.ref.system, main.ref.key)
    assert SOURCE is main.source


@pytest.mark.parametrize(
    ("written", "decimals", "amount"),
    [
        ("99560", 2, "995.60"),
        (99560, 2, "995.60"),
        ("0", 2, "0.00"),
        ("-5", 2, "-0.05"),
        ("007", 0, "7"),
        ("9223372036854775807", 6, "9223372036854.775807"),
    ],
)
def test_amounts_are_exact(written, decimals, amount):
    (main,) = balances(money=written, money_decimals=decimals)

    assert main.money is not None
    assert amount == format(main.money.amount, "f")


@pytest.mark.parametrize("written", ["10.5", " 1e3", "", "1,000", "NaN", "99999999999999999999", "１２", True, 1.5])
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(XmlError, match="accountValue1"):
        balances(money=written)


def test_a_missing_amount_is_refused():
    with pytest.raises(XmlError, match="accountValue1 is missing"):
        mapping.balances(answer(currency1="EUR"), msisdn="99960000042", settings=settings(), source=SOURCE)


@pytest.mark.parametrize(
    ("written", "changes", "code"),
    [
        ("EUR", {}, "EUR"),
        ("EUR", {"currency": "USD"}, "EUR"),
        (None, {"currency": "USD"}, "USD"),
        ("CFA", {"currency_names": {"CFA": "XOF"}}, "XOF"),
    ],
)
def test_the_currency(written, changes, code):
    (main,) = balances(written=written, **changes)

    assert main.money is not None
    assert code == main.money.currency


@pytest.mark.parametrize(
    ("written", "setting"), [(None, "currency"), ("euro", "currency_names"), ("1102", "currency_names")]
)
def test_without_a_currency_there_is_no_amount_and_the_error_names_the_setting(written, setting):
    with pytest.raises(XmlError, match=rf"setting {setting}\b"):
        balances(written=written)


def test_the_second_currency_is_not_more_money():
    """
    accountValue2 announces the same balance in another currency.
    """
    found = mapping.balances(
        answer(accountValue1="100", currency1="EUR", accountValue2="16638", currency2="ESP"),
        msisdn="99960000042",
        settings=settings(),
        source=SOURCE,
    )

    assert 1 == len(found)


def test_the_main_balance_may_be_used_until_supervision_expires():
    def period(**members: Any) -> TimePeriod | None:
        found = answer(accountValue1="1", currency1="EUR", **members)
        return mapping.balances(found, msisdn="99960000042", settings=settings(), source=SOURCE)[0].valid_for

    assert TimePeriod(start=None, end=utc("2027-01-27T12:00:00")) == period(
        supervisionExpiryDate=date("20270127T12:00:00+0000")
    )
    assert TimePeriod(start=None, end=None) == period(supervisionExpiryDate=date(NEVER_AT_NOON))
    assert period() is None


def test_dedicated_accounts_count_what_configuration_says():
    _, *found = balances(
        accounts=[account(1), account(2, "12060"), account(3, "5368573153"), account(4, 7), account(5, "1500000")]
    )

    assert [
        ("bonus", Money(amount=Decimal("1.00"), currency="EUR"), None),
        ("voice", None, Quantity(value=Long(12060), unit=Unit.SECONDS)),
        ("data", None, Quantity(value=Long(5368573153), unit=Unit.BYTES)),
        ("messages", None, Quantity(value=Long(7), unit=Unit.ITEMS)),
        ("points", Money(amount=Decimal("1.500000"), currency="EUR"), None),
    ] == [(balance.name, balance.money, balance.quantity) for balance in found]
    assert {BalanceKind.DEDICATED} == {balance.kind for balance in found}
    assert ["1", "2", "3", "4", "5"] == [balance.ref.key[1] for balance in found]


def test_an_account_of_unknown_unit_is_left_out_unless_configuration_says_money():
    assert 1 == len(balances(accounts=[account(99, "856")]))

    _, found = balances(accounts=[account(99, "856")], unlisted_dedicated_accounts="money")
    assert ("99", Money(amount=Decimal("8.56"), currency="EUR")) == (found.name, found.money)


def test_an_account_left_out_does_not_have_to_be_understood():
    assert 1 == len(balances(accounts=[account(99, "ten")]))


def test_a_unit_that_the_node_says_must_be_the_configured_one():
    assert 2 == len(balances(accounts=[account(3, dedicatedAccountUnitType=6)]))
    assert 2 == len(balances(accounts=[account(3, dedicatedAccountUnitType=5)]))
    with pytest.raises(XmlError, match="setting dedicated_accounts"):
        balances(accounts=[account(3, dedicatedAccountUnitType=1)])
    assert 1 == len(balances(accounts=[account(99, dedicatedAccountUnitType=0)], unlisted_dedicated_accounts="money"))


CHECKS = ["unit-type", "active-value"]


@pytest.mark.parametrize("active", ["0", 0, "100", 100])
def test_what_a_node_says_twice_may_be_checked(active):
    checked = account(1, dedicatedAccountUnitType=1, dedicatedAccountActiveValue1=active)

    assert 2 == len(balances(accounts=[checked], account_checks=CHECKS))


@pytest.mark.parametrize(
    "members",
    [
        {"dedicatedAccountUnitType": 1},
        {"dedicatedAccountActiveValue1": "100"},
        {"dedicatedAccountUnitType": 1, "dedicatedAccountActiveValue1": "101"},
        {"dedicatedAccountUnitType": 6, "dedicatedAccountActiveValue1": "100"},
    ],
)
def test_an_account_that_was_to_say_it_twice_and_does_not_is_an_error(members):
    with pytest.raises(XmlError, match=r"dedicatedAccount(UnitType|ActiveValue1) "):
        balances(accounts=[account(1, **members)], account_checks=CHECKS)


def test_of_a_composite_account_a_part_may_be_active():
    composite = account(1, dedicatedAccountActiveValue1="60", compositeDedicatedAccountFlag=True)

    assert 2 == len(balances(accounts=[composite], account_checks=["active-value"]))
    assert 1 == len(balances(accounts=[{"dedicatedAccountID": 1}], account_checks=CHECKS))


@pytest.mark.parametrize("order", [sorted, list])
def test_of_two_accounts_between_which_a_piece_was_lost_no_mixture_is_read(order):
    """
    XML-RPC stays well formed where a piece is missing that began and ended at the same place of two structs.
    """
    told = [
        account(1, "500", expiryDate=date(NEVER), dedicatedAccountActiveValue1="500", dedicatedAccountUnitType=1),
        account(3, "9000", expiryDate=date(NEVER), dedicatedAccountActiveValue1="9000", dedicatedAccountUnitType=6),
    ]
    members = {
        "accountValue1": "1",
        "currency1": "EUR",
        "dedicatedAccountInformation": [{name: item[name] for name in order(item)} for item in told],
    }
    body = xmlrpc.client.dumps((members,), methodresponse=True).encode()
    first, second = (match.start() for match in re.finditer(b"<value><struct>", body[body.index(b"<array>") :]))
    apart, begin = second - first, body.index(b"<array>") + first

    found = [
        read
        for start in range(begin, begin + apart)
        for end in range(start + apart - 12, start + apart + 13)
        if (read := after_a_loss(body[:start] + body[end:])) is not None
    ]

    whole = {repr((each.name, each.money, each.quantity)) for each in after_a_loss(body) or ()}
    assert 50 < len(found)
    assert whole >= {repr((each.name, each.money, each.quantity)) for read in found for each in read}


def after_a_loss(body: bytes) -> list[Balance] | None:
    """The balances of a damaged response; None where it is refused."""
    configured = settings(dedicated_accounts=ACCOUNTS, account_checks=CHECKS)
    try:
        read = method_response(body)
        return list(mapping.balances(read, msisdn="1", settings=configured, source=SOURCE))  # type: ignore[arg-type]
    except XmlError:
        return None


def test_an_account_with_a_number_only_is_composite_and_holds_nothing():
    assert 1 == len(balances(accounts=[{"dedicatedAccountID": 1}]))


@pytest.mark.parametrize(
    "item",
    [
        {"dedicatedAccountValue1": "1"},
        {"dedicatedAccountID": 1, "expiryDate": date(NEVER)},
        {"dedicatedAccountID": 1, "dedicatedAccountValue2": "1"},
        {"dedicatedAccountID": 1, "dedicatedAccountValue1": "1.5"},
        {"dedicatedAccountID": 3, "dedicatedAccountValue1": ""},
        {"dedicatedAccountID": 1, "dedicatedAccountValue1": "1", "expiryDate": date("soon")},
        {"dedicatedAccountID": 1, "dedicatedAccountValue1": "1", "expiryDate": "20270127T12:00:00+0000"},
    ],
)
def test_one_account_that_cannot_be_understood_spoils_the_answer(item):
    """
    A list without it would be a partial answer that looks whole.
    """
    with pytest.raises(XmlError):
        balances(accounts=[account(2), item])


def test_accounts_of_products_share_a_number_but_not_an_id():
    _, *found = balances(accounts=[account(1, productID=7), account(1, productID=8)])

    assert ["1-7", "1-8"] == [balance.ref.key[1] for balance in found]


@pytest.mark.parametrize(
    ("dates", "period"),
    [
        ({}, None),
        ({"expiryDate": NEVER}, TimePeriod(start=None, end=None)),
        ({"expiryDate": NEVER_AT_NOON}, TimePeriod(start=None, end=None)),
        ({"expiryDate": "20110622T12:00:00+0000"}, TimePeriod(start=None, end=utc("2011-06-22T12:00:00"))),
        (
            {"startDate": "20110601T000000+0200", "expiryDate": NEVER},
            TimePeriod(start=utc("2011-05-31T22:00:00"), end=None),
        ),
        ({"startDate": "00000101T12:00:00+0000", "expiryDate": NEVER}, TimePeriod(start=None, end=None)),
    ],
)
def test_the_period_of_an_account(dates, period):
    _, found = balances(accounts=[account(1, **{name: date(text) for name, text in dates.items()})])

    assert period == found.valid_for


def test_no_dedicated_accounts_is_no_error():
    assert 1 == len(balances(accounts=[])) == len(balances())


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 6))
def test_any_amount_is_what_the_node_counted(units, decimals):
    (main,) = balances(money=str(units), money_decimals=decimals)

    assert main.money is not None
    assert units == main.money.amount * 10**decimals


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=10))
def test_any_text_in_place_of_an_amount_is_the_right_one_or_an_error(text):
    try:
        (main,) = balances(money=text, money_decimals=0)
    except XmlError:
        return
    assert main.money is not None
    assert int(text) == main.money.amount
