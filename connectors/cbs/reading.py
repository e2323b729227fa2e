"""What mapping has to know of one system to read its replies: where they come from, its times, money and numbers."""

import dataclasses
import functools
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final, TypeVar

from connectors import lexical
from connectors.huawei import LocalTime, MoneyTable
from connectors.huawei.money import MoneyByCurrency
from connectors.numbering import NotInPlanError, NumberForm, NumberingPlan
from connectors.xml import XmlError
from schema.billing import BillStatus
from schema.source import Source

T = TypeVar("T")

Using = Mapping[str, Callable[[str], object]]
"""What the records of one system are compiled with: functions that make values of texts."""

_CURRENCIES: Final = 256


@dataclasses.dataclass(frozen=True, slots=True)
class Manner:
    """One system's way of writing things, the same in all its answers."""

    time: LocalTime
    table: MoneyTable
    numbering: NumberingPlan
    number_form: NumberForm
    bill_statuses: Mapping[str, BillStatus]

    def using(self) -> Using:
        """`time` and `instant` as LocalTime has them; `currency_id` in its shortest form."""
        return {**self.time.using(), "currency_id": functools.lru_cache(maxsize=_CURRENCIES)(_currency_id)}


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One answer: who wrote it in which manner, and the source that its values carry."""

    manner: Manner
    source: Source
    money: MoneyByCurrency

    @classmethod
    def of(cls, manner: Manner, source: Source) -> "Reading":
        """The reading of an answer from *source*."""
        return cls(manner=manner, source=source, money=manner.table.for_one_answer())

    @property
    def system(self) -> str:
        """The system's name."""
        return self.source.system

    def written(self, msisdn: str) -> str:
        """E.164 digits as the system writes them."""
        return self.manner.numbering.write(msisdn, self.manner.number_form)

    def number(self, text: str, name: str) -> str:
        """The text of the element called *name* as E.164 digits."""
        try:
            return self.manner.numbering.read(text, self.manner.number_form)
        except NotInPlanError as exc:
            raise XmlError(f"{name} is not a number of the plan in the form that `number_form` says") from exc


def told(value: T | None, name: str) -> T:
    """*value* of the element called *name*, which must be there where this is asked."""
    if value is None:
        raise XmlError(f"{name} is missing or empty")
    return value


def unique(values: Iterable[Hashable], name: str) -> None:
    """XmlError when two entries have the same identity: one of them was doubled on the way."""
    found = list(values)
    if len(set(found)) != len(found):
        raise XmlError(f"{name} occurs twice")


def _currency_id(text: str) -> str:
    return str(lexical.integer(text))
