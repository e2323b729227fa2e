"""
What has changed of late, so that nobody who asks after a change is given what was asked for before it.

A store keeps no such answer; this is for calls that are under way when the change is told of. Instants are by the
interval clock, which nobody sets.
"""

from collections.abc import Collection
from typing import Any, Final

from connectors.clock import Clock
from connectors.guard.answer import Call
from connectors.guard.drops import Drops
from connectors.guard.keys import Keys

_REMEMBERED_S: Final = 120.0
"""Longer than any call takes, with what it waits for. What is forgotten counts as a change to everybody."""


class Changes:
    """The changes that this process has heard of, by the tags that *keys* makes."""

    def __init__(self, *, keys: Keys, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._drops = Drops(remembered_s=_REMEMBERED_S)

    def note(self, tags: Collection[str]) -> None:
        """Something has changed about those under *tags*; about everybody when there are none."""
        if tags:
            self._drops.note(tags, now=self._clock.monotonic())
        else:
            self._drops.note_all(now=self._clock.monotonic())

    def any_since(self, asked_at: float) -> bool:
        """Whether anything at all has changed since."""
        return self._drops.any_since(asked_at, now=self._clock.monotonic())

    def concern(self, call: Call, value: Any = None, *, asked_at: float) -> bool:
        """Whether what *call* is about, or whom its answer *value* names, has changed since it was asked for."""
        tags = self._keys.tags_of(call, value)
        return self._drops.spoil(tags, asked_at=asked_at, now=self._clock.monotonic())
