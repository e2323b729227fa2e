"""Bodies: whole, inflated when they came compressed, and never larger or in more pieces than allowed."""

import asyncio
import gzip
import itertools
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable

import pytest

from connectors.body import BodyError, whole_body
from tests.bars import bar

LIMIT = 20_000


async def parts_of(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def body(*parts: bytes, coding: str = "") -> bytes:
    return await whole_body(parts_of(parts), coding=coding, limit=LIMIT)


async def test_the_parts_are_put_together():
    assert b"hello" == await body(b"he", b"", b"llo")
    assert b"" == await body()


@pytest.mark.parametrize("coding", ["gzip", " GZIP "])
async def test_a_compressed_body_is_inflated_wherever_it_is_parted(coding):
    compressed = gzip.compress(b"compressed")

    for cut in range(len(compressed)):
        assert b"compressed" == await body(compressed[:cut], compressed[cut:], coding=coding)


async def test_a_body_as_large_as_allowed_is_taken_and_a_larger_one_is_not():
    for coding, write in (("identity", bytes), ("gzip", gzip.compress)):
        assert LIMIT == len(await body(write(b"x" * LIMIT), coding=coding))
        with pytest.raises(BodyError, match="max_reply_bytes"):
            await body(write(b"x" * (LIMIT + 1)), coding=coding)


async def test_a_compressed_bomb_never_unfolds():
    bomb = gzip.compress(b"0" * 15_000_000)
    tracemalloc.start()

    with pytest.raises(BodyError, match="max_reply_bytes"):
        await body(bomb, coding="gzip")

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


async def test_a_large_part_is_inflated_in_turns():
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    watching = asyncio.ensure_future(others())
    whole = gzip.compress(b"0" * 5_000_000)
    assert 5_000_000 == len(await whole_body(parts_of([whole]), coding="gzip", limit=5_000_000))
    watching.cancel()

    assert turns > 10


@pytest.mark.parametrize(
    "damaged",
    [
        gzip.compress(b"compressed")[:-9],
        gzip.compress(b"compressed")[:-1],
        gzip.compress(b"compressed") + b"more",
        gzip.compress(b"one") + gzip.compress(b"two"),
        gzip.compress(b"compressed")[:-8] + bytes(8),
        b"not compressed",
        zlib.compress(b"compressed"),
        b"",
    ],
    ids=["cut", "cut at the end", "trailing", "two", "wrong sum", "plain", "zlib", "empty"],
)
async def test_a_damaged_compressed_body_is_refused(damaged):
    with pytest.raises(BodyError):
        await body(damaged, coding="gzip")


@pytest.mark.parametrize(
    "tail", [b"x" * 0x2000, b"\x00\x00\x00\xff\xff" * 0x600], ids=["after its end", "of empty blocks"]
)
async def test_a_compressed_body_that_never_ends_is_left_early(tail):
    """
    Neither grows when it is inflated, so its own size has to count.
    """
    squeezed = zlib.compressobj(wbits=31)
    start = squeezed.compress(b"start") + squeezed.flush(zlib.Z_FULL_FLUSH if b"\xff" in tail else zlib.Z_FINISH)
    endless = itertools.chain([start], itertools.repeat(tail))

    with pytest.raises(BodyError):
        await asyncio.wait_for(whole_body(parts_of(endless), coding="gzip", limit=LIMIT), bar(1))


@pytest.mark.parametrize("coding", ["", "gzip"])
async def test_a_body_in_parts_of_next_to_nothing_is_left_early(coding):
    start = gzip.compress(b"x")[:10] if coding else b""
    crumbs = itertools.chain([start], itertools.repeat(b""))

    with pytest.raises(BodyError, match="parts"):
        await whole_body(parts_of(crumbs), coding=coding, limit=10_000_000)


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "compress", "zstd", "x-gzip", "x"])
async def test_a_coding_nobody_asked_for_is_refused(coding):
    with pytest.raises(BodyError, match="coding"):
        await body(b"x", coding=coding)
