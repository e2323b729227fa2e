"""The HTTP front of one legacy system: reads a call, counts it, delivers the answer as the present fault has it."""

import asyncio
import contextlib
import dataclasses
import email.utils
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from sandbox.call import Call, Reply, System, plain
from sandbox.calls import CallCounter
from sandbox.faults import Fault, FaultBoard, FaultKind

MAX_BODY: Final = 1_000_000
HANG_UP: Final = "sandbox.hang_up"
"""Key of the ASGI scope under which the listener puts a function that closes the caller's connection."""

_LOGIN_PAGE: Final = b"""<!DOCTYPE html>
<html><head><title>Sign in</title></head>
<body><h1>Operations portal</h1><form method="post"><input name="user"><input name="pin" type="password"></form></body>
</html>
"""


class _CallerGoneError(Exception):
    """The caller has closed the connection; nothing more can be delivered."""


class Front:
    """An ASGI application around one system."""

    def __init__(self, system: System, *, calls: CallCounter, faults: FaultBoard) -> None:
        self._system = system
        self._calls = calls
        self._faults = faults
        self._noise = random.Random(0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one HTTP request."""
        with contextlib.suppress(_CallerGoneError):
            call = await _read_call(scope, receive)
            with self._calls.live(self._system.name) as answered:
                await self._answer(call, _Delivery(scope, receive, send), answered)

    async def _answer(self, call: Call | None, delivery: "_Delivery", answered: Callable[[], None]) -> None:
        reply, fault = await self._reply(call)
        after = reply.after

        def last() -> None:
            # Before the last byte: who has it may ask again before this task goes on.
            answered()
            after()

        reply = dataclasses.replace(reply, after=_once(last))
        try:
            await _deliver(reply, fault, delivery)
        finally:
            reply.after()

    async def _reply(self, call: Call | None) -> tuple[Reply, Fault | None]:
        """What to answer, and the fault that shapes how it is delivered. Fetching a WSDL meets no fault."""
        if call is None:
            return plain(413, "The body is too large.\n"), None
        name = self._system.call_name(call)
        if name is None:
            return await self._system.answer(call), None
        self._calls.count(self._system.name, name)
        fault = self._faults.spend(self._system.name)
        return self._spoiled(call, fault) or await self._system.answer(call), fault

    def _spoiled(self, call: Call, fault: Fault | None) -> Reply | None:
        """The reply of a system too ill to think, or None when it still answers properly."""
        match fault.kind if fault else None:
            case FaultKind.FAULT:
                return self._system.own_fault(call)
            case FaultKind.UNAVAILABLE:
                retry = (("Retry-After", "1"),)
                return Reply(status=503, content_type="text/plain", body=b"Service Unavailable\n", headers=retry)
            case FaultKind.NOT_MODIFIED:
                return Reply(status=304, content_type="", body=b"", headers=(("ETag", '"another"'),))
            case FaultKind.HTML:
                return Reply(content_type="text/html; charset=utf-8", body=_LOGIN_PAGE)
            case FaultKind.GARBAGE:
                noise = self._noise.randbytes(self._noise.randint(200, 2000))
                return Reply(content_type=self._system.content_type, body=noise)
            case _:
                return None


class _Delivery:
    """Sends one reply to one caller, and notices when the caller has gone."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._send = send
        self._hang_up: Callable[[], None] = scope[HANG_UP]
        self._gone = asyncio.ensure_future(_until_gone(receive))

    async def whole(self, reply: Reply) -> None:
        async with self._watched():
            await self._all(reply)

    async def late(self, reply: Reply, delay_s: float) -> None:
        async with self._watched():
            await self._pause(delay_s)
            await self._all(reply)

    async def dripping(self, reply: Reply, delay_s: float) -> None:
        async with self._watched():
            await self._start(reply)
            for place in range(len(reply.body)):
                if place == len(reply.body) - 1:
                    reply.after()
                await self._body(reply.body[place : place + 1], more=True)
                await self._pause(delay_s)
            await self._body(b"", more=False)

    async def cut(self, reply: Reply) -> None:
        async with self._watched():
            await self._start(reply)
            await self._body(reply.body[: len(reply.body) // 2], more=True)
            self._hang_up()
            await self._gone

    @contextlib.asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self._gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._gone

    async def _all(self, reply: Reply) -> None:
        await self._start(reply)
        reply.after()
        await self._body(reply.body, more=False)

    async def _start(self, reply: Reply) -> None:
        headers = [
            # Uvicorn would tell the time of its last tick, and here it does not tick.
            ("Date", email.utils.formatdate(usegmt=True)),
            *([] if reply.status == 304 else _about_the_body(reply)),
            *reply.headers,
        ]
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": raw})

    async def _body(self, body: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    async def _pause(self, delay_s: float) -> None:
        done, _ = await asyncio.wait({self._gone}, timeout=delay_s)
        if done:
            raise _CallerGoneError


def _deliver(reply: Reply, fault: Fault | None, delivery: _Delivery) -> Awaitable[None]:
    match fault.kind if fault else None, fault.ms / 1000 if fault else 0:
        case FaultKind.SLOW, delay_s:
            return delivery.late(reply, delay_s)
        case FaultKind.DRIP, delay_s:
            return delivery.dripping(reply, delay_s)
        case FaultKind.CUT, _:
            return delivery.cut(reply)
        case _:
            return delivery.whole(reply)


def _about_the_body(reply: Reply) -> list[tuple[str, str]]:
    # A 304 has none, and what it said of one would be about the answer that it stands for (RFC 9110, 8.6).
    return [("Content-Type", reply.content_type), ("Content-Length", str(len(reply.body)))]


async def _read_call(scope: Scope, receive: Receive) -> Call | None:
    """The whole request, or None if its body is too large; _CallerGoneError if the caller goes while speaking."""
    body = bytearray()
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            raise _CallerGoneError
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=bytes(body),
        base_url="http://" + headers.get("host", "localhost"),
    )


def _once(action: Callable[[], None]) -> Callable[[], None]:
    """That action the first time, nothing afterwards."""
    left = [action]
    return lambda: left.pop()() if left else None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
