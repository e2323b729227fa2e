"""What the first province's people were before there was a second: the README, the stories and notes elsewhere quote them."""

import hashlib
import re
from collections.abc import AsyncIterator

import pytest
from lxml import etree

from sandbox import Sandbox, free_ports
from sandbox.population import Customer, Line
from tests.sandbox.conftest import TODAY
from tests.sandbox.wire import CUSTOMERS, EVER, INDIVIDUALS, ORGANIZATIONS, HssSession, Wire, Xml, by_number

ASKED = {*range(1, 31), 42}
MOVED = {10, 19}
"""Who got another life when the islands were settled: the customer of a story, and the first who lives there."""

IN_BOTH = {16}
"""Who got lines on the islands besides: CRM lists more accounts of them, the mainland's systems say what they said."""

# SHA-256 of every reply about them, taken before there were islands.
BEFORE = {
    "crm": "799e906f3b66365e88890327fad2d77663b41f3a4063f83f60b98c569386ae2c",
    "billing": "97e8bead39f29b229b557b8c076ff58998209ae1747668948d2cc23cbcf4949e",
    "hss": "ab8755bd3c73c573179cb3597847834f7312ce0e2e8ec3a7d7f78741dc76e00a",
    "recharge": "0bfc0fe4aef417ae60f0f72045ec0b8dd06400891aa76986f9615f0f7534e18f",
}


@pytest.fixture
async def quick_wire() -> AsyncIterator[tuple[Sandbox, Wire]]:
    async with Sandbox(free_ports(customers=60, today=TODAY, hss_latency_s=0)) as sandbox, Wire(sandbox.ports) as wire:
        yield sandbox, wire


async def test_every_reply_about_the_mainlands_people_is_byte_for_byte_what_it_was(
    quick_wire: tuple[Sandbox, Wire],
) -> None:
    sandbox, wire = quick_wire
    digests = {system: hashlib.sha256() for system in BEFORE}
    session = await wire.login()
    for index in sorted(ASKED - MOVED):
        customer = sandbox.people.customer(index)
        assert customer is not None
        if index not in IN_BOTH:
            digests["crm"].update(await _crm(wire, customer))
        for code in (account.key.code for account in customer.accounts if account.key.code[0] in "AB"):
            digests["billing"].update(await _account(wire, code))
        for line in (line for line in customer.lines if line.key.national.startswith("6")):
            digests["billing"].update(await _subscriber(wire, line.key.national))
            digests["hss"].update(await _network(session, line))
            digests["recharge"].update(await _recharge(wire, line))

    assert BEFORE == {system: digest.hexdigest() for system, digest in digests.items()}


async def _crm(wire: Wire, customer: Customer) -> bytes:
    number = f"{1_000_000 + customer.index}"
    parties = ORGANIZATIONS if customer.traits.company else INDIVIDUALS
    replies = [
        await wire.crm(f"{CUSTOMERS}/{number}"),
        await wire.crm(f"{parties}/{int(number) + 4_000_000}"),
    ]
    return b"".join(re.sub(rb":\d+/tmf-api", b"/tmf-api", reply.content) for reply in replies)


async def _account(wire: Wire, account: str) -> bytes:
    code = f"<ars:AcctAccessCode><arc:AccountCode>{account}</arc:AccountCode></ars:AcctAccessCode>"
    rows = (
        "<ars:TotalRowNum>0</ars:TotalRowNum><ars:BeginRowNum>0</ars:BeginRowNum><ars:FetchRowNum>500</ars:FetchRowNum>"
    )
    replies = [
        await wire.invoices(account),
        await wire.billing("QueryPaymentLog", f"{code}{rows}{EVER}"),
        await wire.billing("QuerySumBalanceAndCredit", f"<ars:QueryObj>{code}</ars:QueryObj>"),
    ]
    return b"".join(_body(reply) for reply in replies)


async def _subscriber(wire: Wire, national: str) -> bytes:
    code = f"<ars:SubAccessCode><arc:PrimaryIdentity>{national}</arc:PrimaryIdentity></ars:SubAccessCode>"
    whole = f"<bcs:CustAccessCode><bcc:PrimaryIdentity>{national}</bcc:PrimaryIdentity></bcs:CustAccessCode>"
    replies = [
        await wire.customer_info(by_number(national)),
        await wire.customer_info(whole),
        await wire.billing("QueryOCSBalance", f"<ars:QueryObj>{code}</ars:QueryObj>"),
    ]
    return b"".join(_body(reply) for reply in replies)


async def _network(session: HssSession, line: Line) -> bytes:
    return _body(await session.get(f"<gsm:msisdn>{line.key.msisdn}</gsm:msisdn>")) + line.key.iccid.encode()


async def _recharge(wire: Wire, line: Line) -> bytes:
    methods = ("GetBalanceAndDate", "GetAccountDetails", "GetAccumulators")
    replies = [(await wire.ucip(method, line.key.msisdn)).content for method in methods]
    told = [re.sub(rb"(originTransactionID</name><value><string>)\d+", rb"\1", reply) for reply in replies]
    # What each account has said twice since: its unit and its amount.
    told = [
        re.sub(rb"<member><name>dedicatedAccount(?:ActiveValue1|UnitType)<.*?</member>", b"", each) for each in told
    ]
    return b"".join(told) + _body(await wire.history(line.key.national))


def _body(answer: Xml) -> bytes:
    (body,) = answer.all("soap:Body")
    return etree.tostring(body)
