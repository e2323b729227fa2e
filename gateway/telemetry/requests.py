"""Watches requests: how long each took, what it came to, and the span and the headers that its calls belong to."""

import dataclasses
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphql import OperationType
from opentelemetry.trace import Span
from starlette.types import Scope

from connectors.outgoing import OutgoingHeaders
from gateway.http.correlation import HEADER, request_id
from gateway.http.fields import text
from gateway.telemetry import traceparent
from gateway.telemetry.journey import JOURNEY, Journey
from gateway.telemetry.metrics import Bound, Metrics
from gateway.telemetry.traceparent import TraceParent
from gateway.telemetry.tracing import Kind, Tracing, end, remote, written

_KEY = "switchboard.told"
_OTHER = "other"
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"})
_NUMBER = re.compile(r"[0-9]{5,}")
_MAX_NAME = 80


@dataclasses.dataclass(slots=True)
class Told:
    """What the graph tells of one operation, for those who watch."""

    kind: str = ""
    """query, mutation or subscription; empty where there was no operation."""

    name: str | None = None
    """The operation's name, in the caller's words."""

    outcome: str = "refused"
    """ok, partial (data and errors), error (errors alone), refused (nothing was executed) or gone (its caller left)."""

    codes: Sequence[str] = ()
    """Of the errors in the answer."""

    def of(self, kind: OperationType | None, *, name: str | None) -> None:
        """It is of this type and has this name."""
        self.kind, self.name = kind.value if kind else "", name

    def came_to(self, outcome: str, *, errors: Iterable[Mapping[str, Any]]) -> None:
        """It came to *outcome*, with *errors* in the form of the answer."""
        self.outcome = outcome
        self.codes = [error["extensions"]["code"] for error in errors]


def told(scope: Scope) -> Told:
    """Where to tell of the operation that *scope* brought."""
    found: Told | None = scope.get(_KEY)
    if found is None:
        found = scope[_KEY] = Told()
    return found


class RequestWatch:
    """
    Watches every request; *routes* are the paths that are told apart, *graph* is the one of them that has spans.

    Without *metrics* nothing is counted, without *tracing* there are no spans, but a caller's trace still goes on. What
    the caller's own tools have written beside it (`tracestate`) goes on with *keep_state* alone.
    """

    def __init__(
        self,
        *,
        metrics: Metrics | None,
        tracing: Tracing | None,
        believe_callers: bool,
        keep_state: bool = False,
        graph: str,
        routes: Iterable[str],
    ) -> None:
        self._metrics = metrics
        self._tracing = tracing
        self._believe_callers = believe_callers
        self._keep_state = keep_state
        self._graph = graph
        self._routes = frozenset(routes)
        if metrics is not None:
            self._active = metrics.active
            self._requests = Bound(metrics.requests.labels)
            self._operations = Bound(metrics.operations.labels)
            self._errors = Bound(metrics.errors.labels)

    def __call__(self, scope: Scope) -> "_Watching":
        """A request begins: what is to be told of its end."""
        if self._metrics is not None:
            self._active.inc()
        journey = self._begin(scope) if scope["path"] == self._graph else None
        return _Watching(self, scope, journey)

    def end(self, scope: Scope, status: int, *, seconds: float) -> None:
        """The request of *scope* ended with *status*."""
        if self._metrics is None:
            return
        self._active.dec()
        path = scope["path"]
        method = scope["method"] if scope["method"] in _METHODS else _OTHER
        self._requests(method, path if path in self._routes else _OTHER, str(status)).observe(seconds)
        found: Told | None = scope.get(_KEY)
        if found is not None:
            self._operations(found.kind or "unknown", found.outcome).observe(seconds)
            for code in found.codes:
                self._errors(code).inc()

    def _begin(self, scope: Scope) -> Journey:
        parent, state = self._from_caller(scope) if self._believe_callers else (None, "")
        correlation = (HEADER, request_id(scope))
        if self._tracing is not None and self._tracing.wants(parent):
            span = self._tracing.begin("graphql", Kind.SERVER, parent=remote(parent, state) if parent else None)
            return Journey(lambda: (*written(span), correlation), span)
        return Journey(lambda: _passed_on(parent, state, correlation))

    def _from_caller(self, scope: Scope) -> tuple[TraceParent | None, str]:
        parent = traceparent.read(text(scope, b"traceparent"))
        if parent is None or not self._keep_state:
            return parent, ""
        return parent, traceparent.read_state(text(scope, b"tracestate"))


class _Watching:
    """One request that is watched, in the task that answers it."""

    __slots__ = ("_began", "_scope", "_span", "_token", "_watch")

    def __init__(self, watch: RequestWatch, scope: Scope, journey: Journey | None) -> None:
        self._watch = watch
        self._scope = scope
        self._span = None if journey is None else journey.span
        self._token = JOURNEY.set(journey)
        self._began = time.perf_counter()

    def end(self, status: int) -> None:
        """It was answered with *status*; 0 when it was not."""
        JOURNEY.reset(self._token)
        self._watch.end(self._scope, status, seconds=time.perf_counter() - self._began)
        if self._span is not None:
            _end(self._span, self._scope, status)


def _passed_on(parent: TraceParent | None, state: str, correlation: tuple[str, str]) -> OutgoingHeaders:
    """What goes on to the systems when nothing is recorded: the caller's words as they are."""
    own = ("traceparent", str(parent or traceparent.new()))
    return (own, ("tracestate", state), correlation) if state else (own, correlation)


def _end(span: Span, scope: Scope, status: int) -> None:
    found = told(scope)
    name = _name(found.name)
    attributes: dict[str, str | int] = {
        "http.request.method": scope["method"],
        "http.route": scope["path"],
        "http.response.status_code": status,
        "url.scheme": scope["scheme"],
        "switchboard.outcome": found.outcome,
    }
    if found.kind:
        attributes["graphql.operation.type"] = found.kind
        span.update_name(f"{found.kind} {name}" if name else found.kind)
    if name:
        attributes["graphql.operation.name"] = name
    failed = "" if found.outcome in {"ok", "partial"} else next(iter(found.codes), str(status))
    end(span, attributes, error=failed or None)


def _name(name: str | None) -> str | None:
    # Names are the caller's words: short ones without anything that could be a subscriber's number.
    return None if name is None or len(name) > _MAX_NAME or _NUMBER.search(name) else name
