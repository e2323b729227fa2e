"""
One worker as the supervisor sees it: a process of its own, started, waited for and ended.

It is spawned, not forked: it inherits the listening socket, one for the point of control, and two pipes, and neither
threads nor locks. Its settings come over standard input, which stays open for as long as the supervisor lives; on
standard output it says that it is ready, or why it cannot be.
"""

import asyncio
import contextlib
import dataclasses
import os
import pickle
import sys
from collections.abc import Mapping

from gateway.settings import Settings, SettingsError
from gateway.settings_file import Source

READY = b"ready\n"
WRONG = b"wrong "
_COMMAND = (sys.executable, "-m", "gateway.workers.worker")


class NotStarted(Exception):
    """The worker ended, or did not get ready in time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told when it starts."""

    place: int
    """Which of the workers it is, from 1."""

    workers: int
    """Of how many."""

    listener: int
    """The number of the open file that is the listening socket."""

    turns: int
    """The number of the open file with the slots of `turns`."""

    control: int
    """The number of the open file over which the point of control speaks to it."""

    settings: Settings = dataclasses.field(repr=False)
    """Its part of them."""

    source: Source | None = None
    """Where they are written; None: they do not change."""


class Worker:
    """A running worker."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, orders: Orders, environment: Mapping[str, str]) -> "Worker":
        """Start one, with *environment* beside our own variables. It is not ready yet."""
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[orders.listener, orders.turns, orders.control],
            env={**os.environ, **environment},
        )
        if process.stdin is not None:
            process.stdin.write(pickle.dumps(orders))
        return cls(process)

    async def ready(self, *, within_s: float) -> None:
        """Wait until it answers. Raises SettingsError with what it has to say of its settings, or NotStarted."""
        if self._process.stdout is None:
            raise NotStarted
        try:
            async with asyncio.timeout(within_s):
                said = await self._process.stdout.readline()
        except TimeoutError:
            raise NotStarted from None
        if said.startswith(WRONG):
            raise SettingsError(said.removeprefix(WRONG).decode("unicode_escape").strip())
        if said != READY:
            raise NotStarted

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    async def ended(self) -> int:
        """Wait for its end: the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self, *, within_s: float) -> None:
        """Ask it to leave, make it after *within_s* or when cancelled meanwhile, and close the pipes."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(within_s):
                await self._process.communicate()
        except TimeoutError:
            pass
        finally:
            # Also when cancelled: another worker's failure must not leave this one behind.
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
                await self._process.communicate()
