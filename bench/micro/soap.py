"""Decoding of one QueryInvoice reply of about 34 KB: our records and our whole decoder against zeep."""

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Callable
from decimal import Decimal

from zeep import Client, Settings
from zeep.helpers import serialize_object
from zeep.loader import parse_xml
from zeep.transports import Transport

from bench.micro.rounds import compared
from bench.places import ROOT
from bench.replies import Replies, person
from bench.results import Timing
from connectors.cbs import bills
from connectors.cbs.reading import Manner, Reading
from connectors.cbs.rows import page_of
from connectors.huawei import LocalTime, MoneyTable
from connectors.numbering import NumberForm, NumberingPlan
from connectors.soap.client import read_reply
from connectors.soap.decoder import decoder
from connectors.soap.wsdl import Wsdl
from connectors.wire import Reply
from connectors.xml import Node, parse
from schema.billing import Bill, BillStatus
from schema.source import Source

GROUP = "SOAP decode"
_WSDL = ROOT / "sandbox" / "wsdl" / "cbs_ar.wsdl"
PLAIN_ZEEP = "zeep, plain values"
"""As our whole decoder gives them: dictionaries instead of zeep's objects."""

_BILLS, _LINES = 12, 4
_REPLIES = 64


def measure(recorded: Replies, *, rounds: int) -> tuple[int, list[Timing]]:
    """Bytes of the reply, and the CPU of each way; raises ValueError when the values differ."""
    usual = recorded.shaped(bills=_BILLS, lines=_LINES)
    # Each time another customer's reply: nobody is to remember the last one's times and amounts.
    replies = [
        (person(number).account, usual.of(person(number)).invoices.encode()) for number in range(1, _REPLIES + 1)
    ]
    records, whole, zeep = _records(), _whole(), _zeep()
    for account, body in replies[:2]:
        theirs = serialize_object(zeep(body), dict)  # type: ignore[no-untyped-call]
        if not _same(records(account, body), theirs):
            raise ValueError("our records and zeep give different values")
        if whole(body)["QueryInvoiceResult"] != theirs["QueryInvoiceResult"]:
            raise ValueError("our whole decoder and zeep give different values")
    again = itertools.cycle(replies)
    ways: dict[str, Callable[[], object]] = {
        "records": lambda: records(*next(again)),
        "zeep": lambda: zeep(next(again)[1]),
        "whole decoder": lambda: whole(next(again)[1]),
        PLAIN_ZEEP: lambda: serialize_object(zeep(next(again)[1]), dict),  # type: ignore[no-untyped-call]
    }
    return len(replies[0][1]), compared(GROUP, ways, rounds=rounds)


def _records() -> Callable[[str, bytes], tuple[Bill, ...]]:
    manner = Manner(
        time=LocalTime(zone=zoneinfo.ZoneInfo("Europe/Madrid"), none=()),
        table=MoneyTable(currencies={"1102": "EUR"}, decimals=2),
        numbering=NumberingPlan(
            country_code="999", national_prefix="0", international_prefix="00", lengths=frozenset({8})
        ),
        number_form=NumberForm.NATIONAL_SIGNIFICANT,
        bill_statuses={"O": BillStatus.OPEN, "C": BillStatus.CLOSED},
    )
    using = manner.using()
    read = bills.invoices_reader(using, Wsdl(_WSDL).reply_type("QueryInvoice", "QueryInvoiceResult"))
    cutter = bills.invoices_cutter(using)
    source = Source(system="billing", operation="QueryInvoice", fetched_at=dt.datetime.now(dt.UTC))

    def decode(account: str, body: bytes) -> tuple[Bill, ...]:
        def mapping(message: Node) -> tuple[Bill, ...]:
            make = bills.bill_maker(Reading.of(manner, source), account_number=account)
            told = read(message.require("QueryInvoiceResult").element)
            return bills.arrange_bills(page_of(told, "InvoiceInfo", make, begin=0).rows)

        reply = Reply(status=200, body=body, content_type="text/xml", charset=None, headers={})
        return read_reply(reply, expect="QueryInvoiceResultMsg", cutter=cutter).mapped(mapping)

    return decode


def _whole() -> Callable[[bytes], dict[str, object]]:
    wsdl = Wsdl(_WSDL)
    type_ = wsdl.reply_type("QueryInvoice")
    if type_ is None:
        raise TypeError("the WSDL has no reply of QueryInvoice")
    decode = decoder(type_, wsdl.schema)

    def decoded(body: bytes) -> dict[str, object]:
        found: dict[str, object] = decode(Node(parse(body)).require("Body").require("QueryInvoiceResultMsg").element)
        return found

    return decoded


def _zeep() -> Callable[[bytes], object]:
    settings = Settings(strict=False)
    transport = Transport()  # type: ignore[no-untyped-call]
    client = Client(str(_WSDL), transport=transport, settings=settings)  # type: ignore[no-untyped-call]
    operation = next(iter(client.wsdl.bindings.values())).get("QueryInvoice")  # type: ignore[no-untyped-call]

    def decoded(body: bytes) -> object:
        document = parse_xml(body, transport, settings=settings)  # type: ignore[arg-type]
        return operation.process_reply(document)

    return decoded


def _same(ours: tuple[Bill, ...], theirs: dict[str, object]) -> bool:
    """Whether bills and their lines have the numbers and amounts that zeep found."""
    result = theirs["QueryInvoiceResult"]
    found = result["InvoiceInfo"] if isinstance(result, dict) else []
    expected = {
        (bill["InvoiceNo"], line["InvoiceID"], Decimal(line["ChargeAmount"]).scaleb(-2))
        for bill in found
        for line in bill["InvoiceDetail"]
    }
    return expected == {
        (bill.bill_number, int(line.number), line.amount.amount) for bill in ours for line in bill.lines
    }
