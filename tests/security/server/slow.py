"""Clients that keep a server waiting, each in its way, until they are cut."""

import asyncio
import concurrent.futures
import contextlib
import dataclasses
import multiprocessing
import time

from tests.security.server.raw import address

_POST = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

KINDS = {
    "silence": (b"", b""),
    "a request line": (b"GET /heal", b"x"),
    "headers": (b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n", b"X: y\r\n"),
    "headers of a second request": (
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /health/live HTTP/1.1\r\n",
        b"X: y\r\n",
    ),
    "a body": (_POST % b"/graphql" + b"Content-Length: 100000\r\n\r\n", b" "),
    "chunks": (_POST % b"/graphql" + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "a body that nobody reads": (_POST % b"/health/live" + b"Content-Length: 100000\r\n\r\n", b" "),
    "an idle connection": (b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
}
"""What a client says at once, and what it says again and again."""


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """How one client ended."""

    kind: str
    seconds: float
    heard: bytes


async def clients(url: str, count: int, *, kinds: list[str], every_s: float, at_most_s: float) -> list[Cut]:
    """*count* clients, the *kinds* in turn, that say something every *every_s* until they are cut."""
    # In step they would be a burst of work each time, which real slow clients are not.
    return await asyncio.gather(
        *(
            _client(url, kinds[place % len(kinds)], every_s, at_most_s, begins_s=every_s * place / count)
            for place in range(count)
        )
    )


def elsewhere(url: str, count: int, *, kinds: list[str], every_s: float) -> list[Cut]:
    """The same in a process of their own, so that they do not take the time of who measures; at most 30 s."""
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_all, url, count, kinds, every_s).result()


def _all(url: str, count: int, kinds: list[str], every_s: float) -> list[Cut]:
    return asyncio.run(clients(url, count, kinds=kinds, every_s=every_s, at_most_s=30))


async def _client(url: str, kind: str, every_s: float, at_most_s: float, *, begins_s: float) -> Cut:
    at_once, again = KINDS[kind]
    await asyncio.sleep(begins_s)
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(*address(url))
    writer.write(at_once)
    trickling = asyncio.create_task(_trickle(writer, again, every_s))
    heard = bytearray()
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(at_most_s):
            while data := await reader.read(65536):
                heard += data
    seconds = time.monotonic() - began
    trickling.cancel()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return Cut(kind, seconds, bytes(heard))


async def _trickle(writer: asyncio.StreamWriter, again: bytes, every_s: float) -> None:
    while again and not writer.is_closing():
        await asyncio.sleep(every_s)
        writer.write(again)
