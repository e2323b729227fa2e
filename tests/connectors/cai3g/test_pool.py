"""The session pool alone, with a door that does what the test says."""

import asyncio
import itertools

import pytest

from connectors.cai3g.session import Opened, Session, SessionGone, Ticket
from connectors.cai3g.sessions import SessionPool
from connectors.errors import Busy, ConnectorError, NotKnown, Unavailable
from tests.bars import bar
from tests.connectors.support import FixedClock, Reports


class Door:
    def __init__(self) -> None:
        self.serial = itertools.count(1)
        self.opened = self.tried = 0
        self.fails: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def log_in(self) -> Opened:
        self.tried += 1
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        self.opened += 1
        return Opened(f"s{next(self.serial)}", base_sequence_id=0)

    async def log_out(self, ticket: Ticket) -> None:
        del ticket
        raise Unavailable("cannot log out", system="hss")


def pool_of(size: int, door: Door, *, cool_down_s: float = 1, wait_s: float = 30) -> SessionPool:
    return SessionPool(
        "hss", door, size=size, cool_down_s=cool_down_s, clock=FixedClock(), report=Reports(), wait_s=wait_s
    )


async def test_an_unexpected_error_in_login_is_an_unavailable_system_and_no_call_hangs():
    door = Door()
    door.fails = KeyError("bug")
    pool = pool_of(1, door)

    async def ask(ticket: Ticket) -> Ticket:
        return ticket

    with pytest.raises(Unavailable, match="KeyError"):
        await pool.call(ask)


@pytest.mark.parametrize("cool_down_s", [0, 1])
async def test_a_login_that_fails_is_not_tried_again_for_those_who_waited_for_it(cool_down_s: float):
    door = Door()
    door.gate.clear()
    door.fails = Unavailable("cannot log in", system="hss")
    pool = pool_of(1, door, cool_down_s=cool_down_s)

    async def ask(ticket: Ticket) -> Ticket:
        return ticket

    asked = [asyncio.create_task(pool.call(ask)) for _ in range(5)]
    await asyncio.sleep(0)
    door.gate.set()
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*asked, return_exceptions=True)

    assert [Unavailable] * 5 == [type(answer) for answer in answers]
    assert 1 == door.tried


class Held:
    """Calls of which each ends when it is let go, with an answer or a refusal."""

    def __init__(self) -> None:
        self.gates = [asyncio.Event() for _ in range(3)]
        self.refuses = False

    def of(self, number: int):
        async def ask(_: Ticket) -> int:
            await self.gates[number].wait()
            if self.refuses:
                raise NotKnown("nobody", system="hss")
            return number

        return ask


@pytest.mark.parametrize("refuses", [False, True])
async def test_who_gets_no_session_although_the_system_answers_others_is_told_that_there_are_too_few(*, refuses: bool):
    pool, held = pool_of(1, Door(), wait_s=0.05), Held()
    held.refuses = refuses
    calls = [asyncio.create_task(pool.call(held.of(number))) for number in range(3)]
    await asyncio.sleep(0.01)
    held.gates[0].set()

    with pytest.raises(Busy, match="every session is in use"):
        await asyncio.wait_for(calls[2], bar(5))

    held.gates[1].set()
    await asyncio.gather(*calls, return_exceptions=True)
    held.refuses = False
    held.gates[2].set()
    assert 2 == await pool.call(held.of(2))


async def test_who_waits_for_a_session_of_a_system_that_answers_nobody_goes_on_waiting():
    pool, held = pool_of(1, Door(), wait_s=0.01), Held()
    first, second = (asyncio.create_task(pool.call(held.of(number))) for number in range(2))
    await asyncio.sleep(0.05)
    assert not second.done()

    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert second.cancelled()
    for gate in held.gates:
        gate.set()
    assert [0, 2] == [await first, await asyncio.wait_for(pool.call(held.of(2)), bar(5))]


async def test_a_call_cancelled_at_the_moment_it_gets_its_session_gives_it_back(monkeypatch):
    pool = pool_of(1, Door())

    async def ask(ticket: Ticket) -> Ticket:
        return ticket

    task = asyncio.create_task(pool.call(ask))

    def hand_over_and_cancel(waiter: asyncio.Future[Session], session: Session) -> bool:
        waiter.set_result(session)
        return task.cancel()

    with monkeypatch.context() as patch:
        patch.setattr("connectors.cai3g.sessions._settle", hand_over_and_cancel)
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()

    assert "s1" == (await pool.call(ask)).session_id


async def test_a_session_given_back_as_a_waiting_call_is_cancelled_goes_to_the_next():
    pool = pool_of(1, Door())
    done = asyncio.Event()

    async def hold(ticket: Ticket) -> str:
        await done.wait()
        return ticket.session_id

    holding = asyncio.create_task(pool.call(hold))
    await asyncio.sleep(0.001)
    leaving = asyncio.create_task(pool.call(hold))
    await asyncio.sleep(0.001)
    done.set()
    leaving.cancel()  # Before the holder, which is already scheduled, gives its session back.
    await asyncio.gather(holding, leaving, return_exceptions=True)

    async with asyncio.timeout(bar(1)):
        assert "s1" == await pool.call(hold)


async def test_while_closing_no_call_gets_a_session_and_no_lost_session_is_replaced():
    door = Door()
    pool = pool_of(2, door)
    closing = asyncio.Event()

    async def lose(ticket: Ticket) -> None:
        await closing.wait()
        raise SessionGone(still_open=False)

    losing = asyncio.create_task(pool.call(lose))
    await asyncio.sleep(0.001)
    door.gate.clear()
    waiting = asyncio.create_task(pool.call(lose))
    await asyncio.sleep(0.001)
    closer = asyncio.create_task(pool.aclose())
    await asyncio.sleep(0.001)
    closing.set()

    for call in (losing, waiting, asyncio.create_task(pool.call(lose))):
        with pytest.raises(Unavailable, match="closed"):
            await call
    door.gate.set()
    await closer
    assert door.opened == 2


async def test_a_replacement_that_fails_fails_its_call_and_not_those_with_other_sessions():
    door = Door()
    pool = pool_of(2, door)
    held = asyncio.Event()

    async def hold(ticket: Ticket) -> str:
        await held.wait()
        return ticket.session_id

    async def lose(ticket: Ticket) -> str:
        door.fails = Unavailable("no more", system="hss")
        raise SessionGone(still_open=True)

    holding = asyncio.create_task(pool.call(hold))
    await asyncio.sleep(0.001)
    with pytest.raises(ConnectorError, match="no more"):
        await pool.call(lose)
    waiting = asyncio.create_task(pool.call(hold))
    await asyncio.sleep(0.001)
    held.set()

    assert ["s1", "s1"] == [await holding, await waiting]


def test_a_session_and_its_ticket_do_not_print_the_id():
    opened = Opened("secret1", base_sequence_id=1)

    assert "secret1" not in repr(opened) + repr(Session(opened)) + repr(Session(opened).ticket(1))
