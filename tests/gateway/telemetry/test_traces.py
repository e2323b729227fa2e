"""Traces of whole questions, as a collector gets them: what is in them, what never is, and what they cost others."""

import contextlib
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from gateway.app import create
from gateway.settings_file import load
from tests.connectors.peer import Exchange, Peer
from tests.gateway.support import client
from tests.gateway.telemetry.collector import Collector, collector
from tests.gateway.test_app import SANDBOX

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "congo=t61rcWkgMzE"}
MSISDN, CUSTOMER = "99969775584", "1000001"
QUESTION = {
    "query": "query WhoCalls($by: CustomerKey!, $line: LineKey!)"
    " { customer(by: $by) { name } line(by: $line) { network { imsi } } }",
    "variables": {"by": {"id": CUSTOMER}, "line": {"msisdn": MSISDN}},
}
SERVER, CLIENT = 2, 3


class System:
    """Every legacy system at once: keeps what it was sent and answers nothing useful."""

    def __init__(self) -> None:
        self.heads: list[str] = []

    async def answer(self, exchange: Exchange) -> None:
        self.heads.append(exchange.head.decode("latin-1"))
        await exchange.answer(b"no", status="503 Service Unavailable")


@contextlib.asynccontextmanager
async def gateway(
    system: System, *, endpoint: str | None, ratio: float = 1.0, **traces: object
) -> AsyncIterator[tuple[Starlette, httpx.AsyncClient]]:
    async with Peer(system.answer).listening() as listening:
        address = {"url": f"http://127.0.0.1:{listening.port}"}
        systems = dict.fromkeys(load(SANDBOX, environ={}).systems, address)
        telemetry = {"traces": {"endpoint": endpoint, "ratio": ratio, **traces}}
        app = create(load(SANDBOX, environ={}, overrides={"systems": systems, "telemetry": telemetry}))
        async with app.router.lifespan_context(app), client(app) as found:
            yield app, found


