"""The graph's address with clients that are told apart, by a header that stands for their tokens."""

import contextlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import httpx
from starlette.types import Scope

from connectors.terms import Criticality
from gateway.askers import Who
from gateway.http.addresses import Application, routes
from gateway.http.fields import text
from gateway.http.front import Front
from gateway.http.graphql import GraphQLView
from gateway.http.health import Ready
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.settings import ServerSettings
from gateway.trusted.digest import digest_of
from gateway.trusted.manifest import Registered, name_of
from gateway.trusted.register import Register
from gateway.trusted.settings import OperationSettings
from gateway.trusted.trusted import Came, Trusted
from resolvers.context import Graph
from tests.connectors.support import Reports
from tests.gateway.support import URL, client
from tests.resolvers.support import SCHEMA, FakeOperator

SHOP = "query Shop { __typename }"
TWO = "query One { one: __typename } query Two { two: __typename }"
OTHER = "query Other { other: __typename }"
ANSWER = {"data": {"other": "Query"}}
NOT_FOUND = (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
OPERATIONS = Operations(SCHEMA, limits=LimitSettings())


def register(*texts: str) -> Register:
    """What is registered when these documents are."""
    return Register(Registered(digest_of(each), each, name_of(each)) for each in texts)


def settings(mode: str, **more: Any) -> OperationSettings:
    """Settings that find their operations where nothing is read from."""
    return OperationSettings.model_validate({"mode": mode, "path": "nowhere.json", **more})


class World:
    """Clients and what was told of them: `web` is open, `partner` asks what is registered, `kiosk` is logged."""

    def __init__(self, clients: Mapping[str, tuple[OperationSettings, Register]] | None = None) -> None:
        self.reports = Reports()
        self.came: list[tuple[str, Came]] = []
        registered = register(SHOP, TWO)
        self.trusted = Trusted(
            {
                "web": (settings("open"), registered),
                "app": (settings("open"), register()),
                "partner": (settings("registered"), registered),
                "kiosk": (settings("log_unknown"), registered),
                "plain": (settings("open", automatic=False), register()),
                **(clients or {}),
            },
            report=self.reports,
            tell=lambda name, came: self.came.append((name, came)),
        )

    @contextlib.asynccontextmanager
    async def door(self, operator: FakeOperator | None = None) -> AsyncIterator["Door"]:
        graph = (operator or FakeOperator()).graph
        view = GraphQLView(
            callers=ByHeader(graph),
            clock=graph.clock,
            settings=ServerSettings(),
            limits=LimitSettings(),
            graphiql=None,
            trusted=self.trusted,
        )
        async with client(Application(routes(view, Ready(), None), front=Front)) as found:
            yield Door(found)


class ByHeader:
    """Knows who asks."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def who(self, scope: Scope) -> Who:
        return Who(Criticality.AGENT, OPERATIONS, self._graph, client_id=text(scope, b"x-client"))


class Door:
    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, who: str, *, accept: str = "application/json", **body: Any) -> httpx.Response:
        return await self.http.post(URL, json=body, headers={"X-Client": who, "Accept": accept})

    async def get(self, who: str, **parameters: Any) -> httpx.Response:
        written = {name: each if isinstance(each, str) else json.dumps(each) for name, each in parameters.items()}
        return await self.http.get(URL, params=written, headers={"X-Client": who})


def persisted(text: str, **changes: Any) -> dict[str, Any]:
    """Apollo's extension for the document *text*."""
    return {"persistedQuery": {"version": 1, "sha256Hash": digest_of(text), **changes}}


def error_of(response: httpx.Response) -> tuple[int, str, str]:
    """Status, code and message of a response that is one error."""
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    assert "no-store" == response.headers["cache-control"]
    return response.status_code, error["extensions"]["code"], error["message"]


def events(reports: Reports, name: str) -> list[dict[str, object]]:
    return [values for event, values in reports.events if event == name]


def words(found: Iterable[tuple[str, Came]]) -> list[str]:
    return [came.value for _, came in found]
