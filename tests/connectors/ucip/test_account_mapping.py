"""A prepaid account, its offers and its counters in the words of the graph."""

import datetime as dt
import xmlrpc.client
from typing import Any

import pytest

from connectors.ucip import mapping
from connectors.xml import XmlError
from connectors.xmlrpc import Struct, method_response
from schema.parts import PartNotFetchedError, PrepaidPart
from schema.period import TimePeriod
from schema.recharge import PrepaidAccount
from schema.source import Source
from tests.connectors.support import NOW
from tests.connectors.ucip.fake import NEVER, NEVER_AT_NOON, date

SOURCE = Source(system="recharge", operation="Test", fetched_at=NOW)


def answer(**members: Any) -> Struct:
    """Members as a node would send them, written by Python's own XML-RPC."""
    found = method_response(xmlrpc.client.dumps((members,), methodresponse=True).encode())
    assert isinstance(found, Struct)
    return found


def details(*parts: PrepaidPart, **members: Any) -> PrepaidAccount:
    return mapping.prepaid_account(answer(**members), parts=frozenset(parts), source=SOURCE)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


FULL = {
    "serviceClassCurrent": 61,
    "languageIDCurrent": 2,
    "activationDate": date("20170420T12:00:00+0000"),
    "accountFlags": {"activationStatusFlag": True},
    "supervisionExpiryDate": date("20371231T12:00:00+0000"),
    "serviceFeeExpiryDate": date(NEVER),
    "serviceRemovalDate": date("20380330T12:00:00+0000"),
    "offerInformationList": [
        {
            "offerID": 240000,
            "startDateTime": date("20170420T04:25:04-0700"),
            "expiryDateTime": date(NEVER_AT_NOON),
            "attributeInformationList": [],
        }
    ],
}


def test_the_account():
    found = details(PrepaidPart.ACCOUNT, **FULL)

    assert ("61", "2", True, utc("2017-04-20T12:00:00")) == (
        found.service_class,
        found.language,
        found.active,
        found.activated_at,
    )
    assert (utc("2037-12-31T12:00:00"), None, utc("2038-03-30T12:00:00")) == (
        found.supervision_expires_at,
        found.service_fee_expires_at,
        found.removal_at,
    )


def test_what_was_not_set_is_not_sent_and_not_known():
    found = details(PrepaidPart.ACCOUNT)

    assert [None] * 7 == [
        found.service_class,
        found.language,
        found.active,
        found.activated_at,
        found.supervision_expires_at,
        found.service_fee_expires_at,
        found.removal_at,
    ]
    assert (False, False) == (found.temporarily_blocked, found.refill_barred)


@pytest.mark.parametrize(
    ("until", "barred"),
    [
        ("20261122T08:00:01+0000", True),
        ("20261122T08:00:00+0000", False),
        (NEVER, True),
        ("20200101T12:00:00+0000", False),
    ],
)
def test_refills_are_barred_until_the_date_that_lifts_the_bar(until, barred):
    assert barred is details(PrepaidPart.ACCOUNT, refillUnbarDateTime=date(until)).refill_barred


def test_a_blocked_line():
    assert details(PrepaidPart.ACCOUNT, temporaryBlockedFlag=True).temporarily_blocked is True
    assert details(PrepaidPart.ACCOUNT, temporaryBlockedFlag=False).temporarily_blocked is False


@pytest.mark.parametrize("list_name", ["offerInformationList", "offerInformation"])
@pytest.mark.parametrize(("start", "expiry"), [("startDateTime", "expiryDateTime"), ("startDate", "expiryDate")])
def test_offers_in_either_spelling(list_name, start, expiry):
    offer = {"offerID": 7, start: date("20260101T12:00:00+0000"), expiry: date("20270101T12:00:00+0000")}

    (found,) = details(PrepaidPart.OFFERS, **{list_name: [offer]}).offers

    assert ("7", TimePeriod(start=utc("2026-01-01T12:00:00"), end=utc("2027-01-01T12:00:00"))) == (
        found.offer_id,
        found.valid_for,
    )


def test_parts_that_were_not_asked_for_are_absent_even_if_the_node_sends_them():
    with pytest.raises(PartNotFetchedError):
        list(details(PrepaidPart.ACCOUNT, **FULL).offers)
    with pytest.raises(PartNotFetchedError):
        str(details(PrepaidPart.OFFERS, **FULL).service_class)
    assert 1 == len(details(*PrepaidPart, **FULL).offers)


def test_offers_that_were_not_asked_for_do_not_have_to_be_understood():
    assert "61" == details(PrepaidPart.ACCOUNT, **FULL | {"offerInformationList": "?"}).service_class


def test_counters():
    found = mapping.accumulators(
        answer(
            accumulatorInformation=[
                {
                    "accumulatorID": 1,
                    "accumulatorValue": -3,
                    "accumulatorStartDate": date("20261101T12:00:00+0000"),
                    "accumulatorEndDate": date("20261201T12:00:00+0000"),
                },
                {"accumulatorID": 2, "accumulatorValue": "44"},
            ]
        ),
        source=SOURCE,
    )

    assert [
        ("1", -3, TimePeriod(start=utc("2026-11-01T12:00:00"), end=utc("2026-12-01T12:00:00"))),
        ("2", 44, None),
    ] == [(counter.number, counter.value, counter.period) for counter in found]
    assert () == mapping.accumulators(answer(), source=SOURCE)


@pytest.mark.parametrize(
    "item", [{"accumulatorID": 1}, {"accumulatorValue": 1}, {"accumulatorID": 1, "accumulatorValue": "x"}]
)
def test_a_counter_without_number_or_value_is_refused(item):
    with pytest.raises(XmlError, match="accumulator"):
        mapping.accumulators(answer(accumulatorInformation=[item]), source=SOURCE)
