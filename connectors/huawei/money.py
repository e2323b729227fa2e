"""Huawei's money: whole numbers of a smallest unit beside a currency id of the operator's own."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, Protocol, overload

from connectors import lexical
from connectors.xml import XmlError
from schema.money import Money

LONG: Final = 64
"""Bits of an amount: they are of type xsd:long."""

_new: Final = object.__new__


class MoneyByUnits(Protocol):
    """Money of one currency by its number of smallest units, the same object for the same number; None for None."""

    @overload
    def __getitem__(self, units: int, /) -> Money: ...
    @overload
    def __getitem__(self, units: int | None, /) -> Money | None: ...


class MoneyByCurrency(Protocol):
    """Money by currency id and number of smallest units; XmlError for an id that is not known."""

    def __getitem__(self, currency_id: str, /) -> MoneyByUnits: ...


@dataclasses.dataclass(frozen=True, slots=True)
class MoneyTable:
    """Which currency (ISO 4217) an id stands for, and how many decimals its amounts have."""

    currencies: Mapping[str, str]
    decimals: int
    decimals_by_id: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def currency(self, currency_id: str) -> str:
        """The ISO 4217 code of a currency id. The id is not repeated in the error: it is the system's text."""
        try:
            return self.currencies[currency_id]
        except KeyError:
            raise XmlError("a currency id is not in the setting `currencies`") from None

    def money(self, units: int, currency_id: str) -> Money:
        """*units* of the smallest unit as money; digits are kept, `100` units of two decimals are `1.00`."""
        return self.for_one_answer()[currency_id][units]

    def for_one_answer(self) -> MoneyByCurrency:
        """
        Money for one answer, in which zero and the like stand again and again: each amount is made once.

        Not for longer, so that what one answer told stays in no memory that others look into.
        """
        return _ByCurrency(self)


class _ByUnits(dict[int | None, Any]):
    # A dictionary, because looking up an amount costs a tenth of making it, and a call would cost as much again.
    __slots__ = ("_currency", "_unit")

    def __init__(self, *, currency: str, decimals: int) -> None:
        super().__init__({None: None})
        self._currency = currency
        self._unit = lexical.smallest_unit(decimals)

    def __missing__(self, units: int) -> Money:
        # By the hundred in an answer: what `maker_of(Money)` does, without the call.
        money = _new(Money)
        money.amount = lexical.times(self._unit, units)
        money.currency = self._currency
        self[units] = money
        return money


class _ByCurrency(dict[str, MoneyByUnits]):
    __slots__ = ("_table",)

    def __init__(self, table: MoneyTable) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, currency_id: str) -> MoneyByUnits:
        table = self._table
        decimals = table.decimals_by_id.get(currency_id, table.decimals)
        found = self[currency_id] = _ByUnits(currency=table.currency(currency_id), decimals=decimals)
        return found
