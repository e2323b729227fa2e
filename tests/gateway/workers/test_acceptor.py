"""Whose turn it is to take a connection, and that nobody is kept waiting by one who does not take his."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from gateway.server import Server, configuration, listen
from gateway.settings import ServerSettings
from gateway.workers import acceptor
from gateway.workers.acceptor import Acceptor, Among, Connections, alone
from gateway.workers.turns import Turns, slots
from tests.bars import bar
from tests.gateway.http.serving import Application


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
    async with asyncio.timeout(30):
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


async def test_a_process_alone_takes_all_who_come_in_one_turn_of_the_loop() -> None:
    """uvloop's own server takes one in a turn: where turns are long, callers would wait for seconds to be seen."""
    with listen("127.0.0.1", 0) as listener:
        connections = Connections()
        connections.ended = lambda: None
        worker = Acceptor(listener, make=asyncio.Protocol, connections=connections, turns=alone().turns, place=1)
        worker.start()
        asyncio.get_running_loop().remove_reader(listener)
        async with _connections(listener, 40):
            worker._ready()
            assert 40 == len(worker._coming)
            await asyncio.gather(*worker._coming)
        worker.close()


async def test_a_connection_that_ended_is_told_at_once(turns: Turns) -> None:
    connections, one = Connections(), asyncio.Protocol()
    with listen("127.0.0.1", 0) as listener:
        worker = Acceptor(listener, make=asyncio.Protocol, connections=connections, turns=turns, place=1)
        connections.ended = worker.note
        connections.add(one)
        worker.start()
        turns.note(2, 0)
        assert not turns.has_fewest(1)

        connections.discard(one)
        assert turns.has_fewest(1)

        worker.close()
        connections.discard(one)
        turns.note(3, 5)
        assert not turns.has_fewest(1), "one that leaves stays away"


@pytest.mark.parametrize("count", [2, 4, 16])
async def test_connections_are_shared_evenly_also_with_a_worker_that_is_busy_now_and_then(
    turns: Turns, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As workers are whose callers ask while others connect; here the first of two looks now and then."""
    # A machine that stands still for a moment is not to be taken for a worker that hangs.
    monkeypatch.setattr(acceptor, "_LEAVE_S", 1.0)
    with listen("127.0.0.1", 0) as listener, listener.dup() as other:
        busy, quick = _Worker(listener, turns, 1), _Worker(other, turns, 2)
        for worker in (busy, quick):
            worker.acceptor.start()
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)

        async def look() -> None:
            while True:
                await asyncio.sleep(0.01)
                while turns.has_fewest(1) and busy.acceptor._take():
                    pass

        looking = asyncio.create_task(look())
        async with _connections(listener, count):
            await _until(count, busy, quick)
        looking.cancel()
        for worker in (busy, quick):
            worker.acceptor.close()

    # One that has just come may be counted twice for a turn of the loop.
    assert abs(len(busy.taken) - len(quick.taken)) <= count // 8


class _Untold(Server):
    """Without what a server does ten times a second, so that only what is told at once is seen."""

    async def on_tick(self, counter: int) -> bool:  # noqa: ARG002 - uvicorn's signature
        return self.should_exit


async def test_a_server_tells_at_once_of_connections_that_come_and_end(turns: Turns) -> None:
    turns.note(2, 0)
    with listen("127.0.0.1", 0) as listener:
        server = _Untold(configuration(Application(), ServerSettings()))
        started = asyncio.Event()
        server.among, server.on_started = Among(1, turns), started.set
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await started.wait()
        async with asyncio.timeout(30):
            async with _connections(listener, 1):
                while not server.server_state.connections or turns.has_fewest(1):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.005)
            while not turns.has_fewest(1):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.005)
        server.should_exit = True
        await serving


async def test_connections_of_a_worker_that_hangs_are_taken_by_another_one(turns: Turns) -> None:
    turns.note(2, 0)
    with listen("127.0.0.1", 0) as listener:
        worker = _Worker(listener, turns, 1)
        worker.acceptor.start()
        began = time.monotonic()
        async with _connections(listener, 60):
            await _until(60, worker)
        worker.acceptor.close()

    assert time.monotonic() - began < bar(2)


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
