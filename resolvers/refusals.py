"""
Refusals in the log: what failed although no system was asked, counted and told once a minute.

While a system is ill, under maintenance or over its budget every question about it is refused. A line for each would
bury those that say why; metrics count them one by one.
"""

from collections.abc import Callable
from typing import Final

from connectors.environment import Reporter
from connectors.errors import ConnectorError

EVERY_S: Final = 60.0
"""For so many seconds after a line about a system and code there is no other."""


class Refusals:
    """What was refused, by system and code. *monotonic* is the interval clock."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        # When the last line was written, and what was refused since. As many as there are systems and codes.
        self._since: dict[tuple[str, str], tuple[float, int]] = {}

    def note(self, refusal: ConnectorError, *, report: Reporter) -> None:
        """
        One field was refused. The first is told at once, and later ones with their number and the seconds it took.

        What is refused after the last line of an outage is told by the first line of the next one.
        """
        key, now = (refusal.system, refusal.code), self._monotonic()
        told_at, before = self._since.get(key, (now - EVERY_S, 0))
        refused = before + 1
        if now - told_at < EVERY_S:
            self._since[key] = (told_at, refused)
            return
        report.warning(
            "calls_refused",
            code=refusal.code,
            system=refusal.system,
            reason=refusal.reason,
            refused=refused,
            seconds=round(now - told_at) if key in self._since else 0,
        )
        self._since[key] = (now, 0)
