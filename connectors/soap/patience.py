"""How often something is looked for in replies that may never have it."""

from typing import Final

_LONGEST: Final = 1024
_FINDS: Final = 16


class Patience:
    """Says when to look again: at once after a find, and twice as many replies later after each time in vain."""

    __slots__ = ("_finds", "_left", "_pause")

    def __init__(self) -> None:
        self._pause = 0
        self._left = 0
        self._finds = 0

    def is_due(self) -> bool:
        """Whether to look at this reply."""
        if self._left:
            self._left -= 1
            return False
        return True

    def was(self, *, well_spent: bool) -> None:
        """That it was looked, and whether something was found."""
        # What finds something new again and again does not find anything that lasts.
        self._finds += well_spent
        lasts = well_spent and self._finds <= _FINDS
        self._pause = 0 if lasts else min(2 * self._pause + 1, _LONGEST)
        self._left = self._pause
