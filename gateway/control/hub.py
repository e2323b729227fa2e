"""
The hub of a gateway with several workers: what one is told, all are told, and new ones hear what still holds.

It stands in the process that supervises and does nothing itself: each worker has a desk of its own.
"""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import socket
from collections.abc import AsyncIterator

from connectors.clock import Clock, SystemClock
from gateway.control.answers import Said, answered, no_answer, refused
from gateway.control.channel import Channel, Message, NoAnswer
from gateway.control.commands import (
    Change,
    Command,
    ForceBreaker,
    GoBack,
    History,
    Lift,
    Look,
    Note,
    Overrides,
    Put,
    Question,
    Reload,
    written,
)

ANSWER_S = 2.0
"""So long a worker may take to answer. One that hangs must not keep the operator waiting."""

RELOAD_S = 60.0
"""So long it may take to have other settings hold: it may have to load WSDLs on a busy machine."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Heard:
    """What is said of one worker, and whether its own desk says it."""

    said: Said
    by_desk: bool = False


class Hub:
    """The channels to the workers that there are, by place."""

    def __init__(self, *, answer_s: float = ANSWER_S, reload_s: float = RELOAD_S, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._answer_s = answer_s
        self._reload_s = reload_s
        self._channels: dict[int, Channel] = {}
        self._ready: set[int] = set()
        self._standing: dict[tuple[str, str | None], ForceBreaker] = {}
        self._forcing = asyncio.Lock()

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

    async def do(self, command: Command) -> list[Said]:
        """
        Have every worker do it: what each says, or that it says nothing.

        A forced breaker stands also for workers to come, unless somebody answers and all who do refuse it.
        """
        match command:
            case ForceBreaker():
                # One after the other, so that what is put back is what stood before this one.
                async with self._forcing:
                    return await self._force(command)
            case Put() | Lift() | GoBack():
                return await self._change(command)
            case Reload():
                # One after the other: while one has much to do the others answer callers.
                return [(await self._ask(place, channel, command)).said for place, channel in self._all()]
            case Overrides() | History() | Note():
                _, heard = await self._ask_one(command)
                return [heard.said]
            case _:
                return [each.said for each in await self._ask_all(command)]

    async def _change(self, command: Change) -> list[Said]:
        """Have one worker do it, for all; the others are told to look, and say when they have."""
        place, heard = await self._ask_one(command)
        if not heard.by_desk or "error" in heard.said:
            return [heard.said]
        others = [self._ask(other, channel, Look()) for other, channel in self._others(place)]
        return [heard.said, *(each.said for each in await asyncio.gather(*others))]

    async def _ask_one(self, command: Change | Question) -> tuple[int, _Heard]:
        """The first worker that answers, and what it says."""
        place, heard = 0, _Heard(refused("no worker serves yet; say it again"))
        for place, channel in [each for each in sorted(self._channels.items()) if each[0] in self._ready]:
            if isinstance(command, Put | Lift | GoBack):
                # One that hangs must not do it late, when another has, and somebody has taken it back since.
                by_then = self._clock.now() + dt.timedelta(seconds=self._answer_s / 2)
                command = command.model_copy(update={"by_then": by_then})
            heard = await self._ask(place, channel, command)
            if heard.by_desk:
                break
        return place, heard

    def _others(self, place: int) -> list[tuple[int, Channel]]:
        # One that is being started looks by itself before it serves.
        return [
            (other, each) for other, each in sorted(self._channels.items()) if other != place and other in self._ready
        ]

    async def _force(self, command: ForceBreaker) -> list[Said]:
        before = dict(self._standing)
        # Before anybody is asked: whoever joins, or is started anew, while others are waited for must hear of it, too.
        self._stand(command)
        heard = await self._ask_all(command)
        desks = [each.said for each in heard if each.by_desk]
        if desks and all("error" in said for said in desks):
            self._standing = before
        return [each.said for each in heard]

    def _stand(self, command: ForceBreaker) -> None:
        if command.operation_class is None:
            # Said of all classes, it ends what was said of one.
            for system, operation_class in list(self._standing):
                if system == command.system:
                    del self._standing[system, operation_class]
        self._standing.pop((command.system, command.operation_class), None)
        if command.state != "auto" or command.operation_class is not None:
            self._standing[command.system, command.operation_class] = command

    async def _ask_all(self, command: Command) -> list[_Heard]:
        return await asyncio.gather(*(self._ask(place, channel, command) for place, channel in self._all()))

    def _all(self) -> list[tuple[int, Channel]]:
        # As they are now: one may end while the others are asked.
        return sorted(self._channels.items())

    async def _ask(self, place: int, channel: Channel, command: Command) -> _Heard:
        if place not in self._ready:
            # It is being started. What it must know is waiting for it when it is.
            channel.tell({"command": written(command)})
            return _Heard(refused("it is being started", worker=place))
        within_s = self._reload_s if isinstance(command, Reload) else self._answer_s
        try:
            said = await channel.ask(written(command), within_s=within_s)
        except NoAnswer:
            return _Heard(no_answer(place, within_s))
        return _Heard(answered(said, worker=place), by_desk=True)


async def _nothing(_: Message) -> Message:
    return {}
