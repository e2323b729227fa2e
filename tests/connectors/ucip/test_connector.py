"""The connector against a pretend node: what it asks, what it believes, and what it makes of refusals."""

import asyncio
import base64
import re
import xmlrpc.client
from typing import Any

import pytest

from connectors.capabilities import Connector, Recharging
from connectors.errors import BadData, ConnectorError, Misconfigured, NotKnown, Rejected, Unavailable
from connectors.ucip import UCIPConnector
from schema.parts import PrepaidPart
from tests.connectors.support import NOW, FixedClock, soon
from tests.connectors.ucip.fake import Node, date

MSISDN = "99960000042"
ACCOUNT = frozenset({PrepaidPart.ACCOUNT})
OFFERS = frozenset({PrepaidPart.OFFERS})


@pytest.fixture
def node():
    return Node(
        answers={
            "GetBalanceAndDate": {"accountValue1": "1250", "currency1": "EUR"},
            "GetAccountDetails": {"serviceClassCurrent": 61, "offerInformationList": [{"offerID": 7}]},
            "GetAccumulators": {"accumulatorInformation": [{"accumulatorID": 1, "accumulatorValue": 5}]},
        }
    )


@pytest.fixture
async def connector(node):
    connector = node.connector()
    yield connector
    await connector.aclose()


def test_it_is_a_connector_that_offers_recharging(connector):
    as_recharging: Recharging = connector
    as_connector: Connector = connector

    assert isinstance(as_recharging, Recharging)
    assert "recharge" == as_connector.system


async def test_balances(connector):
    answer = await connector.balances(MSISDN, within=soon())

    (main,) = answer.value
    assert ("12.50", "EUR") == (str(main.money.amount), main.money.currency)
    assert ("recharge", "GetBalanceAndDate", NOW, None) == (
        main.source.system,
        main.source.operation,
        main.source.fetched_at,
        main.source.fresh_until,
    )


async def test_the_account_holds_the_parts_asked_for(connector):
    answer = await connector.prepaid_account(MSISDN, parts=ACCOUNT, within=soon())

    assert "61" == answer.value.service_class
    assert ACCOUNT == answer.parts


async def test_counters(connector):
    answer = await connector.accumulators(MSISDN, within=soon())

    assert [("1", 5)] == [(counter.number, counter.value) for counter in answer.value]


async def test_a_request_carries_who_asks_what_and_when(node, connector):
    await connector.balances(MSISDN, within=soon())

    (asked,) = node.asked
    transaction = asked.members.pop("originTransactionID")
    stamp = asked.members.pop("originTimeStamp")
    assert re.fullmatch(r"[0-9]{1,20}", transaction)
    assert "20261122T08:00:00+0000" == stamp.value
    assert ("GetBalanceAndDate", "/Air") == (asked.method, asked.path)
    assert {
        "originNodeType": "EXT",
        "originHostName": "switchboard",
        "subscriberNumber": MSISDN,
        "subscriberNumberNAI": 1,
    } == asked.members


async def test_a_request_is_signed_and_names_its_protocol_version(node, connector):
    await connector.balances(MSISDN, within=soon())

    headers = node.asked[0].headers
    assert "text/xml" == headers["content-type"]
    assert "UGw Server/4.0/1.0" == headers["user-agent"]
    assert f"Basic {base64.b64encode(b'us:s3cret').decode()}" == headers["authorization"]


@pytest.mark.parametrize(
    ("form", "number", "nature"),
    [("international", MSISDN, 1), ("national", "060000042", 0), ("national-significant", "60000042", 2)],
)
async def test_the_number_is_written_as_the_node_wants_it(form, number, nature, node):
    await node.connector(number_form=form).balances(MSISDN, within=soon())

    members = node.asked[0].members
    assert (number, nature) == (members["subscriberNumber"], members["subscriberNumberNAI"])


async def test_what_configuration_leaves_out_is_not_sent_and_what_it_adds_is(node):
    await node.connector(subscriber_number_nai="leave-out", negotiated_capabilities=[805646916, 11]).balances(
        MSISDN, within=soon()
    )

    members = node.asked[0].members
    assert "subscriberNumberNAI" not in members
    assert [805646916, 11] == members["negotiatedCapabilities"]


async def test_flags_for_offers_are_set_only_when_offers_are_asked_for(node):
    connector = node.connector(offer_flags=["requestActiveOffersFlag"])

    await connector.prepaid_account(MSISDN, parts=ACCOUNT, within=soon())
    await connector.prepaid_account(MSISDN, parts=OFFERS, within=soon())

    assert "requestActiveOffersFlag" not in node.asked[0].members
    assert node.asked[1].members["requestActiveOffersFlag"] is True


async def test_every_request_has_a_transaction_of_its_own(node, connector):
    for _ in range(20):
        await connector.balances(MSISDN, within=soon())

    assert 20 == len({asked.members["originTransactionID"] for asked in node.asked})


