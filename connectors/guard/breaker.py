"""
A breaker: whether a system that has failed may be asked. It knows outcomes and time, nothing of calls or the wire.

    closed     everybody is asked       -> open       when too many failed, failed in a row, or were slow
    open       nobody is asked          -> half open  when its wait is over and somebody comes: a probe
    half open  one probe at a time      -> closed     when enough probes in a row went well
                                        -> open       when one did not

A probe is *awaited* where there is reason to think that the system is well again: the last probe went well, or hardly
anybody asks and it has had the time. Who comes meanwhile waits for what the probe finds instead of being refused.

What ends after the breaker has moved on says nothing any more: every state has a number, its *era*, and an outcome
counts only in the era in which its call began.
"""

import dataclasses
import enum
from collections.abc import Callable

from connectors.guard.window import Window

_BUCKETS = 10

RARE_S = 2.0
"""A system that nobody has asked for so many seconds after it could have been probed is asked rarely."""


class State(enum.StrEnum):
    """Whether the system is asked."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"


class Outcome(enum.Enum):
    """What a call says about its system's health."""

    WELL = enum.auto()
    FAILED = enum.auto()
    NOTHING = enum.auto()  # Cancelled, turned away before it was asked, or a mistake of ours.


class Why(enum.StrEnum):
    """What moved a breaker last, in the words of the log."""

    FAILURES_IN_A_ROW = "failures_in_a_row"
    FAILURE_RATE = "failure_rate"
    SLOW_RATE = "slow_rate"
    PROBES = "probes"
    FORCED = "forced"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a breaker opens and closes. Rates are parts of one, of the calls of the last *window_s* seconds."""

    failure_rate: float
    slow_rate: float
    slow_s: float
    least_calls: int
    window_s: float
    probe_wait_s: float
    probes: int


class Breaker:
    """
    The state of one class of a system's operations.

    *draw* gives a number from 0 to 1 for each wait, so that replicas do not probe in step. *told* is told of each new
    state, with the one before.
    """

    def __init__(
        self, rules: Rules, *, draw: Callable[[], float], told: Callable[["Breaker", State, float], None]
    ) -> None:
        self._rules = rules
        self._draw = draw
        self._told = told
        self._probing = False
        self._due = 0.0
        self.state = State.CLOSED
        self.forced = False
        self.era = 0
        self.why = Why.PROBES
        self.ill_since: float | None = None
        self.is_awaited = False
        self._begin_anew()

    def admit(self, now: float) -> int | None:
        """The era in which a call that comes now is asked, or None: it is refused. Half open, it is the one probe."""
        if self.state is State.CLOSED:
            return self.era
        if self.forced or self._probing or now < self._due:
            return None
        self._probing = True
        self.is_awaited = self.is_awaited or now - self._due >= RARE_S
        # The wait counts from the beginning of a probe: one that hangs until its time limit delays nobody's recovery.
        self._due = now + self._wait()
        if self.state is State.OPEN:
            self._well_in_a_row = 0
            self._go(State.HALF_OPEN, self.why, now)
        self.era += 1
        return self.era

    def ends(self, era: int, outcome: Outcome, *, took_s: float, now: float) -> None:
        """A call that was asked in *era* came to *outcome* after *took_s* seconds."""
        if era != self.era:
            return
        if self.state is State.HALF_OPEN:
            self._probed(outcome, took_s, now)
        elif self.state is State.CLOSED and outcome is not Outcome.NOTHING:
            self._count(outcome is Outcome.FAILED, took_s, now)

    def force(self, state: State | None, now: float) -> None:
        """
        Stay open or closed whatever happens, or (None) be automatic again.

        A breaker that was forced open is careful then: it begins with a probe, which may come at once.
        """
        if state is State.HALF_OPEN:
            raise ValueError("a breaker cannot be kept half open; force it open or closed, or make it automatic")
        self.forced = state is not None
        self._probing = False
        self._due = now
        if state is None:
            self.era += 1
        else:
            self._go(state, Why.FORCED, now)
        self._begin_anew()

    @property
    def failure_rate(self) -> float:
        """The part of the last calls that failed, as of the last one that ended."""
        return self._window.failed / self._window.calls if self._window.calls else 0.0

    @property
    def slow_rate(self) -> float:
        """The part of the last calls that were slow, as of the last one that ended."""
        return self._window.slow / self._window.calls if self._window.calls else 0.0

    def _begin_anew(self) -> None:
        self._window = Window(seconds=self._rules.window_s, buckets=_BUCKETS)
        self._failed_in_a_row = 0
        self._failed_last = 0.0
        self._well_in_a_row = 0
        self.is_awaited = False

    def _wait(self) -> float:
        return self._rules.probe_wait_s * (0.5 + 0.5 * self._draw())

    def _count(self, failed: bool, took_s: float, now: float) -> None:  # noqa: FBT001 - The hot path of every call.
        slow = took_s >= self._rules.slow_s
        self._window.add(now, failed=failed, slow=slow)
        if failed:
            # A row that nothing was added to for a whole window is forgotten like everything else that is old.
            fresh = now - self._failed_last <= self._rules.window_s
            self._failed_in_a_row = self._failed_in_a_row + 1 if fresh else 1
            self._failed_last = now
        else:
            self._failed_in_a_row = 0
        if (failed or slow) and not self.forced:
            self._judge(now)

    def _judge(self, now: float) -> None:
        why = None
        if self._failed_in_a_row >= self._rules.least_calls:
            # The rate of a busy system falls slowly: a dead one is recognised by that nothing comes back at all.
            why = Why.FAILURES_IN_A_ROW
        elif self._window.calls < self._rules.least_calls:
            return
        elif self.failure_rate >= self._rules.failure_rate:
            why = Why.FAILURE_RATE
        elif self.slow_rate >= self._rules.slow_rate:
            why = Why.SLOW_RATE
        if why is not None:
            self._open(why, now)

    def _open(self, why: Why, now: float) -> None:
        self._due = now + self._wait()
        self._go(State.OPEN, why, now)

    def _probed(self, outcome: Outcome, took_s: float, now: float) -> None:
        self._probing = False
        if outcome is Outcome.NOTHING:
            self._due = now  # Its place is free, and the next caller takes it.
        elif outcome is Outcome.FAILED or took_s >= self._rules.slow_s:
            self._due = max(self._due, now)
            self.is_awaited = False
            self._go(State.OPEN, self.why, now)
        else:
            self._well_in_a_row += 1
            self._due = now
            self.is_awaited = True
            if self._well_in_a_row >= self._rules.probes:
                self._go(State.CLOSED, Why.PROBES, now)
                self._begin_anew()

    def _go(self, state: State, why: Why, now: float) -> None:
        before, self.state, self.why = self.state, state, why
        self.era += 1
        if state is before:
            return
        if before is State.CLOSED:
            self.ill_since = now
        self._told(self, before, now)
        if state is State.CLOSED:
            self.ill_since = None
