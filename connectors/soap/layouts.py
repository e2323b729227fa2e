"""
The layout of a row: its tags letter by letter, as a regular expression that takes such rows out of a document.

A row is an element without attributes (but for empty leaves that say they are nil) and without text of its own, whose
leaves hold any text. Tags are literal, and a
text ends where the next tag begins, so that matching looks at no letter twice. Knows nothing of records.
"""

import dataclasses
import re
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any, Final

from connectors.xml import Element

MARK: Final = f"]cut-{secrets.token_hex(4)}-"
"""
With a number behind it: the text of an element that stands for a row. A document that holds it is not cut.

Its bracket is in no text of a row that is cut, so that no row is lost within another.
"""

_NAME: Final = r"(?:[A-Za-z_][A-Za-z0-9_.-]*:)?[A-Za-z_][A-Za-z0-9_.-]*"
# What is nil and empty is read like what is empty, whatever the prefix stands for.
_NIL: Final = r"""(?: (?P<nil>[A-Za-z_][A-Za-z0-9_.-]*:nil)="(?:true|1)"(?=/))?"""
_TAG: Final = re.compile(rf"<(?P<end>/?)(?P<name>{_NAME}){_NIL}(?P<empty>/?)>")
_MARK: Final = re.escape(MARK)
_CUT_ROW: Final = re.compile(rf"<(?P<name>{_NAME})>{_MARK}[0-9]+</(?P=name)>")
_NUMBER: Final = re.compile(rf"{_MARK}([0-9]+)<")
_SPACE: Final = r"[ \t\n]*+"
# What a parser gives as it stands. Carriage returns it changes, references it resolves, `]]>` it refuses, and so it
# does with characters that XML has not: a row with one of them is left to it.
_TEXT: Final = r"[^<&\]\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]*+"

_MAX_TAGS: Final = 256
_MAX_LEVELS: Final = 8
_MAX_LETTERS: Final = 16_384


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Taken:
    """
    Rows of one layout.

    *rest* is the document without them: the text before the first, between each two, and after the last. *texts* are
    their leaves' texts by element, *lists* by element what stands for the rows that each of them held.
    """

    rest: list[str]
    texts: dict[str, list[str]]
    lists: dict[str, list[str]]

    @property
    def count(self) -> int:
        """How many rows they are."""
        return len(self.rest) - 1


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """
    One layout. *leaves* and *lists* are the groups of its pattern by element, *groups* how many it has.

    *before* and *after* stand around the number of a row that was taken: an element of the same name, in which every
    prefix that the row uses occurs, so that a parser refuses it where one of them means nothing.
    """

    pattern: re.Pattern[str]
    groups: int
    leaves: Mapping[str, int]
    lists: Mapping[str, tuple[int, ...]]
    before: str
    after: str

    def take(self, text: str) -> Taken | None:
        """The rows of this layout in *text*; None when there is none."""
        pieces = self.pattern.split(text)
        if len(pieces) == 1:
            return None
        step = self.groups + 1
        columns = {name: pieces[group::step] for name, group in self.leaves.items()}
        lists = {
            name: list(map("".join, zip(*(pieces[group::step] for group in groups), strict=True)))
            for name, groups in self.lists.items()
        }
        return Taken(rest=pieces[::step], texts=columns, lists=lists)

    def without(self, taken: Taken, *, first: int) -> str:
        """The document with an element in place of each row, numbered from *first* on."""
        pieces = [""] * (2 * len(taken.rest) - 1)
        pieces[::2] = taken.rest
        pieces[1::2] = [f"{self.before}{number}{self.after}" for number in range(first, first + taken.count)]
        return "".join(pieces)


def number_of(text: Any) -> int | None:
    """The number of the row for which an element with this text stands; None when it stands for itself."""
    return int(text[len(MARK) :]) if text.__class__ is str and text.startswith(MARK) else None


def rows_for(run: str, rows: list[Any], *, in_order: bool) -> list[Any]:
    """Those of *rows* for which the elements of *run* stand. *in_order*: their numbers are neighbours."""
    if not run:
        return []
    if not in_order:
        return [rows[int(number)] for number in _NUMBER.findall(run)]
    begin = run.index(MARK) + len(MARK)
    first = int(run[begin : run.index("<", begin)])
    return rows[first : first + run.count(MARK)]


class Odd(Exception):
    """A row that cannot be taken out of a document."""


