"""
Spans: the one place that knows OpenTelemetry.

A span tells which operation, which system and what became of it; never arguments, numbers, addresses of clients, texts
of documents or of errors.
"""

import enum
import random
from collections.abc import Mapping

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, Status, StatusCode, TraceFlags, TraceState

from gateway.telemetry.exporting import EXPORT_S
from gateway.telemetry.settings import TelemetrySettings
from gateway.telemetry.traceparent import TraceParent

Attributes = Mapping[str, str | int | bool]

_QUEUED = 2048
_AT_ONCE = 256


class Kind(enum.Enum):
    """Which side of a request a span tells of."""

    SERVER = trace.SpanKind.SERVER
    CLIENT = trace.SpanKind.CLIENT


class Tracing:
    """
    Makes spans and hands them to *exporter*, in a thread of its own and in batches.

    When the exporter is slow or away, spans are dropped; nobody who asks a question waits for it.
    """

    def __init__(self, settings: TelemetrySettings, exporter: SpanExporter, *, version: str, instance: str) -> None:
        self._provider = TracerProvider(
            # What is not to be traced does not come here: even asking a sampler costs more than a cached answer may.
            sampler=ALWAYS_ON,
            resource=Resource.create(
                {
                    "service.name": settings.service_name,
                    "service.version": version,
                    "service.instance.id": instance,
                }
            ),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter,
                max_queue_size=_QUEUED,
                max_export_batch_size=_AT_ONCE,
                export_timeout_millis=EXPORT_S * 1000,
            )
        )
        self._ratio = settings.traces.ratio
        self._tracer = self._provider.get_tracer("switchboard", version)

    def wants(self, parent: TraceParent | None) -> bool:
        """Whether a question is traced: as its caller decided, or else by the configured ratio."""
        return random.random() < self._ratio if parent is None else parent.sampled  # noqa: S311 - no secret

    def begin(self, name: str, kind: Kind, *, parent: "Span | Context | None") -> Span:
        """A span that begins now."""
        above = trace.set_span_in_context(parent) if isinstance(parent, Span) else parent
        return self._tracer.start_span(
            name, context=above or Context(), kind=kind.value, record_exception=False, set_status_on_exception=False
        )

    def close(self) -> None:
        """Send what is left, and end; takes at most some seconds, so not in the event loop."""
        self._provider.shutdown()


def remote(parent: TraceParent, state: str) -> Context:
    """The context in which a span of ours goes on with a caller's trace; *state* is as `read_state` gives it."""
    members = (member.partition("=") for member in state.split(",") if member)
    context = SpanContext(
        trace_id=int(parent.trace_id, 16),
        span_id=int(parent.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED if parent.sampled else TraceFlags.DEFAULT),
        trace_state=TraceState([(key, value) for key, _, value in members]),
    )
    return trace.set_span_in_context(NonRecordingSpan(context), Context())


def written(span: Span) -> tuple[tuple[str, str], ...]:
    """The headers that tell the next one of *span*."""
    context = span.get_span_context()
    parent = TraceParent(
        trace.format_trace_id(context.trace_id), trace.format_span_id(context.span_id), context.trace_flags.sampled
    )
    state = context.trace_state.to_header()
    return (("traceparent", str(parent)), *([("tracestate", state)] if state else []))


def end(span: Span, attributes: Attributes, *, error: str | None) -> None:
    """End *span*; *error* is a code of ours when it failed."""
    span.set_attributes(dict(attributes))
    if error is not None:
        span.set_attribute("error.type", error)
        span.set_status(Status(StatusCode.ERROR))
    span.end()