@contextlib.asynccontextmanager
async def traced(collected: Collector, system: System, **traces: object) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway that sends its traces to *collected*, all of them by the time it is closed."""
    endpoint = f"http://127.0.0.1:{collected.port}/v1/traces"
    async with gateway(system, endpoint=endpoint, **traces) as (_, found):  # type: ignore[arg-type]
        yield found


async def test_a_question_is_one_span_with_a_span_for_each_call_below_it() -> None:
    system = System()
    async with collector() as collected:
        async with traced(collected, system) as found:
            answer = await found.post("/graphql", json=QUESTION, headers=SAMPLED)

        assert 200 == answer.status_code
        whole = collected.named("query WhoCalls")
        assert (SERVER, TRACE, SPAN) == (whole.kind, whole.trace_id, whole.parent_id)
        assert {
            "http.request.method": "POST",
            "http.route": "/graphql",
            "http.response.status_code": 200,
            "url.scheme": "http",
            "graphql.operation.type": "query",
            "graphql.operation.name": "WhoCalls",
            "switchboard.outcome": "partial",
        } == whole.attributes
        # The CRM's 503 is tried once more, and each try is a call; the login that failed is not.
        tries = [span for span in collected.spans if span.name == "crm GET /customer"]
        calls = [*tries, collected.named("hss Get")]
        assert (2, 4) == (len(tries), len(collected.spans)), "no span for any field"
        for call in calls:
            assert (CLIENT, TRACE, whole.span_id) == (call.kind, call.trace_id, call.parent_id)
            assert call.failed
            assert "UPSTREAM_UNAVAILABLE" == call.attributes["error.type"]
            assert "127.0.0.1" == call.attributes["server.address"]
        assert "switchboard" == collected.resource["service.name"]


async def test_nothing_personal_is_in_what_a_collector_gets() -> None:
    async with collector() as collected:
        async with traced(collected, System()) as found:
            await found.post("/graphql", json=QUESTION, headers=SAMPLED)
            odd = {"query": f'query Of{MSISDN} {{ line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ imsi }} }} }}'}
            await found.post("/graphql", json=odd, headers=SAMPLED)
            await found.get("/graphql", params=odd, headers=SAMPLED)

        assert 3 == sum(span.name.startswith("query") for span in collected.spans)
        for secret in (MSISDN, MSISDN[3:], CUSTOMER, "query Of", "no", "msisdn"):
            assert secret.encode() not in b"".join(
                value.encode()
                for span in collected.spans
                for value in (span.name, *map(str, span.attributes), *map(str, span.attributes.values()))
            )
        assert MSISDN[3:].encode() not in collected.raw


async def test_each_system_is_told_of_the_trace_and_of_the_request() -> None:
    system = System()
    async with collector() as collected:
        async with traced(collected, system) as found:
            answer = await found.post("/graphql", json=QUESTION, headers=SAMPLED)

        assert system.heads
        spans = {span.span_id for span in collected.spans}
        for head in system.heads:
            headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            told = {name.lower(): value for name, value in headers.items()}
            _, trace, span, flags = told["traceparent"].split("-")
            assert (TRACE, "01") == (trace, flags)
            assert span in spans
            assert answer.headers["x-request-id"] == told["x-request-id"]


@pytest.mark.parametrize("sampled", ["01", "00"])
async def test_what_a_callers_tools_have_written_beside_its_trace_goes_no_further(sampled: str) -> None:
    """W3C lets vendors write anything there, and so may write callers."""
    system = System()
    headers = {
        "traceparent": f"00-{TRACE}-{SPAN}-{sampled}",
        "tracestate": f"congo=t61rcWkgMzE,{MSISDN}@crm={CUSTOMER}",
    }
    async with collector() as collected:
        async with traced(collected, system) as found:
            await found.post("/graphql", json=QUESTION, headers=headers)

        assert system.heads
        assert bool(collected.spans) is (sampled == "01")
        # The question is about them; nothing but headers could have brought them here.
        for canary in (MSISDN, CUSTOMER, "congo", "t61rcWkgMzE"):
            assert canary.encode() not in collected.raw
            assert not any(canary in head.partition("tracestate")[2] for head in system.heads)
        assert not any("tracestate" in head.lower() for head in system.heads)


async def test_it_goes_on_where_the_operators_own_systems_ask() -> None:
    system = System()
    async with collector() as collected:
        async with traced(collected, system, keep_state=True) as found:
            await found.post("/graphql", json=QUESTION, headers=SAMPLED)

        assert all(f"tracestate: {SAMPLED['tracestate']}" in head for head in system.heads)
        assert SAMPLED["tracestate"].encode() in collected.raw


async def test_without_a_collector_a_callers_trace_goes_on_as_it_came() -> None:
    system = System()
    async with gateway(system, endpoint=None) as (_, found):
        await found.post("/graphql", json=QUESTION, headers=SAMPLED)
        assert any(SAMPLED["traceparent"] in head for head in system.heads)
        system.heads.clear()
        await found.post("/graphql", json=QUESTION)
        assert all("traceparent: 00-" in head and "-00\r\n" in head for head in system.heads)


async def test_a_caller_that_is_not_believed_begins_no_trace() -> None:
    system = System()
    async with collector() as collected:
        async with traced(collected, system, believe_callers=False, ratio=0.0) as found:
            await found.post("/graphql", json=QUESTION, headers=SAMPLED)

        assert [] == collected.spans
        assert system.heads
        assert not any(TRACE in head for head in system.heads)


async def test_what_nobody_has_decided_about_is_traced_in_the_configured_ratio() -> None:
    async with collector() as collected:
        async with traced(collected, System(), ratio=0.0) as found:
            await found.post("/graphql", json=QUESTION)
            await found.post("/graphql", json=QUESTION, headers={"traceparent": f"00-{TRACE}-{SPAN}-00"})
        assert [] == collected.spans


@pytest.mark.parametrize("ill", ["away", "refusing"])
async def test_a_collector_that_is_ill_costs_its_spans_and_nothing_else(ill: str) -> None:
    async with collector() as collected:
        collected.status = "500 Internal Server Error"
        endpoint = f"http://127.0.0.1:{collected.port if ill == 'refusing' else 9}/v1/traces"
        async with gateway(System(), endpoint=endpoint) as (_, found):
            began = time.monotonic()
            for _ in range(20):
                answer = await found.post("/graphql", json={"query": "{ __typename }"}, headers=SAMPLED)
                assert {"data": {"__typename": "Query"}} == answer.json()
            assert time.monotonic() - began < 5
