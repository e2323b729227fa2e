"""
Group commit: operations wait together until their records are kept, and are refused when that takes too long.

One commit is under way at a time; what arrives meanwhile goes into the next. Nothing is answered before its record is
kept, so a process may be killed at any time. A record may be there of an answer that was then refused, because it
was kept too late; never the other way round.

While the store is away, the commit that failed is tried again and again. What waits is bounded. Beyond that nothing is
taken, and whoever brings it hears so: a record is never dropped silently. After `timeout_s` without the store personal
reads are refused at once, so that nobody waits for nothing.
"""

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable
from typing import Any

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.audit.ledger import Commit, Ledger
from gateway.audit.line import Line, Waiting
from gateway.audit.pace import Pace
from gateway.audit.record import Changed, Entry
from gateway.audit.secrets import Secrets
from gateway.audit.store import Disturbed, Store, StoreAway

_BEGINNING_S = 9.0
"""To make tables takes longer than to add to them."""


class AuditUnavailable(Exception):
    """The record is not known to be kept: what it is of must not be answered."""


@dataclasses.dataclass(frozen=True, slots=True)
class AuditState:
    """How the audit is. *away_s*: for how many seconds the store has not taken anything; None while it does."""

    waiting: int
    kept: int
    refused: int
    away_s: float | None
    chain: str | None


