"""Calls per second that replicas share, against a real Redis that dies and comes back."""

import asyncio
import itertools
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from connectors.clock import SystemClock
from connectors.guard.budget import Budget
from connectors.guard.shares import BudgetSettings
from gateway.stores.redis_rates import SETTLING_S, RedisRates
from tests.bars import bar
from tests.connectors.guard.asking import call, unused
from tests.connectors.support import FixedClock, Reports

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")
if SERVER is None:
    pytest.skip("needs redis-server", allow_module_level=True)


class Server:
    """A Redis on a socket of its own, which keeps nothing."""

    def __init__(self, folder: str) -> None:
        self.socket = str(pathlib.Path(folder, "redis.sock"))

    def start(self) -> None:
        assert SERVER is not None
        quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        self._process = subprocess.Popen(
            [SERVER, "--port", "0", "--unixsocket", self.socket, *quiet], stdout=subprocess.DEVNULL
        )
        end = time.monotonic() + 30
        while not self._listens():
            assert time.monotonic() < end
            time.sleep(0.01)

    def _listens(self) -> bool:
        """Its file is there a moment sooner."""
        with socket.socket(socket.AF_UNIX) as looking:
            return looking.connect_ex(self.socket) == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        pathlib.Path(self.socket).unlink(missing_ok=True)

    def stop_answering(self) -> None:
        """It takes connections and says nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def answer_again(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def server() -> Iterator[Server]:
    # A socket's path may have about a hundred bytes, which pytest's own folders are too long for.
    with tempfile.TemporaryDirectory(prefix="rates-") as folder:
        found = Server(folder)
        found.start()
        yield found
        found.kill()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Redis]:
    found = Redis(unix_socket_path=server.socket, retry=Retry(NoBackoff(), 0))
    await everybody_has_counted_here_for_long(found)
    yield found
    await found.aclose()


async def everybody_has_counted_here_for_long(client: Redis) -> None:
    await client.set("sb:rates-since", "1")


def rates(
    client: Redis,
    *,
    clock: FixedClock | SystemClock | None = None,
    report: Reports | None = None,
    settling_s: float = SETTLING_S,
) -> RedisRates:
    return RedisRates(
        client, namespace="sb", clock=clock or SystemClock(), report=report or Reports(), settling_s=settling_s
    )


async def take(shared: RedisRates, *, rate: float = 10, burst: float = 5, kept_free: float = 0) -> float | None:
    return await shared.take("billing", rate=rate, burst=burst, kept_free=kept_free)


async def test_a_burst_is_let_through_and_then_as_many_as_the_rate(client):
    shared, began, passed = rates(client), time.monotonic(), 0
    while passed < 30:
        passed += await take(shared, rate=50, burst=5) == 0
    took = time.monotonic() - began

    # The last came in a tick of Redis's clock more than the first.
    assert 25 / 50 - 1 / 50 <= took < bar(25 / 50 + 2 / 50)


async def test_who_is_refused_is_told_when_to_come_back(client):
    shared = rates(client)
    await take(shared, rate=20, burst=1)
    wait = await take(shared, rate=20, burst=1)
    assert wait is not None
    assert 0 < wait <= 0.05
    await asyncio.sleep(wait)

    assert 0 == await take(shared, rate=20, burst=1)


async def test_a_class_leaves_what_is_kept_free_for_others(client):
    shared = rates(client)
    partners = [await take(shared, rate=0.1, burst=10, kept_free=3) for _ in range(10)]
    agents = [await take(shared, rate=0.1, burst=10) for _ in range(10)]

    assert (7, 3) == (partners.count(0), agents.count(0))


async def test_replicas_count_together_and_each_system_for_itself(client):
    one, other = rates(client), rates(client)
    passed = [await take(each, rate=0.1, burst=6) for each in (one, other) * 10]

    assert 6 == passed.count(0)
    assert 0 == await one.take("crm", rate=0.1, burst=6, kept_free=0)


async def test_keys_hold_a_name_and_go_when_the_bucket_is_full(client):
    await take(rates(client), rate=10, burst=5)

    assert [b"sb:rate:billing", b"sb:rates-since"] == sorted(await client.keys("*"))
    assert 0 < await client.pttl("sb:rate:billing") <= 1200


async def test_a_clock_that_was_set_back_keeps_nobody_out_for_longer_than_a_bucket_takes_to_fill(client):
    await client.set("sb:rate:billing", time.time() + 86_400)
    wait = await take(rates(client), rate=10, burst=5)

    assert wait is not None
    assert 0 < wait <= 0.5
    await asyncio.sleep(wait + 0.01)
    assert 0 == await take(rates(client), rate=10, burst=5)


async def test_without_redis_there_is_no_answer_at_once_and_it_is_told_once(server, client):
    report, clock = Reports(), FixedClock()
    shared = rates(client, clock=clock, report=report, settling_s=0.05)
    assert 0 == await take(shared)
    server.kill()
    assert {None} == set(await asyncio.gather(*(take(shared) for _ in range(50))))

    began = time.monotonic()
    for _ in range(1000):
        assert await take(shared) is None
    assert time.monotonic() - began < bar(0.5)
    assert ["shared_rates_away"] == [event for event, _ in report.events]

    server.start()
    assert await take(shared) is None
    clock.advance(1.1)
    assert await take(shared) is None
    await _tried(shared)
    assert await take(shared) is None
    await asyncio.sleep(0.2)
    assert 0 == await take(shared)
    assert ["shared_rates_away", "shared_rates_back"] == [event for event, _ in report.events]


async def test_a_redis_that_says_nothing_costs_a_call_a_fraction_of_a_second_once(server, client):
    report = Reports()
    shared = rates(client, report=report)
    assert 0 == await take(shared)
    server.stop_answering()
    began = time.monotonic()
    assert await take(shared) is None
    assert await take(shared) is None
    took = time.monotonic() - began
    while not report.events:  # noqa: ASYNC110 - As operators see it: by looking.
        await asyncio.sleep(0.01)
    found_out = time.monotonic() - began

    assert 0.14 < took < bar(1)
    assert 1 < found_out < bar(2)
    assert ["shared_rates_away"] == [event for event, _ in report.events]


async def test_a_late_answer_is_a_doubt_and_no_absence(server, client):
    report = Reports()
    shared = rates(client, report=report)
    assert 0 == await take(shared)
    server.stop_answering()
    assert await take(shared) is None
    server.answer_again()
    began = time.monotonic()
    while await take(shared) is None:  # noqa: ASYNC110 - Only asking tells.
        await asyncio.sleep(0.005)

    assert time.monotonic() - began < bar(0.5)
    assert [] == report.events


async def test_nothing_is_under_way_after_it_was_closed(server, client):
    shared = rates(client)
    server.stop_answering()
    assert await take(shared) is None
    before = len(asyncio.all_tasks())
    await shared.aclose()

    assert before - 1 == len(asyncio.all_tasks())


async def test_a_redis_that_has_forgotten_counts_nothing_until_everybody_can_have_come_back(server, client):
    one, other = rates(client, settling_s=0.4), rates(client, settling_s=0.4)
    await client.flushall()
    began = time.monotonic()
    for each in itertools.cycle((one, other)):
        if (wait := await take(each, rate=10, burst=5)) is not None:
            break
        await asyncio.sleep(0.005)

    assert 0.39 < time.monotonic() - began < bar(1)
    # What everybody took for itself is not known there, so nobody gets a burst on top of it.
    assert wait is not None
    assert 0 < wait <= 0.1


async def test_who_comes_back_makes_those_who_were_there_all_along_take_their_parts_too(server, client):
    clock = FixedClock()
    there, away = rates(client, settling_s=0.3), rates(client, settling_s=0.3, clock=clock)
    assert 0 == await take(there)
    _cannot_reach_it(away, since_s=3.0, clock=clock)
    assert await take(away) is None

    assert await take(there) is None
    await asyncio.sleep(0.35)
    assert None not in (await take(there), await take(away))


async def test_who_comes_back_late_from_the_same_absence_changes_nothing(server, client):
    clock = FixedClock()
    one, late = rates(client, settling_s=0.1), rates(client, settling_s=0.1, clock=clock)
    for each in (one, late):
        _cannot_reach_it(each, since_s=3.0, clock=clock if each is late else SystemClock())
    assert await take(one) is None
    await asyncio.sleep(0.2)
    assert await take(one) is not None

    assert await take(late) is not None
    assert await take(one) is not None


def _cannot_reach_it(shared: RedisRates, *, since_s: float, clock: FixedClock | SystemClock) -> None:
    """It could not for so long, and has been found to answer now."""
    shared._failures, shared._away_since = 1, clock.monotonic() - since_s


async def _tried(shared: RedisRates) -> None:
    """Return when it is known whether Redis is back."""
    async with asyncio.timeout(5):
        while shared._doubts is not None:  # noqa: ASYNC110 - Nobody tells but by asking.
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("trouble", ["kill", "stop_answering"])
async def test_while_redis_is_away_it_is_tried_once_at_a_time_and_no_call_waits_for_that(server, client, trouble):
    clock = FixedClock()
    shared = rates(client, clock=clock)
    getattr(server, trouble)()
    assert await take(shared) is None
    await _tried(shared)
    waited_s = 0.0
    for _ in range(2):
        clock.advance(6)
        began = time.monotonic()
        assert await take(shared) is None
        trying = shared._doubts
        assert await take(shared) is None
        waited_s = max(waited_s, time.monotonic() - began)
        assert trying is not None
        assert trying is shared._doubts
        await _tried(shared)

    assert waited_s < 0.1
    server.answer_again() if trouble == "stop_answering" else server.start()
    clock.advance(6)
    assert await take(shared) is None
    await _tried(shared)
    assert shared._answers


async def test_a_budget_is_kept_while_redis_dies_and_comes_back(server, client):
    clock, told = SystemClock(), Reports()
    settings = BudgetSettings(calls_per_s=60, burst=6, max_wait_s=0, replicas=3)
    replicas = [
        Budget(
            system="billing",
            settings=settings,
            max_waiting=10,
            clock=clock,
            rates=rates(client, report=told, settling_s=0.5),
            late_s=0.0,
        )
        for _ in range(3)
    ]
    seen: list[float] = []

    async def proceed(_call, _ask):
        seen.append(time.monotonic())

    async def flood(seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            calls = [each(call(), unused, proceed=proceed) for each in replicas for _ in range(3)]
            await asyncio.gather(*calls, return_exceptions=True)
            await asyncio.sleep(0.01)

    began = time.monotonic()
    await flood(0.7)
    server.kill()
    await flood(0.7)
    server.start()
    await flood(2)
    took = time.monotonic() - began

    # One burst at the start, one for what this process counts itself, and one for a Redis that has forgotten.
    assert len(seen) <= 60 * took + 18
    # On a busy machine nobody may have asked for a part of the time.
    assert len(seen) >= 0.8 / bar(1) * 60 * took
    assert {"shared_rates_away", "shared_rates_back"} == {event for event, _ in told.events}
