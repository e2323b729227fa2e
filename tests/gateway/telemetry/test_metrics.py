"""The numbers for Prometheus: what is counted under which names, and that no label is in a caller's words."""

import contextlib
from collections.abc import AsyncIterator

import httpx
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router

from connectors.errors import NotKnown, Unavailable
from connectors.guard import Call, GuardSettings
from connectors.guard.assembly import guard_for
from connectors.terms import Terms
from connectors.tmf import TMFSettings
from gateway.http.front import Front
from gateway.telemetry.calls import CallWatch
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.requests import RequestWatch, told
from tests.connectors.guard.asking import turns
from tests.connectors.support import DictStore, FixedClock
from tests.gateway.support import client

GRAPH = "/graphql"


def numbers(metrics: Metrics) -> dict[str, float]:
    """Every sample, such as `name{label="value"}`, without buckets."""
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if not sample.name.endswith("_bucket")
    }


async def _graph(request: Request) -> Response:
    telling = told(request.scope)
    telling.kind, telling.name = "query", "Mine123456789"
    telling.came_to("partial", errors=[{"extensions": {"code": "UPSTREAM_TIMEOUT"}}])
    return PlainTextResponse("{}")


@contextlib.asynccontextmanager
async def watched(metrics: Metrics) -> AsyncIterator[httpx.AsyncClient]:
    app = Router([Route(GRAPH, _graph)])
    watch = RequestWatch(metrics=metrics, tracing=None, believe_callers=True, graph=GRAPH, routes=[GRAPH])
    async with client(Front(app, watch=watch)) as found:
        yield found


async def test_requests_are_timed_by_method_route_and_status() -> None:
    metrics = Metrics(CollectorRegistry())
    async with watched(metrics) as found:
        await found.get(GRAPH)
        await found.get(GRAPH)
        await found.request("MKCOL99961234567", "/99961234567")

    counted = numbers(metrics)
    labels = "http_request_method={} http_response_status_code={} http_route={}"
    assert 2.0 == counted["http_server_request_duration_seconds_count " + labels.format("GET", 200, GRAPH)]
    assert 1.0 == counted["http_server_request_duration_seconds_count " + labels.format("other", 404, "other")]
    assert 0.0 == counted["http_server_active_requests"]


async def test_operations_are_timed_by_type_and_outcome_and_errors_counted_by_code() -> None:
    metrics = Metrics(CollectorRegistry())
    async with watched(metrics) as found:
        await found.get(GRAPH)

    counted = numbers(metrics)
    name = "switchboard_graphql_operation_duration_seconds_count graphql_operation_type=query outcome=partial"
    assert 1.0 == counted[name]
    assert 1.0 == counted["switchboard_graphql_errors_total code=UPSTREAM_TIMEOUT"]
    assert not any("Mine" in name for name in counted), "an operation's name is the caller's word"


async def test_calls_are_counted_by_what_became_of_them_and_only_real_ones_are_timed() -> None:
    metrics, clock = Metrics(CollectorRegistry()), FixedClock()
    settings = TMFSettings(
        dialect="tmf",
        user="u",
        password="env:PATH",
        url="http://crm.example",
        guard=GuardSettings(fresh_s={"Get": 60.0}),
    )
    watcher = CallWatch(metrics, None).over("hss", settings)
    guard = guard_for("hss", settings.guard, clock=clock, store=DictStore(), watcher=watcher)

    async def fails() -> str:
        raise NotKnown("nobody", system="hss")

    async def answers() -> str:
        return "profile"

    def call(number: str) -> Call:
        return Call("hss", "Get", (number,), Terms.after(5, clock))

    for number in ("99961234567", "99961234567", "99967654321"):
        await guard.call(call(number), answers)
    with contextlib.suppress(NotKnown):
        await guard.call(call("99960000000"), fails)

    counted = numbers(metrics)
    assert 2.0 == counted["switchboard_calls_total operation=Get outcome=answered system=hss"]
    assert 1.0 == counted["switchboard_calls_total operation=Get outcome=cached system=hss"]
    assert 1.0 == counted["switchboard_calls_total operation=Get outcome=NOT_FOUND system=hss"]
    assert 3.0 == counted["switchboard_call_duration_seconds_count operation=Get system=hss"]
    assert not any("9996" in name for name in counted)


async def test_answers_given_beyond_their_time_are_counted_apart() -> None:
    metrics, clock = Metrics(CollectorRegistry()), FixedClock()
    every = {"*": 60.0}
    windows = GuardSettings(revalidate_s=every, negative_s=every)
    settings = TMFSettings(dialect="tmf", user="u", password="env:PATH", url="http://crm.example", guard=windows)
    watcher = CallWatch(metrics, None).over("hss", settings)
    guard = guard_for("hss", windows, clock=clock, store=DictStore(), watcher=watcher)
    failures = iter([None, None, Unavailable("reset", system="hss"), NotKnown("nobody", system="hss")])

    async def ask() -> str:
        if (failure := next(failures)) is not None:
            raise failure
        return "profile"

    call = Call("hss", "Get", ("99961234567",), Terms.after(5, clock))
    for _ in range(5):
        with contextlib.suppress(NotKnown):
            await guard.call(call, ask)
        await turns(10)
        clock.advance(1)  # As long as it rests after one that failed.

    counted = numbers(metrics)
    outcomes = {
        outcome: counted[f"switchboard_calls_total operation=Get outcome={outcome} system=hss"]
        for outcome in ("stale", "refreshed", "not_refreshed", "negative")
    }
    assert {"stale": 3.0, "refreshed": 2.0, "not_refreshed": 1.0, "negative": 1.0} == outcomes
