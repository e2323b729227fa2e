"""The body of a request: read within bounds of size and time, and inflated where the caller compressed it."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator

from starlette.types import Receive, Scope

from gateway.http.arrival import is_whole
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal

# zlib reads a gzip wrapper (RFC 1952) and nothing else with this window.
_GZIP = 31


class _HungUp(Exception):
    """The client is gone before its body was whole."""


async def read_body(scope: Scope, receive: Receive, *, max_bytes: int, timeout_s: float) -> bytes:
    """The whole body, not longer than *max_bytes* on the wire and inflated; raises HttpRefusal."""
    compressed = _compressed(text(scope, b"content-encoding"))
    _check_declared(text(scope, b"content-length") or "", max_bytes)
    try:
        # Where all of it is here already, a timer would cost more than the reading.
        async with asyncio.timeout(timeout_s) if not is_whole(scope) else contextlib.nullcontext():
            if compressed:
                return await _inflated(_parts(receive), max_bytes)
            return await _plain(receive, max_bytes)
    except TimeoutError:
        # What may still come of it cannot be told from a next request.
        raise HttpRefusal(408, "The body took too long to arrive.", headers={"Connection": "close"}) from None
    except _HungUp:
        raise HttpRefusal(400, "The body is incomplete.") from None
    except zlib.error:
        raise HttpRefusal(400, "The body is not valid gzip.") from None


def _compressed(said: str | None) -> bool:
    codings = [coding.strip().lower() for coding in said.split(",")] if said else []
    match [coding for coding in codings if coding not in {"", "identity"}]:
        case []:
            return False
        case ["gzip" | "x-gzip"]:
            return True
    raise HttpRefusal(
        415, "The body may be compressed once, by gzip, or not at all.", headers={"Accept-Encoding": "gzip"}
    )


def _check_declared(length: str, limit: int) -> None:
    # Long before it is a number that int() refuses to read, it is too large.
    if length.isdecimal() and (len(length) > 20 or int(length) > limit):
        raise _too_large(limit)


def _too_large(limit: int) -> HttpRefusal:
    # What is left of the body is not read, so the connection cannot be used again.
    return HttpRefusal(413, f"The body is longer than {limit} bytes.", headers={"Connection": "close"})


async def _part(receive: Receive) -> tuple[bytes, bool]:
    """What comes next, and whether more will."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _HungUp
    return message.get("body", b""), message.get("more_body", False)


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        part, more = await _part(receive)
        yield part


async def _plain(receive: Receive, limit: int) -> bytes:
    part, more = await _part(receive)
    if not more and len(part) <= limit:
        # Nearly always it is all there at once.
        return part
    body = bytearray(part)
    while more and len(body) <= limit:
        part, more = await _part(receive)
        body += part
    if len(body) > limit:
        raise _too_large(limit)
    return bytes(body)


async def _inflated(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    inflating = zlib.decompressobj(wbits=_GZIP)
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        # One byte beyond the limit tells that there is more; a bomb is never inflated further.
        body += inflating.decompress(chunk, limit + 1 - len(body))
        if max(received, len(body)) > limit:
            raise _too_large(limit)
        if inflating.unused_data:
            raise HttpRefusal(400, "Something stands behind the end of the gzip body.")
    if not inflating.eof:
        raise HttpRefusal(400, "The gzip body is incomplete.")
    return bytes(body)
