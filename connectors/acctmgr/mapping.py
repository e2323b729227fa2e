"""VoucherRechargeEnquiry: recharges from a reply. Pure."""

import dataclasses
import datetime as dt
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from connectors.huawei import LocalTime, MoneyTable
from connectors.huawei.money import LONG, MoneyByCurrency
from connectors.maker import maker_of
from connectors.numbering import NotInPlanError, NumberForm, NumberingPlan
from connectors.soap.cutting import Cutter
from connectors.soap.records import compiled, cutter, demand_elements, element, entries, record
from connectors.soap.types import Type
from connectors.xml import Element, Node, XmlError
from schema.recharge import Recharge, RechargeResult
from schema.source import Ref, Source

_LOG: Final = "RechargeLog"


@record
class RechargeLog:
    """What is read of a record. Batch and Sequence have to be there; without a voucher they are empty."""

    number: str = element("SubscriberNo")
    recharged_at: dt.datetime = element("TradeTime", read="instant")
    traded: str = element("TradeTime")
    error_type: str = element("ErrorType")
    kind: str | None = element("RechargeType")
    batch: str = element("Batch", blank=True)
    sequence: str = element("Sequence", blank=True)
    amount: int | None = element("RechargeAmt", bits=LONG)
    before: int | None = element("OldBalance", bits=LONG)
    after: int | None = element("NewBalance", bits=LONG)
    currency: str | None = element("Currency")


@record
class History:
    """VoucherRechargeEnquiryResult."""

    logs: list[RechargeLog] = entries(_LOG, mark="TradeTime")


_made: Final = maker_of(Recharge)
_stamp: Final = operator.attrgetter("traded", "batch", "sequence")
_likeness: Final = operator.attrgetter("traded", "batch", "sequence", "before", "after")


def history_reader(time: LocalTime, *, type_: Type | None = None) -> Callable[[Element], History]:
    """What reads the result of a system with such times, whose WSDL says it is of *type_*; made once. WsdlError."""
    return compiled(History, type=type_, using=time.using())


def history_cutter(time: LocalTime) -> Cutter:
    """What cuts recharges out of the replies of a system with such times; made once."""
    return cutter(History, at=("VoucherRechargeEnquiryResult",), using=time.using())


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One system's way of writing things."""

    history: Callable[[Element], History]
    table: MoneyTable
    currency: str
    numbering: NumberingPlan
    number_form: NumberForm
    succeeded: frozenset[str]


def read_recharges(result: Node, reading: Reading, *, msisdn: str, source: Source) -> tuple[Recharge, ...]:
    """
    Recharges, newest first. A result without records is an empty history.

    XmlError when a record is of another number than *msisdn*, or when one was doubled on the way.
    """
    logs = reading.history(result.element).logs
    _check_numbers({log.number for log in logs}, reading, msisdn=msisdn)
    stamps = list(map(_stamp, logs))
    # Nothing is doubled, and no key is another one's, where all have another second or voucher.
    if len(set(stamps)) != len(stamps):
        _check_doubles(result, logs, reading)
    money = reading.table.for_one_answer()
    found = [
        _recharge(log, reading, ref=Ref("recharge", source.system, key), money=money, source=source)
        for log, key in zip(logs, _keys(stamps, msisdn), strict=True)
    ]
    return tuple(sorted(found, key=lambda recharge: recharge.recharged_at, reverse=True))


def _recharge(log: RechargeLog, reading: Reading, *, ref: Ref, money: MoneyByCurrency, source: Source) -> Recharge:
    currency = log.currency or reading.currency
    return _made(
        ref=ref,
        recharged_at=log.recharged_at,
        result=RechargeResult.SUCCEEDED if log.error_type in reading.succeeded else RechargeResult.FAILED,
        kind=log.kind,
        voucher_batch=log.batch or None,
        # A currency that nobody knows is no matter where nothing is told in it.
        amount=None if log.amount is None else money[currency][log.amount],
        balance_before=None if log.before is None else money[currency][log.before],
        balance_after=None if log.after is None else money[currency][log.after],
        source=source,
    )


def _check_numbers(numbers: Iterable[str], reading: Reading, *, msisdn: str) -> None:
    try:
        told = {reading.numbering.read(number, reading.number_form) for number in numbers}
    except NotInPlanError as exc:
        raise XmlError("SubscriberNo is not a number of the plan in the form that `number_form` says") from exc
    if told - {msisdn}:
        raise XmlError("SubscriberNo is not the one asked about")


def _check_doubles(result: Node, logs: list[RechargeLog], reading: Reading) -> None:
    """
    No record may come twice: not word for word, and a voucher is spent only once in a second.

    Two recharges within a second differ at least in the balances that they found.
    """
    spent = [
        (log.traded, log.batch, log.sequence)
        for log in logs
        if log.batch and log.sequence and log.error_type in reading.succeeded
    ]
    # Whole records are compared only where those parts of them that are read anyway are alike.
    alike = len(set(map(_likeness, logs))) != len(logs)
    if len(set(spent)) != len(spent) or (alike and _says_one_twice(result)):
        raise XmlError(f"{_LOG} occurs twice")


def _says_one_twice(result: Node) -> bool:
    demand_elements(result.element)
    said = [tuple((field.name, field.element.text) for field in log.elements()) for log in result.children(_LOG)]
    return len(set(said)) != len(said)


def _keys(stamps: Iterable[tuple[str, ...]], msisdn: str) -> Iterator[tuple[str, ...]]:
    """A key for each recharge: equal ones (no voucher, same second) are numbered as they come, from the second on."""
    seen: dict[tuple[str, ...], int] = {}
    for stamp in stamps:
        count = seen[stamp] = seen.get(stamp, 0) + 1
        yield (msisdn, *stamp) if count == 1 else (msisdn, *stamp, str(count))
