"""
One id for each request: in the answer, in its errors and in every line of the log about it.

It is made here and never taken from the caller, so that two requests cannot have the same. The last place where a
surprise can become an answer is here as well.
"""

import secrets
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.refusal import HttpRefusal, refused
from gateway.log import logger
from resolvers.errors import where
from resolvers.messages import message

HEADER = "X-Request-Id"
_NAME = HEADER.lower().encode("ascii")
_KEY = "switchboard.request_id"


def request_id(scope: Scope) -> str:
    """The id of the request that *scope* belongs to."""
    found: str = scope.get(_KEY, "")
    return found


class Correlated:
    """Gives each request its id, and an answer to those that fail with a surprise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its id, and its answer back with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[_KEY] = found = secrets.token_hex(8)
        answer = _Answer(send, found)
        bound = structlog.contextvars.bind_contextvars(request_id=found)
        try:
            await self._app(scope, receive, answer)
        except Exception as exc:
            logger().error("request_failed", kind=type(exc).__name__, where=where(exc))
            if answer.started:
                raise
            await _failed(found)(scope, receive, answer)
        finally:
            structlog.contextvars.reset_contextvars(**bound)


class _Answer:
    """The way back to the caller."""

    __slots__ = ("_id", "_send", "started")

    def __init__(self, send: Send, found: str) -> None:
        self._send = send
        self._id = found.encode("ascii")
        self.started = False

    async def __call__(self, sent: Message) -> None:
        if sent["type"] == "http.response.start":
            self.started = True
            sent = {**sent, "headers": [*sent.get("headers", ()), (_NAME, self._id)]}
        await self._send(sent)


def _failed(found: str) -> Response:
    return refused(HttpRefusal(500, message("INTERNAL")), request_id=found, code="INTERNAL")


_SENTENCES = {
    404: ("NOT_FOUND", "There is nothing at this address; the graph is at /graphql."),
    405: ("BAD_INPUT", "This method means nothing here; `Allow` names those that do."),
}


async def not_routed(request: Request, exc: Exception) -> Response:
    """The answer to a request for an address or a method that there is not, for Starlette's exception handlers."""
    if not isinstance(exc, HTTPException):
        raise exc
    code, sentence = _SENTENCES.get(exc.status_code, ("BAD_INPUT", "The request cannot be answered."))
    refusal = HttpRefusal(exc.status_code, sentence, headers=dict[str, Any](exc.headers or {}))
    return refused(refusal, request_id=request_id(request.scope), code=code)
