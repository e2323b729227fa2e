"""Clients that are slow, silent or deaf are cut in time, and nobody else notices them."""

import asyncio
import contextlib
import socket
import statistics
import time

import pytest

from tests.bars import bar
from tests.conftest import ROOT
from tests.security.probe import probed
from tests.security.server.conftest import QUICK, AloneGateway
from tests.security.server.raw import address, say
from tests.security.server.slow import KINDS, clients, elsewhere

HEADERS = ["silence", "a request line", "headers", "headers of a second request"]
BODIES = ["a body", "chunks", "a body that nobody reads"]
QUESTION = "/graphql?query=%7B__typename%7D"
ASKING = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
LARGEST = max((ROOT / "gateway/static/graphiql/assets").iterdir(), key=lambda file: file.stat().st_size).name.encode()


async def _p99(gateway: AloneGateway, seconds: float) -> float:
    """The p99 of others who ask the graph good questions for that long."""
    async with probed(address(gateway.url), path=QUESTION, pid=gateway.pid) as figures:
        await asyncio.sleep(seconds)
    return figures.p99_s


async def _returns_to(gateway: AloneGateway, open_files: int) -> None:
    """The process has no more files open than *open_files*, within a moment."""
    end = time.monotonic() + bar(5)
    while gateway.open_files > open_files:
        assert time.monotonic() < end, f"{gateway.open_files} files open, {open_files} before"
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_slow_client_is_cut(quick_gateway: AloneGateway, kind: str) -> None:
    (cut,) = await clients(quick_gateway.url, 1, kinds=[kind], every_s=0.05, at_most_s=bar(10))

    assert cut.seconds < bar((2.5 if kind in BODIES else 1) + 1)
    assert (b"HTTP/1.1 408 " in cut.heard) == (
        kind not in {"silence", "an idle connection", "a body that nobody reads"}
    )


async def test_fifty_slow_clients_are_cut_and_the_others_are_answered_meanwhile(quick_gateway: AloneGateway) -> None:
    before = quick_gateway.open_files
    well = await _p99(quick_gateway, 1)
    slow = asyncio.create_task(clients(quick_gateway.url, 50, kinds=list(KINDS), every_s=0.1, at_most_s=bar(10)))
    await asyncio.sleep(0.1)

    beside = await _p99(quick_gateway, 1)

    cuts = await slow
    assert max(cut.seconds for cut in cuts) < bar(5)
    assert not any(b" 503 " in cut.heard for cut in cuts)
    assert beside < bar(4 * well + 0.1)
    await _returns_to(quick_gateway, before)


@pytest.mark.soak
@pytest.mark.parametrize(("kinds", "bar_s"), [(HEADERS, 15), (BODIES, 20), ([*HEADERS, *BODIES], 20)])
async def test_five_hundred_slow_clients_are_cut_in_time_and_nobody_notices(
    default_gateway: AloneGateway, kinds: list[str], bar_s: float
) -> None:
    before = default_gateway.open_files
    rounds = []
    for _ in range(3):
        well = await _p99(default_gateway, 6)
        slow = asyncio.create_task(asyncio.to_thread(elsewhere, default_gateway.url, 500, kinds=kinds, every_s=1))
        await asyncio.sleep(3)
        beside = await _p99(default_gateway, 6)
        cuts = await slow
        rounds.append((well, beside))
        assert max(cut.seconds for cut in cuts) < bar_s
        assert not any(b" 503 " in cut.heard for cut in cuts)
    await _returns_to(default_gateway, before)

    shown = ", ".join(f"{well * 1000:.1f} -> {beside * 1000:.1f}" for well, beside in rounds)
    slowest = max(cut.seconds for cut in cuts)
    print(f"p99 in ms, alone -> beside 500 slow clients: {shown}; the last one was cut after {slowest:.1f} s")  # noqa: T201 - a figure to read
    assert statistics.median(beside - 1.2 * well for well, beside in rounds) <= 0.010


async def test_clients_that_do_not_read_are_cut(quick_gateway: AloneGateway) -> None:
    before = quick_gateway.open_files
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            deaf = stack.enter_context(socket.create_connection(address(quick_gateway.url)))
            deaf.sendall(b"GET /graphql/static/assets/%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % LARGEST * 5)
        async with asyncio.timeout(bar(3)):
            while quick_gateway.open_files < before + 20:  # noqa: ASYNC110 - only looking tells
                await asyncio.sleep(0.01)

        await _returns_to(quick_gateway, before)


async def test_more_connections_than_allowed_are_told_to_come_back(quick_gateway: AloneGateway) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(int(QUICK["MAX_CONNECTIONS"])):
            stack.enter_context(socket.create_connection(address(quick_gateway.url)))
        refused = [say(quick_gateway.url, ASKING) for _ in range(20)]

    assert [[503]] * 20 == [heard.statuses for heard in refused]
    assert all(b"\r\nRetry-After: 1\r\n" in heard.data and heard.closed for heard in refused)
    async with asyncio.timeout(bar(3)):
        while say(quick_gateway.url, ASKING).statuses != [200]:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.05)
