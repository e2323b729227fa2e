"""A graph served on a real socket over a system at a real socket behind a real guard, and clients that leave."""

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator
from typing import Any

from connectors.clock import SystemClock
from connectors.guard import Answer, Call, GuardSettings, guard_for
from connectors.routes import Systems
from connectors.settings import SystemSettings
from connectors.terms import Terms
from connectors.wire import HttpWire
from gateway.settings import ServerSettings
from schema.recharge import Balance
from tests.connectors.peer import Exchange, Peer, Script
from tests.connectors.support import DictStore
from tests.gateway.http.serving import serving
from tests.gateway.support import application
from tests.resolvers.fakes import FakeRecharge
from tests.resolvers.support import FakeOperator

QUESTION = '{ line(by: {msisdn: "999%08d"}) { balances { name } network { imsi } } }'


class WiredRecharge(FakeRecharge):
    """A recharge system that is asked over a wire; what it says does not matter."""

    def __init__(self, peer: Peer, **guard: Any) -> None:
        super().__init__("recharge")
        settings = GuardSettings(**guard)
        clock = SystemClock()
        self.wire = HttpWire("recharge", SystemSettings.model_validate({"url": peer.url, "guard": settings}))
        self.guard = guard_for("recharge", settings, clock=clock, store=DictStore())

    async def balances(self, msisdn: str, *, within: Terms) -> Answer[tuple[Balance, ...]]:
        async def ask() -> tuple[Balance, ...]:
            await self.wire.get("/", operation="Get")
            return ()

        return await self.guard.call(Call("recharge", "Get", (msisdn,), within), ask)

    async def aclose(self) -> None:
        await self.guard.aclose()
        await self.wire.aclose()


@dataclasses.dataclass(frozen=True)
class Place:
    """Where the graph is, and the system behind it."""

    port: int
    peer: Peer
    recharge: WiredRecharge


@contextlib.asynccontextmanager
async def place(script: Script, **guard: Any) -> AsyncIterator[Place]:
    """The graph, over a system that answers by *script*."""
    async with Peer(script).listening() as peer:
        operator = FakeOperator()
        recharge = WiredRecharge(peer, **guard)
        operator.graph = dataclasses.replace(
            operator.graph,
            clock=SystemClock(),
            routes=dataclasses.replace(operator.graph.routes, recharging=Systems({"recharge": recharge})),
        )
        async with serving(application(operator), ServerSettings(shutdown_s=1)) as port:
            try:
                yield Place(port, peer, recharge)
            finally:
                await recharge.aclose()


async def slow(_: Exchange) -> None:
    """Say nothing for long."""
    await asyncio.sleep(30)


def asking(number: int) -> bytes:
    """The request of one line."""
    body = json.dumps({"query": QUESTION % number}).encode()
    head = "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return (head % len(body)).encode() + body


async def answer(reader: asyncio.StreamReader) -> dict[str, Any]:
    """The next answer of a connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    found: dict[str, Any] = json.loads(await reader.readexactly(int(length.partition(b":")[2])))
    return found


async def until(condition: Any, *, seconds: float = 3) -> None:
    """Wait for what happens elsewhere."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - Nobody tells.
            await asyncio.sleep(0.005)
