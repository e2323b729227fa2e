"""What a caller reads whom this process cannot answer now, because it has too much to do."""

from starlette.responses import Response
from starlette.types import Scope

from gateway.admission.door import Overloaded
from gateway.http.correlation import request_id
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal, refused
from gateway.telemetry.requests import told
from resolvers.messages import message, preferred

CODE = "OVERLOADED"

_ERRORS = ({"extensions": {"code": CODE}},)


def overload(scope: Scope, overloaded: Overloaded, *, media_type: str) -> Response:
    """503 with `Retry-After` (RFC 9110, 10.2.3) and an error as in an answer of the graph."""
    told(scope).came_to("refused", errors=_ERRORS)
    seconds = overloaded.retry_after_s
    refusal = HttpRefusal(
        503, message(CODE, preferred(text(scope, b"accept-language"))), headers={"Retry-After": str(seconds)}
    )
    more = {"retryAfterMs": seconds * 1000}
    return refused(refusal, request_id=request_id(scope), code=CODE, media_type=media_type, more=more)
