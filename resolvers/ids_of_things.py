"""Ids: what a thing is called in this graph, sealed so that nobody can read or make one."""

from typing import Any

import strawberry

from resolvers.context import Context
from resolvers.edge import computed
from schema.billing import Bill, Payment
from schema.recharge import Balance, Recharge


def identified(word: type, description: str) -> None:
    """Add the field `id` to *word*, whose objects have a `ref`."""
    computed(word, name="id", description=description, stable=True)(_sealed)


def _sealed(thing: Any, context: Context) -> strawberry.ID:
    return strawberry.ID(context.graph.ids.seal(thing.ref))


identified(Bill, "Identifies the bill in this graph.")
identified(Payment, "Identifies the payment in this graph.")
identified(Balance, "Identifies the balance in this graph.")
identified(Recharge, "Identifies the recharge in this graph.")
