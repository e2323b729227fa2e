"""Whatever is asked, whatever fails and however time goes: no answer outlives its window, and one refresh is enough."""

import asyncio
from typing import Any

import hypothesis
import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectors.errors import BadData, ConnectorError, DeadlineReached, NotFresh, NotKnown, Rejected, Unavailable
from tests.connectors.guard.asking import turns
from tests.connectors.guard.windows import Windowed, cache_of
from tests.connectors.support import DictStore, FixedClock

_FULL = hypothesis.settings.default.max_examples  # type: ignore[union-attr]
NUMBERS = st.sampled_from(["42", "43"])
WINDOWS = st.sampled_from([4, 10, 0, 1])
LATER = "later"
GOOD = "good"
OUTCOMES = st.sampled_from([GOOD, GOOD, GOOD, LATER, Unavailable, NotKnown, BadData, Rejected])
AFTER = st.sampled_from([0, 0.5, 2, 5, 11])
MAX_AGES = st.sampled_from([None, None, None, 0.5, 3, 8])


class Calendar(FixedClock):
    """A clock whose calendar can be set, as people do, while time goes on."""

    def set(self, seconds: float) -> None:
        monotonic = self._monotonic
        self.advance(seconds)
        self._monotonic = monotonic


class Patient:
    """A system that answers when it is let go: what it said last, in turn, of each number."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.waiting: list[tuple[str, asyncio.Future[None]]] = []
        self.answers: dict[int, float] = {}
        """When each answer was given, by the interval clock."""

        self.unknown_since: dict[str, float] = {}

    async def ask(self, number: str) -> int:
        entry = (number, asyncio.get_running_loop().create_future())
        self.waiting.append(entry)
        try:
            await entry[1]
        finally:
            self.waiting.remove(entry)
        value = len(self.answers)
        self.answers[value] = self.clock.monotonic()
        return value

    def lets_go(self, outcome: type[ConnectorError] | str) -> None:
        number, future = self.waiting[0]
        if isinstance(outcome, str):
            future.set_result(None)
            return
        if outcome is NotKnown:
            self.unknown_since[number] = self.clock.monotonic()
        future.set_exception(outcome("no", system="hss"))


class Windows(RuleBasedStateMachine):
    """Callers, time and a system in any order, beside the plain facts of when what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = Calendar()
        self.system = Patient(self.clock)
        self.callers: list[asyncio.Task[Any]] = []

    @initialize(
        fresh_s=WINDOWS, revalidate_s=WINDOWS, stale_s=WINDOWS, negative_s=WINDOWS, jitter=st.sampled_from([0, 0.5])
    )
    def begin(self, **windows: float) -> None:
        self.windows = windows
        # The store forgets nothing: the windows must hold without its help.
        self.kept = Windowed(self.system, clock=self.clock, store=DictStore(), **windows, max_concurrent=50)

    def teardown(self) -> None:
        if hasattr(self, "kept"):
            for caller in self.callers:
                caller.cancel()
            self.loop.run_until_complete(self._closed())
            assert not self.system.waiting
        self.loop.close()

    async def _closed(self) -> None:
        await self.kept.guard.aclose()
        await asyncio.gather(*self.callers, return_exceptions=True)
        await turns()
        assert {asyncio.current_task()} == asyncio.all_tasks()

    @rule(
        after_s=AFTER,
        number=NUMBERS,
        max_age_s=MAX_AGES,
        seconds=st.sampled_from([600, 600, 0]),
        outcome=OUTCOMES,
    )
    def somebody_asks(self, after_s: float, number: str, outcome: type[ConnectorError] | str, **terms: Any) -> None:
        self.clock.advance(after_s)
        self._begins(number, terms)
        self._go_on()
        while outcome != LATER and self.system.waiting:
            self.system.lets_go(outcome)
            self._go_on()

    def _begins(self, number: str, terms: dict[str, Any]) -> None:
        self.callers.append(self.loop.create_task(self._asks(number, terms)))

    async def _asks(self, number: str, terms: dict[str, Any]) -> Any:
        call = self.kept.call(number, **terms)
        try:
            answer = await self.kept.guard.call(call, lambda: self.system.ask(number))
        except NotKnown:
            age_s = self.clock.monotonic() - self.system.unknown_since[number]
            assert age_s == 0 or age_s < self.windows["negative_s"]
            raise
        except NotFresh:
            assert terms["max_age_s"] is not None
            raise
        self._check(answer.value, terms)
        return answer.value

    def _check(self, value: int, terms: dict[str, Any]) -> None:
        age_s = self.clock.monotonic() - self.system.answers[value]
        if age_s == 0:
            return
        windows = self.windows
        beyond_s = max(windows["revalidate_s"], windows["stale_s"])
        assert age_s < windows["fresh_s"] + beyond_s
        assert terms["max_age_s"] is None or age_s <= terms["max_age_s"]

    @rule(count=st.integers(2, 30), number=NUMBERS)
    def a_herd_asks(self, count: int, number: str) -> None:
        before = len(self.system.waiting)
        for _ in range(count):
            self._begins(number, {"max_age_s": None, "seconds": 600})
        self._go_on()

        assert len(self.system.waiting) <= before + 1

    @rule(outcome=OUTCOMES)
    def the_system_answers(self, outcome: type[ConnectorError] | str) -> None:
        if self.system.waiting:
            self.system.lets_go(outcome)
            self._go_on()

    @rule(seconds=st.sampled_from([-86_400, -3, 3]))
    def somebody_sets_the_calendar(self, seconds: float) -> None:
        self.clock.set(seconds)

    @rule(which=st.integers(0, 50))
    def somebody_hangs_up(self, which: int) -> None:
        tasks = [*self.callers, *self._refreshes]
        if tasks:
            tasks[which % len(tasks)].cancel()
            self._go_on()

    @invariant()
    def one_call_is_under_way_for_a_number(self) -> None:
        assert all(self._asked(number) <= 1 for number in ("42", "43"))

    @invariant()
    def callers_meet_nothing_but_errors_of_systems(self) -> None:
        for caller in [each for each in self.callers if each.done()]:
            self.callers.remove(caller)
            if not caller.cancelled() and (error := caller.exception()) is not None:
                assert isinstance(error, Unavailable | BadData | Rejected | DeadlineReached), error

    @invariant()
    def nothing_is_refreshed_that_nobody_asks(self) -> None:
        assert len(self._refreshes) <= len(self.system.waiting)

    @property
    def _refreshes(self) -> list[asyncio.Task[None]]:
        return list(cache_of(self.kept.guard)._refreshes._tasks.values()) if hasattr(self, "kept") else []

    def _asked(self, number: str) -> int:
        return sum(each == number for each, _ in self.system.waiting)

    def _go_on(self) -> None:
        self.loop.run_until_complete(turns(12))


TestWindows = Windows.TestCase
# Few of the shortest stories come to a window's end.
TestWindows.settings = hypothesis.settings(max_examples=max(60, _FULL), stateful_step_count=60)
