"""
Which child of an element stands where: worked out once for each row of tags, and looked up after that.

A reply repeats its rows with the same tags in the same order, so the places found for one row serve all the others.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from connectors.xml import Element, XmlError

Row: TypeAlias = list[Element | None]
Places: TypeAlias = slice | tuple[int, ...]
Shape: TypeAlias = tuple[Any, ...]
"""The tags, what picks the single children, then the places of each list, then those of each list's watched ones."""

_MAX_KEPT: Final = 64
_MAX_TAGS: Final = 256
_MAX_LETTERS: Final = 16_384
_MAX_NAMES: Final = 4096

_local_names: dict[str, str] = {}


def local_name(tag: Any) -> str:
    """The local name of a tag; empty for comments and instructions, whose tag is a function."""
    if not isinstance(tag, str):
        return ""
    name = _local_names.get(tag)
    if name is None:
        name = tag.rpartition("}")[2]
        # Answers can invent names without end.
        if len(_local_names) < _MAX_NAMES and len(tag) < _MAX_TAGS:
            _local_names[tag] = name
    return name


class Watch:
    """What may not hide beside the entries of a list: see `entries`."""

    __slots__ = ("beside", "inside", "mark", "name")

    def __init__(self, *, name: str, mark: str, beside: str) -> None:
        self.name = name
        self.mark = mark
        self.beside = beside
        self.inside = frozenset({name, mark})

    def check(self, watched: Sequence[Element]) -> None:
        """XmlError when one of *watched* holds an entry or a part of one."""
        for element in filter(len, watched):
            for inner in element:
                if local_name(inner.tag) in self.inside:
                    raise self.misplaced()

    def misplaced(self) -> XmlError:
        """The error that something stands where no entry is looked for."""
        return XmlError(f"{self.name} stands where none is expected, or under another name")


class Shapes:
    """The shapes of one record's elements. *last* is the one met last; readers compare its tags first."""

    __slots__ = ("_kept", "_lists", "_singles", "_watches", "last")

    def __init__(self, *, singles: tuple[str, ...], lists: tuple[str, ...], watches: tuple[Watch, ...]) -> None:
        self._singles = {name: at for at, name in enumerate(singles)}
        self._lists = lists
        self._watches = watches
        self._kept: dict[tuple[Any, ...], Shape] = {}
        self.last: Shape = self.of([])

    def of(self, tags: list[Any]) -> Shape:
        """The shape of a row with these tags; XmlError when a single child occurs twice or an entry is misplaced."""
        key = tuple(tags)
        shape = self._kept.get(key)
        if shape is None:
            shape = self._worked_out(tags)
            if len(tags) > _MAX_TAGS or sum(len(tag) for tag in tags if isinstance(tag, str)) > _MAX_LETTERS:
                return shape
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            self._kept[key] = shape
        self.last = shape
        return shape

    def _worked_out(self, tags: list[Any]) -> Shape:
        names = [local_name(tag) for tag in tags]
        singles = [len(tags)] * len(self._singles)  # Readers put a None behind the last child.
        for at, name in enumerate(names):
            place = self._singles.get(name)
            if place is not None:
                if singles[place] != len(tags):
                    raise XmlError(f"{name} occurs more than once")
                singles[place] = at
        lists = [_places([at for at, name in enumerate(names) if name == wanted]) for wanted in self._lists]
        watched = [_watched(watch, names) for watch in self._watches]
        return (tags, _picker(singles), *lists, *watched)


def _watched(watch: Watch, names: list[str]) -> Places:
    if watch.mark != watch.name and watch.mark in names:
        raise watch.misplaced()
    passed_over = {"", watch.name, watch.beside}
    return _places([at for at, name in enumerate(names) if name not in passed_over])


def _places(found: list[int]) -> Places:
    if not found:
        return slice(0, 0)
    if found[-1] - found[0] == len(found) - 1:
        return slice(found[0], found[-1] + 1)
    return tuple(found)


def _picker(singles: list[int]) -> Callable[[Row], Any] | None:
    return operator.itemgetter(*singles) if singles else None


def picked(row: list[Element], places: Places) -> list[Element]:
    """The children at *places*."""
    return row[places] if isinstance(places, slice) else [row[at] for at in places]
