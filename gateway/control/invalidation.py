"""
Invalidation: what is kept about somebody is forgotten, in this process and at the other workers.

The one function behind a command of the operator, a system's event, and a write: whoever knows that something has
changed says about whom.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Protocol

from connectors.guard import Changes, Store
from connectors.guard.keys import is_systems
from connectors.guard.subject import Subject


class Tagging(Protocol):
    """The tags under which answers are kept: keyed hashes, and the names of systems."""

    def tags(self, subjects: Iterable[Subject], systems: Iterable[str]) -> Collection[str]:
        """The tags of answers about *subjects*, and of all that *systems* gave."""
        ...


class Remembering(Protocol):
    """What has been found out about who somebody is."""

    def forget_about(self, subjects: Collection[Subject]) -> None:
        """Forget what is remembered about *subjects*."""
        ...

    def forget_tagged(self, tags: Collection[str]) -> None:
        """Forget what is remembered about those under *tags*."""
        ...

    def forget_all(self) -> None:
        """Forget everything."""
        ...


Spread = Callable[[Collection[Subject], Collection[str]], None]
"""Tells the other workers to forget the same, without waiting for it."""


def _nobody(_: Collection[Subject], __: Collection[str]) -> None:
    """There are no other workers."""


class Invalidation:
    """
    Forgets in this process, and has *spread* tell the others. A worker that has some sets `spread`.

    *changes* are heard of by whoever shares calls that are under way.
    """

    def __init__(
        self, *, store: Store, tagging: Tagging, memory: Remembering | None, changes: Changes | None = None
    ) -> None:
        self._changes = changes
        self._store = store
        self._tagging = tagging
        self._memory = memory
        self.spread: Spread = _nobody
        self.subjects = 0
        """How many subjects were forgotten since the start, counted as often as they were named."""

    async def everywhere(self, subjects: Collection[Subject], systems: Collection[str] = ()) -> None:
        """Forget here and at the other workers. Once it has returned, nothing of before is given here any more."""
        self.spread(subjects, systems)
        await self.here(subjects, systems)

    async def here(self, subjects: Collection[Subject], systems: Collection[str] = ()) -> None:
        """Forget in this process alone."""
        self.subjects += len(subjects)
        tags = self._tagging.tags(subjects, systems)
        if self._changes is not None and tags:
            self._changes.note(tags)
        self._forget_who(subjects, systems)
        await self._store.drop(tags)
        # Once more: a question that was being answered meanwhile may have put back what it had found before.
        self._forget_who(subjects, systems)

    def heard(self, tags: Collection[str]) -> None:
        """A store that others share dropped what is kept under *tags*, everything when there are none."""
        if self._changes is not None:
            self._changes.note(tags)
        if self._memory is None:
            return
        if not tags or any(map(is_systems, tags)):
            self._memory.forget_all()
        else:
            self._memory.forget_tagged(tags)

    def _forget_who(self, subjects: Collection[Subject], systems: Collection[str]) -> None:
        if self._memory is None:
            return
        if systems:
            # What is remembered does not say from which system it came.
            self._memory.forget_all()
        else:
            self._memory.forget_about(subjects)


Forget = Callable[[Collection[Subject]], Awaitable[None]]
"""`Invalidation.everywhere`, as those see it who know that something has changed."""
