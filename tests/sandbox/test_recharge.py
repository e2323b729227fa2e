"""The recharge system over real HTTP: UCIP's three reads, the recharge history, and what both refuse."""

import asyncio
import xmlrpc.client
from typing import Any

import httpx
import pytest

from sandbox import Sandbox
from sandbox.call import Call
from sandbox.credentials import Credential
from sandbox.population import Line, Population, Province, Residents
from sandbox.recharge import UCIP
from tests.sandbox.test_population import everyones_lines
from tests.sandbox.wire import HISTORY, Wire, password

SUCCESS = "405000000"
CODE = ".//ResultHeader/com:ResultCode"


def line_of(sandbox: Sandbox, customer: int, place: int = 0) -> Line:
    found = sandbox.people.customer(customer)
    assert found is not None
    return found.lines[place]


def struct(response: httpx.Response) -> dict[str, Any]:
    """The struct of an XML-RPC response; xmlrpc.client.Fault when it is a fault."""
    values, _ = xmlrpc.client.loads(response.content)
    found: Any = values[0]
    assert isinstance(found, dict)
    return found


# UCIP


async def test_a_balance_is_told_with_its_dedicated_accounts(sandbox: Sandbox, wire: Wire) -> None:
    line = line_of(sandbox, 2)
    purse = sandbox.people.purse(line)

    told = struct(await wire.ucip("GetBalanceAndDate", line.key.msisdn))

    assert (0, "EUR", str(purse.main)) == (told["responseCode"], told["currency1"], told["accountValue1"])
    dedicated = {
        entry["dedicatedAccountID"]: entry["dedicatedAccountValue1"] for entry in told["dedicatedAccountInformation"]
    }
    assert {1: str(purse.bonus), 2: str(purse.seconds), 3: str(purse.data_bytes)} == dedicated


async def test_both_ways_to_say_never_occur(sandbox: Sandbox, wire: Wire) -> None:
    response = await wire.ucip("GetBalanceAndDate", line_of(sandbox, 2).key.msisdn)

    assert "99991231T00:00:00+1200" in response.text
    assert "99991231T12:00:00+0000" in response.text


async def test_some_customers_amounts_are_numbers_and_not_text(sandbox: Sandbox, wire: Wire) -> None:
    told = struct(await wire.ucip("GetBalanceAndDate", line_of(sandbox, 3).key.msisdn))

    assert isinstance(told["accountValue1"], int)


@pytest.mark.parametrize(("customer", "code"), [(11, 1), (12, 2)])
async def test_response_codes_1_and_2_come_with_a_full_answer(
    sandbox: Sandbox, wire: Wire, customer: int, code: int
) -> None:
    told = struct(await wire.ucip("GetBalanceAndDate", line_of(sandbox, customer).key.msisdn))

    assert code == told["responseCode"]
    assert "accountValue1" in told


async def test_account_details_have_flags_dates_and_offers(sandbox: Sandbox, wire: Wire) -> None:
    told = struct(await wire.ucip("GetAccountDetails", line_of(sandbox, 2).key.msisdn))

    assert told["accountFlags"]["activationStatusFlag"] is True
    assert "20171122T12:00:00+0000" == str(told["activationDate"])
    voicemail = next(offer for offer in told["offerInformationList"] if offer["offerID"] == 700_123)
    assert "20261129T00:00:00+0100" == str(voicemail["expiryDateTime"])


async def test_accumulators_count_this_month(sandbox: Sandbox, wire: Wire) -> None:
    told = struct(await wire.ucip("GetAccumulators", line_of(sandbox, 2).key.msisdn))

    assert [1, 2, 3] == [entry["accumulatorID"] for entry in told["accumulatorInformation"]]
    assert "20261101T12:00:00+0000" == str(told["accumulatorInformation"][0]["accumulatorStartDate"])


@pytest.mark.parametrize(
    ("prefix", "nature"), [("999", "<i4>1</i4>"), ("0", "<i4>0</i4>"), ("", "<i4>2</i4>"), ("", None)]
)
async def test_a_number_is_read_as_its_nature_says(
    sandbox: Sandbox, wire: Wire, prefix: str, nature: str | None
) -> None:
    number = prefix + line_of(sandbox, 2).key.national

    assert (
        0
        == struct(await wire.ucip("GetBalanceAndDate", number, changes={"subscriberNumberNAI": nature}))["responseCode"]
    )


