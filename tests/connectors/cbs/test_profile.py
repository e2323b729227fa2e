import datetime as dt

import pytest

from connectors.xml import XmlError
from schema.billing import Offering, PaymentMode
from schema.parts import BillingPart, PartNotFetchedError
from tests.connectors.cbs import replies
from tests.connectors.cbs.reading import ACCOUNT, ACCOUNTS, NUMBER, SUBSCRIBERS, read_profile, read_result


def test_account_and_subscriber_are_read_by_field():
    found = read_profile(replies.customer(), replies.subscriber(), replies.account())

    assert "102000001000042" == found.customer_key
    account, subscriber = found.accounts[0], found.subscribers[0]
    assert ("account", "billing", ("A1000042",)) == (account.ref.kind, account.ref.system, account.ref.key)
    assert ("101000001000042", "A1000042", "Ana") == (account.key, account.account_number, account.name)
    assert (PaymentMode.POSTPAID, "EUR") == (account.payment_mode, account.currency)
    assert account.bill_cycle is not None
    assert dt.datetime(2026, 10, 31, 23, tzinfo=dt.UTC) == account.bill_cycle.start
    assert ("99960000042", "104000001000042") == (subscriber.msisdn, subscriber.key)
    assert ("101000001000042",) == subscriber.account_keys
    assert ("2", "3", PaymentMode.POSTPAID) == (subscriber.status, subscriber.brand, subscriber.payment_mode)
    assert subscriber.activated_at is None


def test_the_subscribers_password_is_in_no_value():
    found = read_profile(replies.customer(), replies.subscriber(), replies.account())

    assert "never-read" not in repr(found)


def test_offerings_come_main_one_first_and_may_never_end():
    found = read_profile(
        replies.customer(),
        replies.subscriber(
            replies.offering(
                "SupplementaryOffering", "21753", EffectiveTime="20260410094811", ExpirationTime="20370101000000"
            ),
            replies.offering("PrimaryOffering", "100002"),
            replies.offering("SupplementaryOffering", "21753", seq="1", ExpirationTime="20261201000000"),
        ),
    )

    began, ends = dt.datetime(2026, 4, 10, 7, 48, 11, tzinfo=dt.UTC), dt.datetime(2026, 11, 30, 23, tzinfo=dt.UTC)
    assert [
        Offering(offering_id="100002", primary=True, status="2", effective_from=None, expires_at=None),
        Offering(offering_id="21753", primary=False, status="2", effective_from=began, expires_at=None),
        Offering(offering_id="21753", primary=False, status="2", effective_from=None, expires_at=ends),
    ] == found.subscribers[0].offerings


def test_parts_not_asked_for_are_absent_although_the_reply_has_them():
    found = read_profile(replies.customer(), replies.subscriber(), replies.account(), parts=SUBSCRIBERS)

    with pytest.raises(PartNotFetchedError):
        list(found.accounts)
    with pytest.raises(PartNotFetchedError):
        list(found.subscribers[0].offerings)


def test_offerings_bring_their_subscribers_along():
    found = read_profile(replies.customer(), replies.subscriber(), parts=frozenset({BillingPart.OFFERINGS}))

    assert ["1"] == [offering.offering_id for offering in found.subscribers[0].offerings]


def test_any_number_of_accounts_and_subscribers_is_read():
    numbers = ["60000042", "60000043", "60000044"]
    lines = [replies.subscriber(key=number, identities=[replies.identity(number)], accounts=()) for number in numbers]
    accounts = [replies.account(f"A{index}", key=str(index)) for index in range(4)]

    found = read_profile(replies.customer(), *lines, *accounts)

    assert ["99960000042", "99960000043", "99960000044"] == [line.msisdn for line in found.subscribers]
    assert 4 == len(found.accounts)
    assert () == found.subscribers[0].account_keys


def test_a_subscriber_without_a_phone_number_is_no_line():
    broadband = replies.subscriber(key="9", identities=[replies.identity("dsl-77", kind="5")])

    found = read_profile(replies.customer(), broadband, replies.subscriber())

    assert ["104000001000042"] == [line.key for line in found.subscribers]


