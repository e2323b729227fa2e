"""New credentials for a CAI3G system: sessions are opened anew, and calls under way end in those that they have."""

import asyncio
import contextlib

import pytest

from connectors.cai3g.session import Opened, Ticket
from connectors.cai3g.sessions import SessionPool
from connectors.errors import Misconfigured
from tests.connectors.support import FixedClock, Reports, soon


class Door:
    """Lets in with the password of the day, and counts how many are inside."""

    def __init__(self) -> None:
        self.password = "p1"
        self.accepts = {"p1", "p2"}
        self.open: set[str] = set()
        self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._serial = 0

    async def log_in(self) -> Opened:
        password = self.password
        await self.gate.wait()
        if password not in self.accepts:
            raise Misconfigured("wrong password", system="hss")
        self._serial += 1
        name = f"{password}x{self._serial}"
        self.open.add(name)
        self.most = max(self.most, len(self.open))
        return Opened(name, base_sequence_id=0)

    async def log_out(self, ticket: Ticket) -> None:
        await asyncio.sleep(0)
        self.open.discard(ticket.session_id)


@pytest.fixture
def door() -> Door:
    return Door()


def pool_of(door: Door, size: int = 2) -> SessionPool:
    return SessionPool("hss", door, size=size, cool_down_s=1, clock=FixedClock(), report=Reports())


async def name_of(ticket: Ticket) -> str:
    await asyncio.sleep(0.001)
    return ticket.session_id


async def test_idle_sessions_are_opened_anew(door):
    pool = pool_of(door)
    await asyncio.gather(pool.call(name_of), pool.call(name_of))
    door.password = "p2"
    pool.renew()

    names = await asyncio.gather(*(pool.call(name_of) for _ in range(4)))

    assert all(name.startswith("p2") for name in names)
    assert all(name.startswith("p2") for name in door.open)
    assert 2 == door.most
    await pool.aclose()


async def test_a_call_under_way_ends_in_its_session_which_is_not_used_again(door):
    pool = pool_of(door, size=1)
    going_on = asyncio.Event()

    async def hold(ticket: Ticket) -> str:
        await going_on.wait()
        return ticket.session_id

    held = asyncio.create_task(pool.call(hold))
    await asyncio.sleep(0.001)
    door.password = "p2"
    pool.renew()
    after = asyncio.create_task(pool.call(name_of))
    await asyncio.sleep(0.001)
    going_on.set()

    assert (await held).startswith("p1")
    assert (await after).startswith("p2")
    assert 1 == door.most
    await pool.aclose()


async def test_a_login_under_way_with_the_earlier_password_fails_nobody(door):
    pool = pool_of(door, size=1)
    door.gate.clear()
    waiting = asyncio.create_task(pool.call(name_of))
    await asyncio.sleep(0.001)
    door.password, door.accepts = "p2", {"p2"}
    pool.renew()
    door.gate.set()

    assert (await waiting).startswith("p2")
    await pool.aclose()


async def test_a_login_that_just_failed_does_not_hold_up_the_new_password(door):
    pool = pool_of(door)
    door.accepts = set()
    with pytest.raises(Misconfigured):
        await pool.call(name_of)
    door.password, door.accepts = "p2", {"p2"}
    pool.renew()

    assert (await pool.call(name_of)).startswith("p2")
    await pool.aclose()


async def test_passwords_that_change_all_the_time_fail_no_call_and_open_no_session_too_many(door):
    pool = pool_of(door, size=3)
    door.accepts = {f"p{n}" for n in range(1000)}

    async def change() -> None:
        for n in range(60):
            door.password = f"p{n}"
            pool.renew()
            await asyncio.sleep(0.0007)

    async def ask() -> None:
        for _ in range(20):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if _ % 3 else 0.0005):
                    await pool.call(name_of)

    async with asyncio.timeout(20):
        await asyncio.gather(change(), *(ask() for _ in range(12)))
        last = await asyncio.gather(*(pool.call(name_of) for _ in range(3)))

    assert 3 >= door.most
    assert all(name.startswith("p59") for name in last)
    await pool.aclose()
    assert not door.open


async def test_a_closed_pool_opens_nothing_anew(door):
    pool = pool_of(door)
    await pool.call(name_of)
    await pool.aclose()
    pool.renew()
    await asyncio.sleep(0.001)

    assert not door.open


async def test_the_connector_logs_in_with_the_new_password(hss, connect, settings, monkeypatch):
    connector = connect(sessions=1)
    await connector.profile_by_msisdn("99960000001", within=soon())
    monkeypatch.setenv("HSS_PASSWORD", "another")
    hss.password = "another"

    connector.renew(settings(sessions=1))
    await connector.profile_by_msisdn("99960000002", within=soon())

    assert 2 == hss.calls["Login"]
    assert 1 == hss.calls["Logout"]
    assert not hss.breaches
