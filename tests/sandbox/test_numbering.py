"""Every identifier leads back to the record it came from, and nothing else leads anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.population import numbering
from sandbox.population.numbering import AccountKey, LineKey

LINES = st.builds(LineKey, st.integers(1, numbering.MAX_CUSTOMERS), st.integers(0, numbering.LINES_PER_CUSTOMER - 1))
ACCOUNTS = st.builds(AccountKey, st.integers(1, numbering.MAX_CUSTOMERS), st.integers(0, 1))


@given(LINES)
def test_every_number_of_a_line_leads_back_to_it(line: LineKey) -> None:
    assert line == numbering.line_of_national(line.national)
    assert line == numbering.line_of_msisdn(line.msisdn)
    assert line == numbering.line_of_imsi(line.imsi)
    assert line == numbering.line_of_subscriber_key(line.subscriber_key)


@given(LINES)
def test_numbers_have_the_shapes_of_the_numbering_plan(line: LineKey) -> None:
    assert line.msisdn.startswith("9996")
    assert 11 == len(line.msisdn)
    assert line.imsi.startswith("99970")
    assert 15 == len(line.imsi)
    assert 19 == len(line.iccid)
    assert numbering.luhn_digit(line.iccid[:-1]) == line.iccid[-1]


@given(ACCOUNTS)
def test_every_key_of_an_account_leads_back_to_it(account: AccountKey) -> None:
    assert account == numbering.account_of_code(account.code)
    assert account == numbering.account_of_key(account.key)


@given(st.integers(1, numbering.MAX_CUSTOMERS))
def test_every_id_of_a_customer_leads_back_to_them(customer: int) -> None:
    assert customer == numbering.customer_of_id(numbering.customer_id(customer))
    assert customer == numbering.customer_of_party(numbering.party_id(customer))
    assert customer == numbering.customer_of_key(numbering.customer_key(customer))


@given(LINES, LINES)
def test_two_lines_never_share_a_number(one: LineKey, other: LineKey) -> None:
    if one != other:
        assert one.msisdn != other.msisdn
        assert one.imsi != other.imsi
        assert one.iccid != other.iccid
        assert one.subscriber_key != other.subscriber_key


@given(st.text(max_size=20))
def test_any_other_text_leads_nowhere_and_breaks_nothing(text: str) -> None:
    for find in (
        numbering.line_of_national, numbering.line_of_msisdn, numbering.line_of_imsi, numbering.line_of_subscriber_key,
        numbering.account_of_code, numbering.account_of_key, numbering.customer_of_id, numbering.customer_of_party,
        numbering.customer_of_key,
    ):  # fmt: skip
        found = find(text)
        assert found is None or text.lstrip("AB").isascii()


@pytest.mark.parametrize("text", ["", "6", "٦١٢٣٤٥٦٧", "71234567", "612345678", "1000000", "A1000000", "C1000001"])
def test_near_misses_lead_nowhere(text: str) -> None:
    assert numbering.line_of_national(text) is None
    assert numbering.account_of_code(text) is None
    assert numbering.customer_of_id(text) is None
