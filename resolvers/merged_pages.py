"""A page of a list that several systems make up: what came is given in one order, and what did not is told."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from strawberry.types import Info

from resolvers.connections import Connection, UnknownMark, check_first, page
from resolvers.context import HasRef, cursor, tell_gaps
from resolvers.several import Merged

T = TypeVar("T", bound=HasRef)


async def merged_page(
    info: Info[Any, Any],
    ask: Callable[[], Awaitable[Merged[tuple[T, ...]]]],
    *,
    first: int,
    after: str | None,
    newest: Callable[[T], dt.datetime] | None = None,
) -> Connection[T]:
    """
    The page after the mark *after* of all parts together, sorted by *newest* or as the parts come.

    Nothing is asked when *first* is out of bounds. A mark that is not there while a part is missing may be in that
    part, so the part's failure is raised.
    """
    check_first(first)
    found = await ask()
    items = [item for part in found.parts for item in part]
    if newest is not None:
        items.sort(key=newest, reverse=True)
    try:
        shown = page(items, first=first, after=after, cursor=cursor(info))
    except UnknownMark:
        if found.failures:
            raise found.failures[0] from None
        raise
    tell_gaps(info, found.failures)
    return shown
