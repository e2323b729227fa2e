"""Two provinces over real HTTP: each billing and recharge system knows its own, in its own money and at its own hour."""

import dataclasses
import itertools
from collections.abc import Iterable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Sandbox
from sandbox.population import Customer, Population, Province, Residents
from sandbox.population.numbering import customer_key
from tests.sandbox.test_billing import RESULT_CODE
from tests.sandbox.test_population import everybody
from tests.sandbox.test_recharge import CODE, SUCCESS, struct
from tests.sandbox.wire import CUSTOMERS, EVER, INDIVIDUALS, Wire, Xml, by_number, password

Known = TypeVar("Known")

UNKNOWN, LOGIN_REFUSED = "118030003", "118010001"
FIRM = 10  # Lines in both.
ISLANDER = 19  # A prepaid line, at home on the islands.
NUMBERS = ".//bcs:Subscriber//bcc:SubIdentity/bcc:SubIdentity"


@dataclasses.dataclass(frozen=True)
class Side:
    """One province's systems, and what they say everywhere."""

    province: Province
    billing: str
    recharge: str
    currency_id: str
    winter: str


MAINLAND = Side(Province.MAINLAND, "billing", "recharge", "1102", "+0100")
ISLANDS = Side(Province.ISLANDS, "billing-islands", "recharge-islands", "1126", "+0000")
SIDES = [MAINLAND, ISLANDS]
BOTH_WAYS = [(MAINLAND, ISLANDS), (ISLANDS, MAINLAND)]


def customer(sandbox: Sandbox, index: int = FIRM) -> Customer:
    found = sandbox.people.customer(index)
    assert found is not None
    return found


def part(sandbox: Sandbox, side: Side) -> Customer:
    """What is the firm's on that side."""
    return customer(sandbox).within(side.province)


def of_account(code: str) -> str:
    return f"<ars:AcctAccessCode><arc:AccountCode>{code}</arc:AccountCode></ars:AcctAccessCode>"


def payments_of(code: str) -> str:
    rows = (
        "<ars:TotalRowNum>0</ars:TotalRowNum><ars:BeginRowNum>0</ars:BeginRowNum><ars:FetchRowNum>9</ars:FetchRowNum>"
    )
    return f"{of_account(code)}{rows}{EVER}"


# Money and hours


@pytest.mark.parametrize("side", SIDES)
async def test_every_answer_of_billing_is_in_its_provinces_currency(sandbox: Sandbox, wire: Wire, side: Side) -> None:
    firm = part(sandbox, side)
    code, prepaid = firm.accounts[0].key.code, firm.lines[1].key.national
    number = f"<ars:SubAccessCode><arc:PrimaryIdentity>{prepaid}</arc:PrimaryIdentity></ars:SubAccessCode>"

    answers = [
        await wire.customer_info(by_number(prepaid), system=side.billing),
        await wire.invoices(code, system=side.billing),
        await wire.billing("QueryPaymentLog", payments_of(code), system=side.billing),
        await wire.billing(
            "QuerySumBalanceAndCredit", f"<ars:QueryObj>{of_account(code)}</ars:QueryObj>", system=side.billing
        ),
        await wire.billing("QueryOCSBalance", f"<ars:QueryObj>{number}</ars:QueryObj>", system=side.billing),
    ]

    assert [{side.currency_id}] * 5 == [currencies(answer) for answer in answers]


def currencies(answer: Xml) -> set[str]:
    return {element.text for element in answer.root.iter("{*}CurrencyID", "{*}DFTCurrencyID")}


@pytest.mark.parametrize("side", SIDES)
async def test_the_recharge_system_tells_its_provinces_currency_and_zone(
    sandbox: Sandbox, wire: Wire, side: Side
) -> None:
    line = part(sandbox, side).lines[1]

    balance = struct(await wire.ucip("GetBalanceAndDate", line.key.msisdn, system=side.recharge))
    details = struct(await wire.ucip("GetAccountDetails", line.key.msisdn, system=side.recharge))
    history = await wire.history(line.key.national, system=side.recharge)

    assert {side.province.currency} == {balance["currency1"], details["currency1"]}
    assert side.province.zone.key == details["accountTimeZone"]
    assert str(details["offerInformationList"][0]["startDateTime"]).endswith(side.winter)
    assert {side.province.currency} == set(history.texts(".//acc:RechargeLog/acc:Currency"))


def test_the_provinces_differ_in_money_and_clock() -> None:
    one, other = Province

    assert ("EUR", "GBP") == (one.currency, other.currency)
    assert one.zone != other.zone


# Each knows its own


