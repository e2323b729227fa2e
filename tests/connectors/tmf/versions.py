"""A CRM whose customers change, each with an ETag, and which may take its time between what it sees and what it says."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import httpx

from connectors.errors import ConnectorError
from connectors.guard import Answer, Keys, subject
from connectors.tmf import TMFConnector
from gateway.stores.memory import MemoryStore
from schema.customer import Customer
from schema.parts import CustomerPart
from tests.connectors.guard.windows import Events
from tests.connectors.support import FixedClock, environment, soon
from tests.connectors.tmf.asking import NAME
from tests.connectors.tmf.fake import settings

KEYS = Keys(b"of these tests")


@dataclasses.dataclass
class Versions(httpx.AsyncBaseTransport):
    """Answers any id with a customer named after its version, and says what it was asked."""

    etag: Callable[[int], str | None] = '"{}"'.format
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    heeds_conditions: bool = True
    said_instead: httpx.Response | None = None
    known: dict[str, int] = dataclasses.field(default_factory=dict)
    conditions: list[str | None] = dataclasses.field(default_factory=list)
    statuses: list[int] = dataclasses.field(default_factory=list)
    clock: FixedClock = dataclasses.field(default_factory=FixedClock)
    seen: list[tuple[str | None, float, float]] = dataclasses.field(default_factory=list)
    """Of each customer that was asked for alone: its name, when the CRM looked and when it answered."""

    waiting: list[asyncio.Future[None]] = dataclasses.field(default_factory=list)
    is_slow: bool = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        condition = request.headers.get("if-none-match")
        self.conditions.append(condition)
        looked_at, number = self.clock.monotonic(), request.url.path.rpartition("/")[2]
        name = f"{number} as of {self._version(number)}"
        response = self.said_instead or self._response(request, condition)
        if self.is_slow:
            self.waiting.append(asyncio.get_running_loop().create_future())
            await self.waiting[-1]
        self.statuses.append(response.status_code)
        self.seen.append((name, looked_at, self.clock.monotonic()))
        return response

    def let_go(self) -> None:
        """Let what was asked be answered, with what was seen when it was asked."""
        self.is_slow = False
        for each in self.waiting:
            if not each.done():
                each.set_result(None)

    def _response(self, request: httpx.Request, condition: str | None) -> httpx.Response:
        if "id" in request.url.params:
            ids = request.url.params["id"].split(",")
            body: object = [self._customer(each) for each in ids]
            version = max(map(self._version, ids))
        else:
            number = request.url.path.rpartition("/")[2]
            body, version = self._customer(number), self._version(number)
        etag = self.etag(version)
        headers = {"Content-Type": "application/json", **self.headers} | ({} if etag is None else {"ETag": etag})
        if self.heeds_conditions and etag is not None and condition == etag:
            return httpx.Response(304, headers=headers)
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(json.dumps(body).encode()))

    def _version(self, number: str) -> int:
        return self.known.setdefault(number, 1)

    def _customer(self, number: str) -> dict[str, object]:
        name = f"{number} as of {self._version(number)}"
        return {"@type": "Customer", "id": number, "name": name, "status": "active"}


class Asking:
    """A connector to it over a memory store, with what its guard tells. *values* are settings."""

    def __init__(self, crm: Versions, **values: Any) -> None:
        self.crm = crm
        self.clock = crm.clock
        self.events = Events()
        self.store = MemoryStore(max_entries=1000, clock=self.clock)
        self.anew(**values)

    def anew(self, **values: Any) -> TMFConnector:
        """Another connector over the same store, as after a restart."""
        surroundings = environment(transport=self.crm, clock=self.clock)
        kept = dataclasses.replace(surroundings, store=self.store, watch=self.events, keys=KEYS)
        guard = {"jitter": 0, "fresh_s": {"*": 10}, "stale_s": {"*": 100}, "attempts": 1}
        self.connector = TMFConnector("crm", settings(**{"heed_etags": True, "guard": guard} | values), kept)
        return self.connector

    async def ask(self, *ids: str, parts: frozenset[CustomerPart] = NAME, **terms: Any) -> Answer[Customer]:
        """The answer about the first of *ids*; an error is raised."""
        within = dataclasses.replace(soon(self.clock), **terms)
        found = (await self.connector.customers(ids or ("1",), parts=parts, within=within))[(ids or ("1",))[0]]
        if isinstance(found, ConnectorError):
            raise found
        return found

    async def name(self, *ids: str, **terms: Any) -> str | None:
        """The name in that answer."""
        return (await self.ask(*ids, **terms)).value.name

    async def drop(self, *ids: str) -> None:
        """Something about customers *ids* has changed, as somebody tells us."""
        await self.store.drop(KEYS.tags([subject.customer(each) for each in ids]))
