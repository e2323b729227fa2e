"""What a client asked in a minute, for one line in the log: where limits are only measured, or refused something."""

import asyncio
import collections
import contextvars
from typing import Final

from connectors.environment import Reporter
from gateway.demand.watch import Reason

EVERY_S: Final = 60.0


class Tally:
    """The tally of one client. A minute begins with an operation, and its line is written when it has passed."""

    __slots__ = (
        "_actual",
        "_at_once",
        "_client",
        "_estimated",
        "_every_s",
        "_operations",
        "_over",
        "_report",
        "_timer",
        "measure_only",
    )

    def __init__(self, client: str, *, measure_only: bool, report: Reporter, every_s: float = EVERY_S) -> None:
        self._client = client
        self.measure_only = measure_only
        """Whether nothing is refused now."""

        self._report = report
        self._every_s = every_s
        self._timer: asyncio.TimerHandle | None = None
        self._over: collections.Counter[Reason] = collections.Counter()
        self._operations = self._at_once = self._estimated = self._actual = 0

    def comes(self, *, at_once: int) -> None:
        """An operation came; with it *at_once* would be under way."""
        self._operations += 1
        self._at_once = max(self._at_once, at_once)
        if self._timer is None:
            # Of no caller's context: a line about all of them is not one about whoever came first.
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._every_s, self.tell, context=contextvars.Context())

    def refused(self, reason: Reason) -> None:
        """An operation was refused, in whole or in part, or would have been."""
        self._over[reason] += 1

    def cost(self, *, estimated: int, actual: int) -> None:
        """An operation has ended."""
        self._estimated += estimated
        self._actual += actual

    def tell(self) -> None:
        """The minute is over: write its line, if there is something to tell."""
        if self._timer is None:
            return
        self._timer.cancel()
        self._timer = None
        if self.measure_only or self._over:
            self._report.info(
                "demand_measured" if self.measure_only else "demand_refused",
                client=self._client,
                operations=self._operations,
                at_once=self._at_once,
                estimated=self._estimated,
                actual=self._actual,
                **{f"over_{reason}": self._over[reason] for reason in Reason},
            )
        self._forget()

    def _forget(self) -> None:
        self._operations = self._at_once = self._estimated = self._actual = 0
        self._over.clear()
