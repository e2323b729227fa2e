"""GraphQL over HTTP: POST for everything, GET for queries, both media types, and a page for browsers."""

from typing import Any

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from connectors.clock import Deadline
from gateway.http.correlation import request_id
from gateway.http.graphiql import GraphiQL
from gateway.http.negotiation import GRAPHQL_RESPONSE, HTML, JSON, choose
from gateway.http.refusal import HttpRefusal, refused
from gateway.http.request import GraphQLRequest, read
from gateway.limits.settings import LimitSettings
from gateway.log import logger
from gateway.operation import Operations, Outcome
from gateway.settings import ServerSettings
from resolvers.context import Context, Graph
from resolvers.errors import present
from resolvers.failures import GraphFailure
from resolvers.messages import preferred


class GraphQLView:
    """The graph's address."""

    def __init__(
        self,
        *,
        operations: Operations,
        graph: Graph,
        settings: ServerSettings,
        limits: LimitSettings,
        graphiql: GraphiQL | None,
    ) -> None:
        self._operations = operations
        self._graph = graph
        self._settings = settings
        self._limits = limits
        self._graphiql = graphiql

    async def respond(self, request: Request) -> Response:
        """The response to one HTTP request."""
        response = await self._answer(request)
        response.headers["Vary"] = "Accept, Accept-Language"
        return response

    async def _answer(self, request: Request) -> Response:
        if self._graphiql is not None and _wants_page(request):
            return self._graphiql.page()
        # JSON first: it is what callers that do not choose can read (GraphQL over HTTP, 4.1).
        media_type = choose(_accept(request), (JSON, GRAPHQL_RESPONSE))
        if media_type is None:
            refusal = HttpRefusal(406, f"Accept {GRAPHQL_RESPONSE} or {JSON}.")
            return refused(refusal, request_id=request_id(request.scope))
        try:
            question = await read(
                request,
                max_body_bytes=self._settings.max_body_bytes,
                body_timeout_s=self._settings.body_timeout_s,
                max_query_string=self._limits.max_query_string,
            )
            return await self._run(request, question, media_type=media_type)
        except HttpRefusal as refusal:
            return refused(refusal, request_id=request_id(request.scope), media_type=media_type)

    async def _run(self, request: Request, question: GraphQLRequest, *, media_type: str) -> Response:
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
        return self._respond(request, outcome, media_type=media_type)

    def _respond(self, request: Request, outcome: Outcome, *, media_type: str) -> Response:
        body: dict[str, Any] = {}
        if outcome.errors:
            body["errors"] = present(
                outcome.errors,
                request_id=request_id(request.scope),
                language=preferred(request.headers.get("accept-language")),
                report=logger(),
            )
        if outcome.executed:
            body["data"] = outcome.data
        return Response(
            orjson.dumps(body),
            status_code=_status(outcome, media_type=media_type),
            media_type=f"{media_type}; charset=utf-8",
        )


def _status(outcome: Outcome, *, media_type: str) -> int:
    if outcome.executed:
        return 200
    # Beyond our limits nothing was read as GraphQL. Of what was, a mistake is a 400 only in the media type that cannot
    # be mistaken for a proxy's page (6.4).
    beyond = any(isinstance(error.original_error, GraphFailure) for error in outcome.errors)
    return 400 if beyond or media_type == GRAPHQL_RESPONSE else 200


def _wants_page(request: Request) -> bool:
    return (
        request.method == "GET"
        and "query" not in request.query_params
        and choose(_accept(request), (GRAPHQL_RESPONSE, JSON, HTML)) == HTML
    )


def _accept(request: Request) -> str | None:
    # A header on several lines is one list (RFC 9110, 5.3).
    return ",".join(request.headers.getlist("accept")) or None
