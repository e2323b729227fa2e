"""Lists that CBS answers in pages: which rows a reply holds, and whether any is missing. Pure."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from connectors.soap.records import element, record
from connectors.xml import XmlError

R = TypeVar("R")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_INT: Final = 32


@record
class Counted:
    """The numbers of a list answer: all rows there are, where its own begin, and how many these are."""

    total: int | None = element("TotalRowNum", bits=_INT)
    begin: int | None = element("BeginRowNum", bits=_INT)
    fetched: int | None = element("FetchRowNum", bits=_INT)


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


class Told(Protocol[T_co]):
    """A list answer as it was read: its rows, and its numbers as in Counted."""

    @property
    def rows(self) -> Sequence[T_co]:
        """The rows."""

    @property
    def total(self) -> int | None:
        """All rows there are."""

    @property
    def begin(self) -> int | None:
        """Where the rows begin."""

    @property
    def fetched(self) -> int | None:
        """How many rows there are, or were asked for."""


def page_of(told: Told[R], name: str, make: Callable[[R], T], *, begin: int) -> Page[T]:
    """
    The rows of a reply that was asked for from row *begin* on, each as *make* makes of it; *name* is their element's.

    TotalRowNum counts all rows there are, FetchRowNum those of this reply (or those asked for, in replies that repeat
    the request), BeginRowNum repeats where they begin. XmlError when the reply holds fewer or more rows than it says:
    a list is whole or it is nothing.
    """
    if told.total is None:
        raise XmlError("TotalRowNum is missing or empty")
    _check(len(told.rows), name, left=told.total - begin, fetched=told.fetched)
    if told.begin not in {None, begin}:
        raise XmlError("BeginRowNum is not the one asked for")
    return Page(rows=tuple(map(make, told.rows)), begin=begin, total=told.total)


def _check(count: int, name: str, *, left: int, fetched: int | None) -> None:
    told = left if fetched is None else min(fetched, left)
    if count > left or (fetched is not None and count != told) or (count == 0 and left > 0):
        raise XmlError(f"the number of {name} is not the one the reply tells")
