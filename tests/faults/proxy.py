"""
A proxy between the gateway and one pretend system that spoils what passes through it, on the wire and not in the answer.

It speaks TLS to the gateway, so that every fault strikes an encrypted connection as well, and plain HTTP to the system.
"""

import asyncio
import contextlib
import random
import re
import ssl
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from tests.faults.spoiling import SPOILING, NetworkFault, reset

__all__ = ["FaultProxy", "NetworkFault"]

_LENGTH = re.compile(rb"(?i)content-length: *([0-9]+)")
_HANDSHAKE_FAILURE = bytes.fromhex("15030300020228")
"""A fatal alert of TLS 1.2 and 1.3 (RFC 8446, 6): nothing in common."""

_PIECE = 65536
_TURN_S = 0.03
_LIFE = 10
"""Answers after which a connection ends where new ones may be bad, or nobody would ever need a new one."""

_HALVES = frozenset({NetworkFault.HALF_REFUSED, NetworkFault.HALF_RESET, NetworkFault.HALF_SILENT})
_ENDING = _HALVES | {NetworkFault.REFUSED, NetworkFault.TLS_REFUSED}


class FaultProxy:
    """
    One system's proxy. `suffer` takes effect at once, also for connections that are open.

    *accepted* counts connections, *spoilt* the answers that met a fault. Without a context it speaks plain HTTP. What
    is spoilt is drawn by *name* and fault.
    """

    def __init__(self, name: str, *, upstream_port: int, context: ssl.SSLContext | None) -> None:
        self._name = name
        self._upstream_port = upstream_port
        self._context = context
        self._fault: NetworkFault | None = None
        self._dice = random.Random(name)
        self._share = 1.0
        self._server: asyncio.Server | None = None
        self._flapping: asyncio.Task[None] | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.accepted = 0
        self.spoilt = 0
        self.port = 0

    async def listen(self) -> None:
        """Take connections, on a free port the first time and on the same one again later."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def suffer(self, fault: NetworkFault | None, *, share: float = 1.0) -> None:
        """Have everything suffer *fault* from now on, or a *share* of the answers; None for none."""
        self._fault, self._share, self.spoilt = fault, share, 0
        self._dice.seed(f"{self._name} {fault}")
        await self._steady()
        if fault in _ENDING:
            await self._end()
        if fault is NetworkFault.REFUSED:
            await self._deaf()
        elif fault is NetworkFault.HALF_REFUSED:
            self._flapping = asyncio.ensure_future(self._flap())
        else:
            await self.listen()

    async def aclose(self) -> None:
        """End."""
        await self._steady()
        await self._deaf()
        await self._end()

    @property
    def open(self) -> int:
        """The connections that are open now."""
        return len(self._open)

    async def _flap(self) -> None:
        while True:
            await self._deaf()
            await asyncio.sleep(self._dice.uniform(0, 2 * _TURN_S))
            await self.listen()
            await asyncio.sleep(self._dice.uniform(0, 2 * _TURN_S))

    async def _steady(self) -> None:
        if self._flapping is not None:
            self._flapping.cancel()
            await asyncio.gather(self._flapping, return_exceptions=True)
            self._flapping = None

    async def _deaf(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _end(self) -> None:
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not await self._is_taken(writer):
                return
            if self._context is not None:
                await writer.start_tls(self._context)
            async with _connected(self._upstream_port) as (from_system, to_system):
                await _first(self._up(reader, to_system), self._down(from_system, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass  # One side is gone; so is the other, then.
        finally:
            writer.close()

    async def _is_taken(self, writer: asyncio.StreamWriter) -> bool:
        if self._fault is NetworkFault.TLS_REFUSED:
            writer.write(_HANDSHAKE_FAILURE)
            return False
        is_bad = self._dice.random() < 0.5
        if is_bad and self._fault is NetworkFault.HALF_RESET:
            reset(writer)
            return False
        if is_bad and self._fault is NetworkFault.HALF_SILENT:
            await asyncio.Event().wait()
        return True

    async def _up(self, gateway: asyncio.StreamReader, system: asyncio.StreamWriter) -> None:
        while piece := await gateway.read(_PIECE):
            if self._fault is not NetworkFault.BLACKHOLE:
                system.write(piece)
                await system.drain()

    async def _down(self, system: asyncio.StreamReader, gateway: asyncio.StreamWriter) -> None:
        answers = 0
        while answer := await _answer(system):
            answers += 1
            spoil = SPOILING.get(self._fault) if self._fault and self._dice.random() < self._share else None
            if spoil is None:
                gateway.write(answer)
            else:
                self.spoilt += 1
                await spoil(self._dice, answer, gateway)
            await gateway.drain()
            if gateway.is_closing() or (self._fault in _HALVES and answers == _LIFE):
                return


async def _answer(system: asyncio.StreamReader) -> bytes:
    """The next whole answer of the system; nothing at its end."""
    try:
        head = await system.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    found = _LENGTH.search(head)
    return head + await system.readexactly(int(found[1]) if found else 0)


@contextlib.asynccontextmanager
async def _connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _first(*works: Coroutine[Any, Any, None]) -> None:
    """Until one of *works* has ended; the others end with it."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
