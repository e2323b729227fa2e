"""
The chain that one process writes, and the commit that is to be added to it.

A commit that failed is tried again as it was, bytes and all. Had it happened after all, the store says so, and nothing
stands there twice.
"""

import collections
import dataclasses
from collections.abc import Callable

from connectors.clock import Clock
from gateway.audit.chain import Head, Row, Witnessed, appended, begun, witnessed
from gateway.audit.line import Line, Waiting
from gateway.audit.record import record_of
from gateway.audit.secrets import Secrets
from gateway.audit.store import Store

_SEEN = 64
"""So many other chains a genesis witnesses: those that were written to last, and as many that we have left."""


@dataclasses.dataclass(frozen=True, slots=True)
class Commit:
    """What is kept together: *taken* from the line as *rows*, between two places of the chain."""

    taken: list[Waiting]
    before: Head | None
    rows: list[Row]
    after: Witnessed


class Ledger:
    """*writer* is who writes, for people; *name* makes the names of chains, each once in the world."""

    def __init__(
        self, store: Store, *, secrets: Secrets, writer: str, name: Callable[[], str], clock: Clock, max_together: int
    ) -> None:
        self._store, self._secrets = store, secrets
        self._writer, self._name, self._clock = writer, name, clock
        self._max_together = max_together
        self.head: Head | None = None
        """Where the chain is; None until it has begun."""
        self.commit: Commit | None = None
        """What is not known to be kept."""
        # Whoever disturbs a chain may put an older head of it back, or take the table away: we know where it was.
        self._left: collections.deque[Head] = collections.deque(maxlen=_SEEN)

    async def write(self, line: Line) -> Commit | None:
        """
        Keep the first of those in *line*, or what failed to be: the commit; None where nobody waits any more.

        Raises StoreAway or Disturbed, or whatever a store raises that nobody thought of: nothing is lost by that.
        """
        commit = self.commit = self.commit or await self._formed(line)
        if commit is not None:
            await self._store.append(commit.before, commit.rows, commit.after)
            self.head, self.commit = commit.after.head, None
        return commit

    def leave(self) -> list[Waiting]:
        """
        Leave the chain as it is, and begin another: what was to be added last, which is to be written there.

        The beginning of every later chain of ours witnesses where it was, as far as that was known to be kept.
        """
        if self.head is not None:
            self._left.append(self.head)
        commit, self.commit, self.head = self.commit, None, None
        return [] if commit is None else commit.taken

    async def _formed(self, line: Line) -> Commit | None:
        now, head, rows = self._clock.now(), self.head, list[Row]()
        if head is None:
            others = {each.head: None for each in await self._store.newest(_SEEN)} | dict.fromkeys(self._left)
            # Nothing in a chain is older than its beginning.
            since = min([now, *(waiting.at for waiting in line)])
            head, genesis = begun(self._name(), writer=self._writer, at=since, seen=[*others])
            rows.append(genesis)
        taken = line.taken(self._max_together)
        try:
            records = (record_of(each.entry, at=each.at, secrets=self._secrets) for each in taken)
            after, more = appended(head, records)
        except BaseException:
            line.put_back(taken)  # Nobody knows why; but none of them is dropped for it.
            raise
        rows += more
        return Commit(taken, self.head, rows, witnessed(after, at=now, secrets=self._secrets)) if rows else None
