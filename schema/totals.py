"""Totals: what a customer owes and holds in all, summed per currency over systems that each know a part."""

import strawberry

from schema.customer import Customer
from schema.field import field
from schema.money import Money
from schema.policy import DataClass, governed
from schema.source import Source


@governed(DataClass.OPERATIONAL)
@strawberry.type(description="A sum in one currency.")
class Total:
    """A sum in one currency, with the systems it was summed over."""

    amount: Money = field("The sum.")
    complete: bool = field(
        "False when a system that may have to do with it could not be asked; the sum is then of the others."
    )
    sources: list[Source] = field("What it was summed from: each system once, with its oldest answer.", size=2)


@governed(DataClass.PERSONAL, "customer:read")
@strawberry.type(description="Sums over all of a customer's accounts and lines, one for each currency.")
class CustomerTotals:
    """Sums over all of a customer's accounts and lines; each is an edge and asks what it needs."""

    customer: strawberry.Private[Customer]
