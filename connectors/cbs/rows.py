"""Lists that CBS answers in pages: which rows a reply holds, and whether any is missing. Pure."""

import dataclasses
from collections.abc import Callable
from typing import Generic, TypeVar

from connectors.xml import Node, XmlError

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The rows of one reply, and how many there are in all."""

    rows: tuple[T, ...]
    begin: int
    total: int

    @property
    def end(self) -> int:
        """Where the next reply has to begin."""
        return self.begin + len(self.rows)

    @property
    def is_last(self) -> bool:
        """Whether no row is left after these."""
        return self.end >= self.total


def read_page(result: Node | None, name: str, read: Callable[[Node], T], *, begin: int) -> Page[T]:
    """
    The elements called *name* of a reply that was asked for from row *begin* on, each as *read* makes of it.

    TotalRowNum counts all rows there are, FetchRowNum those of this reply (or those asked for, in replies that repeat
    the request), BeginRowNum repeats where they begin. XmlError when the reply holds fewer or more rows than it says:
    a list is whole or it is nothing.
    """
    nodes = [] if result is None else list(result.children(name))
    if result is None or (not nodes and result.text("TotalRowNum") is None):
        return Page(rows=(), begin=begin, total=begin)
    total = result.require_integer("TotalRowNum")
    _check(len(nodes), name, left=total - begin, fetched=result.integer("FetchRowNum"))
    if result.integer("BeginRowNum") not in {None, begin}:
        raise XmlError("BeginRowNum is not the one asked for")
    return Page(rows=tuple(read(node) for node in nodes), begin=begin, total=total)


def _check(count: int, name: str, *, left: int, fetched: int | None) -> None:
    told = left if fetched is None else min(fetched, left)
    if count > left or (fetched is not None and count != told) or (count == 0 and left > 0):
        raise XmlError(f"the number of {name} is not the one the reply tells")
