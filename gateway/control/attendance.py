"""How commands reach the desk of a process: over a socket of its own where it is alone, else from its supervisor."""

import asyncio
import contextlib
import functools
import os
import pathlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

from connectors.guard.subject import Subject, SubjectKind
from gateway.control.answers import Said, done, refused
from gateway.control.channel import EVERYTHING, Channel, Message
from gateway.control.commands import MAX_SUBJECTS, About, Command, Invalidate, Refused, Reload, read, written
from gateway.control.desk import Desk, FrontDesk
from gateway.control.listener import Do, listening, note
from gateway.log import logger
from resolvers.errors import where

Serving = Callable[[Do], AbstractAsyncContextManager[object]]
"""Has commands come by another way, too, for as long as a block runs."""


def nobody(_: Do) -> AbstractAsyncContextManager[None]:
    """No other way."""
    return contextlib.nullcontext()


@contextlib.asynccontextmanager
async def attended(
    desk: Desk | FrontDesk, *, path: pathlib.Path | None, end: socket.socket | None, api: Serving = nobody
) -> AsyncIterator[None]:
    """
    Have *desk* do what it is told, over the socket at *path*, or over *end* where there are several workers.

    Where it is alone, *api* serves it as well.
    """
    if end is not None:
        async with _among_others(desk, end):
            yield
    else:

        async def alone(command: Command) -> list[Said]:
            return [await _said(desk, command)]

        async with listening(path, alone), api(alone):
            with reloaded_by_signal(alone):
                yield


@contextlib.asynccontextmanager
async def _among_others(desk: Desk | FrontDesk, end: socket.socket) -> AsyncIterator[None]:
    async def asked(question: Message) -> Message:
        return await _said(desk, read(question))

    channel = Channel(asked=asked, told=functools.partial(_hear, desk))
    await channel.open(end)
    desk.spread_by(functools.partial(_spread, channel))
    try:
        yield
    finally:
        await channel.aclose()


async def _hear(desk: Desk | FrontDesk, news: Message) -> None:
    if news == EVERYTHING:
        await desk.forget_everything()
        return
    try:
        command = read(news.get("command", {}))
    except Refused as exc:
        logger().warning("control_not_understood", why=str(exc))
        return
    said = await _said(desk, command)
    if "error" in said:
        logger().warning("control_not_done", command=command.do, why=said["error"])


def _spread(channel: Channel, subjects: Collection[Subject], systems: Collection[str]) -> None:
    about = [About(kind=subject.kind, key=_exact(subject)) for subject in subjects]
    some = (tuple(about[start : start + MAX_SUBJECTS]) for start in range(0, len(about), MAX_SUBJECTS))
    for command in (*(Invalidate(subjects=each) for each in some), *(Invalidate(system=name) for name in systems)):
        channel.tell({"command": written(command)})


def _exact(subject: Subject) -> str:
    # Without a plus the digits of a whole number may be those of a national one, too, and the other desk refuses both.
    return "+" + subject.key if subject.kind is SubjectKind.LINE else subject.key


async def _said(desk: Desk | FrontDesk, command: Command) -> Said:
    try:
        return done(await desk.do(command))
    except Refused as exc:
        return refused(str(exc), code=exc.code)
    except Exception as exc:  # noqa: BLE001 - a surprise is told where it happened, and the process goes on
        logger().error("control_failed", command=command.do, kind=type(exc).__name__, where=where(exc))
        return refused(f"it failed with a surprise ({type(exc).__name__}); the log says where")


@contextlib.contextmanager
def reloaded_by_signal(do: Do) -> Iterator[None]:
    """SIGHUP means Reload, except at a terminal: one that is closed says so by the same signal, and means the end."""
    if os.isatty(0):
        yield
        return
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Future[Any]] = set()

    async def told() -> None:
        note(Reload(), await do(Reload()))

    def reload() -> None:
        task = asyncio.ensure_future(told())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        for task in reloads:
            task.cancel()
