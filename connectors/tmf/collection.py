"""
One collection of a TMF server (customers, parties, agreements), asked over the wire: by id or by filter.

Knows statuses, pages and which answers are answers to our question. What an object means is told by the `read` that it
is given; which questions to ask is the connector's business.
"""

import dataclasses
import functools
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

from connectors.cache_control import fresh_for
from connectors.clock import Clock
from connectors.errors import BadData, ConnectorError
from connectors.guard import fresh_at_most, known_answer, source_of
from connectors.json import JsonError, JsonObject
from connectors.tmf.faults import refusal
from connectors.tmf.fields import selection
from connectors.tmf.paging import Paging, PagingError
from connectors.tmf.replies import Item, Page, Read, check_absence, read_no_page, read_object, read_page
from connectors.tmf.settings import ServerSettings
from connectors.tmf.validators import Known, Sourced, Validators
from connectors.wire import HttpWire, Reply, decoded
from schema.parts import Part
from schema.source import Source

T = TypeVar("T", bound=Sourced)

ReadParts = Callable[[JsonObject, frozenset[Part], Source], T]
"""An object of the collection in our words, with the parts asked for; raises JsonError."""

Test = Callable[[JsonObject], bool]

_ABSENT = frozenset({404, 410})
_BEYOND_THE_END = 416
_NOT_MODIFIED = 304


@dataclasses.dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """What was found of several ids, and why some of it cannot be used. An id in neither is unknown to the system."""

    found: Mapping[str, T] = dataclasses.field(repr=False)
    refused: Mapping[str, str] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """
    One filter with its values.

    Servers pass over a filter they do not know and answer with everybody, so *member* is asked for as well and *heeded*
    looks at it in every object; *wanted* picks, of what rightly came, what the caller meant.
    """

    name: str
    values: tuple[str, ...] = dataclasses.field(repr=False)
    member: str
    heeded: Test
    wanted: Test


