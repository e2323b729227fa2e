"""
All overrides as one document with a version, and how it changes. Pure: time and chance are handed in.

Each change has the next version, also one that goes back. Of each it is kept who made it, when and why, and what stood
before and after: going back undoes the changes since, one by one, so old states need not be kept whole.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable
from typing import Final

from pydantic import AwareDatetime

from gateway.overrides.override import Entry, Key, Override, Value

MAX_ENTRIES: Final = 1000
MAX_HISTORY: Final = 200
"""Changes that are remembered, and can be gone back over."""

MAX_STEPS: Final = 500
"""What they did, all together: one that goes back may undo many. Of the last one all is kept."""


class NotTaken(Exception):
    """A change that is not made. The text is for the operator."""


class Conflict(NotTaken):
    """Somebody else has changed something since the version that this change was made for."""


class Step(Value):
    """What one change did to one override. None: there was none, or there is none."""

    before: Entry | None
    after: Entry | None


class Change(Value):
    """One change: which version it made, who made it, when, why, and what it did."""

    version: int
    at: AwareDatetime
    by: str
    why: str
    did: str
    steps: tuple[Step, ...]


class Document(Value):
    """What holds over the settings, by its version. *mark* tells two of one version from each other."""

    version: int = 0
    mark: str = ""
    entries: tuple[Entry, ...] = ()
    history: tuple[Change, ...] = ()

    @property
    def stamp(self) -> str:
        """Which one it is, in a few letters."""
        return f"{self.version}:{self.mark}"

    def find(self, key: Key) -> Entry | None:
        """What is said about *key*."""
        return next((each for each in self.entries if each.key == key), None)

    def in_force(self, now: dt.datetime) -> tuple[Entry, ...]:
        """What holds at *now*."""
        return tuple(each for each in self.entries if each.holds(now))


NOTHING: Final = Document()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who changes something, why, and when. *expected* is the version that was seen last, where that matters."""

    by: str
    why: str
    at: dt.datetime
    mark: str
    expected: int | None = None


def with_put(before: Document, override: Override, hand: Hand, *, until: dt.datetime | None = None) -> Document:
    """*override* stands, until an instant if one is said. Raises NotTaken and Conflict."""
    _check_expected(before, hand)
    if until is not None and until <= hand.at:
        raise NotTaken("`until` has passed; name a later time")
    entry = Entry(override=override, by=hand.by, why=hand.why, since=hand.at, until=until)
    found = before.find(entry.key)
    # Written out: of two bounds that are both null one may be unlimited, and the other not said.
    if found is not None and found.until == until and found.override.model_dump() == override.model_dump():
        raise NotTaken("so it is already")
    return _changed(before, [Step(before=found, after=entry)], hand, did=override.said)


def with_lift(before: Document, key: Key, hand: Hand) -> Document:
    """What is said about *key* stands no more. Raises NotTaken and Conflict."""
    _check_expected(before, hand)
    found = before.find(key)
    if found is None:
        raise NotTaken("nothing of that kind is said about it")
    return _changed(before, [Step(before=found, after=None)], hand, did=f"lifted: {found.override.said}")


def gone_back(before: Document, to: int, hand: Hand) -> Document:
    """All is as it was at version *to*, which ended overrides do not come back from. Raises NotTaken and Conflict."""
    _check_expected(before, hand)
    since = [each for each in before.history if each.version > to]
    if not 0 <= to < before.version:
        raise NotTaken(f"there is no version {to} before the present one, {before.version}")
    if len(since) != before.version - to:
        raise NotTaken(f"version {to} is too long ago; what was changed after it is not all known any more")
    then: dict[Key, Entry | None] = {}
    for step in (step for change in reversed(since) for step in change.steps):
        then[_key(step)] = _unless_ended(step.before, hand.at)
    steps = [Step(before=found, after=entry) for key, entry in then.items() if (found := before.find(key)) != entry]
    if not steps:
        raise NotTaken(f"all is as it was at version {to}")
    return _changed(before, steps, hand, did=f"gone back to version {to}")


def _check_expected(before: Document, hand: Hand) -> None:
    if hand.expected not in {None, before.version}:
        raise Conflict(
            f"version {hand.expected} is not the present one, {before.version}: somebody has changed something since; "
            "look at the history and say it again"
        )


def _unless_ended(entry: Entry | None, now: dt.datetime) -> Entry | None:
    return entry if entry is not None and entry.holds(now) else None


def _changed(before: Document, steps: Collection[Step], hand: Hand, *, did: str) -> Document:
    version = before.version + 1
    touched = {_key(step) for step in steps}
    kept = _holding((each for each in before.entries if each.key not in touched), hand.at)
    entries = (*kept, *(step.after for step in steps if step.after is not None))
    if len(entries) > MAX_ENTRIES:
        raise NotTaken(f"there would be more than {MAX_ENTRIES} overrides; put what is to last into the settings")
    change = Change(version=version, at=hand.at, by=hand.by, why=hand.why, did=did, steps=tuple(steps))
    history = _remembered((*before.history, change))
    return Document(version=version, mark=hand.mark, entries=entries, history=history)


def _remembered(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    found, steps = [changes[-1]], len(changes[-1].steps)
    for change in reversed(changes[:-1]):
        steps += len(change.steps)
        if steps > MAX_STEPS or len(found) == MAX_HISTORY:
            break
        found.append(change)
    return tuple(reversed(found))


def _holding(entries: Iterable[Entry], now: dt.datetime) -> tuple[Entry, ...]:
    # What has ended by itself goes with the next change; until then it only takes room.
    return tuple(each for each in entries if each.holds(now))


def _key(step: Step) -> Key:
    entry = step.after or step.before
    assert entry is not None  # noqa: S101 - a step is made for something
    return entry.key
