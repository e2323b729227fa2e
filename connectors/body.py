"""The body of an answer: put together from its parts, inflated if it came compressed, and bounded in every respect."""

import asyncio
import zlib
from collections.abc import AsyncIterable

# An answer in parts of a few bytes each takes more work than it is worth.
_MAX_PARTS = 20_000
# So much is inflated at once, before others have their turn.
_PIECE = 256 * 1024


class BodyError(ValueError):
    """A body is not taken. Says why."""


async def whole_body(parts: AsyncIterable[bytes], *, coding: str, limit: int) -> bytes:
    """All of *parts*, at most *limit* bytes before and after *coding* (a Content-Encoding) is undone."""
    match coding.strip().lower():
        case "" | "identity":
            return await _plain(parts, limit=limit)
        case "gzip":
            return await _inflated(parts, limit=limit)
        case _:
            raise BodyError("an unasked content coding")


async def _plain(parts: AsyncIterable[bytes], *, limit: int) -> bytes:
    # Put together once at the end; what came as one part is not copied at all.
    pieces, size = [], 0
    async for part in parts:
        pieces.append(part)
        size += len(part)
        _check(size, len(pieces), limit=limit)
    return b"".join(pieces)


async def _inflated(parts: AsyncIterable[bytes], *, limit: int) -> bytes:
    inflate = zlib.decompressobj(wbits=31)
    body, received, count = bytearray(), 0, 0
    async for part in parts:
        # What was received counts as well: a compressed answer can go on for ever without growing.
        received += len(part)
        count += 1
        _check(received, count, limit=limit)
        while part:
            body += _piece(inflate, part)
            _check(len(body), count, limit=limit)
            part = inflate.unconsumed_tail  # noqa: PLW2901 - The rest of the same part.
            await asyncio.sleep(0)
    if not inflate.eof:
        raise BodyError("the compressed answer is cut off")
    return bytes(body)


def _piece(inflate: "zlib._Decompress", part: bytes) -> bytes:
    try:
        piece = inflate.decompress(part, _PIECE)
    except zlib.error:
        raise BodyError("the compressed answer is damaged") from None
    if inflate.unused_data:
        raise BodyError("the compressed answer goes on after its end")
    return piece


def _check(size: int, count: int, *, limit: int) -> None:
    if size > limit:
        raise BodyError("the answer is larger than max_reply_bytes")
    if count > _MAX_PARTS:
        raise BodyError("the answer comes in too many parts")
