"""Traces and metrics of one gateway, as its settings say, put together."""

import importlib.metadata
import secrets
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.telemetry.calls import CallWatch
from gateway.telemetry.demand import DemandNumbers
from gateway.telemetry.documents import DocumentNumbers
from gateway.telemetry.door import DoorNumbers
from gateway.telemetry.exporting import Reported, otlp
from gateway.telemetry.metrics import CONTENT_TYPE, Metrics
from gateway.telemetry.redis import RedisWatch
from gateway.telemetry.requests import RequestWatch
from gateway.telemetry.settings import TelemetrySettings
from gateway.telemetry.tracing import Tracing

PATH = "/metrics"


class Telemetry:
    """What watches one gateway. Made once; `close` sends what is left."""

    def __init__(self, settings: TelemetrySettings, *, report: Reporter, metrics: Metrics | None = None) -> None:
        self._settings = settings
        self.redis_seen: RedisWatch | None = None
        """Who was told whether the cache's Redis can be asked, where there is one."""

        self.metrics = (metrics or _of_this_process()) if settings.metrics else None
        self._tracing = None
        if settings.traces.endpoint is not None:
            self._tracing = Tracing(
                settings,
                Reported(otlp(settings.traces), report),
                version=importlib.metadata.version("switchboard-gateway"),
                instance=secrets.token_hex(8),
            )

    def calls(self) -> CallWatch:
        """Who watches the calls to systems."""
        return CallWatch(self.metrics, self._tracing)

    def requests(self, *, graph: str, routes: Iterable[str]) -> RequestWatch:
        """Who watches the requests."""
        return RequestWatch(
            metrics=self.metrics,
            tracing=self._tracing,
            believe_callers=self._settings.traces.believe_callers,
            keep_state=self._settings.traces.keep_state,
            graph=graph,
            routes=routes,
        )

    def door(self) -> DoorNumbers | None:
        """Who watches the door."""
        return None if self.metrics is None else DoorNumbers(self.metrics)

    def demand(self) -> DemandNumbers | None:
        """Who watches what clients ask."""
        return None if self.metrics is None else DemandNumbers(self.metrics)

    def documents(self) -> DocumentNumbers | None:
        """Who counts how documents came."""
        return None if self.metrics is None else DocumentNumbers(self.metrics)

    def redis(self, namespace: str, clock: Clock) -> RedisWatch:
        """Who is told whether the cache's Redis can be asked."""
        self.redis_seen = RedisWatch(self.metrics, namespace, clock=clock)
        return self.redis_seen

    async def respond(self, _: Request) -> Response:
        """The numbers, for Prometheus."""
        if self.metrics is None:
            return Response(status_code=404)
        return Response(self.metrics.text(), media_type=CONTENT_TYPE)

    def close(self) -> None:
        """Send the spans that are left; takes some seconds at most, so not in the event loop."""
        if self._tracing is not None:
            self._tracing.close()


_found: list[Metrics] = []


def _of_this_process() -> Metrics:
    # The client has one registry for a process, in which a name can be made only once.
    if not _found:
        _found.append(Metrics())
    return _found[0]
