"""
The hub of a gateway with several workers: what one is told, all are told, and new ones hear what still holds.

It stands in the process that supervises and does nothing itself: each worker has a desk of its own.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

from gateway.control.answers import answered, no_answer, refused
from gateway.control.channel import Channel, Message, NoAnswer
from gateway.control.commands import Command, ForceBreaker, written

ANSWER_S = 2.0
"""So long a worker may take to answer. One that hangs must not keep the operator waiting."""


class Hub:
    """The channels to the workers that there are, by place."""

    def __init__(self, *, answer_s: float = ANSWER_S) -> None:
        self._answer_s = answer_s
        self._channels: dict[int, Channel] = {}
        self._ready: set[int] = set()
        self._standing: dict[tuple[str, str | None], ForceBreaker] = {}

    @contextlib.asynccontextmanager
    async def member(self, place: int, end: socket.socket) -> AsyncIterator[None]:
        """The worker at *place* speaks over *end*, from before it is ready: what is told meanwhile waits for it."""

        async def told(news: Message) -> None:
            for other, channel in self._channels.items():
                if other != place:
                    channel.tell(news)

        channel = Channel(asked=_nothing, told=told)
        await channel.open(end)
        self._channels[place] = channel
        for command in self._standing.values():
            channel.tell({"command": written(command)})
        try:
            yield
        finally:
            del self._channels[place]
            self._ready.discard(place)
            await channel.aclose()

    def note_ready(self, place: int) -> None:
        """The worker at *place* serves."""
        self._ready.add(place)

    async def do(self, command: Command) -> list[dict[str, Any]]:
        """Have every worker do it: what each says, or that it says nothing."""
        # As they are now: one may end while the others are asked.
        channels = sorted(self._channels.items())
        said = list(await asyncio.gather(*(self._ask(place, channel, command) for place, channel in channels)))
        if isinstance(command, ForceBreaker) and any("answer" in each for each in said):
            self._stand(command)
        return said

    def _stand(self, command: ForceBreaker) -> None:
        if command.operation_class is None:
            # Said of all classes, it ends what was said of one.
            for system, operation_class in list(self._standing):
                if system == command.system:
                    del self._standing[system, operation_class]
        self._standing.pop((command.system, command.operation_class), None)
        if command.state != "auto" or command.operation_class is not None:
            self._standing[command.system, command.operation_class] = command

    async def _ask(self, place: int, channel: Channel, command: Command) -> dict[str, Any]:
        if place not in self._ready:
            # It is being started. What it must know is waiting for it when it is.
            channel.tell({"command": written(command)})
            return refused("it is being started", worker=place)
        try:
            said = await channel.ask(written(command), within_s=self._answer_s)
        except NoAnswer:
            return no_answer(place, self._answer_s)
        return answered(said, worker=place)


async def _nothing(_: Message) -> Message:
    return {}