class Collection(Generic[T]):
    """
    One collection. *operation* is how calls to it are called in sources, errors and limits.

    *always* are members that every question needs beside those of its parts. Without *validators* no ETag is heeded.
    """

    def __init__(
        self,
        *,
        system: str,
        operation: str,
        path: str,
        members: Mapping[Part, tuple[str, ...]],
        read: ReadParts[T],
        settings: ServerSettings,
        wire: HttpWire,
        clock: Clock,
        always: tuple[str, ...] = (),
        id_filter: str = "id",
        validators: Validators | None = None,
    ) -> None:
        self.system = system
        self.operation = operation
        self._path = path
        # Worked out once for each set of parts, of which there are few.
        self._selection = functools.cache(functools.partial(selection, members))
        self._validators = validators
        self._always = always
        self._id_filter = id_filter
        self._read = read
        self._settings = settings
        self._wire = wire
        self._clock = clock

    async def by_id(self, wanted: str, *, parts: frozenset[Part]) -> Batch[T]:
        """
        The object of one id, by its own address; an empty Batch when the system does not know it.

        Where it is known from before and can be confirmed, the server is asked for it only if it has changed.
        """
        known = self._known(wanted, parts)
        path = f"{self._path}/{urllib.parse.quote(wanted, safe='')}"
        etag = None if known is None else known.etag
        reply = await self._wire.get(path, operation=self.operation, params=self._fields(parts), etag=etag)
        if known is not None and reply.status == _NOT_MODIFIED:
            return Batch(found={wanted: self._confirmed(known, reply)}, refused={})
        try:
            item = await self._one(reply, wanted, parts)
        except JsonError as exc:
            raise self._bad(exc) from exc
        return Batch(found={} if item is None else {wanted: self._value(item)}, refused={})

    async def by_ids(self, wanted: tuple[str, ...], *, parts: frozenset[Part]) -> Batch[T]:
        """The objects of several ids, by one filter. One that cannot be read does not take the others with it."""
        asked = frozenset(wanted)
        filter_ = Filter(
            name=self._id_filter,
            values=wanted,
            member="id",
            heeded=lambda raw: raw.text("id") in asked,
            wanted=lambda _: True,
        )
        return _batch(await self._all(filter_, parts, most=len(asked)))

    async def by_filter(self, filter_: Filter, *, parts: frozenset[Part]) -> tuple[T, ...]:
        """Every object that *filter_* finds and wants, in the system's order."""
        items = await self._all(filter_, parts)
        try:
            return tuple(self._value(item) for item in items if filter_.wanted(item.raw))
        except JsonError as exc:
            raise self._bad(exc) from exc

    async def _one(self, reply: Reply, wanted: str, parts: frozenset[Part]) -> Item[T] | None:
        if reply.status in _ABSENT:
            await decoded(check_absence, reply)
            return None
        if reply.status != 200:
            raise self._refusal(reply)
        self._heed(reply)
        read = self._reader(parts)
        item = await decoded(lambda whole: read_object(whole, read), reply)
        if item.id != wanted:
            raise JsonError("the answer is about another id")
        if self._validators is not None:
            self._validators.keep(reply.headers.get("etag"), self._selection(parts))
        return item

    def _known(self, wanted: str, parts: frozenset[Part]) -> Known[T] | None:
        # Only of a question by id: a list goes on behind its page, and an ETag of the page need not say so.
        kept = None if self._validators is None else known_answer()
        if self._validators is None or kept is None or not isinstance(kept.value, Batch):
            return None
        return self._validators.known(kept.value.found.get(wanted), kept.validator, self._selection(parts))

    def _confirmed(self, known: Known[T], reply: Reply) -> T:
        self._heed(reply, before=known.value.source)
        return known.confirmed(source_of(self.system, self.operation, settings=self._settings.guard, clock=self._clock))

    async def _all(self, filter_: Filter, parts: frozenset[Part], *, most: int | None = None) -> tuple[Item[T], ...]:
        # Page by page until the last one, or until *most* different objects are there.
        params = {filter_.name: ",".join(filter_.values), **self._fields(parts, filter_.member)}
        found: dict[str, Item[T]] = {}
        paging = Paging(limit=self._settings.page_size)
        try:
            for _ in range(self._settings.max_pages):
                page = await self._page(filter_, params, paging.offset, parts)
                _merge(found, page.items)
                paging.took(items=len(page.items), total=page.total, partial=page.partial)
                if not paging.more or len(found) == most:
                    return tuple(found.values())
        except (JsonError, PagingError) as exc:
            raise self._bad(exc) from exc
        raise BadData("there are more pages than `max_pages`", system=self.system, operation=self.operation)

    async def _page(self, filter_: Filter, params: Mapping[str, str], offset: int, parts: frozenset[Part]) -> Page[T]:
        limits = {"limit": str(self._settings.page_size)} | ({"offset": str(offset)} if offset else {})
        reply = await self._wire.get(self._path, operation=self.operation, params={**params, **limits})
        if reply.status == 204 or (offset and reply.status == _BEYOND_THE_END):
            return read_no_page(reply)
        if reply.status in _ABSENT:
            await decoded(check_absence, reply)
            return read_no_page(reply)
        if reply.status not in {200, 206}:
            raise self._refusal(reply)
        self._heed(reply)
        read, most = self._reader(parts), self._settings.page_size * self._settings.max_pages
        return await decoded(lambda whole: _heeded(filter_, read_page(whole, read, most=most)), reply)

    def _heed(self, reply: Reply, *, before: Source | None = None) -> None:
        if self._settings.heed_cache_control:
            said_s = fresh_for(reply.headers.get("cache-control"))
            if said_s is None and before is not None and before.fresh_until is not None:
                # What a 304 does not say is as the answer said that it confirms (RFC 9111, 3.2).
                said_s = (before.fresh_until - before.fetched_at).total_seconds()
            if said_s is not None:
                fresh_at_most(said_s)

    def _reader(self, parts: frozenset[Part]) -> Read[T]:
        source = source_of(self.system, self.operation, settings=self._settings.guard, clock=self._clock)
        return lambda raw: self._read(raw, parts, source)

    def _fields(self, parts: frozenset[Part], *further: str) -> dict[str, str]:
        return {"fields": self._selection(parts, *self._always, *further)} if self._settings.send_fields else {}

    def _value(self, item: Item[T]) -> T:
        if isinstance(item.value, JsonError):
            raise self._bad(item.value) from item.value
        return item.value

    def _refusal(self, reply: Reply) -> ConnectorError:
        return refusal(reply.status, system=self.system, operation=self.operation, retry_after_s=reply.retry_after_s)

    def _bad(self, exc: JsonError | PagingError) -> BadData:
        return BadData(str(exc), system=self.system, operation=self.operation)


def _heeded(filter_: Filter, page: Page[T]) -> Page[T]:
    if not all(filter_.heeded(item.raw) for item in page.items):
        raise JsonError(f"the filter {filter_.name} was ignored")
    return page


def _merge(found: dict[str, Item[T]], page: Iterable[Item[T]]) -> None:
    # An object may come again when the collection moved between two pages; it must be the same one.
    before = len(found)
    items = tuple(page)
    for item in items:
        known = found.setdefault(item.id, item)
        if known.raw.members != item.raw.members:
            raise JsonError("two different objects have one id")
    if items and before and len(found) == before:
        raise JsonError("the pages repeat; the server does not heed `offset`")


def _batch(items: Iterable[Item[T]]) -> Batch[T]:
    found: dict[str, T] = {}
    refused: dict[str, str] = {}
    for item in items:
        if isinstance(item.value, JsonError):
            refused[item.id] = str(item.value)
        else:
            found[item.id] = item.value
    return Batch(found=found, refused=refused)
