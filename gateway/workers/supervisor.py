"""
Keeps the workers of one gateway running: starts them side by side, replaces those that die, and ends them all.

It serves nothing itself, so nothing that a caller sends can stop it. SIGTERM and SIGINT are passed on; what is told at
the point of control, and SIGHUP, reaches the workers by its hub.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

from gateway.control.answers import Said
from gateway.control.attendance import reloaded_by_signal
from gateway.control.commands import Command, Reload
from gateway.control.hub import Hub
from gateway.control.listener import listening
from gateway.control.opening import api_of
from gateway.generations.compared import compared
from gateway.log import logger
from gateway.settings import Settings, SettingsError
from gateway.settings_file import Source
from gateway.telemetry.metrics import SharedNumbers, shared_numbers
from gateway.workers.process import NotStarted, Orders, Worker
from gateway.workers.restarts import GIVE_UP_AFTER, Restarts
from gateway.workers.share import PartOf, part
from gateway.workers.turns import Turns, slots

_START_S = 60.0
"""So long a worker may take until it answers; loading WSDLs on a busy machine takes some seconds."""

_GRACE_S = 3.0
"""What a worker gets to leave beyond the time that its questions get."""


class WorkersFailed(Exception):
    """The workers die as soon as they are started."""


async def supervise(
    settings: Settings,
    listener: socket.socket,
    *,
    workers: int,
    on_ready: Callable[[], None],
    source: Source | None = None,
) -> None:
    """
    Have *workers* processes serve *listener* until SIGINT or SIGTERM. *on_ready* is called once all of them answer.

    *source* is where the *settings* are written.
    Raises SettingsError when the first start shows that the settings cannot be used, and WorkersFailed when a worker
    dies again and again; no worker is left then.
    """
    hub = Hub()
    with slots(workers) as file, shared_numbers() as numbers:
        share = part(settings, workers=workers)
        supervisor = _Supervisor(share, listener, file.fileno(), workers, on_ready, numbers, hub, source)
        try:
            async with (
                listening(settings.control.socket, supervisor.do),
                api_of(lambda: supervisor.settings)(supervisor.do),
            ):
                with reloaded_by_signal(supervisor.do):
                    await supervisor.run()
        except ExceptionGroup as failed:
            told = failed.subgroup((SettingsError, WorkersFailed))
            raise (told or failed).exceptions[0] from None


class _Supervisor:
    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        slots: int,
        workers: int,
        on_ready: Callable[[], None],
        numbers: SharedNumbers,
        hub: Hub,
        source: Source | None,
    ) -> None:
        self._hub = hub
        self._source = source
        self.settings = settings
        """Those by which workers begin."""

        self._listener = listener
        self._slots = slots
        self._turns = Turns(slots, workers=workers)
        self._places = range(1, workers + 1)
        self._on_ready = on_ready
        self._numbers = numbers
        self._answered: set[int] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until told to stop."""
        with self._told_by_signals():
            async with asyncio.TaskGroup() as group:
                keepers = [group.create_task(self._keep(place)) for place in self._places]
                await self._stopping.wait()
                # Else clients would connect to a socket from which nobody takes them any more.
                self._listener.close()
                for keeper in keepers:
                    keeper.cancel()

    async def do(self, command: Command) -> list[Said]:
        """Have every worker do it, and those to come begin as the others go on."""
        said = await self._hub.do(command)
        # What one could not use would keep those to come from starting.
        if isinstance(command, Reload) and self._source is not None and not any("error" in each for each in said):
            with contextlib.suppress(SettingsError):  # Somebody has written something else since.
                written = PartOf(self._source, workers=len(self._places))
                self.settings = compared(self.settings, await asyncio.to_thread(written.load)).settings
        return said

    @contextlib.contextmanager
    def _told_by_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self._stopping.set)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    async def _keep(self, place: int) -> None:
        """Have one worker running."""
        restarts = Restarts()
        while True:
            served_s = await self._one(place)
            pause_s = restarts.pause_s(served_s=served_s)
            if pause_s is None:
                raise WorkersFailed(
                    f"Worker {place} ended {GIVE_UP_AFTER} times as soon as it was started; its log says why."
                )
            await asyncio.sleep(pause_s)

    async def _one(self, place: int) -> float:
        """One life of a worker: how many seconds it answered."""
        ours, theirs = socket.socketpair()
        async with self._hub.member(place, ours):
            with theirs:
                worker = await self._start(place, theirs)
            return await self._life(place, worker)

    async def _start(self, place: int, control: socket.socket) -> Worker:
        orders = Orders(
            place,
            len(self._places),
            self._listener.fileno(),
            self._slots,
            control.fileno(),
            self.settings,
            self._source,
        )
        return await Worker.start(orders, self._numbers.environment)

    async def _life(self, place: int, worker: Worker) -> float:
        loop = asyncio.get_running_loop()
        began: float | None = None
        try:
            await worker.ready(within_s=_START_S)
            began = loop.time()
            self._hub.note_ready(place)
            self._note(place)
            logger().warning("worker_ended", worker=place, code=await worker.ended())
        except (NotStarted, SettingsError) as exc:
            # What is wrong from the beginning is for the person who starts it. Later the other workers go on.
            if isinstance(exc, SettingsError) and place not in self._answered:
                raise
            logger().warning("worker_not_started", worker=place, kind=type(exc).__name__)
        finally:
            self._turns.note_absence(place)
            await worker.stop(within_s=self.settings.server.shutdown_s + _GRACE_S)
            self._numbers.ended(worker.pid)
        return 0.0 if began is None else loop.time() - began

    def _note(self, place: int) -> None:
        first = len(self._answered) < len(self._places)
        self._answered.add(place)
        if first and len(self._answered) == len(self._places):
            self._on_ready()
