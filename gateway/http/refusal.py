"""A refusal as an HTTP response: the same form at every address and for every reason."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response

from gateway.http.negotiation import JSON


class HttpRefusal(Exception):
    """The HTTP request is not a GraphQL request that can be run: *status*, and what to do about it."""

    def __init__(
        self, status: int, reason: str, *, headers: Mapping[str, str] | None = None, code: str = "BAD_INPUT"
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.code = code
        self.headers = dict(headers or {})


def refused(
    refusal: HttpRefusal,
    *,
    request_id: str,
    code: str | None = None,
    media_type: str = JSON,
    more: Mapping[str, object] | None = None,
) -> Response:
    """The response that tells *refusal*: one error with *code* or its own, and *more*, as in an answer."""
    error = {
        "message": refusal.reason,
        "extensions": {"code": code or refusal.code, "requestId": request_id, **(more or {})},
    }
    return Response(
        orjson.dumps({"errors": [error]}),
        status_code=refusal.status,
        media_type=f"{media_type}; charset=utf-8",
        headers={**refusal.headers, "Cache-Control": "no-store"},
    )
