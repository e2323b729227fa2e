"""Replies of a TMF server -> objects, pages and absences. Pure: what is no such reply raises JsonError."""

import dataclasses
from collections.abc import Callable
from typing import Generic, TypeVar

from connectors import lexical
from connectors.json import Json, JsonError, JsonObject, as_object, as_objects, parse
from connectors.wire import Reply

T = TypeVar("T")

Read = Callable[[JsonObject], T]
"""An object in our words; raises JsonError."""


@dataclasses.dataclass(frozen=True, slots=True)
class Item(Generic[T]):
    """One object as it came, with its reading or, where it cannot be read, the reason."""

    id: str = dataclasses.field(repr=False)
    raw: JsonObject
    value: T | JsonError = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a collection. *total* is X-Total-Count where the server sent it; *partial* is true for status 206."""

    items: tuple[Item[T], ...] = ()
    total: int | None = None
    partial: bool = False


def read_object(reply: Reply, read: Read[T]) -> Item[T]:
    """The one object of a reply to a question by id."""
    return _item(as_object(_json(reply)), read)


def read_page(reply: Reply, read: Read[T], *, most: int | None = None) -> Page[T]:
    """
    The objects of a reply to a question by filter, *most* at most.

    X-Result-Count, where sent, must agree with what is there.
    """
    found = as_objects(_json(reply))
    if most is not None and len(found) > most:
        raise JsonError("the page holds more items than `max_pages` pages may")
    items = tuple(_item(raw, read) for raw in found)
    count = _count(reply, "X-Result-Count")
    if count is not None and count != len(items):
        raise JsonError("the page does not hold as many items as X-Result-Count says")
    return Page(items=items, total=_count(reply, "X-Total-Count"), partial=reply.status == 206)


def read_no_page(reply: Reply) -> Page[T]:
    """The page of a reply whose status says that there is nothing. Counts, where sent, must agree with that."""
    if _count(reply, "X-Result-Count"):
        raise JsonError("the page does not hold as many items as X-Result-Count says")
    return Page(total=_count(reply, "X-Total-Count"))


def check_absence(reply: Reply) -> None:
    """
    Check that a 404 or 410 speaks of an object: without a body, or with a TMF Error.

    Every web server and proxy has a 404 of its own for paths it does not know; taken for an absent customer it would
    make a wrong path in the configuration look like an empty CRM.
    """
    if not reply.body.strip():
        return
    error = as_object(_json(reply))
    if error.value("code") is None and error.value("reason") is None:
        raise JsonError("a 404 that is not a TMF error; the path in the settings may be wrong")


def _item(raw: JsonObject, read: Read[T]) -> Item[T]:
    found = raw.require_text("id")
    try:
        return Item(found, raw, read(raw))
    except JsonError as exc:
        return Item(found, raw, exc)


def _json(reply: Reply) -> Json:
    if reply.content_type != "application/json" and not reply.content_type.endswith("+json"):
        raise JsonError("the answer is not JSON by its content type")
    return parse(reply.body, charset=reply.charset)


def _count(reply: Reply, header: str) -> int | None:
    text = reply.headers.get(header.lower())
    if text is None:
        return None
    try:
        return lexical.integer(text)
    except lexical.LexicalError as exc:
        raise JsonError(f"{header} is {exc}") from exc
