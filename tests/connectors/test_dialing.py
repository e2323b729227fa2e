"""Opening connections where some are bad: how many are tried, when, and that nothing is left of those not needed."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.dialing import Dial, Spare
from connectors.transport import OneHostTransport
from tests.bars import bar
from tests.connectors.peer import Exchange, Peer

Opening = Callable[[float], Awaitable[Any]]


class Stream:
    """Stands for a connection."""

    def __init__(self) -> None:
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


class Ways:
    """Opens connections, each in the next of the given ways; then all stand at once."""

    def __init__(self, *ways: Opening) -> None:
        self.ways = list(ways)
        self.begun = 0
        self.running = 0
        self.streams: list[Stream] = []

    async def open_one(self, within_s: float) -> Any:
        self.begun += 1
        self.running += 1
        try:
            if self.ways:
                await self.ways.pop(0)(within_s)
        finally:
            self.running -= 1
        self.streams.append(Stream())
        return self.streams[-1]

    async def dialled(self, *, spare: Spare | None = None, within_s: float = 1.0) -> Any:
        return await Dial(self.open_one, spare=spare or Spare(), within_s=within_s, randomness=lambda: 0.0).stream()


def failing(error: OSError) -> Opening:
    async def fail(_: float) -> None:
        raise error

    return fail


async def silent(within_s: float) -> None:
    async with asyncio.timeout(within_s):
        await asyncio.Event().wait()


def slow(seconds: float) -> Opening:
    async def stand(_: float) -> None:
        await asyncio.sleep(seconds)

    return stand


REFUSED = failing(ConnectionRefusedError())
RESET = failing(ConnectionResetError())


async def test_a_connection_that_stands_is_the_only_one_tried() -> None:
    ways = Ways()

    assert isinstance(await ways.dialled(), Stream)
    assert 1 == ways.begun


@pytest.mark.parametrize("bad", [REFUSED, RESET, silent])
async def test_bad_ones_are_tried_again_until_one_stands(bad: Opening) -> None:
    ways = Ways(bad, bad, bad)

    stream = await ways.dialled()

    assert (4, 0) == (ways.begun, ways.running)
    assert not stream.is_closed


async def test_one_that_stands_late_is_taken_where_those_tried_beside_it_do_not_stand() -> None:
    ways = Ways(slow(0.25), silent, silent, silent)

    assert isinstance(await ways.dialled(), Stream)
    assert 0 == ways.running


@pytest.mark.parametrize("error", [socket.gaierror(), ssl.SSLCertVerificationError()])
async def test_what_will_be_so_in_a_moment_too_is_not_tried_again(error: OSError) -> None:
    ways = Ways(failing(error))

    with pytest.raises(type(error)):
        await ways.dialled()

    assert 1 == ways.begun


async def test_where_nothing_stands_the_tries_have_an_end_and_the_last_failure_is_raised() -> None:
    ways = Ways(*[REFUSED] * 100)

    with pytest.raises(ConnectionRefusedError):
        await ways.dialled()

    assert 8 == ways.begun


async def test_silence_ends_with_the_time() -> None:
    loop, ways = asyncio.get_running_loop(), Ways(*[silent] * 100)
    began = loop.time()

    with pytest.raises(TimeoutError):
        await ways.dialled(within_s=0.1)

    assert 0.09 < loop.time() - began < 1.0
    assert 0 == ways.running


async def test_a_system_where_nothing_stands_is_tried_ten_times_more_and_no_more() -> None:
    ways, spare = Ways(*[REFUSED] * 100), Spare()
    for _ in range(50):
        with pytest.raises(ConnectionRefusedError):
            await ways.dialled(spare=spare)

    assert 50 + 10 == ways.begun


async def test_where_half_are_bad_hardly_anybody_goes_without() -> None:
    # Each good one is followed by a bad one, and now and then by six.
    ways = Ways(*([*[slow(0), REFUSED] * 5, *[REFUSED] * 5] * 20))
    spare, stood = Spare(), 0
    while ways.ways:
        stood += isinstance(await ways.dialled(spare=spare), Stream)

    assert 100 <= stood


async def test_a_caller_that_leaves_leaves_nothing_behind() -> None:
    ways = Ways(silent, silent)
    dial = asyncio.ensure_future(ways.dialled())
    await asyncio.sleep(0.15)
    dial.cancel()

    with pytest.raises(asyncio.CancelledError):
        await dial
    assert (2, 0) == (ways.begun, ways.running)


@given(st.lists(st.sampled_from([REFUSED, silent, slow(0), slow(0.001), slow(0.01)]), max_size=12))
def test_whatever_happens_one_stands_or_none_and_no_other_is_left_open(bad: list[Opening]) -> None:
    ways = Ways(*bad)

    async def dialled() -> Any:
        try:
            return await ways.dialled(within_s=0.02)
        except OSError as error:
            return error

    found = asyncio.run(dialled())

    assert 0 == ways.running
    assert [found] * isinstance(found, Stream) == [stream for stream in ways.streams if not stream.is_closed]


def test_late_is_a_tenth_of_the_time_or_three_times_as_long_as_usual() -> None:
    spare = Spare()
    assert pytest.approx(0.1) == spare.late_s(1.0)
    spare.opened(0.2)
    assert pytest.approx(0.6) == spare.late_s(1.0)
    for _ in range(50):
        spare.opened(0.01)
    assert pytest.approx(0.1) == spare.late_s(1.0)


class Sparing(RuleBasedStateMachine):
    """Never more than ten at once, nor more than ten and two for each connection that stood."""

    def __init__(self) -> None:
        super().__init__()
        self.spare = Spare()
        self.spent = self.stood = self.at_once = 0

    @rule()
    def one_stands(self) -> None:
        self.spare.opened(0.01)
        self.stood += 1
        self.at_once = 0

    @rule(count=st.integers(1, 20))
    def some_fail(self, count: int) -> None:
        spent = sum(self.spare.spend() for _ in range(count))
        self.spent += spent
        self.at_once += spent

    @invariant()
    def nothing_is_given_away(self) -> None:
        assert self.at_once <= 10
        assert self.spent <= 10 + 2 * self.stood


TestSparing = Sparing.TestCase


# The transport that dials.


async def _hello(exchange: Exchange) -> None:
    await asyncio.sleep(0.02)
    await exchange.answer(b"hello")


class Counting(OneHostTransport):
    """Of its connections the ones beyond the first never stand."""

    opened = 0

    async def _connect(self, connect_s: float | None) -> Any:
        self.opened += 1
        if self.opened > 1:
            await asyncio.sleep(connect_s or 1)
            raise httpx.ConnectTimeout("no connection in time")
        return await super()._connect(connect_s)


async def _ask(transport: OneHostTransport, connect_s: float = 1.0) -> bytes | None:
    exchange = await transport.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", method=b"GET", connect_s=connect_s, read_s=1.0)
    try:
        return exchange.whole_body(most=100)
    finally:
        exchange.end()


async def test_who_waits_for_a_bad_connection_gets_the_good_one_that_is_given_back() -> None:
    async with Peer(_hello).listening() as peer:
        transport = Counting(httpx.URL(peer.url), ssl_context=None)
        async with asyncio.timeout(bar(0.5)):
            assert [b"hello"] * 5 == await asyncio.gather(*(_ask(transport, 60.0) for _ in range(5)))

        assert 1 == peer.connections
        # Those that are being opened serve the next callers, so no more are begun than callers wait.
        await asyncio.gather(*(_ask(transport) for _ in range(5)))
        assert 5 == transport.opened
        await transport.aclose()


async def test_each_who_waits_for_connections_that_never_stand_is_told_so() -> None:
    async with Peer(_hello).listening() as peer:
        transport = Counting(httpx.URL(peer.url), ssl_context=None)
        transport.opened = 1
        found = await asyncio.gather(*(_ask(transport, 0.05) for _ in range(5)), return_exceptions=True)

        assert {httpx.ConnectTimeout} == {type(each) for each in found}
        await transport.aclose()


async def test_closing_ends_what_is_being_opened_and_who_waits_for_it() -> None:
    async with Peer(_hello).listening() as peer:
        transport = Counting(httpx.URL(peer.url), ssl_context=None)
        transport.opened = 1
        waiting = [asyncio.ensure_future(_ask(transport)) for _ in range(3)]
        await asyncio.sleep(0.01)
        await transport.aclose()

        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert {httpx.ConnectError} == {type(each) for each in found}


async def test_connections_opened_for_callers_that_left_are_kept_for_others_and_none_is_lost() -> None:
    async with Peer(_hello).listening() as peer:
        transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)
        for turns in range(12):
            leaving = [asyncio.ensure_future(_ask(transport)) for _ in range(3)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for each in leaving:
                each.cancel()
            await asyncio.gather(*leaving, return_exceptions=True)

        assert b"hello" == await _ask(transport)
        await transport.aclose()
        async with asyncio.timeout(bar(1)):
            while peer.open:  # noqa: ASYNC110 - the peer tells nobody
                await asyncio.sleep(0.001)


async def test_when_an_unused_connection_turns_out_dead_those_unused_for_longer_are_closed() -> None:
    async with Peer(_hello).listening() as peer:
        transport = OneHostTransport(httpx.URL(peer.url), ssl_context=None)
        await asyncio.gather(*(_ask(transport) for _ in range(4)))
        assert 4 == len(transport._idle)
        for connection in transport._idle:
            connection._unused_since -= 5

        async def forgotten(exchange: Exchange) -> None:
            exchange.reset()

        peer.script = forgotten
        with pytest.raises(httpx.TransportError):
            await _ask(transport)
        assert not transport._idle
        peer.script = _hello
        assert b"hello" == await _ask(transport)
        await transport.aclose()
