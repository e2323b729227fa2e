"""Where spans go: to a collector over OTLP/HTTP. A collector that is away is told of once, and costs spans only."""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from connectors.environment import Reporter
from gateway.telemetry.settings import TraceSettings

EXPORT_S = 5.0


class Reported(SpanExporter):
    """
    An exporter whose failures an operator hears of: one line when it begins to fail, one when it works again.

    Its own words are silenced (`gateway.log`): they hold addresses, and what a collector answered.
    """

    def __init__(self, exporter: SpanExporter, report: Reporter) -> None:
        self._exporter = exporter
        self._report = report
        self._works = True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Hand *spans* on; called in the exporter's own thread."""
        try:
            result = self._exporter.export(spans)
        except Exception as exc:  # noqa: BLE001 - whatever a client library raises, only spans may be lost by it
            return self._noted(SpanExportResult.FAILURE, kind=type(exc).__name__)
        return self._noted(result, kind="refused or no answer")

    def shutdown(self) -> None:
        """Close what it holds."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Whether everything was sent."""
        return self._exporter.force_flush(timeout_millis)

    def _noted(self, result: SpanExportResult, *, kind: str) -> SpanExportResult:
        works = result is SpanExportResult.SUCCESS
        if self._works and not works:
            self._report.warning("traces_not_taken", kind=kind)
        elif works and not self._works:
            self._report.info("traces_taken_again")
        self._works = works
        return result


def otlp(settings: TraceSettings) -> SpanExporter:
    """Exports over OTLP/HTTP to the configured endpoint."""
    # Imported where it is wanted only: with its client and its messages it takes 20 MB and a third of a second.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    return OTLPSpanExporter(endpoint=str(settings.endpoint), headers=headers, timeout=EXPORT_S)
