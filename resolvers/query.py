"""The root of the graph: the questions a caller can begin with."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from resolvers.context import context
from resolvers.early import Early, KnownCustomer, KnownLine
from resolvers.edge import declared
from resolvers.failures import BadInput
from resolvers.identity import Identity
from resolvers.keys import CustomerKey, LineKey, asks_of_customer, asks_of_line, asks_of_owner, parts_of_key
from schema.customer import Customer
from schema.line import Line
from schema.policy import DataClass, governed

MAX_CUSTOMERS = 50


def _identity(info: Info[Any, Any]) -> Identity:
    return Identity(context(info))


async def _customer(
    info: Info[Any, Any], by: Annotated[CustomerKey, strawberry.argument(description="Who is meant.")]
) -> Customer | None:
    return await _identity(info).customer(by)


def _customer_early(early: Early, given: Mapping[str, Any]) -> tuple[KnownCustomer, ...] | None:
    return early.customers([given["by"]])


async def _customers(
    info: Info[Any, Any],
    by: Annotated[list[CustomerKey], strawberry.argument(description=f"Who is meant, at most {MAX_CUSTOMERS}.")],
) -> list[Customer | None]:
    if len(by) > MAX_CUSTOMERS:
        raise BadInput(f"At most {MAX_CUSTOMERS} customers can be asked for at once.")
    who = _identity(info)
    # An exception in the list becomes an error at that place and leaves the others alone.
    found: list[Any] = await asyncio.gather(*(who.customer(key) for key in by), return_exceptions=True)
    return found


def _customers_early(early: Early, given: Mapping[str, Any]) -> tuple[KnownCustomer, ...] | None:
    return early.customers(given["by"]) if len(given["by"]) <= MAX_CUSTOMERS else ()


async def _line(
    info: Info[Any, Any], by: Annotated[LineKey, strawberry.argument(description="Which line is meant.")]
) -> Line | None:
    return await _identity(info).line(by)


def _line_early(early: Early, given: Mapping[str, Any]) -> tuple[KnownLine, ...]:
    try:
        return early.lines(given["by"])
    except BadInput:
        return ()  # The field will fail by itself.


@governed(DataClass.PUBLIC)
@strawberry.type(description="The questions to begin with.")
class Query:
    """The questions to begin with."""

    customer: Customer | None = strawberry.field(  # type: ignore[assignment]
        _customer,
        metadata=declared(
            asks=asks_of_customer, whose=asks_of_customer, early=_customer_early, parts_of_arguments=parts_of_key
        ),
        description="One customer. Null with NOT_FOUND when nobody is known under the key, with "
        "AMBIGUOUS_IDENTITY when several are, and with the failed system's code when it cannot be found out.",
    )
    customers: list[Customer | None] = strawberry.field(  # type: ignore[assignment]
        _customers,
        metadata=declared(
            asks=asks_of_customer, whose=asks_of_customer, early=_customers_early, parts_of_arguments=parts_of_key
        ),
        description="Several customers, in the order of the keys; each is null with an error of its own where "
        "`customer` would be.",
    )
    line: Line | None = strawberry.field(  # type: ignore[assignment]
        _line,
        metadata=declared(asks=asks_of_line, whose=asks_of_owner, early=_line_early),
        description="One line. By number or id no system is asked, so it answers whatever else is down; parts that no "
        "system knows are null.",
    )
