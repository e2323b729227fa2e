"""
Records made of columns of texts: of every row the first field's text, of every row the second's, and so on.

The values are those that a compiled reader makes of elements which hold a text and nothing else. Whatever is wrong with
a text is an error without a name here, because the rows are then read again as elements.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from connectors.soap.fields import Field, Kind, fields_of
from connectors.soap.values import integers_of
from connectors.xml import XML_SPACE, XmlError

Using: TypeAlias = Mapping[str, Callable[[str], Any]]
Values: TypeAlias = Callable[[list[str]], Iterable[Any]]

LEAVES: Final = frozenset({Kind.TEXT, Kind.INTEGER, Kind.READ})


class Columns:
    """How the rows of one record are made: *leaves* are the elements whose texts it takes, *lists* those of rows."""

    def __init__(self, record: type[Any], using: Using) -> None:
        self.record = record
        fields = fields_of(record)
        self.leaves = frozenset(field.spec.name for field in fields if not field.spec.many)
        self.lists = frozenset(field.spec.name for field in fields if field.spec.many)
        self._values = [
            (field.spec.name, None if field.spec.many else _values(field, using), field.required) for field in fields
        ]
        self._put_together = _putting_together(record, [field.attribute for field in fields])

    def rows(
        self,
        texts: Mapping[str, list[Any]],
        lists: Mapping[str, list[list[Any]]],
        *,
        count: int,
        gaps: frozenset[str] = frozenset(),
    ) -> list[Any]:
        """
        *count* records; an element that no row has is in none of the two mappings.

        One that some rows have not is one of *gaps*, and its text is None there. LexicalError or XmlError when a text
        is not what a field demands.
        """
        columns: list[Iterable[Any]] = []
        for name, values, required in self._values:
            if values is None:
                columns.append(lists[name] if name in lists else [[] for _ in range(count)])
            elif name not in texts:
                columns.append(itertools.repeat(None, count))
            else:
                column = _without_gaps(texts[name], required=required) if name in gaps else texts[name]
                columns.append(values(column))
        return self._put_together(*columns)


def is_row(record: type[Any]) -> bool:
    """Whether *record* is nothing but texts and lists of such records."""
    fields = fields_of(record)
    lists = [field for field in fields if field.spec.many]
    inner = [field.record is not None and field.record is not record and is_row(field.record) for field in lists]
    return len(lists) < len(fields) and all(inner) and all(f.spec.many or f.kind in LEAVES for f in fields)


def _without_gaps(texts: list[str | None], *, required: bool) -> list[str]:
    # What may be missing is read like what is empty.
    if required and None in texts:
        raise XmlError("missing")
    return [text or "" for text in texts]


def _values(field: Field, using: Using) -> Values:
    match field.kind:
        case Kind.INTEGER:
            return _integers(field)
        case Kind.READ:
            return _read(field, using[field.spec.read or ""])
        case _:
            return _texts(field)


def _texts(field: Field) -> Values:
    def required(texts: list[str]) -> list[str]:
        return _all_there([text.strip(XML_SPACE) for text in texts])

    def blank(texts: list[str]) -> list[str]:
        return [text.strip(XML_SPACE) for text in texts]

    def optional(texts: list[str]) -> list[str | None]:
        return [text.strip(XML_SPACE) or None for text in texts]

    if not field.required:
        return optional
    return blank if field.spec.blank else required


def _integers(field: Field) -> Values:
    number = integers_of(field.spec.bits).__getitem__

    def required(texts: list[str]) -> list[int]:
        # No number is without a digit, so an empty text is an error of its own.
        return list(map(number, texts))

    def optional(texts: list[str]) -> list[int | None]:
        return [number(text) if text else None for text in texts]

    return required if field.required else optional


def _read(field: Field, make: Callable[[str], Any]) -> Values:
    def required(texts: list[str]) -> list[Any]:
        values = [make(text) for text in _all_there([text.strip(XML_SPACE) for text in texts])]
        if None in values:
            raise XmlError("missing or empty")
        return values

    def optional(texts: list[str]) -> list[Any]:
        return [make(stripped) if (stripped := text.strip(XML_SPACE)) else None for text in texts]

    return required if field.required else optional


def _all_there(texts: list[str]) -> list[str]:
    if not all(texts):
        raise XmlError("missing or empty")
    return texts


def _putting_together(record: type[Any], attributes: list[str]) -> Callable[..., list[Any]]:
    columns = ", ".join(f"c{at}" for at in range(len(attributes)))
    values = ", ".join(f"v{at}" for at in range(len(attributes)))
    sets = "".join(f"  row.{name} = v{at}\n" for at, name in enumerate(attributes))
    source = (
        f"def put_together({columns}):\n made = []\n"
        f" for {values}, in zip({columns}, strict=True):\n  row = new(record)\n{sets}  made.append(row)\n return made\n"
    )
    bound: dict[str, Any] = {"new": object.__new__, "record": record}
    exec(source, bound)  # noqa: S102 - The source is made of our own fields' names.
    put_together: Callable[..., list[Any]] = bound["put_together"]
    return put_together