@pytest.mark.parametrize("side", SIDES)
async def test_a_customer_of_both_has_in_each_billing_system_what_is_there(
    sandbox: Sandbox, wire: Wire, side: Side
) -> None:
    firm = part(sandbox, side)
    number = f"<bcc:PrimaryIdentity>{firm.lines[0].key.national}</bcc:PrimaryIdentity>"

    answer = await wire.customer_info(f"<bcs:CustAccessCode>{number}</bcs:CustAccessCode>", system=side.billing)

    assert [line.key.national for line in firm.lines] == answer.texts(NUMBERS)
    assert [account.key.code for account in firm.accounts] == answer.texts(".//bcs:Account/bcs:AcctInfo/bcs:AcctCode")
    assert customer_key(FIRM, side.province) == answer.text(".//bcs:Customer/bcs:CustKey")
    assert {"Tern & Harbour Ferries Ltd"} == set(answer.texts(".//bcc:AcctName"))


@pytest.mark.parametrize(("here", "there"), BOTH_WAYS)
async def test_billing_does_not_know_the_other_provinces_numbers_accounts_and_keys(
    sandbox: Sandbox, wire: Wire, here: Side, there: Side
) -> None:
    firm = part(sandbox, there)
    line, account = firm.lines[0].key, firm.accounts[0].key
    queries = [
        by_number(line.national),
        f"<bcs:CustAccessCode><bcc:PrimaryIdentity>{line.national}</bcc:PrimaryIdentity></bcs:CustAccessCode>",
        f"<bcs:SubAccessCode><bcc:SubscriberKey>{line.subscriber_key}</bcc:SubscriberKey></bcs:SubAccessCode>",
        f"<bcs:AcctAccessCode><bcc:AccountCode>{account.code}</bcc:AccountCode></bcs:AcctAccessCode>",
        f"<bcs:AcctAccessCode><bcc:AccountKey>{account.key}</bcc:AccountKey></bcs:AcctAccessCode>",
        f"<bcs:CustAccessCode><bcc:CustomerKey>{customer_key(FIRM, there.province)}</bcc:CustomerKey></bcs:CustAccessCode>",
    ]

    abroad = [await wire.customer_info(query, system=here.billing) for query in queries]
    at_home = [await wire.customer_info(query, system=there.billing) for query in queries]
    invoices = await wire.invoices(account.code, system=here.billing)
    payments = await wire.billing("QueryPaymentLog", payments_of(account.code), system=here.billing)

    assert {UNKNOWN} == {answer.text(RESULT_CODE) for answer in [*abroad, invoices, payments]}
    assert {"0"} == {answer.text(RESULT_CODE) for answer in at_home}


@pytest.mark.parametrize(("here", "there"), BOTH_WAYS)
async def test_recharge_does_not_know_the_other_provinces_numbers(
    sandbox: Sandbox, wire: Wire, here: Side, there: Side
) -> None:
    key = part(sandbox, there).lines[1].key

    for side, code, history_code in ((here, 102, "405914011"), (there, 0, SUCCESS)):
        balance = struct(await wire.ucip("GetBalanceAndDate", key.msisdn, system=side.recharge))
        history = await wire.history(key.national, system=side.recharge)
        assert (code, history_code) == (balance["responseCode"], history.text(CODE))


async def test_an_islander_is_unknown_on_the_mainland_altogether(sandbox: Sandbox, wire: Wire) -> None:
    key = customer_key(ISLANDER, Province.MAINLAND)
    query = f"<bcs:CustAccessCode><bcc:CustomerKey>{key}</bcc:CustomerKey></bcs:CustAccessCode>"

    assert UNKNOWN == (await wire.customer_info(query)).text(RESULT_CODE)
    assert {Province.ISLANDS} == {line.key.province for line in customer(sandbox, ISLANDER).lines}


@pytest.mark.parametrize(("here", "there"), BOTH_WAYS)
async def test_a_fault_that_tells_too_much_knows_no_number_of_the_other_province(
    sandbox: Sandbox, wire: Wire, here: Side, there: Side
) -> None:
    firm = part(sandbox, there)
    for side in SIDES:
        await wire.fault(side.billing, "fault")

    abroad, at_home = [await wire.invoices(firm.accounts[0].key.code, system=side.billing) for side in (here, there)]

    assert "subscriber unknown" in str(abroad.fault)
    assert firm.lines[0].key.msisdn in str(at_home.fault)


# Shared systems


async def test_crm_lists_the_accounts_of_both_provinces(sandbox: Sandbox, wire: Wire) -> None:
    listed = (await wire.crm(f"{CUSTOMERS}/1000010")).json()["account"]

    assert ["A1000010", "B1000010", "C1000010", "D1000010"] == [account["id"] for account in listed]
    assert [account.key.code for account in customer(sandbox).accounts] == [account["id"] for account in listed]


@pytest.mark.parametrize(
    ("path", "parameter", "value", "found"),
    [
        (CUSTOMERS, "account.id", "D1000010", ["1000010"]),
        (CUSTOMERS, "account.id", "C1000019,D1000019,A1000019,B1000019", ["1000019"]),
        (INDIVIDUALS, "contactMedium.characteristic.phoneNumber", "+{islander}", ["5000019"]),
    ],
)
async def test_crm_finds_people_by_what_is_theirs_on_the_islands(
    sandbox: Sandbox, wire: Wire, path: str, parameter: str, value: str, found: list[str]
) -> None:
    value = value.format(islander=customer(sandbox, ISLANDER).lines[0].key.msisdn)

    answer = await wire.crm(path, **{parameter: value})

    assert found == [entry["id"] for entry in answer.json()]


