"""A collector for traces that really listens: OTLP over HTTP, kept as it came."""

import contextlib
import dataclasses
from collections.abc import AsyncIterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.connectors.peer import Exchange, Peer


@dataclasses.dataclass(frozen=True)
class Span:
    """A span as the collector got it."""

    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, object]
    failed: bool


class Collector:
    """What has been collected so far."""

    def __init__(self) -> None:
        self.port = 0
        self.raw = b""
        self.requests = 0
        self.status = "200 OK"
        self.spans: list[Span] = []
        self.resource: dict[str, object] = {}

    def named(self, name: str) -> Span:
        (found,) = (span for span in self.spans if span.name == name)
        return found

    async def take(self, exchange: Exchange) -> None:
        self.requests += 1
        self.raw += exchange.head + exchange.body
        await exchange.answer(b"", status=self.status)
        sent = ExportTraceServiceRequest.FromString(exchange.body)
        for per_resource in sent.resource_spans:
            self.resource = {each.key: each.value.string_value for each in per_resource.resource.attributes}
            for scope in per_resource.scope_spans:
                self.spans += [
                    Span(
                        name=span.name,
                        kind=span.kind,
                        trace_id=span.trace_id.hex(),
                        span_id=span.span_id.hex(),
                        parent_id=span.parent_span_id.hex(),
                        attributes={
                            each.key: getattr(each.value, str(each.value.WhichOneof("value")))
                            for each in span.attributes
                        },
                        failed=span.status.code == 2,
                    )
                    for span in scope.spans
                ]


@contextlib.asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    """A collector on a free port."""
    found = Collector()
    async with Peer(found.take).listening() as listening:
        found.port = listening.port
        yield found
