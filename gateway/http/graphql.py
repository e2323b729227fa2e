"""GraphQL over HTTP: POST for everything, GET for queries, both media types, and a page for browsers."""

import asyncio
import contextlib
from typing import Any

import orjson
from graphql import OperationType
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.clock import Clock
from connectors.terms import Terms
from gateway.access.gatekeeper import AccessRefused
from gateway.admission.door import Door, Overloaded
from gateway.askers import Who
from gateway.audit.writer import Audit
from gateway.demand.client import Admission
from gateway.demand.refusal import RateLimited
from gateway.http.answer import Answer
from gateway.http.auditing import Auditing, became_of
from gateway.http.budget import Demanded, rate_limited
from gateway.http.caching import cache_control
from gateway.http.callers import Callers
from gateway.http.correlation import request_id
from gateway.http.denial import denial
from gateway.http.fields import text
from gateway.http.graphiql import GraphiQL
from gateway.http.leaving import leaving
from gateway.http.negotiation import GRAPHQL_RESPONSE, HTML, JSON, choose
from gateway.http.overload import overload
from gateway.http.refusal import HttpRefusal, refused
from gateway.http.request import GraphQLRequest, may_be_mutation, read, received
from gateway.http.terms import terms_of
from gateway.limits.settings import LimitSettings
from gateway.log import logger
from gateway.operations.outcome import Outcome
from gateway.operations.prepared import Prepared
from gateway.overrides.bans import Bans
from gateway.settings import ServerSettings
from gateway.telemetry.requests import told
from gateway.trusted.digest import digest_of
from gateway.trusted.trusted import Trusted, document
from gateway.usage.counts import Usage
from resolvers.errors import present
from resolvers.failures import GraphFailure
from resolvers.messages import preferred
from resolvers.refusals import Refusals

_VARY = (b"vary", b"Accept, Accept-Language, Authorization, Cookie")
"""
Also by what tells who asks: a browser's cache may outlive a login, and the next user's answer is another one.

Not by the header of the caller's class: it says who goes first, and changes no value of an answer that may be kept.
"""


