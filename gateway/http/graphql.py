"""GraphQL over HTTP: POST for everything, GET for queries, both media types, and a page for browsers."""

import secrets
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from connectors.clock import Deadline
from gateway.http.graphiql import GraphiQL
from gateway.http.negotiation import GRAPHQL_RESPONSE, HTML, JSON, choose
from gateway.http.request import GraphQLRequest, HttpRefusal, read
from gateway.log import logger
from gateway.operation import Operations, Outcome
from gateway.settings import ServerSettings
from resolvers.context import Context, Graph
from resolvers.errors import present, where
from resolvers.messages import message, preferred


class GraphQLView:
    """The graph's address."""

    def __init__(
        self, *, operations: Operations, graph: Graph, settings: ServerSettings, graphiql: GraphiQL | None
    ) -> None:
        self._operations = operations
        self._graph = graph
        self._settings = settings
        self._graphiql = graphiql

    async def respond(self, request: Request) -> Response:
        """The response to one HTTP request."""
        request_id = secrets.token_hex(8)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                response = await self._answer(request, request_id)
            except Exception as exc:  # noqa: BLE001 - the last place where a surprise can become an answer
                logger().error("request_failed", kind=type(exc).__name__, where=where(exc))
                response = _failed(request_id)
        response.headers["X-Request-Id"] = request_id
        response.headers["Vary"] = "Accept, Accept-Language"
        return response

    async def _answer(self, request: Request, request_id: str) -> Response:
        if self._graphiql is not None and _wants_page(request):
            return self._graphiql.page()
        # JSON first: it is what callers that do not choose can read (GraphQL over HTTP, 4.1).
        media_type = choose(_accept(request), (JSON, GRAPHQL_RESPONSE))
        if media_type is None:
            return _refused(HttpRefusal(406, f"Accept {GRAPHQL_RESPONSE} or {JSON}."), JSON, request_id)
        try:
            question = await read(
                request,
                max_body_bytes=self._settings.max_body_bytes,
                body_timeout_s=self._settings.body_timeout_s,
            )
            return await self._run(request, question, media_type=media_type, request_id=request_id)
        except HttpRefusal as refusal:
            return _refused(refusal, media_type, request_id)

    async def _run(self, request: Request, question: GraphQLRequest, *, media_type: str, request_id: str) -> Response:
        prepared = self._operations.prepare(question.query)
        if request.method == "GET" and prepared.operation_type(question.operation_name) not in {
            OperationType.QUERY,
            None,
        }:
            raise HttpRefusal(405, "Only queries can be sent by GET; use POST.", headers={"Allow": "POST"})
        context = Context(
            self._graph,
            document=prepared.document,
            within=Deadline.after(self._settings.deadline_s, self._graph.clock),
        )
        outcome = await self._operations.execute(
            prepared, name=question.operation_name, variables=question.variables, context=context
        )
        return self._respond(request, outcome, media_type=media_type, request_id=request_id)

    def _respond(self, request: Request, outcome: Outcome, *, media_type: str, request_id: str) -> Response:
        body: dict[str, Any] = {}
        if outcome.errors:
            body["errors"] = present(
                outcome.errors,
                request_id=request_id,
                language=preferred(request.headers.get("accept-language")),
                report=logger(),
            )
        if outcome.executed:
            body["data"] = outcome.data
        # A request error is a 400 only in the media type that cannot be mistaken for a proxy's page (6.4).
        status = 400 if not outcome.executed and media_type == GRAPHQL_RESPONSE else 200
        return Response(orjson.dumps(body), status_code=status, media_type=f"{media_type}; charset=utf-8")


def _wants_page(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and choose(_accept(request), (GRAPHQL_RESPONSE, JSON, HTML)) == HTML
    )


def _accept(request: Request) -> str | None:
    # A header on several lines is one list (RFC 9110, 5.3).
    return ",".join(request.headers.getlist("accept")) or None


def _failed(request_id: str) -> Response:
    error = {"message": message("INTERNAL"), "extensions": {"code": "INTERNAL", "requestId": request_id}}
    return Response(orjson.dumps({"errors": [error]}), status_code=500, media_type=f"{JSON}; charset=utf-8")


def _refused(refusal: HttpRefusal, media_type: str, request_id: str) -> Response:
    error: Mapping[str, Any] = {
        "message": refusal.reason,
        "extensions": {"code": "BAD_INPUT", "requestId": request_id},
    }
    return Response(
        orjson.dumps({"errors": [error]}),
        status_code=refusal.status,
        media_type=f"{media_type}; charset=utf-8",
        headers=refusal.headers,
    )
