"""What a TMF list query asks: paging, first-level field selection, and filters by attribute path. Pure."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
_ALWAYS: Final = ("id", "href")


class BadQueryError(ValueError):
    """A query that cannot be understood; the message may be shown to the caller."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query. A filter holds when any of its values equals any value found at its path; all filters must hold."""

    offset: int
    limit: int
    fields: frozenset[str] | None
    filters: tuple[tuple[str, frozenset[str]], ...]

    def values_of(self, path: str) -> frozenset[str] | None:
        """The values a filter allows at *path*, or None when there is no such filter."""
        return next((values for name, values in self.filters if name == path), None)

    def matches(self, document: dict[str, Any]) -> bool:
        """Whether every filter holds for a document."""
        return all(values & set(_texts(document, path.split("."))) for path, values in self.filters)

    def shown(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document with only the fields asked for, and id and href."""
        if self.fields is None:
            return document
        return {name: value for name, value in document.items() if name in self.fields or name in _ALWAYS}


def read_query(parameters: Iterable[tuple[str, str]], *, known: frozenset[str]) -> Query:
    """The query in URL parameters; BadQueryError for an attribute that is not *known* or a number that is none."""
    offset, limit = 0, DEFAULT_LIMIT
    fields: frozenset[str] | None = None
    filters: list[tuple[str, frozenset[str]]] = []
    for name, value in parameters:
        if name == "offset":
            offset = _count(name, value)
        elif name == "limit":
            limit = min(_count(name, value), MAX_LIMIT)
        elif name == "fields":
            fields = frozenset(part.strip() for part in value.split(","))
        elif name in known:
            filters.append((name, frozenset(value.split(","))))
        else:
            raise BadQueryError("The query names an attribute that cannot be filtered by.")
    return Query(offset=offset, limit=limit, fields=fields, filters=tuple(filters))


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise BadQueryError(f"{name} must be a whole number, zero or more.")
    return int(value)


def _texts(value: Any, path: list[str]) -> Iterator[str]:
    """Every leaf at *path*, lists walked through, as text."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, path)
    elif path:
        if isinstance(value, dict) and path[0] in value:
            yield from _texts(value[path[0]], path[1:])
    elif isinstance(value, bool):
        yield str(value).lower()
    elif not isinstance(value, dict):
        yield str(value)