class GraphQLView:
    """The graph's address."""

    def __init__(
        self,
        *,
        callers: Callers,
        clock: Clock,
        settings: ServerSettings,
        limits: LimitSettings,
        graphiql: GraphiQL | None,
        door: Door | None = None,
        trusted: Trusted | None = None,
        usage: Usage | None = None,
        audit: Audit | None = None,
        bans: Bans | None = None,
    ) -> None:
        self._callers = callers
        self._clock = clock
        self._trusted = trusted
        self._usage = usage
        self._bans = bans
        self._auditing = Auditing(audit)
        self._settings = settings
        self._limits = limits
        self._graphiql = graphiql
        self._door = door
        self._refusals = Refusals(monotonic=clock.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request, as an ASGI application."""
        await (await self._response(scope, receive))(scope, receive, send)

    async def respond(self, request: Request) -> Response:
        """The response to one HTTP request, as an endpoint of the router."""
        return await self._response(request.scope, request.receive)

    async def _response(self, scope: Scope, receive: Receive) -> Response:
        response = await self._answer(scope, receive)
        response.raw_headers.append(_VARY)
        return response

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        accept = text(scope, b"accept")
        if self._graphiql is not None and _wants_page(scope, accept):
            return self._graphiql.page()
        # JSON first: it is what callers that do not choose can read (GraphQL over HTTP, 4.1).
        media_type = choose(accept, (JSON, GRAPHQL_RESPONSE))
        if media_type is None:
            refusal = HttpRefusal(406, f"Accept {GRAPHQL_RESPONSE} or {JSON}.")
            return refused(refusal, request_id=request_id(scope))
        try:
            # Before the body: of a stranger nothing is read.
            who = await self._callers.who(scope)
            data = await received(
                scope,
                receive,
                max_body_bytes=self._settings.max_body_bytes,
                body_timeout_s=self._settings.body_timeout_s,
                max_query_string=self._limits.max_query_string,
            )
            within = terms_of(
                scope,
                deadline_s=self._settings.deadline_s,
                clock=self._clock,
                criticality=who.criticality,
            )
            if self._door is None:
                return await self._run(scope, read(scope, data), who, within, media_type=media_type)
            return await self._through(self._door, scope, data, who, within, media_type=media_type)
        except (HttpRefusal, AccessRefused, Overloaded, RateLimited) as why:
            return _refusal(scope, why, media_type=media_type)

    async def _through(
        self, door: Door, scope: Scope, data: bytes, who: Who, within: Terms, *, media_type: str
    ) -> Response:
        if not door.lets_in(within.criticality):
            mutation = self._may_be_mutation(data, who)
            turn = door.comes(within.criticality, mutation=mutation)
            # Whoever leaves before its question was begun has no part in it, mutation or not.
            with leaving(scope):
                await door.wait(turn, within.criticality, mutation=mutation, within_s=within.remaining(self._clock))
        try:
            if door.turn_is_long():
                await self._give_way(door, scope, within)
            return await self._run(scope, read(scope, data), who, within, media_type=media_type)
        finally:
            door.leave()

    def _may_be_mutation(self, data: bytes, who: Who) -> bool:
        if self._trusted is None:
            return may_be_mutation(data)
        return self._trusted.may_be_mutation(data, client=who.client_id)

    async def _give_way(self, door: Door, scope: Scope, within: Terms) -> None:
        # Nothing is begun yet, so whoever leaves ends it here as well, mutation or not.
        with leaving(scope):
            while door.turn_is_long():
                if within.remaining(self._clock) <= 0:
                    raise door.refusal(within.criticality)
                await asyncio.sleep(0)

    async def _run(
        self, scope: Scope, question: GraphQLRequest, who: Who, within: Terms, *, media_type: str
    ) -> Response:
        text = document(self._trusted, question, client=who.client_id, media_type=media_type)
        own = None if self._trusted is None else self._trusted.limits(text, client=who.client_id)
        # Apart from all others: who asks the same text unregistered finds nothing of it.
        operations = who.operations if own is None else who.operations.under(own)
        prepared = operations.prepare(text)
        if self._bans is not None and self._bans.operations:
            _check(self._bans, prepared, question.operation_name, who.client_id)
        kind = prepared.operation_type(question.operation_name)
        told(scope).of(kind, name=prepared.operation_name(question.operation_name))
        if scope["method"] == "GET" and kind not in {OperationType.QUERY, None}:
            raise HttpRefusal(405, "Only queries can be sent by GET; use POST.", headers={"Allow": "POST"})

        async def admit(personal: frozenset[str], cost: int) -> Admission | None:
            self._auditing.check(personal)
            return await demanded.admit(cost, own=None if own is None else own.demand)

        # What a mutation has begun is not left halfway because its caller has gone.
        with (
            Demanded(who.demand) as demanded,
            contextlib.nullcontext() if kind is OperationType.MUTATION else leaving(scope),
        ):
            try:
                outcome = await operations.execute(
                    prepared,
                    name=question.operation_name,
                    variables=question.variables,
                    graph=who.graph,
                    within=within,
                    asker=who.asker,
                    admit=admit,
                    sources=question.wants_sources,
                )
                answer = self._respond(scope, who, outcome, media_type=media_type)
                ran, became = outcome.ran, became_of(outcome)
                # It waits for its record as bytes: the thousand objects of an answer would take more room for as long,
                # and the collector would look through them.
                del outcome
                if ran is not None:
                    if self._usage is not None:
                        self._usage.used(who.client_id, ran.gist)
                    await self._auditing.record(scope, who, ran, became)
            except asyncio.CancelledError:
                told(scope).came_to("gone", errors=())
                raise
            return demanded.told(answer)

    def _respond(self, scope: Scope, who: Who, outcome: Outcome, *, media_type: str) -> Response:
        body: dict[str, Any] = {}
        if outcome.errors:
            body["errors"] = present(
                outcome.errors,
                request_id=request_id(scope),
                language=preferred(text(scope, b"accept-language")),
                report=logger(),
                refusals=self._refusals,
                systems=who.operations.names_systems,
            )
        if outcome.executed:
            body["data"] = outcome.data
        if outcome.extensions is not None:
            body["extensions"] = outcome.extensions
        told(scope).came_to(_word(outcome), errors=body.get("errors", ()))
        return Answer(
            orjson.dumps(body),
            status=_status(outcome, media_type=media_type),
            media_type=media_type,
            cache_control=cache_control(outcome.fresh_until, self._clock.now()),
        )


def _check(bans: Bans, prepared: Prepared, name: str | None, client: str | None) -> None:
    """Raises HttpRefusal for an operation that is banned: by the hash of its document, or by its own."""
    outline = prepared.outlines.get(name)
    if bans.bans(digest_of(prepared.text), client) or (outline is not None and bans.bans(outline.digest, client)):
        raise HttpRefusal(
            403, "This operation is not answered for now, as the operator of this graph decided.", code="FORBIDDEN"
        )


def _refusal(scope: Scope, why: HttpRefusal | AccessRefused | Overloaded | RateLimited, *, media_type: str) -> Response:
    match why:
        case HttpRefusal():
            return refused(why, request_id=request_id(scope), media_type=media_type)
        case RateLimited():
            return rate_limited(scope, why, media_type=media_type)
        case AccessRefused():
            return denial(scope, why, media_type=media_type)
        case _:
            return overload(scope, why, media_type=media_type)


def _word(outcome: Outcome) -> str:
    if not outcome.executed:
        return "refused"
    if not outcome.errors:
        return "ok"
    return "error" if outcome.data is None else "partial"


def _status(outcome: Outcome, *, media_type: str) -> int:
    if outcome.executed:
        return 200
    # Beyond our limits nothing was read as GraphQL. Of what was, a mistake is a 400 only in the media type that cannot
    # be mistaken for a proxy's page (6.4).
    beyond = any(isinstance(error.original_error, GraphFailure) for error in outcome.errors)
    return 400 if beyond or media_type == GRAPHQL_RESPONSE else 200


def _wants_page(scope: Scope, accept: str | None) -> bool:
    return (
        scope["method"] == "GET"
        and choose(accept, (GRAPHQL_RESPONSE, JSON, HTML)) == HTML
        and "query" not in QueryParams(scope["query_string"])
    )
