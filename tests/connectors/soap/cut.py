"""A small operation with bills and lines, whose replies are read with rows cut out of them and without."""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any
from unittest import mock

from connectors.lexical import LexicalError
from connectors.soap.client import SOAP_11, SoapFault, SoapReply, read_reply
from connectors.soap.cutting import Cutter
from connectors.soap.layouts import Layout
from connectors.soap.records import compiled, cutter, element, entries, record
from connectors.wire import Reply
from connectors.xml import Node, XmlError, tree_of
from tests.connectors.soap.slowly import plain

EXPECT = "AnswerMsg"
AT = ("Answer",)


@record
class Line:
    number: str = element("Number")
    note: str | None = element("Note")
    batch: str = element("Batch", blank=True)
    charge: int = element("Charge", bits=64)
    tax: int | None = element("Tax", bits=32)
    size: int | None = element("Size", read="size")
    kind: int = element("Kind", read="size")


@record
class Bill:
    number: str = element("No")
    total: int | None = element("Total")
    lines: list[Line] = entries("Line", mark="Charge")


@record
class Credit:
    amount: int = element("Amount")


@record
class Bills:
    total: int | None = element("Total")
    bills: list[Bill] = entries("Bill", mark="No")
    credits: list[Credit] = entries("Credit", mark="Amount")


def size(text: str) -> int | None:
    if len(text) > 3:
        raise LexicalError("too large")
    return len(text) if text != "-" else None


USING = {"size": size}
read_bills = compiled(Bills, using=USING)


def new_cutter() -> Cutter:
    """One that has seen nothing."""
    return cutter(Bills, at=AT, using=USING)


def line(number: str = "1", more: str = "<p:Note>n</p:Note>", *, charge: str = "5") -> str:
    """A line; its tags have a prefix."""
    return (
        f"<p:Line><p:Number>{number}</p:Number><p:Batch/>{more}<p:Charge>{charge}</p:Charge><p:Kind>k</p:Kind></p:Line>"
    )


def bill(*lines: str, number: str = "7", more: str = "<p:More><q:Code>c</q:Code></p:More>") -> str:
    """A bill of lines, with something that nobody reads behind them."""
    return f"<p:Bill><p:No>{number}</p:No>{''.join(lines)}<p:Total>{len(lines)}</p:Total>{more}</p:Bill>"


def credit(amount: str = "3") -> str:
    """A credit."""
    return f"<p:Credit><p:Amount>{amount}</p:Amount></p:Credit>"


def reply(*rows: str, before: str = "", after: str = "", names: str = "") -> str:
    """A whole document."""
    return (
        f'<s:Envelope xmlns:s="{SOAP_11}" xmlns:p="urn:p" xmlns:q="urn:q"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {names}><s:Body><p:{EXPECT}>{before}'
        f"<Answer><p:Total>{len(rows)}</p:Total>{''.join(rows)}</Answer>{after}</p:{EXPECT}></s:Body></s:Envelope>"
    )


SEEN = (
    reply(bill(line("1"), line("2")), bill(line("3"), number="8"), bill(number="9"), credit()),
    reply(bill(line("1", "")), bill(line("1", "<p:Tax>1</p:Tax><p:Size>ab</p:Size>"), more="")),
    reply(bill(line("1", '<p:Tax xsi:nil="true"/>')), bill(line("4", "\n "))),
    reply(bill(line("1", "<q:Note>n</q:Note>")).replace("<p:Total>1", "\n<p:Total>1")),
)
"""Replies from which layouts are learned."""


def taught() -> Cutter:
    """A cutter that has seen these often enough."""
    made = new_cutter()
    for mine, learned in zip(made._all, _layouts(), strict=True):
        mine.layouts = learned
    return made


@functools.cache
def _layouts() -> list[tuple[Layout, ...]]:
    made = new_cutter()
    for _ in range(4):
        for each in SEEN:
            read(each, made)
    return [each.layouts for each in made._all]


def read(document: str, by: Cutter | None) -> SoapReply:
    """The document as the client reads it."""
    body = document.encode("utf-8", "surrogatepass")
    return read_reply(
        Reply(status=200, body=body, content_type="text/xml", charset=None, headers={}), expect=EXPECT, cutter=by
    )


def mapping(body: Node) -> Any:
    """What a connector makes of the body."""
    return plain(read_bills(body.require("Answer").element))


def outcome(document: str, by: Cutter | None) -> Any:
    """What was read, or the words that refuse it."""
    try:
        return read(document, by).mapped(mapping)
    except XmlError as exc:
        return str(exc)
    except SoapFault as exc:
        return exc.code, exc.text, exc.detail and [(each.tag, each.text) for each in exc.detail.element.iter()]


def is_cut(document: str, by: Cutter) -> bool:
    """Whether rows of it are read without elements."""
    return read(document, by).whole is not None


@contextlib.contextmanager
def texts_parsed() -> Iterator[list[str]]:
    """The texts that a parser gets."""
    texts: list[str] = []

    def parsed(text: str) -> Any:
        texts.append(text)
        return original(text)

    original = tree_of
    with mock.patch("connectors.soap.client.tree_of", parsed):
        yield texts
