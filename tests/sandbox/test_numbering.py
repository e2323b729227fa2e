"""Every identifier leads back to the record it came from, and nothing else leads anywhere."""

import functools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.population import numbering
from sandbox.population.numbering import AccountKey, LineKey
from sandbox.population.provinces import Province, has_second_home, home

CUSTOMERS = st.integers(1, numbering.MAX_CUSTOMERS)
ISLANDERS = st.integers(0, (numbering.MAX_CUSTOMERS - 19) // 25).map(lambda place: place * 25 + 19)
ANYBODY = CUSTOMERS | ISLANDERS


def places(customer: int, at_home: int) -> st.SearchStrategy[int]:
    """Those at home and, for who lives on the mainland, as many on the islands."""
    return st.integers(0, at_home * (1 if home(customer) is Province.ISLANDS else 2) - 1)


@st.composite
def line_keys(draw: st.DrawFn) -> LineKey:
    customer = draw(ANYBODY)
    return LineKey(customer, draw(places(customer, 3)))


@st.composite
def account_keys(draw: st.DrawFn) -> AccountKey:
    customer = draw(ANYBODY)
    return AccountKey(customer, draw(places(customer, 2)))


LINES, ACCOUNTS = line_keys(), account_keys()
BEGINNINGS = {
    Province.MAINLAND: ("9996", "99970", "8999970", "104", "AB", "101"),
    Province.ISLANDS: ("9997", "99971", "8999971", "204", "CD", "201"),
}


@given(LINES)
def test_every_number_of_a_line_leads_back_to_it(line: LineKey) -> None:
    assert line == numbering.line_of_national(line.national)
    assert line == numbering.line_of_msisdn(line.msisdn)
    assert line == numbering.line_of_imsi(line.imsi)
    assert line == numbering.line_of_subscriber_key(line.subscriber_key)


@given(LINES)
def test_numbers_have_the_shapes_of_the_numbering_plan(line: LineKey) -> None:
    msisdn, imsi, iccid, subscriber_key, _, _ = BEGINNINGS[line.province]
    assert line.msisdn.startswith(msisdn)
    assert line.imsi.startswith(imsi)
    assert line.iccid.startswith(iccid)
    assert line.subscriber_key.startswith(subscriber_key)
    assert 11 == len(line.msisdn)
    assert 15 == len(line.imsi)
    assert 19 == len(line.iccid)
    assert numbering.luhn_digit(line.iccid[:-1]) == line.iccid[-1]


@given(ACCOUNTS)
def test_every_key_of_an_account_leads_back_to_it(account: AccountKey) -> None:
    assert account == numbering.account_of_code(account.code)
    assert account == numbering.account_of_key(account.key)


@given(ACCOUNTS)
def test_account_numbers_and_keys_say_which_province_keeps_the_account(account: AccountKey) -> None:
    *_, letters, key = BEGINNINGS[account.province]

    assert account.code[0] == letters[account.seat]
    assert account.key.startswith(key)


@given(ANYBODY, st.sampled_from(Province))
def test_every_id_of_a_customer_leads_back_to_them(customer: int, province: Province) -> None:
    assert customer == numbering.customer_of_id(numbering.customer_id(customer))
    assert customer == numbering.customer_of_party(numbering.party_id(customer))
    assert customer == numbering.customer_of_key(numbering.customer_key(customer, province), province)


@given(ANYBODY)
def test_a_customers_key_in_one_provinces_billing_is_nobodys_in_the_others(customer: int) -> None:
    one, other = Province

    assert numbering.customer_of_key(numbering.customer_key(customer, one), other) is None
    assert numbering.customer_of_key(numbering.customer_key(customer, other), one) is None


@given(ISLANDERS, st.integers(0, 2))
def test_an_islander_has_no_identifier_of_the_mainland(customer: int, place: int) -> None:
    mainland = LineKey(customer + 1, place)  # The neighbour lives there.
    tail = LineKey(customer, place).national[1:]

    assert Province.MAINLAND is mainland.province
    assert numbering.line_of_national(mainland.national) == mainland
    assert numbering.line_of_national("6" + tail) is None
    assert numbering.line_of_subscriber_key(f"104{place:05d}{numbering.customer_id(customer)}") is None
    assert numbering.account_of_code("A" + numbering.customer_id(customer)) is None
    assert numbering.account_of_key(f"10100000{numbering.customer_id(customer)}") is None


@given(ACCOUNTS, ACCOUNTS)
def test_two_accounts_never_share_a_number(one: AccountKey, other: AccountKey) -> None:
    if one != other:
        assert one.code != other.code
        assert one.key != other.key


def test_one_customer_in_25_lives_on_the_islands_and_one_in_50_has_lines_there_too() -> None:
    islanders = [index for index in range(1, 101) if home(index) is Province.ISLANDS]
    of_both = [index for index in range(1, 101) if has_second_home(index)]

    assert ([19, 44, 69, 94], [16, 66]) == (islanders, of_both)


@given(LINES, LINES)
def test_two_lines_never_share_a_number(one: LineKey, other: LineKey) -> None:
    if one != other:
        assert one.msisdn != other.msisdn
        assert one.imsi != other.imsi
        assert one.iccid != other.iccid
        assert one.subscriber_key != other.subscriber_key


@given(st.text(max_size=20))
def test_any_other_text_leads_nowhere_and_breaks_nothing(text: str) -> None:
    finders: tuple[Callable[[str], object], ...] = (
        numbering.line_of_national, numbering.line_of_msisdn, numbering.line_of_imsi, numbering.line_of_subscriber_key,
        numbering.account_of_code, numbering.account_of_key, numbering.customer_of_id, numbering.customer_of_party,
        *(functools.partial(numbering.customer_of_key, province=province) for province in Province),
    )  # fmt: skip
    for find in finders:
        found = find(text)
        assert found is None or text.lstrip("ABCD").isascii()


@pytest.mark.parametrize(
    "key",
    ["104000031000008", "204000031000008", "104000001000019", "204000031000019", "304000001000008", "104000001000000"],
)
def test_a_key_of_a_line_that_a_customer_cannot_have_leads_nowhere(key: str) -> None:
    assert numbering.line_of_subscriber_key(key) is None


@pytest.mark.parametrize(
    "key",
    ["101000021000008", "201000021000008", "101000001000019", "201000021000019", "301000001000008", "101000001000000"],
)
def test_a_key_of_an_account_that_a_customer_cannot_have_leads_nowhere(key: str) -> None:
    assert numbering.account_of_key(key) is None


@pytest.mark.parametrize(
    "text", ["", "6", "7", "٦١٢٣٤٥٦٧", "81234567", "71234567", "612345678", "1000000", "A1000000", "E1000001"]
)
def test_near_misses_lead_nowhere(text: str) -> None:
    assert numbering.line_of_national(text) is None
    assert numbering.account_of_code(text) is None
    assert numbering.customer_of_id(text) is None
