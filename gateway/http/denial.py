"""What a caller reads who may not ask."""

from starlette.responses import Response
from starlette.types import Scope

from gateway.access.gatekeeper import AccessRefused
from gateway.http.correlation import request_id
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal, refused
from gateway.telemetry.requests import told
from resolvers.messages import message, preferred


def denial(scope: Scope, denied: AccessRefused, *, media_type: str) -> Response:
    """400, 401 or 403 with a challenge (RFC 6750, 3), or 503, and an error as in an answer of the graph."""
    told(scope).came_to("refused", errors=({"extensions": {"code": denied.code}},))
    headers = {} if denied.challenge is None else {"WWW-Authenticate": denied.challenge}
    more = {}
    if denied.retry_after_s is not None:
        headers["Retry-After"] = str(denied.retry_after_s)
        more["retryAfterMs"] = denied.retry_after_s * 1000
    words = message(denied.code, preferred(text(scope, b"accept-language")))
    refusal = HttpRefusal(denied.status, words, headers=headers)
    return refused(refusal, request_id=request_id(scope), code=denied.code, media_type=media_type, more=more)
