"""
One id for each request: in the answer, in its errors and in every line of the log about it.

It is made by `front` and never taken from the caller, so that two requests cannot have the same.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from gateway.http.refusal import HttpRefusal, refused

HEADER = "X-Request-Id"
KEY = "switchboard.request_id"
"""Where a scope holds it."""


def request_id(scope: Scope) -> str:
    """The id of the request that *scope* belongs to."""
    found: str = scope.get(KEY, "")
    return found


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
