"""How an answer leaves: what it held is free before its caller can have read it whole, and is freed once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.call import Call, Reply, SystemName
from sandbox.calls import CallCounter
from sandbox.faults import FaultBoard, read_fault
from sandbox.front import HANG_UP, Front

BODY = b"answer"


class Holding:
    """A system that notes when its answer no longer holds anything."""

    name = SystemName.HSS
    content_type = "text/plain"

    def __init__(self, events: list[str]) -> None:
        self._events = events

    def call_name(self, _: Call) -> str:
        return "Get"

    def own_fault(self, _: Call) -> Reply:
        return Reply(content_type=self.content_type, body=b"")

    async def answer(self, _: Call) -> Reply:
        return Reply(content_type=self.content_type, body=BODY, after=lambda: self._events.append("free"))


async def served(fault: dict[str, object] | None, *, gone: bool = False) -> list[str]:
    """What happened, in order: the bytes that left and when nothing was held any more."""
    events: list[str] = []
    board = FaultBoard()
    if fault:
        board.set(SystemName.HSS, read_fault(SystemName.HSS, fault))
    asked = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not asked.is_set():
            asked.set()
            return {"type": "http.request"}
        if not gone:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            events.append(message["body"].decode())

    front: Callable[..., Awaitable[None]] = Front(Holding(events), calls=CallCounter(), faults=board)
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [], HANG_UP: lambda: None}
    await front(scope, receive, send)
    return events


@pytest.mark.parametrize("fault", [None, {"kind": "slow", "ms": 0}])
async def test_a_caller_that_has_read_the_answer_finds_nothing_held(fault: dict[str, object] | None) -> None:
    assert ["free", "answer"] == await served(fault)


async def test_a_dripping_answer_holds_until_its_last_byte() -> None:
    assert [*"answe", "free", "r"] == await served({"kind": "drip", "ms": 0})


@pytest.mark.parametrize("kind", ["slow", "cut"])
async def test_an_answer_that_nobody_hears_out_is_let_go_of_too(kind: str) -> None:
    assert ["free"] == [event for event in await served({"kind": kind, "ms": 50}, gone=True) if event == "free"]
