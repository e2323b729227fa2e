"""Callers who do not wait for each other: a load that comes at its rate, whatever becomes of the questions before."""

import asyncio
import collections
import dataclasses
import itertools
import random
import statistics
import urllib.parse
from collections.abc import Callable, Iterable, Sequence

_GIVES_UP_S = 10.0


@dataclasses.dataclass(frozen=True, slots=True)
class Came:
    """What came of one request: its label, when it was sent, how long it took, and the response. Status 0: none."""

    label: str
    at_s: float
    took_s: float
    status: int
    head: bytes
    body: bytes

    @property
    def good(self) -> bool:
        """Whether it was answered, and whole."""
        return self.status == 200 and not self.body.startswith(b'{"errors"')


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request that is ready to be sent, and a label to find its answer by."""

    label: str
    data: bytes


def post(path: str, body: bytes, *, label: str = "", headers: Iterable[tuple[str, str]] = ()) -> Request:
    """A question as it goes over the wire."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Accept: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    return Request(label, "\r\n".join([*lines, "", ""]).encode("ascii") + body)


def get(path: str, *, label: str = "") -> Request:
    """A request for a page."""
    return Request(label, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode("ascii"))


class _Connection(asyncio.Protocol):
    """One kept connection: a request, then its answer, then the next."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._left: int | None = None
        self._answer: asyncio.Future[bytes] | None = None
        self._transport: asyncio.Transport
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def ask(self, data: bytes) -> asyncio.Future[bytes]:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return self._answer

    def close(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._left is None:
            head, found, _ = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._left = len(head) + 4 + int(length)
        if len(self._received) >= self._left and self._answer is not None and not self._answer.done():
            whole, self._received, self._left = bytes(self._received), bytearray(), None
            self._answer.set_result(whole)

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(b"")


class Callers:
    """Callers of one address. A connection is used again when its answer has come."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._free: collections.deque[_Connection] = collections.deque()
        self._open: set[_Connection] = set()

    async def come(self, requests: Sequence[Request], *, per_s: float, dice: random.Random | None = None) -> list[Came]:
        """Send *requests* at that rate, evenly or as *dice* have it (a Poisson process); what came of each."""
        loop = asyncio.get_running_loop()
        began = due = loop.time()
        tasks = []
        for request in requests:
            due += 1 / per_s if dice is None else dice.expovariate(per_s)
            if (early := due - loop.time()) > 0:
                await asyncio.sleep(early)
            tasks.append(asyncio.create_task(self.ask(request, since=began)))
        return await asyncio.gather(*tasks)

    async def ask(self, request: Request, *, since: float = 0.0) -> Came:
        """Send one request."""
        loop = asyncio.get_running_loop()
        sent = loop.time()
        connection = await self._connection()
        whole = b""
        if connection is not None:
            try:
                async with asyncio.timeout(_GIVES_UP_S):
                    whole = await connection.ask(request.data)
                self._free.append(connection)
            except TimeoutError:
                connection.close()
        head, _, body = whole.partition(b"\r\n\r\n")
        status = int(head[9:12] or 0)
        return Came(request.label, sent - since, loop.time() - sent, status, head, body)

    async def _connection(self) -> _Connection | None:
        while self._free:
            if not (found := self._free.popleft()).lost:
                return found
        try:
            _, made = await asyncio.get_running_loop().create_connection(_Connection, self._host, self._port)
        except OSError:
            return None
        self._open.add(made)
        return made

    def close(self) -> None:
        """Close every connection."""
        for each in self._open:
            each.close()


def per_second(came: Iterable[Came], seconds: float) -> float:
    """Good answers in a second."""
    return sum(each.good for each in came) / seconds


def part(came: Iterable[Came], which: Callable[[Came], bool]) -> list[float]:
    """How long those took."""
    return [each.took_s for each in came if which(each)]


def p99(times: Sequence[float]) -> float:
    """The time that one of a hundred exceeds."""
    return statistics.quantiles(times, n=100)[98] if len(times) > 1 else sum(times)


def turns(requests: Sequence[Request], count: int) -> list[Request]:
    """*count* of them, one after the other and round again."""
    return list(itertools.islice(itertools.cycle(requests), count))
