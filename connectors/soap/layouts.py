"""
The layout of a row: its tags letter by letter, as a regular expression that takes such rows out of a document.

Layouts of rows that differ only in what they leave out are put together to one, so that a document is gone over once.
Tags are literal, a text ends where the next tag begins, and a child that may be missing is told by its tag, so that
matching looks at no text twice. Knows nothing of records; how a layout is learned is in `learning`.
"""

import collections
import dataclasses
import difflib
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Self

from connectors.xml import XML_SPACE

MARK: Final = f"]cut-{secrets.token_hex(4)}-"
"""
With a number behind it: the text of an element that stands for a run of rows. A document that holds it is not cut.

Its bracket is in no text of a row that is cut, so that no row is lost within another.
"""

SPACE: Final = r"[ \t\n]*+"
"""White space between tags."""

_NUMBER: Final = re.compile(rf"{re.escape(MARK)}([0-9]+)<")
_PROOF: Final = re.compile(r"<([^<:>]+):_/>")
_MAX_OPTIONAL: Final = 12
_MAX_FORMS: Final = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """How a part is written: its first *tag*, its pattern, which begins with it, and its names' *prefixes*."""

    tag: str
    pattern: str
    prefixes: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """
    A part of a row: its begin, a child called *name*, or its end. *space*: white space may follow.

    Each of its forms has one group where it is a *leaf* whose text is wanted or *rows* that were taken out before.
    """

    name: str
    forms: tuple[Form, ...]
    leaf: bool = False
    rows: bool = False
    space: bool = False
    optional: bool = False

    def with_forms(self, other: "Part") -> "Part":
        """The part in its own forms and in those of the *other*."""
        return dataclasses.replace(
            self,
            forms=tuple(dict.fromkeys((*self.forms, *other.forms))),
            space=self.space or other.space,
            optional=self.optional or other.optional,
        )

    def as_optional(self) -> "Part":
        """The part that may be missing; where rows stand, there may be none anyway."""
        return self if self.rows else dataclasses.replace(self, optional=True)

    @property
    def is_one_of_many(self) -> bool:
        """Whether a row may have it in another way, or not at all."""
        return self.optional or len(self.forms) > 1

    @property
    def is_clear(self) -> bool:
        """Whether its first tag tells in which of its forms it is written."""
        return len({form.tag for form in self.forms}) == len(self.forms) <= _MAX_FORMS

    def pattern(self) -> str:
        """Its place in the pattern of a row."""
        patterns = [form.pattern + SPACE * self.space for form in self.forms] + [""] * self.optional
        return f"(?:{'|'.join(patterns)})" if len(patterns) > 1 else patterns[0]

    def always(self) -> frozenset[str]:
        """The prefixes that every row has because of this part."""
        return frozenset() if self.optional else frozenset.intersection(*(form.prefixes for form in self.forms))


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """
    Rows of one layout.

    *rest* is the document without them: the text before the first run of rows, between each two, and after the last.
    *ends* tells where each run ends. *texts* are their leaves' texts by element, None only where it is one of *gaps*
    and a row has it not; *lists* by element what stands for the rows that each of them held. *prefixes*: those that
    may occur in them, beside that of their own name.
    """

    rest: list[str]
    ends: list[int]
    texts: dict[str, list[Any]]
    lists: dict[str, list[str]]
    gaps: frozenset[str]
    prefixes: frozenset[str]

    @property
    def count(self) -> int:
        """How many rows they are."""
        return self.ends[-1]

    def runs(self, rows: list[Any]) -> Iterator[list[Any]]:
        """*rows* made of them, run by run."""
        return (rows[begin:end] for begin, end in zip([0, *self.ends], self.ends, strict=False))


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """
    One layout of rows whose element is written as *tag*.

    *leaves* and *lists* are the groups of its pattern by element, *gaps* the leaves that may be missing.
    *always* and *sometimes* are the prefixes beside the tag's own that all rows use, and that only some do.
    """

    tag: str
    parts: tuple[Part, ...]
    pattern: re.Pattern[str]
    leaves: Mapping[str, tuple[int, ...]]
    lists: Mapping[str, tuple[int, ...]]
    gaps: frozenset[str]
    always: frozenset[str]
    sometimes: frozenset[str]

    @classmethod
    def of(cls, parts: Sequence[Part], *, tag: str) -> Self:
        """The layout of rows of these parts."""
        groups: dict[bool, dict[str, tuple[int, ...]]] = {True: {}, False: {}}
        captured = [part for part in parts if part.leaf or part.rows for _ in part.forms]
        for group, part in enumerate(captured, 1):
            found = groups[part.leaf]
            found[part.name] = (*found.get(part.name, ()), group)
        own = {tag.rpartition(":")[0]}
        always = frozenset().union(*(part.always() for part in parts)) - own
        return cls(
            tag=tag,
            parts=tuple(parts),
            pattern=re.compile("".join(part.pattern() for part in parts)),
            leaves=groups[True],
            lists=groups[False],
            gaps=frozenset(part.name for part in parts if part.leaf and part.optional),
            always=always,
            sometimes=frozenset().union(*(form.prefixes for part in parts for form in part.forms)) - always - own,
        )

    def merged(self, other: "Layout") -> "Layout | None":
        """A layout of the rows of both: what only one of them has may be missing. None where that is not clear."""
        if self.tag != other.tag:
            return None
        parts = _merged(self.parts, other.parts)
        several = [part for part in parts if part.is_one_of_many]
        names = collections.Counter(part.name for part in parts)
        # What follows is told by its first tag, so that there is never a second way to match a row: what may be missing
        # occurs once, and no two of its forms begin alike.
        if any(names[part.name] > 1 or part.rows or not part.is_clear for part in several):
            return None
        return Layout.of(parts, tag=self.tag) if len(several) <= _MAX_OPTIONAL else None

    def take(self, text: str) -> Taken | None:
        """The rows of this layout in *text*; None when there is none."""
        pieces = self.pattern.split(text)
        if len(pieces) == 1:
            return None
        step = self.pattern.groups + 1
        between = pieces[::step]
        last = len(between) - 1
        # White space between rows means nothing to anybody, so what it parts is one run.
        ends = [at for at, piece in enumerate(between) if piece.strip(XML_SPACE) and 0 < at < last]
        ends.append(last)
        lists = {
            name: list(map("".join, zip(*(pieces[group::step] for group in groups), strict=True)))
            for name, groups in self.lists.items()
        }
        return Taken(
            rest=[between[0], *[between[at] for at in ends]],
            ends=ends,
            texts={name: _told([pieces[group::step] for group in groups]) for name, groups in self.leaves.items()},
            lists=lists,
            gaps=self.gaps,
            prefixes=self._prefixes(text, lists),
        )

    def _prefixes(self, text: str, lists: Mapping[str, list[str]]) -> frozenset[str]:
        # What is proved with the rows that each row held goes with them.
        inner = {prefix for texts in lists.values() for each in texts for prefix in proved(each)}
        used = {prefix for prefix in self.sometimes if f"{prefix}:" in text}
        return self.always.union(used, inner) - {self.tag.rpartition(":")[0]}

    def without(self, taken: Taken, *, first: int) -> str:
        """
        The document with an element in place of each run of rows, numbered from *first* on.

        It has the rows' own name, and holds every prefix that they may use, so that a parser refuses it where one of
        them means nothing.
        """
        before = f"<{self.tag}>{MARK}"
        after = f"{''.join(f'<{prefix}:_/>' for prefix in sorted(taken.prefixes))}</{self.tag}>"
        pieces = [f"{before}{number}{after}{rest}" for number, rest in enumerate(taken.rest[1:], first)]
        return taken.rest[0] + "".join(pieces)


