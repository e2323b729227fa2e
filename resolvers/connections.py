"""Relay connections (GraphQL Cursor Connections Specification) over lists that a system gives whole."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry import federation

from resolvers.failures import BadInput

T = TypeVar("T")

MAX_FIRST = 200

First = Annotated[int, strawberry.argument(description=f"How many to give, from 0 to {MAX_FIRST}.")]
After = Annotated[str | None, strawberry.argument(description="Give what follows the item with this cursor.")]


@federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list (Relay, PageInfo)."""

    has_next_page: bool = strawberry.field(description="Whether more items follow.")
    has_previous_page: bool = strawberry.field(description="Whether items come before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null when there is none.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null when there is none.")


@strawberry.type(description="An item and its mark in the list.")
class Edge(Generic[T]):
    """An item and its mark in the list (Relay, Edge)."""

    cursor: str = strawberry.field(description="Opaque mark of this item, for `after`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[T]):
    """A page of a list (Relay, Connection), with `nodes` for those who need no cursors."""

    edges: list[Edge[T]] = strawberry.field(description="The items of this page with their cursors.")
    nodes: list[T] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    total_count: int = strawberry.field(description="How many items the whole list has.")


class UnknownMark(BadInput):
    """`after` marks no item of the list."""

    def __init__(self) -> None:
        super().__init__("`after` marks no item of this list. Start again without it.")


def check_first(first: int) -> None:
    """Raise BadInput when *first* is out of bounds: before any system is asked for nothing."""
    if not 0 <= first <= MAX_FIRST:
        raise BadInput(f"`first` must be from 0 to {MAX_FIRST}.")


def page(items: Sequence[T], *, first: int, after: str | None, cursor: Callable[[T], str]) -> Connection[T]:
    """
    The page of *items* after a cursor.

    Raises BadInput when *first* is out of bounds, UnknownMark when *after* marks no item of the list (any more).
    """
    check_first(first)
    start = 0 if after is None else _index_of(items, after, cursor) + 1
    shown = items[start : start + first]
    edges = [Edge(cursor=cursor(item), node=item) for item in shown]
    return Connection(
        edges=edges,
        nodes=list(shown),
        page_info=PageInfo(
            has_next_page=start + len(shown) < len(items),
            has_previous_page=start > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total_count=len(items),
    )


def _index_of(items: Sequence[T], after: str, cursor: Callable[[T], str]) -> int:
    for index, item in enumerate(items):
        if cursor(item) == after:
            return index
    raise UnknownMark
