"""
The gateway of one process: asks the generation that serves, and has the next one take its place.

Nobody is turned away while that happens. The new one is made beside the old one, in a thread; whoever comes from then
on is asked of the new one, and the old one ends when the last of those has been answered who came before.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from gateway import collector
from gateway.control.desk import FrontDesk
from gateway.generations.compared import Compared, compared
from gateway.generations.generation import Generation
from gateway.generations.lasting import Lasting
from gateway.generations.reloading import Reloading
from gateway.http.loopback import check_address
from gateway.log import logger
from gateway.renewal import Outcome
from gateway.settings import Settings

_GRACE_S: Final = 1.0
"""What the last answers of a generation get beyond the time that they may take."""


class Gateway(Starlette):
    """As *settings* have it, until they are written anew. Blocks and raises SettingsError as `Generation` does."""

    def __init__(self, settings: Settings, lasting: Lasting) -> None:
        super().__init__(lifespan=self._lifespan)
        self.reloading = Reloading(self, audit=lasting.audit)
        self._lasting = lasting
        self._serving = _Serving(Generation(settings, lasting, before=None, reload=self.reloading))
        self._leaving: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()
        self.desk = FrontDesk(self.generation.desk)

    @property
    def generation(self) -> Generation:
        """The one that serves now."""
        return self._serving.generation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or begin and end."""
        if scope["type"] != "http":
            await self.router(scope, receive, send)
            return
        # As Starlette does.
        scope["app"] = self
        serving = self._serving
        serving.count += 1
        try:
            await serving.asgi(scope, receive, send)
        finally:
            serving.count -= 1
            if serving.idle is not None and not serving.count:
                serving.idle.set()

    async def look(self) -> dict[str, Outcome]:
        """Look at the files of credentials now: what came of it by system."""
        return await self.generation.look()

    async def become(self, settings: Settings) -> Compared:
        """
        Have *settings* hold, as far as they can without a restart: what became of them.

        Raises SettingsError where they cannot be used. Then all is as before.
        """
        async with self._changing:
            found = compared(self.generation.settings, settings)
            check_address(found.settings)
            if found.at_once:
                await self._change_to(found.settings)
            return found

    async def _change_to(self, settings: Settings) -> None:
        before = self._serving
        made = await asyncio.to_thread(
            Generation, settings, self._lasting, before=before.generation, reload=self.reloading
        )
        try:
            await made.begin()
        except BaseException:
            await made.end(but=before.generation)
            raise
        self._serving = _Serving(made)
        self.desk.hand_over(made.desk)
        self._lasting.keeper.serves(made.known, made.effects())
        leaving = asyncio.create_task(self._leave(before, made))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _leave(self, before: "_Serving", after: Generation) -> None:
        server = before.generation.settings.server
        await before.until_idle(within_s=server.deadline_s + server.write_timeout_s + _GRACE_S)
        await before.generation.end(but=after)
        # All of it points to all of it. The collector looks seldom, and somebody may reload often.
        del before
        collector.sweep()

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        lasting = self._lasting
        async with lasting.open():
            await self.generation.begin()
            lasting.keeper.serves(self.generation.known, self.generation.effects())
            async with lasting.keeper.open():
                lasting.ready.yes = True
                logger().info("gateway_started", systems=sorted(self.generation.asked.connectors))
                try:
                    yield
                finally:
                    lasting.ready.yes = False
                    await asyncio.gather(*self._leaving, return_exceptions=True)
                    await self.generation.end()
        logger().info("gateway_stopped")


class _Serving:
    """A generation, and how many requests are under way in it."""

    __slots__ = ("asgi", "count", "generation", "idle")

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.asgi = generation.asgi
        self.count = 0
        self.idle: asyncio.Event | None = None

    async def until_idle(self, *, within_s: float) -> None:
        """Until the last of them has ended, at most so many seconds."""
        if self.count:
            self.idle = asyncio.Event()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self.idle.wait()