def test_an_addition_that_lost_its_end_is_refused_because_it_would_read_as_never():
    addition = replies.offering("SupplementaryOffering", "2", ExpirationTime="")

    with pytest.raises(XmlError, match="ExpirationTime is missing"):
        read_profile(replies.customer(), replies.subscriber(addition))


def test_a_success_about_nobody_is_nobody():
    assert read_result(replies.result("QueryCustomerInfo")) is None


@pytest.mark.parametrize(("code", "mode"), [("0", PaymentMode.PREPAID), ("2", PaymentMode.HYBRID), ("7", None)])
def test_payment_modes_are_a_closed_set(code, mode):
    found = read_profile(replies.customer(), replies.account(PaymentType=code), replies.subscriber(mode=code))

    assert mode is found.accounts[0].payment_mode
    assert mode is found.subscribers[0].payment_mode


@pytest.mark.parametrize(
    ("content", "asked", "said"),
    [
        ([replies.subscriber(identities=[replies.identity("60000043")])], NUMBER, "Subscriber is not the one"),
        ([replies.account("A1000043")], ACCOUNT, "Account is not the one"),
        ([replies.account()], NUMBER, "Subscriber is not the one"),
        ([replies.subscriber()], ACCOUNT, "Account is not the one"),
    ],
)
def test_an_answer_about_somebody_else_is_refused(content, asked, said):
    with pytest.raises(XmlError, match=said):
        read_profile(replies.customer(), *content, asked=asked)


def test_the_echo_counts_even_where_subscribers_were_not_asked_for():
    foreign = replies.subscriber(identities=[replies.identity("60000043")])

    with pytest.raises(XmlError, match="Subscriber is not the one"):
        read_profile(replies.customer(), foreign, replies.account(), parts=ACCOUNTS)


def test_an_answer_without_any_echo_serves_where_none_was_asked_for():
    found = read_profile(replies.customer(), replies.account(), parts=ACCOUNTS)

    assert "A1000042" == found.accounts[0].account_number


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([replies.subscriber()], "Customer is missing"),
        ([replies.customer(), replies.customer(), replies.subscriber()], "Customer occurs more than once"),
        ([replies.customer(), replies.subscriber(), replies.subscriber()], "Subscriber occurs twice"),
        ([replies.customer(), replies.subscriber(), replies.account(), replies.account()], "Account occurs twice"),
        ([replies.customer(), replies.subscriber(accounts=("1", "1"))], "AcctList occurs twice"),
        ([replies.customer(), replies.subscriber(), replies.account(CurrencyID="9")], "setting `currencies`"),
        ([replies.customer(), replies.subscriber(), replies.account(CurrencyID="x")], "not a whole number"),
        ([replies.customer(), replies.subscriber(), replies.account(BillCycleEndDate="soon")], "14 digits"),
        ([replies.customer(), replies.subscriber(), replies.account(code="")], "AcctCode is missing"),
        ([replies.customer(), replies.subscriber(), replies.account(key="")], "AcctKey is missing"),
        ([replies.customer(), replies.subscriber(key="")], "SubscriberKey is missing"),
        ([replies.customer(), replies.subscriber(identities=[replies.identity("60000042", primary="2")])], "primary"),
        (
            [replies.customer(), replies.subscriber(identities=[replies.identity("60000042")] * 1 + [replies.identity("60000043")])],
            "primary",
        ),
        (
            [replies.customer(), replies.subscriber(), replies.subscriber(key="2", identities=[replies.identity("0600")])],
            "number_form",
        ),
        (
            [replies.customer(), replies.subscriber(*[replies.offering("SupplementaryOffering", "7")] * 1, replies.offering("SupplementaryOffering", "7"))],
            "SupplementaryOffering occurs twice",
        ),
        ([replies.customer(), replies.subscriber(replies.offering("PrimaryOffering", ""))], "names no offering"),
    ],
)  # fmt: skip
def test_what_cannot_be_trusted_is_refused(content, said):
    with pytest.raises(XmlError, match=said):
        read_profile(*content)
