"""Whose turn it is to take a connection, and that nobody is kept waiting by one who does not take his."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.server import listen
from gateway.workers.acceptor import Acceptor
from gateway.workers.turns import Turns, slots


@pytest.fixture
def turns() -> Iterator[Turns]:
    with slots(3) as file:
        yield Turns(file.fileno(), workers=3)


def test_a_worker_alone_always_has_the_fewest(turns: Turns) -> None:
    turns.note(2, 500)

    assert turns.has_fewest(2)


def test_those_with_fewer_are_left_to_take_the_next(turns: Turns) -> None:
    turns.note(1, 5)
    turns.note(2, 4)
    turns.note(3, 4)

    assert [False, True, True] == [turns.has_fewest(place) for place in (1, 2, 3)]


def test_a_worker_that_is_away_is_not_waited_for(turns: Turns) -> None:
    turns.note(1, 5)
    turns.note(2, 0)
    turns.note_absence(2)

    assert turns.has_fewest(1)


def test_what_one_notes_another_process_sees() -> None:
    with slots(2) as file:
        mine, theirs = (Turns(file.fileno(), workers=2) for _ in range(2))
        mine.note(1, 1)
        theirs.note(2, 0)

        assert not mine.has_fewest(1)


class _Worker:
    """An acceptor, and the connections that it has taken."""

    def __init__(self, listener: socket.socket, turns: Turns, place: int) -> None:
        self.taken: list[asyncio.Protocol] = []
        self.acceptor = Acceptor(listener, make=self._make, connections=self.taken, turns=turns, place=place)

    def _make(self) -> asyncio.Protocol:
        self.taken.append(protocol := asyncio.Protocol())
        return protocol


@contextlib.asynccontextmanager
async def _connections(listener: socket.socket, count: int) -> AsyncIterator[None]:
    address = listener.getsockname()
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, address)
        yield


async def _until(count: int, *workers: _Worker) -> None:
    async with asyncio.timeout(5):
        while sum(len(worker.taken) for worker in workers) < count:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def test_a_burst_is_shared(turns: Turns) -> None:
    with listen("127.0.0.1", 0) as listener, listener.dup() as other:
        workers = [_Worker(listener, turns, 1), _Worker(other, turns, 2)]
        for worker in workers:
            worker.acceptor.start()
        async with _connections(listener, 40):
            await _until(40, *workers)
        for worker in workers:
            worker.acceptor.close()

    assert 16 <= len(workers[0].taken) <= 24


async def test_connections_of_a_worker_that_hangs_are_taken_by_another_one(turns: Turns) -> None:
    turns.note(2, 0)
    with listen("127.0.0.1", 0) as listener:
        worker = _Worker(listener, turns, 1)
        worker.acceptor.start()
        began = time.monotonic()
        async with _connections(listener, 60):
            await _until(60, worker)
        worker.acceptor.close()

    assert time.monotonic() - began < 2


async def test_one_that_leaves_takes_no_more_and_is_not_waited_for(turns: Turns) -> None:
    with listen("127.0.0.1", 0) as listener, listener.dup() as other:
        staying, leaving = _Worker(listener, turns, 1), _Worker(other, turns, 2)
        for worker in (staying, leaving):
            worker.acceptor.start()
        leaving.acceptor.close()
        async with _connections(listener, 10):
            await _until(10, staying)
        staying.acceptor.close()

    assert [] == leaving.taken