async def test_equal_questions_at_once_are_one_request(node, connector):
    await asyncio.gather(*(connector.balances(MSISDN, within=soon()) for _ in range(50)))

    assert 1 == len(node.asked)


async def test_a_kept_answer_says_until_when_it_is_fresh(node):
    clock = FixedClock()
    connector = node.connector(clock=clock, guard={"fresh_s": {"GetBalanceAndDate": 30}, "jitter": 0})

    first = await connector.balances(MSISDN, within=soon(clock))
    clock.advance(29)
    second = await connector.balances(MSISDN, within=soon(clock))

    assert 1 == len(node.asked)
    assert first is second
    assert 30 == (first.value[0].source.fresh_until - NOW).total_seconds()


@pytest.mark.parametrize("code", [0, 1, 2])
async def test_success_has_three_codes(code, node, connector):
    node.code = code

    assert 1 == len((await connector.balances(MSISDN, within=soon())).value)


async def refused(connector: UCIPConnector) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await connector.balances(MSISDN, within=soon())
    return caught.value


@pytest.mark.parametrize(
    ("code", "error"),
    [(102, NotKnown), (104, Rejected), (126, Rejected), (137, Rejected), (100, Unavailable), (999999, Rejected)],
)
async def test_refusals(code, error, node, connector):
    node.code = code

    found = await refused(connector)

    assert (error, f"responseCode {code}") == (type(found), found.reason)
    assert ("recharge", "GetBalanceAndDate") == (found.system, found.operation)


@pytest.mark.parametrize(("code", "error"), [(1001, Unavailable), (1004, Misconfigured), (1007, Unavailable)])
async def test_faults_tell_their_code_and_nothing_of_their_text(code, error, node, connector):
    node.fault = code

    found = await refused(connector)

    assert (error, f"fault {code}") == (type(found), found.reason)
    assert "vendor" not in f"{found} {found.__cause__}"


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Misconfigured), (403, Misconfigured), (500, Unavailable), (503, Unavailable), (302, BadData)],
)
async def test_http_failures(status, error, node, connector):
    node.status = status

    assert error is type(await refused(connector))


async def test_an_answer_to_another_request_is_not_believed(node, connector):
    node.echo = "4"

    found = await refused(connector)

    assert BadData is type(found)
    assert "originTransactionID" in found.reason


async def test_an_answer_that_does_not_say_whose_it_is_is_not_believed(node, connector):
    node.echo = ""

    assert BadData is type(await refused(connector))


async def test_not_even_a_refusal_of_another_request_is_believed(node, connector):
    node.code, node.echo = 102, "4"

    assert BadData is type(await refused(connector))


async def test_a_refusal_may_come_without_echo(node, connector):
    node.code, node.echo = 102, ""

    assert NotKnown is type(await refused(connector))


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", b"<html><body>Log in</body></html>"),
        ("text/xml", b"<html><body>Log in</body></html>"),
        ("application/json", b"{}"),
        ("text/xml", b""),
        ("text/xml", b"\x8f\x00garbage"),
        ("text/xml; charset=nonsense", b"<methodResponse/>"),
        ("text/xml", b"<methodResponse><params><param><value><struct>"),
        ("text/xml", xmlrpc.client.dumps(("0",), methodresponse=True).encode()),
        ("text/xml", xmlrpc.client.dumps(({"originTransactionID": "1"},), methodresponse=True).encode()),
        ("text/xml", xmlrpc.client.dumps(({"responseCode": "ok"},), methodresponse=True).encode()),
    ],
)
async def test_what_is_no_answer_is_bad_data(content_type, body, node, connector):
    node.content_type, node.body = content_type, body

    found = await refused(connector)

    assert BadData is type(found)
    assert "garbage" not in str(found)


async def test_one_value_that_cannot_be_trusted_spoils_the_answer(node, connector):
    node.answers["GetBalanceAndDate"]["supervisionExpiryDate"] = date("soon")

    found = await refused(connector)

    assert (BadData, "supervisionExpiryDate is not a date of the form YYYYMMDDThh:mm:ss±hhmm") == (
        type(found),
        found.reason,
    )


async def test_a_number_of_another_plan_is_not_known_and_not_asked_for(node, connector):
    with pytest.raises(NotKnown) as caught:
        await connector.balances("4760000042", within=soon())

    assert not node.asked
    assert "60000042" not in str(caught.value)


async def test_a_large_answer_is_read_as_well(node, connector):
    items: list[dict[str, Any]] = [{"accumulatorID": n, "accumulatorValue": n} for n in range(2000)]
    node.answers["GetAccumulators"] = {"accumulatorInformation": items}

    assert 2000 == len((await connector.accumulators(MSISDN, within=soon())).value)


async def test_neither_numbers_nor_credentials_are_shown(node, connector):
    node.code = 100

    shown = f"{connector!r} {await refused(connector)!r} {connector._settings!r}"

    for secret in ("s3cret", MSISDN, "60000042"):
        assert secret not in shown