class Audit:
    """
    Writes what this process did into a chain of its own. To be used by one event loop, between `start` and `aclose`.

    *writer* is who writes, for people; *name* makes the names of chains, each once in the world.
    """

    def __init__(
        self,
        store: Store,
        *,
        secrets: Secrets,
        writer: str,
        name: Callable[[], str],
        clock: Clock,
        report: Reporter,
        timeout_s: float = 1.0,
        max_waiting: int = 10_000,
        max_together: int = 256,
    ) -> None:
        self._store, self._clock, self._report = store, clock, report
        self._timeout_s = timeout_s
        self._ledger = Ledger(store, secrets=secrets, writer=writer, name=name, clock=clock, max_together=max_together)
        self._line = Line(max_waiting, report=report)
        self._something = asyncio.Event()
        self._away_since: float | None = None
        self._is_closing = False
        self._kept = self._refused = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; the chain begins with it, or as soon as the store is there. Returns at once."""
        self._something.set()
        self._task = asyncio.create_task(self._work())

    def renew(self, settings: Any) -> None:
        """Use the credentials of *settings* for the next connection to the store. Raises OSError or ValueError."""
        self._store.renew(settings)

    async def written(self, entry: Entry | Changed) -> None:
        """
        Return when the record of *entry* outlives a loss of power, within `timeout_s`.

        Raises AuditUnavailable: then what it is of must not be answered.
        """
        if self.is_refusing:
            raise self._unavailable()
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()
        self._put(entry, kept)
        late = loop.call_later(self._timeout_s, self._refuse, kept)
        try:
            await kept
        finally:
            late.cancel()

    async def noted(self, entry: Entry | Changed) -> None:
        """
        Have *entry* written soon, without waiting for it; a process that is killed may lose it.

        Waits where too many wait already. Raises AuditUnavailable where that lasts longer than `timeout_s`: then it
        is not written, and what it is of should be refused, as nothing is done here that is not on record.
        """
        if self._line.is_full and not self._is_closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timeout_s):
                    await self._line.has_room()
        self._put(entry, None)

    @property
    def is_refusing(self) -> bool:
        """Whether `written` would refuse now, without waiting: worth a look before anything is asked of systems."""
        if self._task is None or self._is_closing or self._line.is_full:
            return True
        away_s = self._away_s
        return away_s is not None and away_s > self._timeout_s

    @property
    def state(self) -> AuditState:
        """How it is, for whoever watches."""
        commit, head = self._ledger.commit, self._ledger.head
        tried = 0 if commit is None else len(commit.taken)
        chain = None if head is None else head.chain
        return AuditState(len(self._line) + tried, self._kept, self._refused, self._away_s, chain)

    async def aclose(self, *, within_s: float = 5.0) -> None:
        """Take nothing more, write what waits, and close the store, within that many seconds. What is left is told."""
        self._is_closing = True
        self._something.set()
        try:
            async with asyncio.timeout(within_s):
                if self._task is not None:
                    await self._task
        except TimeoutError:
            pass  # The task was cancelled by that.
        finally:
            self._give_up()
            # A disk that hangs takes its thread with it; the process ends without them.
            with contextlib.suppress(TimeoutError, StoreAway):
                async with asyncio.timeout(self._timeout_s):
                    await self._store.aclose()

    @property
    def _away_s(self) -> float | None:
        return None if self._away_since is None else self._clock.monotonic() - self._away_since

    def _put(self, entry: Entry | Changed, kept: asyncio.Future[None] | None) -> None:
        if self._task is None or self._is_closing or self._line.is_full:
            raise self._unavailable()
        self._line.put(Waiting(entry, self._clock.now(), kept))
        self._something.set()

    def _unavailable(self) -> AuditUnavailable:
        self._refused += 1
        return AuditUnavailable()

    def _refuse(self, kept: asyncio.Future[None]) -> None:
        if not kept.done():
            kept.set_exception(self._unavailable())

    async def _work(self) -> None:
        pace = Pace()
        while await self._has_work():
            began = self._clock.monotonic()
            wait_s = pace.wait_s(began, is_hurried=self._is_closing)
            if wait_s:
                await asyncio.sleep(wait_s)
                began = self._clock.monotonic()
            if await self._is_written():
                pace.kept(began, self._clock.monotonic())
            else:
                pace.failed(self._clock.monotonic())

    async def _has_work(self) -> bool:
        while self._ledger.commit is None and not self._line:
            if self._is_closing:
                return False
            if self._ledger.head is None:
                return True  # A chain begins before there is anything to put into it.
            self._something.clear()
            await self._something.wait()
        return True

    async def _is_written(self) -> bool:
        """Whether what waits, as far as it goes into one commit, is kept now."""
        # Whoever waits for a chain to begin does not wait longer for that.
        beginning_s = _BEGINNING_S if self._ledger.head is None else 0
        try:
            async with asyncio.timeout(self._timeout_s + beginning_s):
                commit = await self._ledger.write(self._line)
        except StoreAway as exc:
            self._is_away(str(exc))
        except Disturbed:
            self._begins_anew()
        except Exception as exc:  # noqa: BLE001 - whatever it is, nothing was kept, and it is tried again
            self._is_away(type(exc).__name__)
        else:
            if commit is not None:
                self._is_kept(commit)
            return True
        return False

    def _is_kept(self, commit: Commit) -> None:
        self._kept += len(commit.taken)
        for waiting in commit.taken:
            if waiting.kept is not None and not waiting.kept.done():
                waiting.kept.set_result(None)
        away_s, self._away_since = self._away_s, None
        if away_s is not None:
            self._report.info("audit_back", away_s=round(away_s, 3), waiting=len(self._line))
        self._line.eased()

    def _is_away(self, kind: str) -> None:
        if self._away_since is None:
            self._away_since = self._clock.monotonic()
            self._report.warning("audit_away", kind=kind)

    def _begins_anew(self) -> None:
        """
        Leave the chain, and write what waits into a new one.

        Somebody wrote into our chain, or took it away, and a verification will say so. To refuse everything from now
        on would let whoever can do that stop the gateway.
        """
        head = self._ledger.head
        self._report.warning("audit_disturbed", chain=None if head is None else head.chain)
        self._line.put_back(self._ledger.leave())

    def _give_up(self) -> None:
        commit = self._ledger.commit
        left = [*([] if commit is None else commit.taken), *self._line.taken(len(self._line))]
        for waiting in left:
            if waiting.kept is not None:
                self._refuse(waiting.kept)
        lost = sum(waiting.kept is None for waiting in left)
        if lost:
            self._report.warning("audit_lost", records=lost)
