"""
Counts which fields each client's operations may come to, by day. Knows neither variables nor values.

An operation that runs costs one number: its fields are added up when somebody reads them, or there are many kinds.
"""

import collections
import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from connectors.clock import Clock

EVERYBODY: Final = "everybody"
"""What those are called who are not told apart."""

KEEP_DAYS: Final = 35
"""Days (UTC) that are told apart, the present one among them; older ones are forgotten."""

MAX_KINDS: Final = 500
"""Kinds of operations, by client and fields, that are counted before they are added up."""

MAX_ENTRIES: Final = 200_000
"""Numbers by day, client and field, about 100 bytes each. Then the oldest day goes, and at last no client is added."""

_LOOK_S: Final = 60.0
"""So often it is looked what day it is."""


class Planned(Protocol):
    """What is counted: `Plan`."""

    @property
    def coordinates(self) -> frozenset[str]:
        """Fields that execution may come to."""
        ...


@dataclasses.dataclass(slots=True)
class Counted:
    """What one client asked in some time: how many operations, and how many of them came to each field."""

    operations: int = 0
    fields: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)


@dataclasses.dataclass(frozen=True, slots=True)
class Used:
    """How many operations came to a field, and on which day the last of them did."""

    operations: int
    last: dt.date

    def and_on(self, day: dt.date, operations: int) -> "Used":
        """With so many more on that *day*."""
        return Used(self.operations + operations, max(self.last, day))


class Usage:
    """What was asked of this process. *clock* says what day it is."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._monotonic = clock.monotonic
        self._kinds: dict[tuple[str | None, frozenset[str]], int] = {}
        self._days: dict[dt.date, dict[str, Counted]] = {}
        self._entries = 0
        self.since = clock.now()
        self.left_out = 0
        """Operations that were not counted, for want of place."""

        self._day = self.since.astimezone(dt.UTC).date()
        self._look_at = self._next_look()

    def used(self, client: str | None, plan: Planned) -> None:
        """An operation of *client* ran; None where clients are not told apart."""
        if self._monotonic() >= self._look_at:
            self._look()
        kind = (client, plan.coordinates)
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        if len(self._kinds) > MAX_KINDS:
            self._add_up()

    def clients(self) -> Iterator[tuple[dt.date, str, Counted]]:
        """What each client asked on each day."""
        self._look()
        self._add_up()
        for day, by_client in self._days.items():
            for client, counted in by_client.items():
                yield day, client, counted

    def fields(self, client: str | None = None) -> Mapping[str, Used]:
        """What *client* used, or all of them together, by field."""
        found: dict[str, Used] = {}
        for day, who, counted in self.clients():
            if client is None or who == client:
                for field, operations in counted.fields.items():
                    before = found.get(field)
                    found[field] = Used(operations, day) if before is None else before.and_on(day, operations)
        return found

    def _look(self) -> None:
        today = self._clock.now().astimezone(dt.UTC).date()
        if today != self._day:
            self._add_up()
            self._day = today
            for day in [each for each in self._days if today - each >= dt.timedelta(days=KEEP_DAYS)]:
                self._forget(day)
        self._look_at = self._next_look()

    def _next_look(self) -> float:
        return self._monotonic() + _LOOK_S

    def _add_up(self) -> None:
        kinds, self._kinds = self._kinds, {}
        for (client, coordinates), operations in kinds.items():
            counted = self._counted(client or EVERYBODY)
            if counted is None:
                self.left_out += operations
                continue
            counted.operations += operations
            before = len(counted.fields)
            counted.fields.update(dict.fromkeys(coordinates, operations))
            self._entries += len(counted.fields) - before

    def _counted(self, client: str) -> Counted | None:
        today = self._days.setdefault(self._day, {})
        if client not in today:
            while self._entries >= MAX_ENTRIES and (oldest := min(self._days)) < self._day:
                self._forget(oldest)
            if self._entries >= MAX_ENTRIES:
                return None
            today[client] = Counted()
        return today[client]

    def _forget(self, day: dt.date) -> None:
        self._entries -= sum(len(each.fields) for each in self._days.pop(day).values())
