"""
Numbers for Prometheus: the one place that knows its client.

Names follow the semantic conventions of OpenTelemetry as Prometheus writes them. Labels come from closed sets: systems
and operations and clients that are configured, codes of errors, types of operations; never from what a caller wrote.
"""

import contextlib
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)

from connectors.guard import State
from connectors.guard.watch import Level

T = TypeVar("T")

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable that names the folder in which several workers keep their numbers together."""

# A second series for each number, which says when it was begun to be counted, and which nobody draws.
disable_created_metrics()  # type: ignore[no-untyped-call]

# From a cached answer to the longest that anybody may wait.
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# From a call to what only a report asks.
_COSTS = (10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0)

_BREAKER = {State.CLOSED: 0, State.HALF_OPEN: 1, State.OPEN: 2}


class Metrics:
    """Every number that this gateway tells. Made once for a process, except where a test hands in a registry."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry = registry
        self.requests = Histogram(
            "http_server_request_duration_seconds",
            "How long requests took, from their headers to the last byte of the answer.",
            ("http_request_method", "http_route", "http_response_status_code"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.active = Gauge(
            "http_server_active_requests",
            "Requests that are being answered.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.operations = Histogram(
            "switchboard_graphql_operation_duration_seconds",
            "How long GraphQL operations took, by type and what they came to: ok, partial, error, refused or gone.",
            ("graphql_operation_type", "outcome"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.errors = Counter(
            "switchboard_graphql_errors",
            "Errors in answers, by their code.",
            ("code",),
            registry=registry,
        )
        self.documents = Counter(
            "switchboard_documents",
            "Documents by client and how they came: registered, remembered, kept, not_found, unknown or refused.",
            ("client", "came"),
            registry=registry,
        )
        self.calls = Counter(
            "switchboard_calls",
            "Calls to systems and what became of them: answered, an event such as cached, or the code of an error.",
            ("system", "operation", "outcome"),
            registry=registry,
        )
        self.call_seconds = Histogram(
            "switchboard_call_duration_seconds",
            "How long systems took, without the time in the queue in front of them.",
            ("system", "operation"),
            buckets=_SECONDS,
            registry=registry,
        )
        self.waiting = Gauge(
            "switchboard_calls_waiting",
            "Calls that wait for a place at their system, or for their turn in its budget.",
            ("system",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.breakers = Gauge(
            "switchboard_breaker_state",
            "Whether a system is asked: 0 yes (closed), 1 one probe at a time (half open), 2 no (open); of several "
            "workers the worst.",
            ("system", "operation_class"),
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.maintenance = Gauge(
            "switchboard_maintenance",
            "1 while a system is within a maintenance window, as of its last call.",
            ("system",),
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.redis_there = Gauge(
            "switchboard_redis_there",
            "Whether the cache's Redis can be asked: 1, or 0 as long as one process cannot ask it.",
            ("namespace",),
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.places = Gauge(
            "switchboard_places",
            "Calls that the system may be given at once.",
            ("system",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.in_use = Gauge(
            "switchboard_places_in_use",
            "Places at the system that are taken.",
            ("system",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.shed = Counter(
            "switchboard_calls_shed",
            "Calls that were refused because too many came, by the class of their caller and why: turned_away or "
            "over_budget.",
            ("system", "caller_class", "why"),
            registry=registry,
        )
        self.refused = Counter(
            "switchboard_questions_refused",
            "Questions that were refused because the gateway had too much to do, by the class of their caller.",
            ("caller_class",),
            registry=registry,
        )
        self.demand_cost = Counter(
            "switchboard_demand_cost",
            "Cost of operations by client: estimated before anything was asked, or actual.",
            ("client", "audience", "kind"),
            registry=registry,
        )
        self.operation_cost = Histogram(
            "switchboard_graphql_operation_cost",
            "What operations did cost, by the audience of their client.",
            ("audience",),
            buckets=_COSTS,
            registry=registry,
        )
        self.demand_refused = Counter(
            "switchboard_demand_refused",
            "Operations refused for what their client has asked: budget, concurrency, cost or calls. The outcome is "
            "measured where nothing is refused yet.",
            ("client", "audience", "reason", "outcome"),
            registry=registry,
        )
        self.at_once = Gauge(
            "switchboard_questions_at_once",
            "Questions that a process may work on at once; +Inf where nothing speaks against any number, of several "
            "workers the least.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.at_once.set(math.inf)
        self.questions_waiting = Gauge(
            "switchboard_questions_waiting",
            "Questions that wait to be begun, because there is too much to do.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.loop_turn = Gauge(
            "switchboard_loop_turn_seconds",
            "How long a turn of the event loop takes while there is much to do; of several workers the longest.",
            registry=registry,
            multiprocess_mode="livemax",
        )

    def levels(self, system: str) -> dict[Level, Gauge]:
        """The gauges of one system."""
        return {
            Level.WAITING: self.waiting.labels(system),
            Level.MAINTENANCE: self.maintenance.labels(system),
            Level.PLACES: self.places.labels(system),
            Level.IN_USE: self.in_use.labels(system),
        }

    def breaker(self, system: str, operation_class: str, state: State) -> None:
        """A breaker is in *state* now."""
        self.breakers.labels(system, operation_class).set(_BREAKER[state])

    def text(self) -> bytes:
        """Every number, in the text format of Prometheus; of all workers where several share a folder."""
        if _SHARED_FOLDER not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


class Bound(Generic[T]):
    """The numbers of one metric by their labels, looked up once: finding them again costs more than counting."""

    __slots__ = ("_by_labels", "_make")

    def __init__(self, make: Callable[..., T]) -> None:
        self._make = make
        self._by_labels: dict[tuple[str, ...], T] = {}

    def __call__(self, *labels: str) -> T:
        """The number with these labels."""
        found = self._by_labels.get(labels)
        if found is None:
            found = self._by_labels[labels] = self._make(*labels)
        return found


class SharedNumbers:
    """A folder in which several workers keep their numbers together; the numbers of those that ended stay."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @property
    def environment(self) -> Mapping[str, str]:
        """What tells a worker of the folder; the client reads it when it is imported."""
        return {_SHARED_FOLDER: self._folder}

    def ended(self, pid: int) -> None:
        """A worker ended: what only a living one counts, such as requests under way, is taken out."""
        multiprocess.mark_process_dead(pid, self._folder)  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def shared_numbers() -> Iterator[SharedNumbers]:
    """A folder for the numbers of one gateway's workers, for as long as it runs."""
    with tempfile.TemporaryDirectory(prefix="switchboard-metrics-") as folder:
        yield SharedNumbers(folder)
