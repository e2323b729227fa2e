"""Lists that CBS answers in pages: which rows a reply holds, and whether any is missing. Pure."""

import dataclasses
from collections.abc import Callable
from typing import Generic, TypeVar

from connectors.huawei.entries import entries
from connectors.xml import Node, XmlError

T = TypeVar("T")

_INT = range(2**31)  # They are of type xsd:int.


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


def read_page(result: Node, name: str, read: Callable[[Node], T], *, mark: str, begin: int) -> Page[T]:
    """
    The elements called *name* of a reply that was asked for from row *begin* on, each as *read* makes of it.

    TotalRowNum counts all rows there are, FetchRowNum those of this reply (or those asked for, in replies that repeat
    the request), BeginRowNum repeats where they begin. XmlError when the reply holds fewer or more rows than it says:
    a list is whole or it is nothing. *mark* is a field that every row has, by which one is known under any name.
    """
    nodes = entries(result, name, mark=mark)
    total = _count(result, "TotalRowNum")
    if total is None:
        raise XmlError("TotalRowNum is missing or empty")
    _check(len(nodes), name, left=total - begin, fetched=_count(result, "FetchRowNum"))
    if _count(result, "BeginRowNum") not in {None, begin}:
        raise XmlError("BeginRowNum is not the one asked for")
    return Page(rows=tuple(read(node) for node in nodes), begin=begin, total=total)


def _count(result: Node, name: str) -> int | None:
    number = result.integer(name)
    if number is not None and number not in _INT:
        raise XmlError(f"{name} is no number of rows")
    return number


def _check(count: int, name: str, *, left: int, fetched: int | None) -> None:
    told = left if fetched is None else min(fetched, left)
    if count > left or (fetched is not None and count != told) or (count == 0 and left > 0):
        raise XmlError(f"the number of {name} is not the one the reply tells")
