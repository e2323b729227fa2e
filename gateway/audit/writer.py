"""
Group commit: operations wait together until their records are kept, and are refused when that takes too long.

One commit is under way at a time; what arrives meanwhile goes into the next. Nothing is answered before its record is
kept, so a process may be killed at any time. A record may be there of an answer that was then refused, because it
was kept too late; never the other way round.

While the store is away, the commit that failed is tried again and again as it was. Had it happened after all, the store
says so, so nothing stands there twice. What waits is bounded. Beyond that nothing is taken, and whoever brings it hears
so: a record is never dropped silently. After `timeout_s` without the store personal reads are refused at once, so that
nobody waits for nothing.
"""

import asyncio
import collections
import contextlib
import dataclasses
import math
from collections.abc import Callable

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.audit.chain import Head, Row, Witnessed, appended, begun, witnessed
from gateway.audit.record import Changed, Entry, Record, record_of
from gateway.audit.secrets import Secrets
from gateway.audit.store import Disturbed, Store, StoreAway

_TIMES_APART = 10
_LONGEST_APART_S = 0.02
"""
A commit costs far more than a record does, so commits begin ten times as far apart as the last one took, within bounds.
Who comes after a pause waits for nobody, and where many come, they share.
"""

_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0
_BEGINNING_S = 9.0
_SEEN = 64
"""So many other chains a genesis witnesses: those that were written to last."""


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


@dataclasses.dataclass(frozen=True, slots=True)
class _Waiting:
    record: Record
    kept: asyncio.Future[None] | None
    """Whoever waits for it, if anybody does."""

    @property
    def is_wanted(self) -> bool:
        return self.kept is None or not self.kept.done()


