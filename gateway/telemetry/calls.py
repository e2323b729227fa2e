"""Watches the calls to systems: counts them, times them, and has a span for each that is really made."""

import time
from types import TracebackType

from opentelemetry.trace import Span

from connectors.errors import ConnectorError
from connectors.guard import Call
from connectors.guard.watch import Event, Level
from connectors.outgoing import OUTGOING, OutgoingHeaders
from connectors.settings import SystemSettings
from gateway.telemetry.journey import JOURNEY, Journey
from gateway.telemetry.load import Load
from gateway.telemetry.metrics import Bound, Metrics
from gateway.telemetry.tracing import Kind, Tracing, end, written

ANSWERED = "answered"
CANCELLED = "CANCELLED"
_SURPRISE = "INTERNAL"
_SHED = frozenset({Event.TURNED_AWAY, Event.OVER_BUDGET})
_TRACE_HEADERS = frozenset({"traceparent", "tracestate"})


class CallWatch:
    """Makes the watcher of each system. Without *metrics* nothing is counted, without *tracing* there are no spans."""

    def __init__(self, metrics: Metrics | None, tracing: Tracing | None) -> None:
        self._metrics = metrics
        self._tracing = tracing
        self.systems: dict[str, SystemWatch] = {}
        """The watcher of each system, by its name."""

    def over(self, system: str, settings: SystemSettings) -> "SystemWatch":
        """The watcher of one system's calls."""
        found = self.systems[system] = SystemWatch(system, settings, self._metrics, self._tracing)
        return found


class SystemWatch:
    """Follows the calls to one system."""

    def __init__(self, system: str, settings: SystemSettings, metrics: Metrics | None, tracing: Tracing | None) -> None:
        self.load = Load()
        self._system = system
        self._send_headers = settings.send_trace_headers
        self._attributes: dict[str, str | int] = {
            "switchboard.system": system,
            "peer.service": system,
            "server.address": settings.url.host or "",
            "server.port": settings.url.port or 0,
        }
        self._tracing = tracing
        self._calls = self._seconds = self._shed = None
        self._levels = {} if metrics is None else metrics.levels(system)
        if metrics is not None:
            self._calls = Bound(lambda operation, outcome: metrics.calls.labels(system, operation, outcome))
            self._seconds = Bound(lambda operation: metrics.call_seconds.labels(system, operation))
            self._shed = Bound(lambda caller, why: metrics.shed.labels(system, caller, why))

    def tells(self, call: Call, event: Event) -> None:
        """Something happened to a call before its system was asked."""
        self._count(call, event)
        if self._shed is not None and event in _SHED:
            self._shed(call.within.criticality.name.lower(), event).inc()

    def moves(self, level: Level, change: float) -> None:
        """A quantity went up or down."""
        self.load.moves(level, change)
        gauge = self._levels.get(level)
        if gauge is not None:
            gauge.inc(change)

    def ends(self) -> None:
        """It watches nothing any more: what it had in the gauges, which it shares with others, is taken away."""
        for level, gauge in self._levels.items():
            gauge.dec(self.load.level(level))

    def asking(self, call: Call) -> "_Asking":
        """The system is asked."""
        return _Asking(self, call)

    def headers(self, journey: Journey | None, span: Span | None) -> OutgoingHeaders:
        """What the system is told of the question that it is asked for."""
        if journey is None or not self._send_headers:
            return ()
        if span is None:
            return journey.headers
        return (*written(span), *(header for header in journey.headers if header[0] not in _TRACE_HEADERS))

    def begin_span(self, call: Call, journey: Journey | None) -> Span | None:
        """A span for *call*, where its question is traced, or where no question has led to it and it is drawn."""
        if self._tracing is None:
            return None
        above = None if journey is None else journey.span
        if above is None and (journey is not None or not self._tracing.wants(None)):
            return None
        return self._tracing.begin(f"{self._system} {call.operation}", Kind.CLIENT, parent=above)

    def end_span(self, span: Span, call: Call, error: str | None) -> None:
        """End the span of *call*; *error* is the code of what went wrong."""
        end(span, {**self._attributes, "switchboard.operation": call.operation}, error=error)

    def note(self, call: Call, outcome: str, *, seconds: float) -> None:
        """The system was asked, and *outcome* is what became of it."""
        self._count(call, outcome)
        if self._seconds is not None:
            self._seconds(call.operation).observe(seconds)

    def _count(self, call: Call, outcome: str) -> None:
        if self._calls is not None:
            self._calls(call.operation, outcome).inc()


class _Asking:
    """One call that is made, for as long as it takes."""

    __slots__ = ("_began", "_call", "_span", "_token", "_watch")

    def __init__(self, watch: SystemWatch, call: Call) -> None:
        self._watch = watch
        self._call = call

    def __enter__(self) -> None:
        journey = JOURNEY.get()
        self._span = self._watch.begin_span(self._call, journey)
        self._token = OUTGOING.set(self._watch.headers(journey, self._span))
        self._began = time.perf_counter()
        self._watch.load.asks(self._began)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        seconds = time.perf_counter() - self._began
        OUTGOING.reset(self._token)
        code = None if error is None else _code(error)
        self._watch.note(self._call, code or ANSWERED, seconds=seconds)
        if self._span is not None:
            self._watch.end_span(self._span, self._call, code)


def _code(error: BaseException) -> str:
    if isinstance(error, ConnectorError):
        return error.code
    return _SURPRISE if isinstance(error, Exception) else CANCELLED
