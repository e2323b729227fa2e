"""Watches whether the cache's Redis can be asked: for the gauge, and for whoever asks since when."""

import datetime as dt

from connectors.clock import Clock
from gateway.telemetry.metrics import Metrics


class RedisWatch:
    """Called with whether it can be asked. Without *metrics* nothing is drawn."""

    def __init__(self, metrics: Metrics | None, namespace: str, *, clock: Clock) -> None:
        self._gauge = None if metrics is None else metrics.redis_there.labels(namespace)
        self._clock = clock
        self.is_there: bool | None = None
        self.since: dt.datetime | None = None

    def __call__(self, is_there: bool) -> None:  # noqa: FBT001 - There is nothing else to tell.
        """It can be asked, or not."""
        if self._gauge is not None:
            self._gauge.set(is_there)
        if is_there is not self.is_there:
            self.is_there, self.since = is_there, self._clock.now()