async def test_an_international_number_is_not_found_under_another_nature(sandbox: Sandbox, wire: Wire) -> None:
    number = line_of(sandbox, 2).key.msisdn

    assert (
        102
        == struct(await wire.ucip("GetBalanceAndDate", number, changes={"subscriberNumberNAI": "<i4>2</i4>"}))[
            "responseCode"
        ]
    )


async def test_postpaid_and_unknown_numbers_are_not_found(sandbox: Sandbox, wire: Wire) -> None:
    for number in (line_of(sandbox, 5).key.msisdn, "99960000000", "nonsense"):
        told = struct(await wire.ucip("GetBalanceAndDate", number))
        assert {"originTransactionID", "responseCode"} == set(told)
        assert 102 == told["responseCode"]


async def test_the_transaction_is_echoed_and_refused_when_it_comes_again(sandbox: Sandbox, wire: Wire) -> None:
    number = line_of(sandbox, 2).key.msisdn
    same = {"originTransactionID": "<string>20261122000000000042</string>"}

    first, second = [struct(await wire.ucip("GetBalanceAndDate", number, changes=same)) for _ in range(2)]

    assert (0, 100) == (first["responseCode"], second["responseCode"])
    assert {"20261122000000000042"} == {first["originTransactionID"], second["originTransactionID"]}


def test_only_the_last_thousand_transactions_are_remembered(people: Population) -> None:
    node = UCIP(Residents(people, Province.MAINLAND), Credential("u", "p"))
    headers = {"authorization": "Basic dTpw", "user-agent": "tests/4.2/1.0"}

    def ask(transaction: int) -> int:
        struct = {
            "originNodeType": "EXT",
            "originHostName": "tests",
            "originTransactionID": str(transaction),
            "originTimeStamp": xmlrpc.client.DateTime("20261122T12:00:00+0100"),
            "subscriberNumber": "60000000",
        }
        body = xmlrpc.client.dumps((struct,), "GetAccumulators").encode()
        call = Call(method="POST", path="/Air", query="", headers=headers, body=body, base_url="")
        told: Any = xmlrpc.client.loads(node.answer(call).body)[0][0]
        code: int = told["responseCode"]
        return code

    codes = [ask(transaction) for transaction in range(1001)]

    assert {102} == set(codes)
    assert (100, 102) == (ask(1), ask(0))


@pytest.mark.parametrize(
    "field", ["originNodeType", "originHostName", "originTransactionID", "originTimeStamp", "subscriberNumber"]
)
async def test_a_missing_mandatory_field_is_fault_1001(wire: Wire, field: str) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        struct(await wire.ucip("GetBalanceAndDate", "99960000000", changes={field: None}))

    assert 1001 == caught.value.faultCode


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("originTimeStamp", "<string>20261122T12:00:00+0100</string>", 1002),
        ("subscriberNumber", "<i4>666</i4>", 1002),
        ("subscriberNumberNAI", "<string>1</string>", 1002),
        ("subscriberNumberNAI", "<i4>one</i4>", 1002),
        ("subscriberNumberNAI", "<i4>7</i4>", 1003),
        ("originTransactionID", "<string>123456789012345678901</string>", 1003),
    ],
)
async def test_a_field_of_the_wrong_kind_is_a_fault(wire: Wire, field: str, value: str, code: int) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        struct(await wire.ucip("GetBalanceAndDate", "99960000000", changes={field: value}))

    assert code == caught.value.faultCode


async def test_an_unknown_method_is_a_fault(wire: Wire) -> None:
    with pytest.raises(xmlrpc.client.Fault) as caught:
        struct(await wire.ucip("GetEverything", "99960000000"))

    assert 1004 == caught.value.faultCode


@pytest.mark.parametrize(
    "body",
    [b"", b"<x/>", b"<methodCall/>", b"not xml", b'<!DOCTYPE a [<!ENTITY x "y">]><methodCall/>', b"<methodCall>"],
)
async def test_what_is_no_call_is_a_fault(wire: Wire, body: bytes) -> None:
    response = await wire.http.post(
        wire.url("recharge", "/Air"),
        content=body,
        headers={"User-Agent": "tests/4.2/1.0"},
        auth=("switchboard", password("recharge")),
    )

    with pytest.raises(xmlrpc.client.Fault) as caught:
        struct(response)
    assert 1000 == caught.value.faultCode


