"""
Cache: an answer is given again while it is fresh, a while longer at once, and longer yet when its system fails.

How long that is (`freshness`) is the operator's decision, per operation; without one nothing is kept. The store is
handed in and may fail: a dead cache makes the gateway slower, never wrong.
"""

import dataclasses
import datetime as dt
import functools
import random
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from connectors.clock import Clock
from connectors.errors import BadData, ConnectorError, NotFresh, NotKnown, Unavailable
from connectors.guard.answer import Answer, Call, Known
from connectors.guard.freshness import CLOCKS_DIFFER_S, Standing, Windows, judge
from connectors.guard.keys import Keys
from connectors.guard.negative import Negative
from connectors.guard.record import RECORD
from connectors.guard.refreshes import Refreshes
from connectors.guard.settings import GuardSettings
from connectors.guard.store import Store
from connectors.guard.tunings import Tuned
from connectors.guard.watch import Event, Unwatched, Watcher
from connectors.terms import Criticality, Terms

if TYPE_CHECKING:
    from connectors.guard.pipeline import Ask, Proceed

_LEAST_S: Final = 1.0
"""For what is only kept so that something else is not: no store can keep anything for no time at all."""

_NOTHING: Final[Answer[None]] = Answer(value=None, fetched_at=dt.datetime.min.replace(tzinfo=dt.UTC))


