"""
The door of this process: has questions wait where `admission` says so, and measures the turns of the event loop for it.

While few questions are under way nothing is measured, and a question that is let in at once costs a comparison.
"""

import asyncio
import collections
from typing import Final

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.terms import Criticality
from gateway.admission.admission import Admission, Verdicts
from gateway.admission.settings import AdmissionSettings
from gateway.admission.watch import DoorWatch, Unwatched

LOOK_S: Final = 0.010
"""So often a turn is measured, while there is anything to find out."""

REST_S: Final = 10.0
"""After so long with nothing to watch it is forgotten how much there was to do. Bursts come closer together."""

_BEGUN_S: Final = 0.006
"""So long questions may be begun in one turn, at the least: each that gives way looks again in every turn."""

_PATIENCE: Final = 0.5
"""The part of a caller's time that it may wait at the door; what is left has to do for the answer."""


class Overloaded(Exception):
    """There is too much to do. Come again after *retry_after_s* seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s)
        self.retry_after_s = retry_after_s


class Door:
    """Used in one event loop. Whoever was let in must `leave`."""

    def __init__(
        self,
        settings: AdmissionSettings,
        *,
        max_waiting: int,
        clock: Clock,
        report: Reporter,
        watch: DoorWatch | None = None,
    ) -> None:
        self._admission: Admission[asyncio.Future[bool]] = Admission(
            least=settings.least,
            turn_s=settings.turn_s,
            wait_s=settings.wait_s,
            burst_s=settings.burst_s,
            max_waiting=max_waiting,
        )
        self._clock = clock
        self._report = report
        self._watch = watch or Unwatched()
        self._longest_s = max(settings.turn_s, _BEGUN_S)
        self._begun_since: float | None = None
        self._looks = self._rests = False
        self._turn_began = 0.0
        self._overloaded_since: float | None = None
        self._refused = 0

    def lets_in(self, criticality: Criticality) -> bool:
        """Whether a newcomer may come in at once; it is in then."""
        entered = self._admission.enters(criticality)
        if not self._looks and self._admission.is_to_be_watched:
            self._look_later()
        return entered

    def turn_is_long(self) -> bool:
        """
        Whether questions were begun in this turn of the loop for as long as they may be.

        Whoever was let in gives way until the next one then: a question that needs no system is worked on in one
        step, and sixty of them in one turn would hold up everybody else for seconds.
        """
        now = self._clock.monotonic()
        if self._begun_since is None:
            self._begun_since = now
            asyncio.get_running_loop().call_soon(self._next_turn)
            return False
        return now - self._begun_since > self._longest_s

    def comes(self, criticality: Criticality, *, mutation: bool) -> "asyncio.Future[bool]":
        """The turn of a newcomer that was not let in, to `wait` for. Raises Overloaded where there is no room."""
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._do(self._admission.comes(turn, criticality, mutation=mutation, now=self._clock.monotonic()))
        if turn.done() and not turn.result():
            raise self.refusal(criticality)
        return turn

    async def wait(
        self, turn: "asyncio.Future[bool]", criticality: Criticality, *, mutation: bool, within_s: float
    ) -> None:
        """Wait for *turn* for a part of the *within_s* seconds that its caller has. Raises Overloaded."""
        if not turn.done():
            patience_s = self._admission.patience_s(_PATIENCE * within_s, criticality, mutation=mutation)
            patience = asyncio.get_running_loop().call_later(patience_s, self._lose_patience, turn)
            try:
                await turn
            except asyncio.CancelledError:
                self._forget(turn)
                raise
            finally:
                patience.cancel()
        if not turn.result():
            raise self.refusal(criticality)

    def refusal(self, criticality: Criticality) -> Overloaded:
        """What to raise for somebody who cannot be worked on, whether let in or not; it is counted."""
        self._refused += 1
        self._watch.refused(criticality)
        # Those who matter less come back later.
        return Overloaded(1 << criticality)

    def leave(self) -> None:
        """A question that was let in is answered, or given up."""
        admission = self._admission
        admission.leaves()
        if admission.waiting:
            self._do(admission.fills_up())

    def _forget(self, turn: asyncio.Future[bool]) -> None:
        if turn.done() and not turn.cancelled() and turn.result():
            # It was let in and has not heard of it.
            self.leave()
        else:
            self._admission.gives_up(turn)

    def _lose_patience(self, turn: asyncio.Future[bool]) -> None:
        self._do(self._admission.loses_patience(turn, self._clock.monotonic()))

    def _do(self, verdicts: Verdicts[asyncio.Future[bool]]) -> None:
        for turn in verdicts.refused:
            if not turn.done():
                turn.set_result(False)
        coming = collections.deque(verdicts.let_in)
        while coming:
            turn = coming.popleft()
            if turn.done():
                # Its caller is gone and has not been taken out of the line yet.
                self._admission.leaves()
                coming += self._admission.fills_up().let_in
            else:
                turn.set_result(True)
        if self._admission.overloaded is (self._overloaded_since is None):
            self._tell()
        if not self._looks and self._admission.is_to_be_watched:
            self._look_later()

    def _next_turn(self) -> None:
        self._begun_since = None

    def _look_later(self) -> None:
        self._looks = True
        asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _look(self) -> None:
        # Once over to where a turn begins: timers may be called in the middle of one.
        asyncio.get_running_loop().call_soon(self._begin_turn)

    def _begin_turn(self) -> None:
        self._turn_began = self._clock.monotonic()
        asyncio.get_running_loop().call_soon(self._end_turn)

    def _end_turn(self) -> None:
        admission = self._admission
        self._looks = False
        now = self._clock.monotonic()
        self._do(admission.turned(now - self._turn_began, now))
        self._show()
        if not self._looks and not self._rests:
            self._rest_later()

    def _rest_later(self) -> None:
        self._rests = True
        asyncio.get_running_loop().call_later(REST_S, self._rest)

    def _rest(self) -> None:
        self._rests = False
        if self._admission.rests(self._clock.monotonic(), after_s=REST_S):
            self._show()
        elif not self._looks:
            self._rest_later()

    def _show(self) -> None:
        limit, waiting = self._admission.limit, self._admission.waiting
        self._watch.looked(at_once=limit.at_once, waiting=waiting, turn_s=limit.turn_s)

    def _tell(self) -> None:
        now = self._clock.monotonic()
        if self._overloaded_since is None:
            self._overloaded_since, self._refused = now, 0
            self._report.warning("overload_began", under_way=self._admission.under_way)
        else:
            overloaded_s = round(now - self._overloaded_since, 1)
            self._overloaded_since = None
            self._report.info("overload_ended", overloaded_s=overloaded_s, refused=self._refused)
