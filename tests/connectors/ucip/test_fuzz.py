"""Answers of a node, damaged and forged: what comes of them is the right value or an error, never another value."""

import xmlrpc.client
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from connectors.errors import BadData
from tests.connectors.mutants import Effect, Mutant, damaged
from tests.connectors.mutants.encodings import recoded
from tests.connectors.mutants.xml import mutated, spots
from tests.connectors.ucip.fake import NEVER, NEVER_AT_NOON, date
from tests.connectors.ucip.hostile import TRANSACTION, Case, judge, put
from tests.dialects import dialects_folder


def ours(**members: Any) -> Callable[[], bytes]:
    """An answer of our own invention."""
    whole = {"responseCode": 0, "originTransactionID": TRANSACTION} | members
    return lambda: xmlrpc.client.dumps((whole,), methodresponse=True).encode()


def published(name: str) -> Callable[[], bytes]:
    # When it is called and not before: where the folder is not, that test is skipped and no other.
    return lambda: (dialects_folder() / "recharge" / "ucip" / f"{name}.xml").read_bytes()  # noqa: PLW0108


CASES = {
    "the published balances": Case("balances", published("GetBalanceAndDate.response"), "2014011414212200000"),
    "the published ten accounts": Case(
        "balances", published("GetBalanceAndDate.response-10-dedicated-accounts"), "MU110531160325"
    ),
    "the published account": Case("account", published("GetAccountDetails.response"), "4972698617329384"),
    "the published counters": Case("counters", published("GetAccumulators.response"), "1234"),
    "the published refusal": Case(
        "balances", published("GetBalanceAndDate.response-102-subscriber-not-found"), "2014012208242400000"
    ),
    "the published fault": Case("balances", published("fault.response-1001")),
    "balances": Case(
        "balances",
        ours(
            accountValue1="1250",
            currency1="EUR",
            accountValue2=16638,
            currency2="USD",
            supervisionExpiryDate=date("20270127T12:00:00+0000"),
            dedicatedAccountInformation=[
                {"dedicatedAccountID": 1, "dedicatedAccountValue1": "-300", "expiryDate": date(NEVER)},
                {"dedicatedAccountID": 2, "dedicatedAccountValue1": 12060, "dedicatedAccountUnitType": 0},
                {
                    "dedicatedAccountID": 3,
                    "dedicatedAccountValue1": "5368573153",
                    "startDate": date("20261101T000000+0200"),
                    "expiryDate": date("20261201T24:00:00-0330"),
                },
                {"dedicatedAccountID": 1, "dedicatedAccountValue1": "5", "productID": 7},
                {"dedicatedAccountID": 99},
            ],
        ),
    ),
    "an account": Case(
        "account",
        ours(
            serviceClassCurrent=61,
            languageIDCurrent=2,
            activationDate=date("20170420T12:00:00+0000"),
            accountFlags={"activationStatusFlag": True, "negativeBarringStatusFlag": False},
            supervisionExpiryDate=date("20371231T12:00:00+0000"),
            serviceFeeExpiryDate=date(NEVER),
            serviceRemovalDate=date("20380330T120000+0545"),
            refillUnbarDateTime=date("20261122T08:00:01+0000"),
            temporaryBlockedFlag=True,
            offerInformation=[
                {"offerID": 7, "startDate": date("00000101T12:00:00+0000"), "expiryDate": date(NEVER_AT_NOON)},
                {"offerID": 8, "startDateTime": date("20260101T12:00:00+0000")},
            ],
        ),
    ),
    "counters": Case(
        "counters",
        ours(
            accumulatorInformation=[
                {
                    "accumulatorID": number,
                    "accumulatorValue": value,
                    "accumulatorStartDate": date("20261101T12:00:00+0000"),
                    "accumulatorEndDate": date("20261201T12:00:00+0000"),
                }
                for number, value in ((1, 0), (2, -3), (3, "2147483647"))
            ]
        ),
    ),
}

READS = ("i4", "int", "string", "dateTime.iso8601", "boolean", "name", "member", "value")
OTHERS = {
    TRANSACTION: "17951234567890120043",
    "2014011414212200000": "4",
    "4972698617329384": "4972698617329385",
    "originTransactionID": "originTransactionId",
    "accountValue1": "accountValue2",
    "currency1": "currency2",
    "currency2": "currency1",
    "PKR": "PKX",
    "EUR": "euro",
    "responseCode": "ResponseCode",
    "dedicatedAccountID": "dedicatedAccountValue1",
    "dedicatedAccountValue1": "dedicatedAccountActiveValue1",
    "expiryDate": "startDate",
    "expiryDateTime": "expiryDate",
    "offerInformationList": "offerInformation",
    "accumulatorValue": "accumulatorID",
    "102": "0",
    "1001": "1004",
}


def mutants(body: bytes) -> st.SearchStrategy[Mutant]:
    structures = mutated(body, reads=READS, others=OTHERS)
    return structures | structures | damaged(body, spots=spots(body, READS)) | recoded(body)


@pytest.mark.parametrize("name", CASES)
async def test_a_sound_answer_is_read_by_both_readers_alike(name):
    case = CASES[name]
    mutant = Mutant(kind="none", effect=Effect.SAME, body=case.answer())

    found = await put(case, mutant)

    judge(case, found, mutant)
    assert type(found) is not BadData


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
async def test_a_mutant_is_read_right_or_refused(name, data):
    case = CASES[name]
    mutant = data.draw(mutants(case.answer()))
    note(f"{mutant.kind}: {mutant.body!r}")

    found = await put(case, mutant)

    judge(case, found, mutant)