@dataclasses.dataclass(frozen=True, slots=True)
class _Commit:
    """A commit as it was tried first."""

    records: list[_Waiting]
    before: Head | None
    rows: list[Row]
    after: Witnessed


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
        self._store, self._secrets = store, secrets
        self._writer, self._name = writer, name
        self._clock, self._report = clock, report
        self._timeout_s, self._max_waiting, self._max_together = timeout_s, max_waiting, max_together
        self._queue: collections.deque[_Waiting] = collections.deque()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._head: Head | None = None
        self._commit: _Commit | None = None
        self._away_since: float | None = None
        self._is_closing = self._is_full = False
        self._kept = self._refused = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write; the chain begins with it, or as soon as the store is there. Returns at once."""
        self._something.set()
        self._task = asyncio.create_task(self._work())

    async def written(self, entry: Entry) -> None:
        """
        Return when the record of *entry* outlives a loss of power, within `timeout_s`.

        Raises AuditUnavailable: then what it is of must not be answered.
        """
        if self.is_refusing:
            raise self._unavailable()
        waiting = self._put(entry, asyncio.get_running_loop().create_future())
        assert waiting.kept is not None  # noqa: S101 - told the line before; for the reader of types
        try:
            async with asyncio.timeout(self._timeout_s):
                await waiting.kept
        except TimeoutError:
            raise self._unavailable() from None

    async def noted(self, entry: Entry | Changed) -> None:
        """
        Have *entry* written soon, without waiting for it; a process that is killed may lose it.

        Waits where too many wait already. Raises AuditUnavailable where that lasts longer than `timeout_s`: then it
        is not written, and what it is of should be refused, as nothing is done here that is not on record.
        """
        if len(self._queue) >= self._max_waiting and not self._is_closing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timeout_s):
                    await self._has_room()
        self._put(entry, None)

    @property
    def is_refusing(self) -> bool:
        """Whether `written` would refuse now, without waiting: worth a look before anything is asked of systems."""
        if self._task is None or self._is_closing or len(self._queue) >= self._max_waiting:
            return True
        away_s = self._seconds_since(self._away_since)
        return away_s is not None and away_s > self._timeout_s

    @property
    def state(self) -> AuditState:
        """How it is, for whoever watches."""
        tried = 0 if self._commit is None else len(self._commit.records)
        away_s = self._seconds_since(self._away_since)
        chain = None if self._head is None else self._head.chain
        return AuditState(len(self._queue) + tried, self._kept, self._refused, away_s, chain)

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

    def _put(self, entry: Entry | Changed, kept: asyncio.Future[None] | None) -> _Waiting:
        if self._task is None or self._is_closing or len(self._queue) >= self._max_waiting:
            raise self._unavailable()
        waiting = _Waiting(record_of(entry, at=self._clock.now(), secrets=self._secrets), kept)
        self._queue.append(waiting)
        self._something.set()
        return waiting

    async def _has_room(self) -> None:
        while len(self._queue) >= self._max_waiting:
            if not self._is_full:
                self._is_full = True
                self._report.warning("audit_full", waiting=len(self._queue))
            self._room.clear()
            await self._room.wait()

    def _unavailable(self) -> AuditUnavailable:
        self._refused += 1
        return AuditUnavailable()

    def _seconds_since(self, instant: float | None) -> float | None:
        return None if instant is None else self._clock.monotonic() - instant

    async def _work(self) -> None:
        pause_s, next_at = _FIRST_PAUSE_S, -math.inf
        while await self._has_work():
            began = self._clock.monotonic()
            if next_at > began and not self._is_closing:
                await asyncio.sleep(next_at - began)
                began = self._clock.monotonic()
            if await self._is_written():
                took_s = self._clock.monotonic() - began
                next_at = began + min(_TIMES_APART * took_s, _LONGEST_APART_S)
                pause_s = _FIRST_PAUSE_S
                continue
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _has_work(self) -> bool:
        while self._commit is None and not self._queue:
            if self._is_closing:
                return False
            if self._head is None:
                return True  # A chain begins before there is anything to put into it.
            self._something.clear()
            await self._something.wait()
        return True

    async def _is_written(self) -> bool:
        """Whether what waits, as far as it goes into one commit, is kept now."""
        try:
            # To make tables takes longer than to add to them. Who waits for it does not wait longer for that.
            async with asyncio.timeout(self._timeout_s if self._head is not None else self._timeout_s + _BEGINNING_S):
                commit = self._commit = self._commit or await self._formed()
                if commit is not None:
                    await self._store.append(commit.before, commit.rows, commit.after)
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

    def _taken(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while self._queue and len(taken) < self._max_together:
            waiting = self._queue.popleft()
            if waiting.is_wanted:  # Who left, or was refused, is not on record: nothing was answered.
                taken.append(waiting)
        self._room.set()
        return taken

    async def _formed(self) -> _Commit | None:
        """What waits, as a commit; None where nobody waits for it any more, and the chain has begun."""
        now, head, rows = self._clock.now(), self._head, list[Row]()
        if head is None:
            others = [each.head for each in await self._store.newest(_SEEN)]
            # Nothing in a chain is older than its beginning.
            since = min([now, *(waiting.record.at for waiting in self._queue)])
            head, genesis = begun(self._name(), writer=self._writer, at=since, seen=others)
            rows.append(genesis)
        records = self._taken()
        after, more = appended(head, [waiting.record for waiting in records])
        rows += more
        return _Commit(records, self._head, rows, witnessed(after, at=now, secrets=self._secrets)) if rows else None

    def _is_kept(self, commit: _Commit) -> None:
        self._head, self._commit = commit.after.head, None
        self._kept += len(commit.records)
        for waiting in commit.records:
            if waiting.kept is not None and not waiting.kept.done():
                waiting.kept.set_result(None)
        away_s = self._seconds_since(self._away_since)
        if away_s is not None:
            self._away_since = None
            self._report.info("audit_back", away_s=round(away_s, 3), waiting=len(self._queue))
        self._is_full = self._is_full and bool(self._queue)

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
        self._report.warning("audit_disturbed", chain=None if self._head is None else self._head.chain)
        commit, self._commit, self._head = self._commit, None, None
        if commit is not None:
            self._queue.extendleft(reversed(commit.records))

    def _give_up(self) -> None:
        left = [*([] if self._commit is None else self._commit.records), *self._queue]
        self._queue.clear()
        for waiting in left:
            if waiting.kept is not None and not waiting.kept.done():
                waiting.kept.set_exception(self._unavailable())
        lost = sum(waiting.kept is None for waiting in left)
        if lost:
            self._report.warning("audit_lost", records=lost)
