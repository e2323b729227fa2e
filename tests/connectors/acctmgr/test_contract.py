"""The published AcctMgr definition: our question fits it, and an answer that fits it is read right."""

import datetime as dt
import pathlib

import pytest
from lxml import etree

from connectors.capabilities import Period
from connectors.soap import Wsdl
from tests.connectors.acctmgr.fake import MESSAGE, NIL, SOAP, WSDL, connector, log, message
from tests.connectors.support import soon
from tests.connectors.xsd import schema_of
from tests.dialects import dialects_folder

YEAR = Period(start=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), end=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))


def published() -> pathlib.Path:
    return dialects_folder() / "recharge" / "huawei-cbs-acctmgr" / "CBSInterface_AcctMgr.wsdl"


@pytest.mark.parametrize("send_transaction_id", [True, False])
async def test_the_question_made_with_the_published_wsdl_is_valid(fake, send_transaction_id):
    history = connector(fake, wsdl=published(), send_transaction_id=send_transaction_id)

    await history.recharges("99960000042", period=YEAR, within=soon())

    schema_of(published(), MESSAGE).assertValid(fake.asked[0])


async def test_the_question_made_with_our_wsdl_is_the_same(fake):
    for wsdl in (published(), WSDL):
        await connector(fake, wsdl=wsdl, send_transaction_id=False).recharges("99960000042", period=YEAR, within=soon())

    theirs, ours = ([(element.tag, element.text) for element in asked.iter()] for asked in fake.asked)
    differing = [left[0] for left, right in zip(theirs, ours, strict=True) if left != right]
    assert ["{http://www.huawei.com/bme/cbsinterface/common}SerialNo"] == differing


@pytest.mark.parametrize(
    "fields", [{}, {"Currency": "EUR"}, {"OldBalance": NIL, "NewBalance": NIL, "RechargeAmt": NIL}]
)
async def test_a_reply_that_the_published_definition_allows_is_read(fake, fields):
    reply = message(log(**fields))
    fake.says(reply)
    body = etree.fromstring(reply).find(f"{{{SOAP}}}Body")
    assert body is not None
    schema_of(published(), MESSAGE).assertValid(body[0])

    answer = await connector(fake).recharges("99960000042", period=YEAR, within=soon())

    assert 1 == len(answer.value)


def test_both_wsdls_agree_on_the_action():
    assert Wsdl(published()).action("VoucherRechargeEnquiry") == Wsdl(WSDL).action("VoucherRechargeEnquiry")
