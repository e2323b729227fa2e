"""
The address of the graph of operators: POST alone, a token before anything is read, and the graph's own limits.

A caller is a client of the audience `operator` whose token has `control:read`, and `control:write` for mutations. What
operators have said of clients and tokens counts here, too: it is asked for as often as processes look at it.
"""

from collections.abc import Callable
from typing import Any, Final

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType, execute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from connectors.clock import Clock
from gateway.access.gatekeeper import AccessRefused, Caller
from gateway.control.answers import Said
from gateway.control.api.asking import READ, WRITE, Asking
from gateway.control.api.graph import SCHEMA
from gateway.control.api.keepers import Keepers
from gateway.control.commands import Overrides
from gateway.control.listener import Do
from gateway.http.correlation import request_id
from gateway.http.denial import denial
from gateway.http.negotiation import JSON
from gateway.http.presented import presented_of
from gateway.http.refusal import HttpRefusal, refused
from gateway.http.request import GraphQLRequest, read, received
from gateway.limits.settings import LimitSettings
from gateway.log import logger
from gateway.operations.documents import Documents
from gateway.operations.prepared import Prepared
from gateway.overrides.bans import Bans
from gateway.overrides.keeper import LOOK_S
from gateway.overrides.override import Entry
from gateway.settings import Settings
from resolvers.errors import present

MOST_BYTES: Final = 100_000
_PATIENCE_S: Final = 10.0
_GRAPH: Final = SCHEMA._schema  # noqa: SLF001 - its graphql-core schema


class ControlView:
    """
    Answers operators. *bans* are those that *keepers* heed; *do* has the gateway do a command.

    *held* gives the settings that hold now.
    """

    def __init__(self, do: Do, held: Callable[[], Settings], *, keepers: Keepers, bans: Bans, clock: Clock) -> None:
        self._do = do
        self._held = held
        self._keepers = keepers
        self._bans = bans
        self._clock = clock
        self._limits = LimitSettings()
        self._documents = Documents(_GRAPH, limits=self._limits, shows_graph=True)
        self._looked_at = float("-inf")

    async def respond(self, request: Request) -> Response:
        """The answer to one request."""
        scope = request.scope
        try:
            # Before the body: of a stranger nothing is read.
            caller = await self._caller(scope)
            data = await received(
                scope,
                request.receive,
                max_body_bytes=MOST_BYTES,
                body_timeout_s=_PATIENCE_S,
                max_query_string=self._limits.max_query_string,
            )
            return await self._answer(scope, read(scope, data), caller)
        except AccessRefused as why:
            return denial(scope, why, media_type=JSON)
        except HttpRefusal as why:
            return refused(why, request_id=request_id(scope))

    async def _caller(self, scope: Scope) -> Caller:
        await self._look()
        keeper = await self._keepers.now()
        caller = await keeper.caller(presented_of(scope))
        if caller.audience != "operator":
            raise AccessRefused(403, "FORBIDDEN")
        _check(caller, READ)
        return caller

    async def _look(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked_at < LOOK_S:
            return
        self._bans.set(_entries(await self._do(Overrides())))
        # Only now: who could not be told must ask again, and not go on with what was known before.
        self._looked_at = now

    async def _answer(self, scope: Scope, question: GraphQLRequest, caller: Caller) -> Response:
        if not question.query:
            raise HttpRefusal(400, "Send the document's text as `query`; none is known here by a hash.")
        prepared = self._documents.prepare(question.query)
        if prepared.document is None:
            return _response(scope, errors=prepared.errors)
        changes = prepared.operation_type(question.operation_name) is OperationType.MUTATION
        if changes:
            _check(caller, WRITE)
        result = await self._run(prepared, question, caller)
        if changes:
            # What has changed may be about operators.
            self._looked_at = float("-inf")
        return _response(scope, errors=tuple(result.errors or ()), result=result)

    async def _run(self, prepared: Prepared, question: GraphQLRequest, caller: Caller) -> ExecutionResult:
        assert prepared.document is not None  # noqa: S101 - looked at by the caller
        result: Any = execute(
            _GRAPH,
            prepared.document,
            context_value=Asking(self._do, caller, self._held()),
            variable_values=question.variables,
            operation_name=question.operation_name,
        )
        found: ExecutionResult = result if isinstance(result, ExecutionResult) else await result
        return found


def _check(caller: Caller, scope: str) -> None:
    if scope not in caller.scopes:
        # RFC 6750, 3.1.
        raise AccessRefused(403, "FORBIDDEN", f'Bearer realm="control", error="insufficient_scope", scope="{scope}"')


def _entries(said: list[Said]) -> list[Entry]:
    if not said or "error" in said[0]:
        # Who cannot say whether somebody is suspended lets nobody in.
        raise AccessRefused(503, "UPSTREAM_UNAVAILABLE", retry_after_s=1)
    held = said[0]["answer"]["overrides"]
    return [Entry.model_validate({name: value for name, value in each.items() if name != "said"}) for each in held]


def _response(scope: Scope, *, errors: tuple[GraphQLError, ...], result: ExecutionResult | None = None) -> Response:
    body: dict[str, Any] = {}
    if errors:
        body["errors"] = present(errors, request_id=request_id(scope), report=logger())
    if result is not None:
        body["data"] = result.data
    return Response(orjson.dumps(body), media_type=JSON, headers={"Cache-Control": "no-store"})
