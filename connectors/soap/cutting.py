"""
Long lists read without an element for each leaf: rows are cut out of a reply's text by their layouts.

A parser reads what is left, in which a small element stands for each run of rows: so it proves that the tags around
rows fit, that rows stand in the document's own content, and that their prefixes mean something. Whatever is odd about a
reply is left to the parser as a whole, and a row that has no layout is read as an element.
"""

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from connectors.lexical import LexicalError
from connectors.soap.columns import Columns, Using, is_row
from connectors.soap.fields import Field, fields_of
from connectors.soap.layouts import MARK, Layout, number_of, rows_for
from connectors.soap.learning import Odd, learned
from connectors.soap.patience import Patience
from connectors.soap.shapes import local_name
from connectors.xml import MAX_PARTS, Element, Node, XmlError

_MAX_LAYOUTS: Final = 8
_TRIES: Final = 4

Read = Callable[[Element], Any]


class RowsAreCut(XmlError):
    """Somebody looks at elements that have been cut; the reply has to be read as a whole."""


def demand_elements(element: Element) -> None:
    """RowsAreCut when a child of *element* stands for rows: for readers that look at rows by themselves."""
    if any(not isinstance(child.text, str | None) for child in element):
        raise RowsAreCut("a row has been cut")


class _List:
    """One list of rows, and the layouts that its rows were seen in."""

    def __init__(self, field: Field, parent: type[Any], *, read: Callable[[type[Any]], Read], using: Using) -> None:
        record: Any = field.record
        self.name = field.spec.name
        self.columns = Columns(record, using)
        self.inner = _lists_of(record, read=read, using=using)
        self.read = read(record)
        # What must not hide beside another list of the same parent must not hide within a row that is cut either.
        others = [other.spec for other in fields_of(parent) if other.spec.mark is not None and other != field]
        self.misplaced = {name for spec in others for name in (spec.name, spec.mark)} - {self.name}
        self.layouts: tuple[Layout, ...] = ()

    def all(self) -> Iterator["_List"]:
        """It and those within it, the innermost first."""
        for inner in self.inner.values():
            yield from inner.all()
        yield self


def _lists_of(record: type[Any], *, read: Callable[[type[Any]], Read], using: Using) -> dict[str, _List]:
    fields = [field for field in fields_of(record) if field.spec.many and field.record is not None]
    lists = [_List(field, record, read=read, using=using) for field in fields if is_row(field.record or object)]
    return {each.name: each for each in lists}


@dataclasses.dataclass(frozen=True, slots=True, repr=False)
class Cut:
    """A document without its rows, and these: an element in *rest* stands for each of the *runs* of them."""

    rest: str
    runs: list[list[Any]]

    def put_into(self, element: Element, lists: Mapping[str, _List]) -> bool:
        """Each run into the text of its element below *element*; False when not all of them stand where rows are."""
        return _placed(element, lists, self.runs) == self.rest.count(MARK)


def _placed(element: Element, lists: Mapping[str, _List], runs: list[list[Any]]) -> int:
    count = 0
    for child in element:
        found = lists.get(local_name(child.tag))
        if found is None:
            continue
        number = number_of(child.text)
        if number is None:
            count += _placed(child, found.inner, runs)
        else:
            rows: Any = runs[number]
            child.text = rows
            count += 1
    return count


