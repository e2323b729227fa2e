"""
What stands before every address, in one step: the request's id, who may knock, who watches, and who answers.

It is one application and not four, because each of them costs a small question more than its own work: another
coroutine, and another hand through which both parts of the answer pass.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.correlation import HEADER, KEY, request_id
from gateway.http.refusal import HttpRefusal, refused
from gateway.log import logger
from gateway.randomness import digits
from resolvers.errors import where
from resolvers.messages import message

_NAME = HEADER.lower().encode("ascii")
_DIGITS = 16
_GONE = 499
"""How a request counts whose client left before it was answered. HTTP has no status for it; this is nginx's."""


class Watching(Protocol):
    """One request that is watched."""

    def end(self, status: int) -> None:
        """It was answered with *status*; 0 when it was not."""


class Front:
    """
    Gives each request its id, and an answer to those that fail with a surprise.

    *refuse* is asked whether a request may come in at all: the refusal, or None. *watch* is told when one begins.
    *straight* are applications by path for GET and POST: those are found without the router, which costs as much as all
    else that is done for a small question, and would find the same ones. The rest goes to *app*.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        refuse: Callable[[Scope], HttpRefusal | None] | None = None,
        watch: Callable[[Scope], Watching] | None = None,
        straight: dict[str, ASGIApp] | None = None,
    ) -> None:
        self._app = app
        self._refuse = refuse
        self._watch = watch
        self._straight = straight or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other protocols pass through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[KEY] = found = digits(_DIGITS)
        answer = _Answer(send, found)
        bound = structlog.contextvars.bind_contextvars(request_id=found)
        watching = None if self._watch is None else self._watch(scope)
        try:
            await self._whom_to_ask(scope)(scope, receive, answer)
        except Exception as exc:
            logger().error("request_failed", kind=type(exc).__name__, where=where(exc))
            if answer.status:
                raise
            await _failed(found)(scope, receive, answer)
        except asyncio.CancelledError:
            answer.status = answer.status or _GONE
            raise
        finally:
            if watching is not None:
                watching.end(answer.status)
            structlog.contextvars.reset_contextvars(**bound)

    def _whom_to_ask(self, scope: Scope) -> ASGIApp:
        if self._refuse is not None and (refusal := self._refuse(scope)) is not None:
            return refused(refusal, request_id=request_id(scope), code="FORBIDDEN")
        if scope["method"] in {"GET", "POST"}:
            return self._straight.get(scope["path"], self._app)
        return self._app


class _Answer:
    """The way back to the caller."""

    __slots__ = ("_id", "_send", "status")

    def __init__(self, send: Send, found: str) -> None:
        self._send = send
        self._id = found.encode("ascii")
        self.status = 0

    async def __call__(self, sent: Message) -> None:
        if sent["type"] == "http.response.start":
            self.status = sent["status"]
            sent = {**sent, "headers": [*sent.get("headers", ()), (_NAME, self._id)]}
        await self._send(sent)


def _failed(found: str) -> Response:
    return refused(HttpRefusal(500, message("INTERNAL")), request_id=found, code="INTERNAL")
