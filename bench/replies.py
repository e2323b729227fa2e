"""
The replies that the upstream serves, made of one person's replies as the sandbox gave them.

Every customer of the benchmark is that person under a number of their own, so that all answers have the same size and
each names whom it was asked about. Bills are cut or repeated to the wanted number of bills and lines. Pure.
"""

import dataclasses
import itertools
import json
import re
from collections.abc import Iterator

_INVOICE = re.compile(r"<ars:InvoiceInfo>.*?</ars:InvoiceInfo>", re.DOTALL)
_DETAIL = re.compile(r"<ars:InvoiceDetail>.*?</ars:InvoiceDetail>", re.DOTALL)
_TRANSACTION = re.compile(r"(<com:TransactionId>)[^<]*")
_HEADER = re.compile(r"<soapenv:Header>.*?</soapenv:Header>", re.DOTALL)
_ID = re.compile(r"(<ars:InvoiceID>)[^<]*")
_NUMBER = re.compile(r"(<ars:InvoiceNo>)[^<]*")
_TIMES = re.compile(r"(<(?:ars:InvoiceDate|acc:TradeTime)>[0-9]{10})[0-9]{4}")
_ROWS = re.compile(r"(<ars:(?:TotalRowNum|FetchRowNum)>)[^<]*")


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """Under which numbers one customer is known; the national number is the international one without 999."""

    customer: str
    account: str
    national: str
    imsi: str

    @property
    def msisdn(self) -> str:
        """The number with country code."""
        return f"999{self.national}"


@dataclasses.dataclass(frozen=True, slots=True)
class Replies:
    """What the four systems said about *person*."""

    person: Person
    customer: str
    invoices: str
    subscription: str
    recharges: str

    def of(self, person: Person) -> "Replies":
        """The same replies about somebody else."""
        changes = [
            (before, after)
            for before, after in zip(dataclasses.astuple(self.person), dataclasses.astuple(person), strict=True)
            if before != after
        ]
        texts = (_renamed(text, changes) for text in (self.customer, self.invoices, self.subscription, self.recharges))
        return Replies(person, *(_at_other_times(text, int(person.customer)) for text in texts))

    def shaped(self, *, bills: int, lines: int) -> "Replies":
        """The same replies with so many bills of so many lines each."""
        return dataclasses.replace(self, invoices=_shaped(self.invoices, bills=bills, lines=lines))


def person(number: int) -> Person:
    """The benchmark's customer of that number, from 1 to 99,999."""
    return Person(
        customer=f"2{number:06d}", account=f"A2{number:06d}", national=f"60{number:06d}", imsi=f"99970{number:010d}"
    )


def without_echo(recharges: str) -> str:
    """The reply without the TransactionId of the request that it answers: an empty one fits every request."""
    return _TRANSACTION.sub(r"\1", recharges)


def without_header(subscription: str) -> str:
    """The reply as of a system that does not repeat the session's numbers: it fits every request."""
    return _HEADER.sub("", subscription)


def together(customers: list[str]) -> str:
    """One TMF list of several customers' objects."""
    return json.dumps([json.loads(each) for each in customers])


def _renamed(text: str, changes: list[tuple[str, str]]) -> str:
    # The account's number holds the customer's: the longer one goes first.
    for before, after in sorted(changes, key=lambda change: -len(change[0])):
        text = text.replace(before, after)
    return text


def _at_other_times(text: str, number: int) -> str:
    """The same bills and recharges, each at a minute and second of this customer's own."""
    seconds = itertools.count(number * 41, 7)
    return _TIMES.sub(lambda found: found[1] + "{:02d}{:02d}".format(*divmod(next(seconds) % 3600, 60)), text)


def _shaped(reply: str, *, bills: int, lines: int) -> str:
    invoices = _INVOICE.findall(reply)
    if not invoices:
        raise ValueError("the reply holds no bill")
    start, end = reply.index(invoices[0]), reply.rindex("</ars:InvoiceInfo>") + len("</ars:InvoiceInfo>")
    # The newest stand last.
    chosen = list(_repeated(invoices[-bills:], bills))
    body = "".join(_invoice(each, number, lines) for number, each in enumerate(chosen, start=1))
    return reply[:start] + body + _ROWS.sub(rf"\g<1>{bills}", reply[end:])


def _invoice(invoice: str, number: int, lines: int) -> str:
    details = _DETAIL.findall(invoice)
    if not details:
        raise ValueError("a bill holds no line")
    start, end = invoice.index(details[0]), invoice.rindex("</ars:InvoiceDetail>") + len("</ars:InvoiceDetail>")
    head = _NUMBER.sub(rf"\g<1>1{number:011d}", _ID.sub(rf"\g<1>1{number:011d}", invoice[:start]))
    body = "".join(
        _ID.sub(rf"\g<1>1{number:06d}{line:07d}", detail) for line, detail in enumerate(_repeated(details, lines), 1)
    )
    return head + body + _ROWS.sub(rf"\g<1>{lines}", invoice[end:])


def _repeated(rows: list[str], count: int) -> Iterator[str]:
    return itertools.islice(itertools.cycle(rows), count)