@pytest.mark.parametrize("agent", ["python-httpx/0.28", "", "a/b/c", "client/4.2"])
async def test_a_client_that_does_not_name_its_version_is_turned_away(wire: Wire, agent: str) -> None:
    response = await wire.ucip("GetBalanceAndDate", "99960000000", agent=agent)

    assert 400 == response.status_code
    with pytest.raises(xmlrpc.client.Fault):
        struct(response)


async def test_ucip_needs_the_password(wire: Wire) -> None:
    headers = {"User-Agent": "tests/4.2/1.0"}

    response = await wire.http.post(
        wire.url("recharge", "/Air"), content=b"", headers=headers, auth=("switchboard", "no")
    )

    assert 401 == response.status_code
    assert response.headers["www-authenticate"].startswith("Basic")


# AcctMgr


async def test_the_history_ends_in_the_balance_that_ucip_tells(sandbox: Sandbox, wire: Wire) -> None:
    line = line_of(sandbox, 2)
    told = struct(await wire.ucip("GetBalanceAndDate", line.key.msisdn))

    history = await wire.history(line.key.national)

    assert SUCCESS == history.text(CODE)
    logs = ".//VoucherRechargeEnquiryResult/acc:RechargeLog/acc:"
    times = history.texts(logs + "TradeTime")
    assert sorted(times) == times
    assert told["accountValue1"] == history.texts(logs + "NewBalance")[-1]
    assert len(times) == len(sandbox.people.recharges(line))


async def test_some_records_leave_out_the_currency_or_say_nil(sandbox: Sandbox, wire: Wire) -> None:
    history = await wire.history(line_of(sandbox, 2).key.national)

    logs = history.all(".//acc:RechargeLog")
    told = history.all(".//acc:RechargeLog/acc:Currency")
    nil = [element for element in history.root.iter() if element.get("{http://www.w3.org/2001/XMLSchema-instance}nil")]
    assert 0 < len(told) < len(logs)
    assert nil


async def test_a_history_can_be_asked_for_a_period(sandbox: Sandbox, wire: Wire) -> None:
    line = line_of(sandbox, 2)
    made = [f"{recharge.made:%Y%m%d%H%M%S}" for recharge in sandbox.people.recharges(line)]
    period = f"<acc:StartTime>{made[2]}</acc:StartTime><acc:EndTime>{made[4]}</acc:EndTime>"

    history = await wire.history(line.key.national, period=period)

    assert made[2:5] == history.texts(".//acc:RechargeLog/acc:TradeTime")


async def test_a_line_without_recharges_has_an_empty_history(sandbox: Sandbox, wire: Wire) -> None:
    line = next(line for line in everyones_lines(sandbox.people) if line.prepaid and not sandbox.people.recharges(line))

    history = await wire.history(line.key.national)

    assert SUCCESS == history.text(CODE)
    assert [] == history.all(".//acc:RechargeLog")


@pytest.mark.parametrize(
    "header", [{"secret": "wrong"}, {"command": "Payment"}, {"kind": "Start"}, {"serial": ""}, {"command": ""}]
)
async def test_a_history_header_that_does_not_satisfy_is_refused(
    sandbox: Sandbox, wire: Wire, header: dict[str, str]
) -> None:
    history = await wire.history(line_of(sandbox, 2).key.national, **header)

    assert 200 == history.status
    assert SUCCESS != history.text(CODE)
    assert [] == history.all(".//acc:RechargeLog")


async def test_postpaid_and_unknown_numbers_have_no_history(sandbox: Sandbox, wire: Wire) -> None:
    for number in (line_of(sandbox, 5).key.national, line_of(sandbox, 2).key.msisdn, "60000000"):
        assert "405914011" == (await wire.history(number)).text(CODE)


async def test_an_unknown_history_operation_gets_a_soap_fault(wire: Wire) -> None:
    assert (await wire.history("60000000", action="Payment")).fault
    assert (await wire.soap("recharge", HISTORY, "<msg:Other/>", action="VoucherRechargeEnquiry")).fault


async def test_calls_of_both_interfaces_are_counted(wire: Wire) -> None:
    methods = ("GetBalanceAndDate", "GetAccountDetails", "GetAccumulators", "Refill")
    await asyncio.gather(*(wire.ucip(method, "99960000000") for method in methods))
    await wire.history("60000000")

    counted = (await wire.calls())["recharge"]

    assert counted == dict.fromkeys(("GetBalanceAndDate", "GetAccountDetails", "GetAccumulators", "unknown"), 1) | {
        "VoucherRechargeEnquiry": 1
    }
