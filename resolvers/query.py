"""The root of the graph: the questions a caller can begin with."""

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from resolvers.context import context, loaders
from resolvers.edge import PARTS_OF_ARGUMENTS
from resolvers.failures import BadInput
from resolvers.identity import Identity
from resolvers.keys import CustomerKey, LineKey, parts_of_key
from schema.customer import Customer
from schema.line import Line

MAX_CUSTOMERS = 50

_BY_KEY = {PARTS_OF_ARGUMENTS: parts_of_key}


def _identity(info: Info[Any, Any]) -> Identity:
    return Identity(context(info).graph, loaders(info))


async def _customer(
    info: Info[Any, Any], by: Annotated[CustomerKey, strawberry.argument(description="Who is meant.")]
) -> Customer | None:
    return await _identity(info).customer(by)


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


async def _line(
    info: Info[Any, Any], by: Annotated[LineKey, strawberry.argument(description="Which line is meant.")]
) -> Line | None:
    return await _identity(info).line(by)


@strawberry.type(description="The questions to begin with.")
class Query:
    """The questions to begin with."""

    customer: Customer | None = strawberry.field(  # type: ignore[assignment]
        _customer,
        metadata=_BY_KEY,
        description="One customer. Null with NOT_FOUND when nobody is known under the key, with "
        "AMBIGUOUS_IDENTITY when several are, and with the failed system's code when it cannot be found out.",
    )
    customers: list[Customer | None] = strawberry.field(  # type: ignore[assignment]
        _customers,
        metadata=_BY_KEY,
        description="Several customers, in the order of the keys; each is null with an error of its own where "
        "`customer` would be.",
    )
    line: Line | None = strawberry.field(  # type: ignore[assignment]
        _line,
        description="One line. By number or id no system is asked, so it answers whatever else is down; parts that no "
        "system knows are null.",
    )
