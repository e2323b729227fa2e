"""Numbers for messages: digits, unique per message within a system's memory, across processes as well."""

import itertools
import secrets

from connectors.clock import Clock

_ROUND = 1_000_000


class Serials:
    """
    Time to the microsecond, then a counter that starts anywhere.

    Not secret and not meant to be: a number only has to be another one each time. A message that is sent again on
    purpose (a write after a lost answer) would have to keep its number; reads take a new one.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counter = itertools.count(secrets.randbelow(_ROUND))

    def take(self) -> str:
        """A number of 26 digits that was not given before."""
        return f"{self._clock.now():%Y%m%d%H%M%S%f}{next(self._counter) % _ROUND:06d}"
