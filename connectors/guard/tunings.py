"""
The guard settings of each system as they hold now, for the stages to look at: one attribute, or one look into a dict.

Whoever must act on a change hears of it; whoever only looks sees it with the next call.
"""

import weakref
from collections.abc import Callable, Mapping

from connectors.guard.freshness import Windows, windows_of
from connectors.guard.settings import GuardSettings
from connectors.guard.tuning import Tuning, same_times, tuned

Heard = Callable[[GuardSettings], object]
Check = Callable[[GuardSettings], object]
"""Raises ValueError, in a sentence for the operator, where the system may not be used so."""


def _anything(_: GuardSettings) -> None:
    """No check."""


class Tuned:
    """One system's. *now* is what holds, its *usual* settings at first."""

    __slots__ = ("__weakref__", "_check", "_heard", "_windows", "now", "usual")

    def __init__(self, usual: GuardSettings, *, check: Check = _anything) -> None:
        self.now = self.usual = usual
        self._check = check
        self._heard: list[Heard] = []
        self._windows: dict[str, Windows | None] = {}

    @property
    def has_other_times(self) -> bool:
        """Whether answers are kept for longer or shorter than usual."""
        return not same_times(self.now, self.usual)

    def windows(self, operation: str) -> Windows | None:
        """The windows of *operation* now, the same object until cache times change; None: nothing of it is kept."""
        known = self._windows
        try:
            return known[operation]
        except KeyError:
            found = windows_of(operation, self.now)
            if found is None and windows_of(operation, self.usual) is not None:
                # What was kept is still there. It is looked at, and given to nobody; and what comes takes its place,
                # so that nothing older comes back when the usual times do.
                found = Windows()
            known[operation] = found
            return found

    def tells(self, heard: Heard) -> None:
        """Have *heard* called with the settings now, and after each change."""
        self._heard.append(heard)
        # What changed since it was made by them.
        heard(self.now)

    def change(self, tuning: Tuning) -> None:
        """*tuning* holds, and nothing that was said before. Raises ValueError and changes nothing where it cannot."""
        found = tuned(self.usual, tuning)
        self._check(found)
        before, self.now = self.now, found
        if not same_times(before, found):
            # Only now: a thread that decodes an answer may be looking.
            self._windows = {}
        if before != found:
            for heard in self._heard:
                heard(found)


class Tunings:
    """
    Those of all systems of this process, made as their guards are.

    Of one system there may be several at a time: where settings change, one guard is left while the next is asked. Who
    has the guard holds its own; here they are held weakly, so one that came to nothing is forgotten with it.
    """

    def __init__(self) -> None:
        self.other_times: Mapping[str, Tuned] = {}
        """The systems whose answers are kept for longer or shorter than usual."""

        self._systems: dict[str, list[weakref.ref[Tuned]]] = {}
        self._said: Mapping[str, Tuning] = {}

    def of(self, system: str, usual: GuardSettings, *, check: Check = _anything) -> Tuned:
        """A new one for *system*. What has been said of it holds for this one, too. May be called in a thread."""
        found = Tuned(usual, check=check)
        self._systems[system] = [each for each in self._systems.get(system, ()) if each() is not None]
        self._systems[system].append(weakref.ref(found))
        said = None
        while said is not self._said:
            # Once more, if something else was said meanwhile.
            said = self._said
            _change(found, said.get(system, Tuning()))
        return found

    def now(self, system: str, usual: GuardSettings) -> GuardSettings:
        """What holds for *system* where *usual* is what its settings say; there may be no guard yet."""
        return next((each.now for each in self._of(system) if each.usual == usual), usual)

    def set(self, said: Mapping[str, Tuning]) -> dict[str, str]:
        """
        From now on *said* holds by system, and nothing else.

        Where cache times cannot be as they are said, with everything else that holds, the usual ones hold: why, by
        system, is given back.
        """
        self._said = said
        why: dict[str, str] = {}
        other: dict[str, Tuned] = {}
        for system in tuple(self._systems):
            for each in self._of(system):
                trouble = _change(each, said.get(system, Tuning()))
                if trouble is not None:
                    why[system] = trouble
                if each.has_other_times:
                    other[system] = each
        self.other_times = other
        return why

    def _of(self, system: str) -> list[Tuned]:
        return [found for each in tuple(self._systems.get(system, ())) if (found := each()) is not None]


def _change(found: Tuned, tuning: Tuning) -> str | None:
    """Have *tuning* hold, or why its cache times cannot."""
    try:
        found.change(tuning)
    except ValueError as exc:
        found.change(Tuning(tuning.limits))
        return str(exc)
    return None
