"""The body of a request: read within bounds of size and time, and inflated where the caller compressed it."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from gateway.http.refusal import HttpRefusal

# zlib reads a gzip wrapper (RFC 1952) and nothing else with this window.
_GZIP = 31


async def read_body(request: Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """The whole body, not longer than *max_bytes* on the wire and inflated; raises HttpRefusal."""
    compressed = _compressed(request)
    _check_declared(request.headers.get("content-length", ""), max_bytes)
    try:
        async with asyncio.timeout(timeout_s):
            return await (_inflated if compressed else _plain)(request.stream(), max_bytes)
    except TimeoutError:
        # What may still come of it cannot be told from a next request.
        raise HttpRefusal(408, "The body took too long to arrive.", headers={"Connection": "close"}) from None
    except ClientDisconnect:
        raise HttpRefusal(400, "The body is incomplete.") from None
    except zlib.error:
        raise HttpRefusal(400, "The body is not valid gzip.") from None


def _compressed(request: Request) -> bool:
    # A header on several lines is one list (RFC 9110, 5.3).
    codings = [coding.strip().lower() for coding in ",".join(request.headers.getlist("content-encoding")).split(",")]
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


async def _plain(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
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
