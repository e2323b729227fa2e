"""A gateway's door over systems that live in memory, and raw ASGI calls for what an HTTP client would not send."""

import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from gateway.callers import CallerSettings
from gateway.http.addresses import GRAPHQL, Application, routes
from gateway.http.callers import Anybody
from gateway.http.front import Front
from gateway.http.graphiql import GraphiQL
from gateway.http.graphql import GraphQLView
from gateway.http.health import Ready
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.settings import ServerSettings
from tests.resolvers.support import SCHEMA, FakeOperator

URL = f"http://localhost{GRAPHQL}"
JSON = "application/json"
RESPONSE = "application/graphql-response+json"
LIMITS = LimitSettings()
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def application(
    operator: FakeOperator | None = None,
    *,
    graphiql: GraphiQL | None = None,
    limits: LimitSettings = LIMITS,
    shows_graph: bool = True,
    **settings: Any,
) -> Application:
    """The graph's address over *operator*, without connectors and without a lifespan."""
    graph = (operator or FakeOperator()).graph
    operations = Operations(SCHEMA, limits=limits, shows_graph=shows_graph)
    view = GraphQLView(
        callers=Anybody(operations, graph, CallerSettings()),
        clock=graph.clock,
        settings=ServerSettings(**settings),
        limits=limits,
        graphiql=graphiql,
    )
    return Application(routes(view, Ready(), graphiql), front=Front)


@contextlib.asynccontextmanager
async def door(operator: FakeOperator | None = None, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the graph's address."""
    async with client(application(operator, **settings)) as found:
        yield found


def client(app: ASGIApp) -> httpx.AsyncClient:
    """A client of *app*. Paths are relative to the graph's address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")


@dataclasses.dataclass(frozen=True, slots=True)
class Answered:
    """What an application sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    app: ASGIApp,
    *,
    method: str = "GET",
    path: str = GRAPHQL,
    query: bytes = b"",
    headers: Sequence[tuple[str, str]] = (),
    received: Sequence[Message] = ({"type": "http.request", "body": b"", "more_body": False},),
) -> Answered:
    """One raw ASGI call: headers exactly as given, and the messages that the application receives."""
    messages = list(received)
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 50000),
    }
    await app(scope, receive, send)
    return Answered(
        status=sent[0]["status"],
        headers={name.decode(): value.decode() for name, value in sent[0]["headers"]},
        body=b"".join(message.get("body", b"") for message in sent[1:]),
    )
