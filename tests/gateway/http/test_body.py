"""Bodies that are compressed: inflated within the same bound as others, and refused when they are anything but gzip."""

import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.bars import bar
from tests.bombs import squeezed
from tests.gateway.support import URL, door

QUERY = json.dumps({"query": "{ __typename }"}).encode()
ANSWER = {"data": {"__typename": "Query"}}
MiB = 1024 * 1024


async def _post(body: bytes | AsyncIterator[bytes], coding: str = "gzip", **settings: Any) -> httpx.Response:
    async with door(**settings) as client:
        headers = {"Content-Type": "application/json", "Content-Encoding": coding}
        return await client.post(URL, content=body, headers=headers)


def _sentence(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    assert "BAD_INPUT" == error["extensions"]["code"]
    message: str = error["message"]
    assert message.endswith(".")
    return message


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", " gzip ", "identity, gzip", "gzip, identity"])
async def test_a_gzip_body_is_read(coding: str) -> None:
    assert ANSWER == (await _post(gzip.compress(QUERY), coding)).json()


@pytest.mark.parametrize("coding", ["", "identity", ","])
async def test_a_body_that_is_not_compressed_may_say_so(coding: str) -> None:
    assert ANSWER == (await _post(QUERY, coding)).json()


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "gzip, br", "aws-chunked", "*", "gzip;q=1"])
async def test_any_other_coding_is_415_and_told_which_there_is(coding: str) -> None:
    response = await _post(gzip.compress(QUERY), coding)

    assert (415, "gzip") == (response.status_code, response.headers["accept-encoding"])
    assert "gzip" in _sentence(response)


async def test_codings_on_several_lines_are_one_list() -> None:
    async with door() as client:
        response = await client.post(
            URL,
            content=gzip.compress(gzip.compress(QUERY)),
            headers=[
                ("Content-Type", "application/json"),
                ("Content-Encoding", "gzip"),
                ("Content-Encoding", "gzip"),
            ],
        )

    assert 415 == response.status_code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        QUERY,
        gzip.compress(QUERY)[:-1],
        gzip.compress(QUERY)[:12],
        gzip.compress(QUERY)[:-8] + b"\0" * 8,
        gzip.compress(QUERY) + b"x",
        gzip.compress(QUERY) + gzip.compress(b" "),
        zlib.compress(QUERY),
        gzip.compress(gzip.compress(QUERY)),
        b"\x1f\x8b\x08\x04\0\0\0\0\0\xff" + b"\xff\xff" + b"x" * 70_000,
    ],
    ids=["empty", "plain", "cut", "cut early", "wrong sum", "trailing", "two members", "zlib", "twice", "long header"],
)
async def test_a_body_that_is_not_one_whole_gzip_is_400(body: bytes) -> None:
    response = await _post(body)

    assert 400 == response.status_code
    _sentence(response)


async def test_a_bomb_is_413_and_costs_neither_memory_nor_time() -> None:
    bomb = squeezed(b"", b" " * MiB, 512)
    assert len(bomb) < MiB
    tracemalloc.start()
    before = time.thread_time()
    try:
        response = await _post(bomb)
        took = time.thread_time() - before
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (413, "close") == (response.status_code, response.headers["connection"])
    assert peak < 20 * MiB
    assert took < bar(0.5)


async def test_a_compressed_body_is_bounded_too() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield gzip.compress(b"")[:10]
        for _ in range(100):
            yield b"\x00\x00\x00\xff\xff" * 200  # Empty stored blocks: nothing comes out.

    response = await _post(endless(), max_body_bytes=1024)

    assert 413 == response.status_code


async def test_an_inflated_body_of_exactly_the_limit_is_taken_and_one_more_byte_is_not() -> None:
    assert ANSWER == (await _post(gzip.compress(QUERY.ljust(1024)), max_body_bytes=1024)).json()
    assert 413 == (await _post(gzip.compress(QUERY.ljust(1025)), max_body_bytes=1024)).status_code
