"""
What a caller reads of its budget: in the headers of each answer, and where it has asked as much as it may.

`RateLimit-Policy` and `RateLimit` as draft-ietf-httpapi-ratelimit-headers-11 has them. Its registry has no unit for a
cost, and to say nothing would be to say "requests": so the unit has a name of ours. `X-Cost` is a dictionary (RFC 9651,
3.2) of what the operation was estimated at and what it did cost.
"""

import functools
import math
from collections.abc import Iterator
from typing import Final, Self

from starlette.responses import Response
from starlette.types import Scope

from gateway.demand.client import Admission, ClientDemand
from gateway.demand.refusal import RateLimited
from gateway.demand.settings import DemandChanges, DemandLimits
from gateway.demand.watch import Reason
from gateway.http.correlation import request_id
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal, refused
from gateway.telemetry.requests import told
from resolvers.messages import message, preferred

CODE: Final = "RATE_LIMITED"

_ERRORS = ({"extensions": {"code": CODE}},)
_POLICIES: Final = {Reason.BUDGET: "cost", Reason.CONCURRENCY: "concurrent"}
"""What they are called in headers."""


class Demanded:
    """What one request asks of its client's budget, from when it is let in until its answer is written."""

    def __init__(self, client: ClientDemand | None) -> None:
        self._client = client
        self._admission: Admission | None = None

    def __enter__(self) -> Self:
        """Nothing is asked yet."""
        return self

    def __exit__(self, *why: object) -> None:
        """Take what it did cost; what was not let in costs nothing."""
        if self._admission is not None:
            self._admission.leave()

    def told(self, response: Response) -> Response:
        """*response*, which says what it cost."""
        if self._admission is not None:
            self._admission.written = len(response.body)
            response.raw_headers += budget_headers(self._admission)
        return response

    async def admit(self, cost: int, *, own: DemandChanges | None = None) -> Admission | None:
        """Let in an operation of that estimated cost, by its *own* limits if any. Raises RateLimited and TooCostly."""
        if self._client is not None:
            self._admission = await self._client.admit(cost, own=own)
        return self._admission


def budget_headers(admission: Admission) -> Iterator[tuple[bytes, bytes]]:
    """The headers of the answer to an operation that was let in, as ASGI has them."""
    actual = admission.actual
    cost = f"estimate={admission.cost}"
    yield b"x-cost", (cost if actual is None else f"{cost}, actual={actual}").encode("ascii")
    # Whoever reads of a limit keeps to it; one that is only measured is to be measured.
    if admission.limits.measure_only or (policy := _policy(admission.limits)) is None:
        return
    yield b"ratelimit-policy", policy.encode("ascii")
    now = ", ".join(_left(admission))
    if now:
        yield b"ratelimit", now.encode("ascii")


def rate_limited(scope: Scope, why: RateLimited, *, media_type: str) -> Response:
    """429 (RFC 6585, 4) with `Retry-After` (RFC 9110, 10.2.3) and an error as in an answer of the graph."""
    told(scope).came_to("refused", errors=_ERRORS)
    seconds, name = max(1, math.ceil(why.retry_after_s)), _POLICIES[why.reason]
    # Only what refuses it: the end of another window may be later than the time to come back (draft, section 6).
    left = f'"{name}";r=0;t={seconds}' if why.reason is Reason.BUDGET else f'"{name}";r=0'
    headers = {"Retry-After": str(seconds), "RateLimit-Policy": _policy(why.limits) or "", "RateLimit": left}
    words = message(CODE, preferred(text(scope, b"accept-language")))
    more = {"retryAfterMs": math.ceil(why.retry_after_s * 1000), "violatedPolicies": [name]}
    refusal = HttpRefusal(429, words, headers=headers)
    return refused(refusal, request_id=request_id(scope), code=CODE, media_type=media_type, more=more)


@functools.lru_cache(maxsize=1024)
def _policy(limits: DemandLimits) -> str | None:
    """What is promised by *limits*, as a list (RFC 9651, 3.1); None where nothing is."""
    found = []
    if limits.cost_per_minute is not None:
        found.append(f'"cost";q={limits.cost_per_minute};qu="switchboard-cost";w=60')
    if limits.concurrent is not None:
        found.append(f'"concurrent";q={limits.concurrent};qu="concurrent-requests"')
    return ", ".join(found) or None


def _left(admission: Admission) -> Iterator[str]:
    left, slots = admission.left, admission.free_slots
    if left is not None:
        yield f'"cost";r={int(left)};t={max(1, math.ceil(admission.reset_s))}'
    if slots is not None:
        yield f'"concurrent";r={slots}'
