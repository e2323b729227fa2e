"""
A simulated event loop with questions that come at a rate, whatever becomes of those before: open loop, and no machine in it.

In a turn the loop does every step that was ready when the turn began. A question is steps of work and waits for systems.
"""

import dataclasses
import heapq
import itertools
import random
import statistics
from collections.abc import Callable, Iterable

from connectors.terms import Criticality
from gateway.admission.admission import Admission, Verdicts

TURN_S = 0.00006
"""What a turn costs by itself."""

REFUSAL_S = 0.00015
LOOK_S = 0.010
DEADLINE_S = 2.2
_IN_ORDER = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of question: what it costs to begin with, what each reply costs and when it comes, and the end of it."""

    begin_s: float = 0.001
    replies: tuple[tuple[float, float], ...] = ((0.001, 0.0015),) * 4
    """How long after the beginning each comes, and what it costs to read."""

    end_s: float = 0.001
    criticality: Criticality = Criticality.AGENT

    @property
    def work_s(self) -> float:
        return self.begin_s + self.end_s + sum(cost for _, cost in self.replies)


@dataclasses.dataclass(slots=True, eq=False)
class Question:
    """One question, and what came of it."""

    kind: Kind
    came_at: float
    ended_at: float = 0.0
    refused: bool = False
    missing: int = 0

    @property
    def took_s(self) -> float:
        return self.ended_at - self.came_at


class Loop:
    """Runs questions behind an admission, or without one."""

    def __init__(self, admission: Admission[Question] | None, *, patience_s: float = 1.1) -> None:
        self._admission = admission
        self._patience_s = patience_s
        self._now = 0.0
        self._order = itertools.count()
        self._events: list[tuple[float, int, Callable[[], float]]] = []
        self._ready: list[Callable[[], float]] = []
        self._looking = False
        self._begun = 0
        self._reading: Question | None = None
        self._again: Kind | None = None
        self.turns: list[float] = []
        self.asked: list[Question] = []

    def run(self, coming: Iterable[tuple[float, Kind]]) -> list[Question]:
        """What becomes of questions that come at those times; returns when all have ended."""
        for at, kind in coming:
            question = Question(kind, at)
            self.asked.append(question)
            self._later(at, lambda question=question: self._soon(lambda: self._arrive(question), 0.0001))  # type: ignore[misc]
        while self._events or self._ready:
            self._turn()
        return self.asked

    def run_closed(self, kind: Kind, *, callers: int, seconds: float) -> list[Question]:
        """What becomes of the questions of *callers* who ask again as soon as they are answered, or refused."""
        self._again = kind
        self._later(seconds, self._no_more)
        return self.run([(0.0, kind)] * callers)

    def _no_more(self) -> float:
        self._again = None
        return 0.0

    def _ask_again(self) -> None:
        if self._again is not None:
            question = Question(self._again, self._now + 0.001)
            self.asked.append(question)
            self._later(question.came_at, lambda: self._soon(lambda: self._arrive(question), 0.0001))

    def _turn(self) -> None:
        if not self._ready and self._events:
            self._now = max(self._now, self._events[0][0])
        began = self._now
        while self._events and self._events[0][0] <= began:
            self._ready.append(heapq.heappop(self._events)[2])
        ready, self._ready = self._ready, []
        self._now += TURN_S
        for step in ready:
            # A step tells what it costs, and what comes of it comes after that.
            self._now += step()
        self.turns.append(self._now - began)

    def _later(self, at: float, step: Callable[[], float]) -> None:
        heapq.heappush(self._events, (at, next(self._order), step))

    def _soon(self, step: Callable[[], float], cost_s: float = 0.0) -> float:
        self._ready.append(step)
        return cost_s

    def _arrive(self, question: Question) -> float:
        admission = self._admission
        if admission is None or admission.enters(question.kind.criticality):
            return self._begin(question) + self._look()
        patience_s = admission.patience_s(self._patience_s, question.kind.criticality, mutation=False)
        self._do(admission.comes(question, question.kind.criticality, mutation=False, now=self._now))
        if not question.refused:
            self._later(self._now + patience_s, lambda: self._do(admission.loses_patience(question, self._now)))
        return self._look() + (REFUSAL_S if question.refused else 0.00003)

    def _begin(self, question: Question) -> float:
        kind = question.kind
        question.missing = len(kind.replies)
        self._begun += 1
        self._later(question.came_at + DEADLINE_S, lambda: self._end(question))
        ready_at = self._now + kind.begin_s
        for after_s, cost_s in kind.replies:
            self._later(ready_at + after_s, lambda cost_s=cost_s: self._soon(lambda: self._read(question, cost_s)))  # type: ignore[misc]
        return kind.begin_s

    def _read(self, question: Question, cost_s: float) -> float:
        if question.ended_at:
            return 0.0
        if self._begun <= _IN_ORDER:
            # Replies are read question by question, as long as there are not many (`connectors.turns`).
            if self._reading not in {None, question}:
                return self._soon(lambda: self._read(question, cost_s), 0.000002)
            self._reading = question
        question.missing -= 1
        if not question.missing:
            self._soon(lambda: self._end(question))
        return cost_s

    def _end(self, question: Question) -> float:
        if question.ended_at:
            return 0.0
        question.ended_at = self._now + question.kind.end_s
        self._begun -= 1
        if self._reading is question:
            self._reading = None
        self._ask_again()
        if self._admission is not None:
            self._admission.leaves()
            self._do(self._admission.fills_up())
        return question.kind.end_s

    def _do(self, verdicts: Verdicts[Question]) -> float:
        for question in verdicts.refused:
            question.refused, question.ended_at = True, self._now + REFUSAL_S
            self._ask_again()
        for question in verdicts.let_in:
            self._soon(lambda question=question: self._begin(question))  # type: ignore[misc]
        return len(verdicts.refused) * REFUSAL_S

    def _look(self) -> float:
        admission = self._admission
        if admission is None or self._looking or not admission.is_to_be_watched:
            return 0.0
        self._looking = True
        self._later(self._now + LOOK_S, self._hop)
        return 0.000005

    def _hop(self) -> float:
        began = self._now

        def measured() -> float:
            assert self._admission is not None
            self._looking = False
            cost_s = self._do(self._admission.turned(self._now - began, self._now))
            return cost_s + self._look()

        return self._soon(measured)


def poisson(
    kinds: Callable[[random.Random], Kind], *, per_s: float, seconds: float, seed: int = 1
) -> list[tuple[float, Kind]]:
    """Questions that come at random, so many a second on average."""
    chance = random.Random(seed)
    found, at = [], 0.0
    while (at := at + chance.expovariate(per_s)) < seconds:
        found.append((at, kinds(chance)))
    return found


def p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98] if len(times) > 1 else sum(times)
