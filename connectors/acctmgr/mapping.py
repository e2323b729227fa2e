"""VoucherRechargeEnquiry: recharges from a reply. Pure."""

import collections
import dataclasses
from collections.abc import Iterable
from typing import Final

from connectors.huawei import LocalTime, MoneyTable
from connectors.huawei.entries import entries
from connectors.huawei.money import amount
from connectors.numbering import NotInPlanError, NumberForm, NumberingPlan
from connectors.xml import Node, XmlError
from schema.money import Money
from schema.recharge import Recharge, RechargeResult
from schema.source import Ref, Source

_VOUCHER: Final = ("Batch", "Sequence")


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One system's way of writing things, and the source that its values carry."""

    source: Source
    time: LocalTime
    table: MoneyTable
    currency: str
    numbering: NumberingPlan
    number_form: NumberForm
    succeeded: frozenset[str]


def read_recharges(result: Node, reading: Reading, *, msisdn: str) -> tuple[Recharge, ...]:
    """
    Recharges, newest first. A result without records is an empty history.

    XmlError when a record is of another number than *msisdn*, or when one was doubled on the way.
    """
    logs = entries(result, "RechargeLog", mark="TradeTime")
    found = [_recharge(node, reading, msisdn=msisdn) for node in logs]
    _check_doubles(logs, found)
    return tuple(sorted(_distinct(found), key=lambda recharge: recharge.recharged_at, reverse=True))


def _recharge(node: Node, reading: Reading, *, msisdn: str) -> Recharge:
    if _number(node, reading) != msisdn:
        raise XmlError("SubscriberNo is not the one asked about")
    voucher = tuple(_part(node, name) for name in _VOUCHER)
    succeeded = node.require_text("ErrorType") in reading.succeeded
    return Recharge(
        ref=Ref("recharge", reading.source.system, (msisdn, node.require_text("TradeTime"), *voucher)),
        recharged_at=reading.time.require(node, "TradeTime"),
        result=RechargeResult.SUCCEEDED if succeeded else RechargeResult.FAILED,
        kind=node.text("RechargeType"),
        voucher_batch=node.text("Batch"),
        amount=_money(node, "RechargeAmt", reading),
        balance_before=_money(node, "OldBalance", reading),
        balance_after=_money(node, "NewBalance", reading),
        source=reading.source,
    )


def _part(node: Node, name: str) -> str:
    """A part of the voucher's number, empty where there was no voucher; the element itself the definition demands."""
    node.require(name)
    return node.text(name) or ""


def _number(node: Node, reading: Reading) -> str:
    try:
        return reading.numbering.read(node.require_text("SubscriberNo"), reading.number_form)
    except NotInPlanError as exc:
        raise XmlError("SubscriberNo is not a number of the plan in the form that `number_form` says") from exc


def _money(node: Node, name: str, reading: Reading) -> Money | None:
    units = amount(node, name)
    return None if units is None else reading.table.money(units, node.text("Currency") or reading.currency)


def _check_doubles(logs: Iterable[Node], found: Iterable[Recharge]) -> None:
    """
    No record may come twice: not word for word, and a voucher is spent only once in a second.

    Two recharges within a second differ at least in the balances that they found.
    """
    texts = [tuple((field.name, field.element.text) for field in node.elements()) for node in logs]
    spent = [
        recharge.ref
        for node, recharge in zip(logs, found, strict=True)
        if recharge.result is RechargeResult.SUCCEEDED and all(node.text(name) for name in _VOUCHER)
    ]
    if len(set(spent)) != len(spent) or len(set(texts)) != len(texts):
        raise XmlError("RechargeLog occurs twice")


def _distinct(found: Iterable[Recharge]) -> list[Recharge]:
    """The same recharges, each with its own key: equal ones (no voucher, same second) are numbered as they come."""
    seen: collections.Counter[Ref] = collections.Counter()
    distinct = []
    for recharge in found:
        ref = recharge.ref
        seen[ref] += 1
        numbered = dataclasses.replace(ref, key=(*ref.key, str(seen[ref])))
        distinct.append(dataclasses.replace(recharge, ref=numbered) if seen[ref] > 1 else recharge)
    return distinct