async def test_the_hss_answers_for_every_line_of_both_provinces(sandbox: Sandbox, wire: Wire) -> None:
    session = await wire.login()
    held = ".//gsm:getResponseSubscription/gsm:"

    for line in (*customer(sandbox).lines, *customer(sandbox, ISLANDER).lines):
        for kind, value in (("msisdn", line.key.msisdn), ("imsi", line.key.imsi)):
            answer = await session.get(f"<gsm:{kind}>{value}</gsm:{kind}>")
            assert (line.key.imsi, line.key.msisdn) == (answer.text(held + "imsi"), answer.text(held + "msisdn"))


# Apart


@pytest.mark.parametrize(("here", "there"), BOTH_WAYS)
async def test_one_provinces_passwords_do_not_open_the_other(
    sandbox: Sandbox, wire: Wire, here: Side, there: Side
) -> None:
    firm = part(sandbox, here)
    secrets = {name: password(name) for name in (there.billing, there.recharge)}
    history_secret = password(there.recharge.replace("recharge", "recharge-history"))

    billing = await wire.billing("QueryInvoice", "", system=here.billing, secret=secrets[there.billing])
    ucip = await wire.http.post(
        wire.url(here.recharge, "/Air"),
        headers={"User-Agent": "tests/4.2/1.0"},
        auth=("switchboard", secrets[there.recharge]),
    )
    history = await wire.history(firm.lines[1].key.national, system=here.recharge, secret=history_secret)

    assert (LOGIN_REFUSED, 401) == (billing.text(RESULT_CODE), ucip.status_code)
    assert "405000005" == history.text(CODE)


async def test_calls_are_counted_by_province(sandbox: Sandbox, wire: Wire) -> None:
    await wire.invoices("C1000010", system="billing-islands")
    await wire.ucip("GetBalanceAndDate", customer(sandbox).lines[3].key.msisdn, system="recharge-islands")
    await wire.history(customer(sandbox).lines[1].key.national)

    counted = {system: calls for system, calls in (await wire.calls()).items() if calls}

    assert {
        "billing-islands": {"QueryInvoice": 1},
        "recharge-islands": {"GetBalanceAndDate": 1},
        "recharge": {"VoucherRechargeEnquiry": 1},
    } == counted


async def test_each_node_remembers_its_own_transactions(sandbox: Sandbox, wire: Wire) -> None:
    same = {"originTransactionID": "<string>42</string>"}
    mainland, islands = (part(sandbox, side).lines[1].key.msisdn for side in SIDES)

    answers = [
        struct(await wire.ucip("GetBalanceAndDate", mainland, changes=same)),
        struct(await wire.ucip("GetBalanceAndDate", islands, system="recharge-islands", changes=same)),
        struct(await wire.ucip("GetBalanceAndDate", islands, system="recharge-islands", changes=same)),
    ]

    assert [0, 0, 100] == [answer["responseCode"] for answer in answers]


# What the records are


def test_every_line_and_account_is_known_in_one_province_only(people: Population) -> None:
    sides = [Residents(people, province) for province in Province]

    for owner in everybody(people):
        for line in owner.lines:
            assert [line] == _known(side.line(line.key) for side in sides)
            assert [line] == _known(side.line_by_national(line.key.national) for side in sides)
        for account in owner.accounts:
            assert [account] == _known(side.account(account.key) for side in sides)
        there = _known(side.customer(owner.index) for side in sides)
        assert owner.lines == tuple(itertools.chain.from_iterable(found.lines for found in there))
        assert owner.accounts == tuple(itertools.chain.from_iterable(found.accounts for found in there))


def _known(found: Iterable[Known | None]) -> list[Known]:
    return [record for record in found if record is not None]


def test_a_line_hangs_on_accounts_of_its_own_province(people: Population) -> None:
    for owner in everybody(people):
        for line in owner.lines:
            assert {line.key.province} == {account.province for account in line.accounts}


@given(index=st.integers(1, 10_000))
def test_no_two_bills_of_a_customer_share_a_number_within_a_province(large: Population, index: int) -> None:
    found = large.customer(index)
    assert found is not None
    for province in Province:
        numbers = [bill.number for account in found.within(province).accounts for bill in large.bills(account)]
        assert len(numbers) == len(set(numbers))
    ids = [bill.invoice_id for account in found.accounts for bill in large.bills(account)]
    assert len(ids) == len(set(ids))


@pytest.fixture(scope="module")
def large(people: Population) -> Population:
    return Population(customers=10_000, seed=5, today=people.today, fixed=lambda *_: None)
