"""originTransactionID: a number that no other request of ours has ever carried (UCIP 5.0, 7.128: up to 20 digits)."""

import datetime as dt
import secrets

from connectors.clock import Clock

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class TransactionIds:
    """
    Ids of one process: sixteen digits of time in microseconds, four drawn at start.

    The time keeps ids apart across restarts, the drawn digits across processes that share an origin. Asked for faster
    than the clock moves, or after it was set back, it counts on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._process = secrets.randbelow(10_000)
        self._last = 0

    def new(self) -> str:
        """The next id."""
        self._last = max(self._last + 1, (self._clock.now() - _EPOCH) // _MICROSECOND)
        return f"{self._last:016d}{self._process:04d}"