class Cutter:
    """
    Cuts the replies to one operation. *record* is that of the element at the path *at* within the body's element.

    *read* compiles the reader of a record, *using* is what it is compiled with. Layouts are learned from replies as
    they come, a few for each list.
    """

    def __init__(
        self, record: type[Any], *, at: tuple[str, ...], read: Callable[[type[Any]], Read], using: Using
    ) -> None:
        self._at = at
        self._lists = _lists_of(record, read=read, using=using)
        self._all = [each for outer in self._lists.values() for each in outer.all()]
        names = [each.name for each in self._all]
        if not names or len(set(names)) != len(names):
            raise TypeError(f"{record.__name__} has no lists of rows, or two of one name")
        self._left = re.compile(rf"<(?:[^\s<>/:]+:)?(?P<name>{'|'.join(map(re.escape, names))})>(?!{re.escape(MARK)})")
        self._patience = Patience()

    def cut(self, text: str) -> Cut | None:
        """
        *text* without the rows that are known; None when there are none, or when it is better read as a whole.

        A row is a whole element wherever its element in the rest is one: it is balanced, and its tags and texts are
        nothing else to a parser. Where it is none (in a comment, say), `put_into` misses it.
        """
        # In fewer letters there are not too many elements, and not for too long is nothing else done.
        if len(text) > MAX_PARTS or MARK in text:
            return None
        runs: list[list[Any]] = []
        try:
            for each in self._all:
                for layout in each.layouts:
                    text = _taken(text, layout, each, runs)
        except (LexicalError, XmlError):
            return None
        return Cut(text, runs) if runs else None

    def put_into(self, body: Node, cut: Cut) -> bool:
        """Each run to its place in the tree of `cut.rest`; False when it has none, and the tree is not to be read."""
        target = body.find(*self._at)
        return target is not None and cut.put_into(target.element, self._lists)

    def learn(self, text: str, cut: Cut | None) -> None:
        """Look for layouts in *text*, a well-formed document, or what *cut* has left of it."""
        if len(text) > MAX_PARTS or MARK in text or not self._patience.is_due():
            return
        left, runs = (cut.rest, cut.runs) if cut is not None else (text, [])
        begins = [(found["name"], found.start()) for found in self._left.finditer(left)]
        if begins:
            self._patience.was(well_spent=any(self._learn(each, left, begins, runs) for each in self._all))

    def _learn(self, wanted: _List, text: str, begins: list[tuple[str, int]], runs: list[list[Any]]) -> bool:
        for begin in [begin for name, begin in begins if name == wanted.name][:_TRIES]:
            layouts = _learned(wanted, text, begin, runs)
            if layouts is not None:
                # The one that was learned first is forgotten first.
                wanted.layouts = layouts[-_MAX_LAYOUTS:]
                return True
        return False


def _taken(text: str, layout: Layout, by: _List, runs: list[list[Any]]) -> str:
    taken = layout.take(text)
    if taken is None:
        return text
    lists = {name: [rows_for(each, runs) for each in texts] for name, texts in taken.lists.items()}
    rest = layout.without(taken, first=len(runs))
    runs += taken.runs(by.columns.rows(taken.texts, lists, count=taken.count, gaps=taken.gaps))
    return rest


def _learned(wanted: _List, text: str, at: int, runs: list[list[Any]]) -> tuple[Layout, ...] | None:
    """The layouts of a list with that of the row at *at*, the newest last; None when it has none."""
    try:
        layout, row, end = learned(text, at, leaves=wanted.columns.leaves, lists=wanted.columns.lists)
        if any(local_name(child.tag) in wanted.misplaced for child in row):
            return None
        _placed(row, wanted.inner, runs)
        read = wanted.read(row)
    except (Odd, XmlError):
        return None
    fits = functools.partial(_fits, text=text[at:end], by=wanted, runs=runs, read=read)
    if not fits(layout):
        return None
    others = []
    for known in wanted.layouts:
        both = known.merged(layout)
        if both is not None and fits(both):
            layout = both
        else:
            others.append(known)
    return (*others, layout)


def _fits(layout: Layout, *, text: str, by: _List, runs: list[list[Any]], read: Any) -> bool:
    # A layout is taken if its row can be read as an element and by columns, and is the same in both.
    mine = runs.copy()
    try:
        _taken(text, layout, by, mine)
    except (LexicalError, XmlError):
        return False
    taken = layout.pattern.fullmatch(text) is not None
    return taken and mine[len(runs) :] == [[read]]
