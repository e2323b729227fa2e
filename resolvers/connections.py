"""Relay connections (GraphQL Cursor Connections Specification) over lists that a system gives whole."""

import functools
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry import federation

from resolvers.failures import BadInput
from schema.policy import DataClass, governed

T = TypeVar("T")

MAX_FIRST = 200

First = Annotated[int, strawberry.argument(description=f"How many to give, from 0 to {MAX_FIRST}.")]
After = Annotated[str | None, strawberry.argument(description="Give what follows the item with this cursor.")]


@governed(DataClass.OPERATIONAL)
@federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list (Relay, PageInfo)."""

    has_next_page: bool = strawberry.field(description="Whether more items follow.")
    has_previous_page: bool = strawberry.field(description="Whether items come before.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first item; null when there is none.")
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null when there is none.")


@governed(DataClass.OPERATIONAL)
@strawberry.type(description="An item and its mark in the list.")
class Edge(Generic[T]):
    """An item and its mark in the list (Relay, Edge)."""

    cursor: str = strawberry.field(description="Opaque mark of this item, for `after`.")
    node: T = strawberry.field(description="The item.")


@governed(DataClass.OPERATIONAL)
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


# Most callers ask for `nodes` alone, and a mark costs more than the rest of its item. So marks, and what holds them,
# are worked out when they are read. (What is cached can be written; mypy takes it for read-only.)
class _Marked(Edge[T]):
    """An item that is marked when its mark is read."""

    def __init__(self, node: T, cursor: Callable[[T], str]) -> None:
        self.node = node
        self._mark = cursor

    @functools.cached_property
    def cursor(self) -> str:  # type: ignore[override]
        return self._mark(self.node)


class _Page(Connection[T]):
    """The items from *start* up to *end*, with everything else when it is read."""

    def __init__(self, items: Sequence[T], *, start: int, end: int, cursor: Callable[[T], str]) -> None:
        self.nodes = list(items[start:end])
        self.total_count = len(items)
        self._start = start
        self._mark = cursor

    @functools.cached_property
    def edges(self) -> list[Edge[T]]:  # type: ignore[override]
        return [_Marked(node, self._mark) for node in self.nodes]

    @functools.cached_property
    def page_info(self) -> PageInfo:  # type: ignore[override]
        return PageInfo(
            has_next_page=self._start + len(self.nodes) < self.total_count,
            has_previous_page=self._start > 0,
            start_cursor=self.edges[0].cursor if self.nodes else None,
            end_cursor=self.edges[-1].cursor if self.nodes else None,
        )


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
    return _Page(items, start=start, end=start + first, cursor=cursor)


def _index_of(items: Sequence[T], after: str, cursor: Callable[[T], str]) -> int:
    for index, item in enumerate(items):
        if cursor(item) == after:
            return index
    raise UnknownMark
