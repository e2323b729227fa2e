"""Huawei's money: whole numbers of a smallest unit beside a currency id of the operator's own."""

import dataclasses
from collections.abc import Mapping

from connectors import lexical
from connectors.xml import Node, XmlError
from schema.money import Money

_LONG = 2**63


def amount(node: Node, name: str) -> int | None:
    """The child of that name as an xsd:long; None when absent, nil or empty."""
    number = node.integer(name)
    if number is not None and not -_LONG <= number < _LONG:
        raise XmlError(f"{name} is larger than its type allows")
    return number


def require_amount(node: Node, name: str) -> int:
    """The child of that name as an xsd:long, which must be there."""
    number = amount(node, name)
    if number is None:
        raise XmlError(f"{name} is missing or empty")
    return number


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
        currency = self.currency(currency_id)
        decimals = self.decimals_by_id.get(currency_id, self.decimals)
        return Money(amount=lexical.scaled(units, decimals), currency=currency)
