"""Ids of things that are only reached through others: bills, payments, balances and recharges."""

from typing import Any

import strawberry
from strawberry.types import Info

from resolvers.context import context
from resolvers.edge import edge
from schema.billing import Bill, Payment
from schema.recharge import Balance, Recharge


def _add_id(word: type, thing: str) -> None:
    @edge(word, description=f"Identifies the {thing} in this graph.")
    def id(root: strawberry.Parent[Any], info: Info[Any, Any]) -> strawberry.ID:  # noqa: A001 - the field's name
        return strawberry.ID(context(info).graph.ids.seal(root.ref))


_add_id(Bill, "bill")
_add_id(Payment, "payment")
_add_id(Balance, "balance")
_add_id(Recharge, "recharge")