def learned(text: str, at: int, *, leaves: frozenset[str], lists: frozenset[str]) -> tuple[Layout, Element, int]:
    """
    The layout of the row that begins at *at*, the row as an element, and where it ends.

    *leaves* are the children whose texts are wanted, *lists* those that are rows and have been taken out before; all by
    local name. Raises Odd when it has none.
    """
    learning = _Learning(text, at, leaves=leaves, lists=lists)
    learning.run()
    return learning.layout(), learning.row, learning.at


class _Learning:
    """Goes over a row, tag by tag, and writes down its pattern and its tree without prefixes."""

    def __init__(self, text: str, at: int, *, leaves: frozenset[str], lists: frozenset[str]) -> None:
        self.at = at
        self._text = text
        self._end = at + _MAX_LETTERS
        self._wanted = leaves
        self._rows = lists
        self._pattern: list[str] = []
        self._groups = 0
        self._leaves: dict[str, int] = {}
        self._lists: dict[str, tuple[int, ...]] = {}
        self._open: list[str] = []
        self._tags: list[str] = []
        self._builder: ET.TreeBuilder = ET.TreeBuilder()

    @property
    def row(self) -> Element:
        row: Element = self._builder.close()
        return row

    def layout(self) -> Layout:
        _, *others = dict.fromkeys(tag.rpartition(":")[0] for tag in self._tags)
        proofs = "".join(f"<{prefix}:_/>" for prefix in sorted(others) if prefix)
        name = self._tags[0]
        return Layout(
            pattern=re.compile("".join(self._pattern)),
            groups=self._groups,
            leaves=self._leaves,
            lists=self._lists,
            before=f"<{name}>{MARK}",
            after=f"{proofs}</{name}>",
        )

    def run(self) -> None:
        for _ in range(_MAX_TAGS):
            if self.at > self._end:
                break
            if not self._cut_rows():
                self._tag()
            if not self._open:
                return
            self._space()
        raise Odd

    def _cut_rows(self) -> bool:
        found = _CUT_ROW.match(self._text, self.at) if len(self._open) == 1 else None
        if found is None or _local(found["name"]) not in self._rows:
            return False
        name, local = found["name"], _local(found["name"])
        self._tags.append(name)
        tag = re.escape(name)
        self._group(f"(?:<{tag}>{_MARK}[0-9]++</{tag}>{_SPACE})*+")
        self._lists[local] = (*self._lists.get(local, ()), self._groups)
        while found is not None and found["name"] == name:
            self._leaf(local, found[0][len(name) + 2 : -len(name) - 3])
            self.at = self._past_space(found.end())
            found = _CUT_ROW.match(self._text, self.at)
        return True

    def _tag(self) -> None:
        found = _TAG.match(self._text, self.at)
        if found is None:
            raise Odd
        name, local = found["name"], _local(found["name"])
        self._pattern.append(re.escape(found[0]))
        self.at = found.end()
        if found["end"]:
            if not self._open or found["empty"] or self._open.pop() != name:
                raise Odd
            self._builder.end(local)
            return
        if self._tags and local in {*self._rows, _local(self._tags[0])}:
            raise Odd
        self._tags += [name, found["nil"]] if found["nil"] else [name]
        if found["empty"]:
            self._leaf(local, "")
            self._capture(local, "")
        elif (end := self._text.find("<", self.at)) >= 0 and self._text.startswith(f"</{name}>", end):
            self._leaf(local, self._text[self.at : end])
            self._capture(local, _TEXT)
            self._pattern.append(re.escape(f"</{name}>"))
            self.at = end + len(name) + 3
        else:
            self._begin(name)

    def _begin(self, name: str) -> None:
        self._open.append(name)
        if len(self._open) > _MAX_LEVELS:
            raise Odd
        self._builder.start(_local(name), {})

    def _leaf(self, local: str, text: str) -> None:
        if not self._open:
            raise Odd
        self._builder.start(local, {})
        self._builder.data(text)
        self._builder.end(local)

    def _capture(self, local: str, pattern: str) -> None:
        if len(self._open) == 1 and local in self._wanted:
            self._group(pattern)
            self._leaves[local] = self._groups
        else:
            self._pattern.append(pattern)

    def _group(self, pattern: str) -> None:
        self._groups += 1
        self._pattern.append(f"({pattern})")

    def _space(self) -> None:
        # White space between tags is of no meaning to anybody; where there was none, none is looked for.
        end = self._past_space(self.at)
        if end > self.at:
            self._pattern.append(_SPACE)
        self.at = end

    def _past_space(self, at: int) -> int:
        while self._text[at : at + 1] in {" ", "\t", "\n"}:
            at += 1
        return at


def _local(name: str) -> str:
    return name.rpartition(":")[2]
