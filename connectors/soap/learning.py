"""
How the layout of a row is learned: from the row itself, tag by tag.

A row is an element without attributes (but for empty leaves that say they are nil) and without text of its own, whose
leaves hold any text.
"""

import re
import xml.etree.ElementTree as ET
from typing import Final

from connectors.soap.layouts import MARK, SPACE, Form, Layout, Part
from connectors.xml import Element

_NAME: Final = r"(?:[A-Za-z_][A-Za-z0-9_.-]*:)?[A-Za-z_][A-Za-z0-9_.-]*"
# What is nil and empty is read like what is empty, whatever the prefix stands for.
_NIL: Final = r"""(?: (?P<nil>[A-Za-z_][A-Za-z0-9_.-]*:nil)="(?:true|1)"(?=/))?"""
_TAG: Final = re.compile(rf"<(?P<end>/?)(?P<name>{_NAME}){_NIL}(?P<empty>/?)>")
_MARK: Final = re.escape(MARK)
_PROOFS: Final = r"(?:<[A-Za-z_][A-Za-z0-9_.-]*:_/>)*+"
_CUT_ROWS: Final = re.compile(rf"<(?P<name>{_NAME})>(?P<run>{_MARK}[0-9]+){_PROOFS}</(?P=name)>")
# What a parser gives as it stands. Carriage returns it changes, references it resolves, `]]>` it refuses, and so it
# does with characters that XML has not: a row with one of them is left to it.
_TEXT: Final = r"[^<&\]\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]*+"

_MAX_TAGS: Final = 256
_MAX_LEVELS: Final = 8
_MAX_LETTERS: Final = 16_384


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
    return Layout.of(learning.parts, tag=learning.tag), learning.row, learning.at


class _Learning:
    """Goes over a row, tag by tag, and writes down its parts and its tree without prefixes."""

    def __init__(self, text: str, at: int, *, leaves: frozenset[str], lists: frozenset[str]) -> None:
        self.at = at
        self.parts: list[Part] = []
        self.tag = ""
        self._text = text
        self._end = at + _MAX_LETTERS
        self._wanted = leaves
        self._rows = lists
        self._open: list[str] = []
        self._builder: ET.TreeBuilder = ET.TreeBuilder()
        # Of the part that is being written down: its pattern, its names, and what its group is of.
        self._source: list[str] = []
        self._names: list[str] = []
        self._of_leaf = self._of_rows = False

    @property
    def row(self) -> Element:
        row: Element = self._builder.close()
        return row

    def run(self) -> None:
        for _ in range(_MAX_TAGS):
            if self.at > self._end:
                break
            if not self._cut_rows():
                self._tag()
            space = self._space() if self._open else False
            if len(self._open) <= 1:
                self._end_part(space=space)
            elif space:
                self._source.append(SPACE)
            if not self._open:
                return
        raise Odd

    def _end_part(self, *, space: bool) -> None:
        prefixes = frozenset(name.rpartition(":")[0] for name in self._names)
        form = Form(self._source[0], "".join(self._source), prefixes - {""})
        name = _local(self._names[0])
        self.parts.append(Part(name, (form,), leaf=self._of_leaf, rows=self._of_rows, space=space))
        self._source, self._names = [], []
        self._of_leaf = self._of_rows = False

    def _cut_rows(self) -> bool:
        found = _CUT_ROWS.match(self._text, self.at) if len(self._open) == 1 else None
        if found is None or _local(found["name"]) not in self._rows:
            return False
        name, local = found["name"], _local(found["name"])
        self._names.append(name)
        tag = re.escape(name)
        self._source.append(f"((?:<{tag}>{_MARK}[0-9]++{_PROOFS}</{tag}>{SPACE})*+)")
        self._of_rows = True
        while found is not None and found["name"] == name:
            self._leaf(local, found["run"])
            self.at = self._past_space(found.end())
            found = _CUT_ROWS.match(self._text, self.at)
        return True

    def _tag(self) -> None:
        found = _TAG.match(self._text, self.at)
        if found is None:
            raise Odd
        name, local = found["name"], _local(found["name"])
        self._source.append(re.escape(found[0]))
        self._names += [name, found["nil"]] if found["nil"] else [name]
        self.at = found.end()
        if found["end"]:
            if not self._open or found["empty"] or self._open.pop() != name:
                raise Odd
            self._builder.end(local)
            return
        if self.tag and local in {*self._rows, _local(self.tag)}:
            raise Odd
        self.tag = self.tag or name
        if found["empty"]:
            self._leaf(local, "")
            self._capture(local, "")
        elif (end := self._text.find("<", self.at)) >= 0 and self._text.startswith(f"</{name}>", end):
            self._leaf(local, self._text[self.at : end])
            self._capture(local, _TEXT)
            self._source.append(re.escape(f"</{name}>"))
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
        self._of_leaf = len(self._open) == 1 and local in self._wanted
        self._source.append(f"({pattern})" if self._of_leaf else pattern)

    def _space(self) -> bool:
        # White space between tags is of no meaning to anybody; where there was none, none is looked for.
        begin, self.at = self.at, self._past_space(self.at)
        return self.at > begin

    def _past_space(self, at: int) -> int:
        while self._text[at : at + 1] in {" ", "\t", "\n"}:
            at += 1
        return at


def _local(name: str) -> str:
    return name.rpartition(":")[2]