class Cache:
    """Answers by question. What a store is told of a question are keyed hashes: it never holds a number."""

    def __init__(
        self,
        settings: GuardSettings,
        *,
        store: Store,
        clock: Clock,
        watcher: Watcher | None = None,
        keys: Keys | None = None,
        dice: Callable[[], float] = random.random,
        tuned: Tuned | None = None,
    ) -> None:
        self._settings = settings
        self._watcher = watcher or Unwatched()
        self.windows = (tuned or Tuned(settings)).windows
        """The windows of an operation now, the same object until they change; None: nothing of it is kept."""

        self._refreshes = Refreshes(clock=clock, dice=dice)
        self._store = store
        self._clock = clock
        self._keys = keys or Keys()
        self._dice = dice

    async def recall(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """The stage that gives what is kept for as long as it is good enough, and else proceeds."""
        record = RECORD.get()
        windows = self._windows_for(call)
        if windows is None:
            if record is not None:
                record.asks(call.system, call.operation)
            return await proceed(call, ask)
        key = self._keys.key(call)
        kept, standing = await self._look_up(key, call, windows)
        if standing is Standing.FRESH:
            if record is not None:
                record.relies(Recalled(self, key, call, kept, windows))
            return self._given(call, kept, standing)
        if record is not None:
            # Whatever comes of it, it is not an answer that would be given again.
            record.asks(call.system, call.operation)
        if standing is Standing.GONE:
            return await proceed(call, ask)
        if standing is Standing.REVALIDATE:
            self._refreshes.begin(key, functools.partial(self._refresh, key, call, kept, ask, proceed))
            return self._given(call, kept, standing)
        return await self._ask_or_give(key, await self._about(key, call, kept), ask, proceed)

    async def keep(self, call: Call, ask: "Ask", *, proceed: "Proceed") -> Answer[Any]:
        """The stage that proceeds and keeps what comes, whether or not somebody is still waiting for it."""
        windows = self._windows_for(call)
        if windows is None:
            answer = await proceed(call, ask)
            # How long it may be kept is the operator's word; a system that says so as well only shortens it.
            return answer if answer.fresh_s is None else dataclasses.replace(answer, fresh_s=None)
        asked_at = self._clock.monotonic()
        try:
            answer = await proceed(call, ask)
        except NotKnown as unknown:
            said = Answer(value=Negative(unknown.reason), fetched_at=self._clock.now(), parts=call.parts)
            await self._put(call, self._kept(said, windows.negative_s), windows.negative, asked_at)
            raise
        if answer.confirmed and call.known is not None:
            self.tell(call, Event.CONFIRMED)
            # What still holds is what was there: a drop since then is about it as well, and it must not come back.
            asked_at = min(asked_at, call.known.since)
        kept = self._kept(answer, windows.fresh_s)
        await self._put(call, kept, windows, asked_at)
        return kept

    async def fresh(self, key: str, call: Call) -> Answer[Any] | None:
        """What is kept under *key*, if it has the parts of *call* and is fresh now. Nobody is told."""
        windows = self._windows_for(call)
        if windows is None:
            return None
        kept, standing = await self._look_up(key, call, windows)
        return kept if standing is Standing.FRESH else None

    async def kept(self, call: Call) -> Answer[Any] | None:
        """What `recall` would give now instead of proceeding, or raise. Nobody is told."""
        found = await self.fresh(self._keys.key(call), call)
        if found is not None and type(found.value) is Negative:
            raise NotKnown(found.value.reason, system=call.system, operation=call.operation)
        return found

    def key(self, call: Call) -> str:
        """The question of *call* as a key that holds no number."""
        return self._keys.key(call)

    def tell(self, call: Call, event: Event) -> None:
        """Tell whoever watches that an answer is given again."""
        self._watcher.tells(call, event)

    async def aclose(self) -> None:
        """End what is being refreshed."""
        await self._refreshes.aclose()

    async def _ask_or_give(self, key: str, call: Call, ask: "Ask", proceed: "Proceed") -> Answer[Any]:
        # Only what is there when the system has failed is given: what was there before may have been dropped, because
        # it is somebody else's by now, and its window may have ended meanwhile.
        try:
            return await proceed(call, ask)
        except (Unavailable, BadData) as failure:
            windows = self._windows_for(call) or Windows()
            kept, standing = await self._look_up(key, call, windows)
            if standing is Standing.GONE:
                raise
            why = failure
        if standing is Standing.TOO_OLD:
            told = "what is kept is older than the caller takes"
            raise NotFresh(told, system=call.system, operation=call.operation, because=why)
        if (record := RECORD.get()) is not None:
            record.failed.setdefault(call.system, why)
        return self._given(call, kept, standing)

    async def _about(self, key: str, call: Call, kept: Answer[Any]) -> Call:
        """*call* with what is kept of its answer, where its system can be asked whether that still holds."""
        # With other parts it is another representation: what the system says of the one says nothing of the other.
        if kept.validator is None or kept.parts != call.parts:
            return call
        since = self._clock.monotonic()
        # Looked up again: what is dropped from this instant on is known when the answer comes, and what was before is
        # not there any more.
        if await self._store.get(key) is not kept:
            return call
        return dataclasses.replace(call, known=Known(kept, since))

    async def _refresh(self, key: str, call: Call, kept: Answer[Any], ask: "Ask", proceed: "Proceed") -> None:
        # On terms of its own: nobody waits for it, so everybody else goes first.
        within = Terms.after(self._settings.timeout_s, self._clock, criticality=Criticality.BATCH)
        try:
            call = await self._about(key, dataclasses.replace(call, within=within), kept)
            await proceed(call, ask)
        except NotKnown:
            pass  # That it is gone is news as well.
        except Exception as failure:  # noqa: BLE001 - nobody waits, so whatever it is has nobody to be raised to.
            self._refreshes.failed(key, asked=not isinstance(failure, ConnectorError) or failure.asked)
            self.tell(call, Event.NOT_REFRESHED)
            return
        self.tell(call, Event.REFRESHED)

    async def _look_up(self, key: str, call: Call, windows: Windows) -> tuple[Answer[Any], Standing]:
        kept = await self._store.get(key)
        if kept is None or not kept.serves(call):
            return _NOTHING, Standing.GONE
        if type(kept.value) is Negative:
            windows = windows.negative
        return kept, judge(self._age_s(kept), windows, call.within, fresh_s=kept.fresh_s)

    def _age_s(self, kept: Answer[Any]) -> float:
        age_s = (self._clock.now() - kept.fetched_at).total_seconds()
        # A calendar clock that is set back would make it younger. Set back by more than clocks differ, callers would be
        # shown an answer from the future, and told to keep it until then: so it has no age.
        if kept.got_at is None or age_s < -CLOCKS_DIFFER_S:
            return age_s
        return max(age_s, self._clock.monotonic() - kept.got_at)

    def _given(self, call: Call, kept: Answer[Any], standing: Standing) -> Answer[Any]:
        self.tell(call, _told(kept, standing))
        if (record := RECORD.get()) is not None:
            record.recalled.add(call.system)
        if type(kept.value) is Negative:
            raise NotKnown(kept.value.reason, system=call.system, operation=call.operation)
        return kept

    def _kept(self, answer: Answer[Any], fresh_s: float) -> Answer[Any]:
        if answer.fresh_s is not None:
            fresh_s = min(fresh_s, answer.fresh_s)
        # Answers that came together would be asked for anew together.
        share = self._settings.jitter * self._dice() if self._settings.jitter else 0.0
        fresh_s *= 1 - share
        got_at = self._clock.monotonic()
        return Answer(answer.value, answer.fetched_at, answer.parts, fresh_s, got_at, answer.validator)

    async def _put(self, call: Call, kept: Answer[Any], windows: Windows, asked_at: float) -> None:
        # Also where it may not be given again: what is under its key until now is outdated by it.
        ttl_s = max(windows.fresh_s + windows.beyond_s, _LEAST_S)
        tags = self._keys.tags_of(call, None if type(kept.value) is Negative else kept.value)
        key = self._keys.key(call)
        self._refreshes.went_well(key)
        await self._store.set(key, kept, ttl_s=ttl_s, asked_at=asked_at, tags=tags)

    def _windows_for(self, call: Call) -> Windows | None:
        # What may change something is made each time, whatever an operator says about its operation.
        return self.windows(call.operation) if call.repeatable else None


class Recalled:
    """An answer that was given again: found by its key, without the arguments that the key was made of."""

    __slots__ = ("_answer", "_cache", "_call", "_event", "_key", "_windows")

    def __init__(self, cache: Cache, key: str, call: Call, answer: Answer[Any], windows: Windows) -> None:
        self._cache = cache
        self._key = key
        self._call = Call(call.system, call.operation, (), call.within, call.parts)
        self._event = _told(answer, Standing.FRESH)
        self._answer = weakref.ref(answer)
        self._windows = windows

    async def holds(self) -> bool:
        """Whether the cache would give the very same answer now, and say the same of how long it is fresh."""
        if self._cache.windows(self._call.operation) is not self._windows:
            return False
        found = await self._cache.fresh(self._key, self._call)
        return found is not None and found is self._answer()

    def tell(self) -> None:
        """Tell as if it had been asked for."""
        self._cache.tell(self._call, self._event)

    def watch(self, gone: Callable[[], object]) -> None:
        """Have *gone* called when the store drops the answer."""
        answer = self._answer()
        if answer is None:
            gone()
        else:
            self._answer = weakref.ref(answer, lambda _: gone())


def _told(kept: Answer[Any], standing: Standing) -> Event:
    if type(kept.value) is Negative:
        return Event.NEGATIVE
    return Event.CACHED if standing is Standing.FRESH else Event.STALE
