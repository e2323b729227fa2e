"""What mapping has to know of one system to read its replies: where they come from, its times, money and numbers."""

import dataclasses
from collections.abc import Hashable, Iterable, Mapping

from connectors.huawei import LocalTime, MoneyTable
from connectors.huawei.money import amount, require_amount
from connectors.numbering import NotInPlanError, NumberForm, NumberingPlan
from connectors.xml import Node, XmlError
from schema.billing import BillStatus
from schema.money import Money
from schema.source import Source


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One system's way of writing things, and the source that its values carry."""

    source: Source
    time: LocalTime
    table: MoneyTable
    numbering: NumberingPlan
    number_form: NumberForm
    bill_statuses: Mapping[str, BillStatus]

    @property
    def system(self) -> str:
        """The system's name."""
        return self.source.system

    def written(self, msisdn: str) -> str:
        """E.164 digits as the system writes them."""
        return self.numbering.write(msisdn, self.number_form)

    def number(self, node: Node, name: str) -> str:
        """The child of that name as E.164 digits."""
        try:
            return self.numbering.read(node.require_text(name), self.number_form)
        except NotInPlanError as exc:
            raise XmlError(f"{name} is not a number of the plan in the form that `number_form` says") from exc

    def currency_id(self, node: Node) -> str:
        """The CurrencyID of an element, in its shortest form."""
        return str(node.require_integer("CurrencyID"))

    def money(self, node: Node, name: str, *, currency_id: str) -> Money | None:
        """The child of that name as money; None when absent, nil or empty."""
        units = amount(node, name)
        return None if units is None else self.table.money(units, currency_id)

    def require_money(self, node: Node, name: str, *, currency_id: str) -> Money:
        """The child of that name as money, which must be there."""
        return self.table.money(require_amount(node, name), currency_id)


def unique(values: Iterable[Hashable], name: str) -> None:
    """XmlError when two entries have the same identity: one of them was doubled on the way."""
    found = list(values)
    if len(set(found)) != len(found):
        raise XmlError(f"{name} occurs twice")
