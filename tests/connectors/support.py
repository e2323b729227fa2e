"""What tests of connectors share: a clock that stands still, an empty store, and an environment made of them."""

import dataclasses
import datetime as dt
from collections.abc import Collection
from typing import Any

import httpx

from connectors.environment import Environment
from connectors.guard import Answer
from connectors.numbering import NumberingPlan
from connectors.terms import Terms

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self._now = now
        self._monotonic = 1000.0

    def monotonic(self) -> float:
        return self._monotonic

    def now(self) -> dt.datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += dt.timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_back(self, seconds: float) -> None:
        """The calendar alone."""
        self._now -= dt.timedelta(seconds=seconds)


class DictStore:
    """A store that keeps everything for ever."""

    def __init__(self) -> None:
        self.kept: dict[str, Answer[Any]] = {}
        self.tags: dict[str, Collection[str]] = {}

    async def get(self, key: str) -> Answer[Any] | None:
        return self.kept.get(key)

    async def set(self, key: str, answer: Answer[Any], *, tags: Collection[str] = (), **_: object) -> None:
        self.kept[key] = answer
        self.tags[key] = tags

    async def drop(self, tags: Collection[str]) -> None:
        """Nothing is dropped here."""


@dataclasses.dataclass(frozen=True)
class Reports:
    """A reporter that remembers what it was told."""

    events: list[tuple[str, dict[str, object]]] = dataclasses.field(default_factory=list)

    def warning(self, event: str, **values: object) -> None:
        self.events.append((event, values))

    def info(self, event: str, **values: object) -> None:
        self.events.append((event, values))


PLAN = NumberingPlan(country_code="999", lengths=frozenset({8}))


def environment(
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: FixedClock | None = None,
    report: Reports | None = None,
) -> Environment:
    """Surroundings for a connector under test."""
    return Environment(
        clock=clock or FixedClock(),
        store=DictStore(),
        numbering=PLAN,
        report=report or Reports(),
        transport=transport,
    )


def soon(clock: FixedClock | None = None, *, seconds: float = 5.0) -> Terms:
    """A deadline a few seconds away."""
    return Terms.after(seconds, clock or FixedClock())
