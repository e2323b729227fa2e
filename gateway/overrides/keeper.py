"""
Keeps what holds in this process the same as on the shelves, and changes it for all.

Everybody looks at the shelf four times a second, instead of being told: news can be lost, by a connection that breaks
or a process that starts, and to look is what heals that anyway. So a change holds everywhere within half a second, and
whoever made it has it at once. A shelf that is away changes nothing: what held goes on to hold.

The first shelf decides; the others are copies to begin with when it is away. One that holds an older version, because
it lost its memory or was away, is given back what is known here: a client that was suspended stays so.
"""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.overrides.document import (
    NOTHING,
    Change,
    Conflict,
    Document,
    Hand,
    NotTaken,
    gone_back,
    with_lift,
    with_put,
)
from gateway.overrides.known import Known
from gateway.overrides.override import Entry, Key, Override
from gateway.overrides.shelf import LARGEST, Shelf, ShelfAway, written
from resolvers.errors import where

LOOK_S: Final = 0.25
_TRIES: Final = 5
"""So often a change is made anew because somebody else was faster."""

Take = Callable[[tuple[Entry, ...]], object]
"""Has exactly these overrides hold in this process."""

Told = Callable[[Change], Awaitable[None]]
"""Hears of each change that was made here, after it was."""


_NOBODY: Final = Known(clients=None, systems={})


async def _nobody(_: Change) -> None:
    """Where there is no audit."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who changes something and why; *expected* is the version that was seen last, where that matters."""

    by: str
    why: str
    expected: int | None = None


def _nothing(_: tuple[Entry, ...]) -> None:
    """Before anybody serves."""


class Keeper:
    """
    The overrides as this process has them. Without *shelves* there are none, and none can be made.

    Nothing is known that could be overridden, and nothing heeds them, before `serves` is told.
    """

    def __init__(
        self,
        shelves: Sequence[Shelf],
        *,
        clock: Clock,
        report: Reporter,
        known: Known = _NOBODY,
        take: Take = _nothing,
        told: Told = _nobody,
    ) -> None:
        self.document = NOTHING
        self._shelves = shelves
        self._known = known
        self._take = take
        self._clock = clock
        self._report = report
        self._told = told
        self._in_force: tuple[Entry, ...] = ()
        self._away: dict[int, str] = {}
        self._looking = asyncio.Lock()

    @property
    def in_force(self) -> tuple[Entry, ...]:
        """What holds here now."""
        return self._in_force

    @property
    def trouble(self) -> list[str]:
        """Why shelves are away, of those that are."""
        return list(self._away.values())

    def serves(self, known: Known, take: Take) -> None:
        """From now on there is what is *known* to override, and *take* has in this process what holds."""
        self._known, self._take = known, take
        take(self._in_force)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the gateway serves: entered when what is on the shelves holds here."""
        await self.look()
        looking = asyncio.create_task(self.keep_looking())
        try:
            yield
        finally:
            looking.cancel()

    async def keep_looking(self, *, every_s: float = LOOK_S) -> None:
        """Look until cancelled. A surprise in one look ends none of those to come."""
        while True:
            await asyncio.sleep(every_s)
            try:
                await self.look()
            except Exception as exc:  # noqa: BLE001 - whatever it is, it is looked again
                self._report.warning("overrides_not_looked_at", kind=type(exc).__name__, where=where(exc))

    async def look(self) -> None:
        """Have what is on the shelves hold here, and what is later here be on the shelves."""
        async with self._looking:
            await self._look()

    async def put(self, override: Override, said: Said, *, until: dt.datetime | None = None) -> Change:
        """Have *override* hold everywhere. Raises NotTaken."""
        self._known.check(override, [each.override for each in self._in_force])
        return await self._change(lambda before, hand: with_put(before, override, hand, until=until), said)

    async def lift(self, key: Key, said: Said) -> Change:
        """Have what is said about *key* hold nowhere. Raises NotTaken."""
        return await self._change(lambda before, hand: with_lift(before, key, hand), said)

    async def go_back(self, to: int, said: Said) -> Change:
        """Have all be as it was at version *to*. Raises NotTaken."""
        return await self._change(lambda before, hand: gone_back(before, to, hand), said)

    async def _change(self, make: Callable[[Document, Hand], Document], said: Said) -> Change:
        async with self._looking:
            change = await self._made(make, said)
        self._report.info("control_changed", by=change.by, why=change.why, what=change.did, version=change.version)
        await self._told(change)
        return change

    async def _made(self, make: Callable[[Document, Hand], Document], said: Said) -> Change:
        if not self._shelves:
            raise NotTaken("there is nowhere to keep it; set control.socket or cache.redis, and restart the gateway")
        first = self._shelves[0]
        for _ in range(_TRIES):
            await self._look()
            if why := self._away.get(0):
                raise NotTaken(f"{why}; others would not hear of it, so nothing is changed")
            before, mark = self.document, secrets.token_hex(4)
            hand = Hand(by=said.by, why=said.why, at=self._clock.now(), mark=mark, expected=said.expected)
            after = make(before, hand)
            if len(written(after)) > LARGEST:
                raise NotTaken("there would be too much to keep; take back what is not needed any more")
            try:
                if await first.put(after, instead_of=before.stamp):
                    self._hold(after)
                    await self._look()  # The copies, too.
                    return after.history[-1]
            except ShelfAway as exc:
                raise NotTaken(f"{exc}; whether it was changed is not known, so look at the history") from None
        raise Conflict("others are changing things all the time; say it again")

    async def _look(self) -> None:
        kept = {place: found for place in range(len(self._shelves)) if (found := await self._found(place)) is not None}
        newest = self.document
        for place, found in kept.items():
            if found.version > newest.version or (found.version == newest.version and place == 0):
                newest = found
        if newest.stamp != self.document.stamp:
            self._hold(newest)
        for place, found in kept.items():
            if found.stamp != newest.stamp:
                await self._put_back(place, found)
        self._apply()

    async def _found(self, place: int) -> Document | None:
        """What that shelf holds; None where nobody knows."""
        try:
            found = await self._shelves[place].find(self.document.stamp)
        except ShelfAway as exc:
            self._note_away(place, str(exc))
            return None
        self._note_there(place)
        return self.document if found is None else found

    async def _put_back(self, place: int, found: Document) -> None:
        try:
            if await self._shelves[place].put(self.document, instead_of=found.stamp) and place == 0:
                self._report.warning("overrides_put_back", had=found.version, has=self.document.version)
        except ShelfAway as exc:
            self._note_away(place, str(exc))

    def _hold(self, document: Document) -> None:
        self.document = document
        self._apply()
        self._report.info("overrides_held", version=document.version, count=len(self._in_force))

    def _apply(self) -> None:
        found = self.document.in_force(self._clock.now())
        if found != self._in_force:
            self._in_force = found
            self._take(found)

    def _note_away(self, place: int, why: str) -> None:
        if place not in self._away:
            self._report.warning("overrides_away", why=why)
        self._away[place] = why

    def _note_there(self, place: int) -> None:
        if self._away.pop(place, None) is not None:
            self._report.info("overrides_back")