def _told(columns: list[list[Any]]) -> list[Any]:
    """Of columns of which each tells the rows that are written in one form, the one that tells them all."""
    if len(columns) == 1:
        return columns[0]
    return [next((text for text in texts if text is not None), None) for texts in zip(*columns, strict=True)]


def _merged(mine: Sequence[Part], others: Sequence[Part]) -> list[Part]:
    merged: list[Part] = []
    matcher = difflib.SequenceMatcher(None, [part.name for part in mine], [part.name for part in others])
    for what, begin, end, other_begin, other_end in matcher.get_opcodes():
        if what == "equal":
            both = zip(mine[begin:end], others[other_begin:other_end], strict=True)
            merged += [one.with_forms(other) for one, other in both]
        else:
            merged += [part.as_optional() for part in (*mine[begin:end], *others[other_begin:other_end])]
    return merged


def proved(text: str) -> list[str]:
    """The prefixes that the elements in *text*, which stand for rows, prove."""
    return _PROOF.findall(text) if ":_/>" in text else []


def number_of(text: Any) -> int | None:
    """The number of the run for which an element with this text stands; None when it stands for itself."""
    return int(text[len(MARK) :]) if text.__class__ is str and text.startswith(MARK) else None


def rows_for(text: str, runs: Sequence[list[Any]]) -> list[Any]:
    """The rows of those of *runs* for which the elements in *text* stand."""
    numbers = _NUMBER.findall(text)
    if len(numbers) == 1:
        return runs[int(numbers[0])]
    return [row for number in numbers for row in runs[int(number)]]
