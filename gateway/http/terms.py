"""
The terms of a request, as its headers say them: `X-Deadline-Ms`, and the request's own `Cache-Control`.

Directives in the document can say the same and more; they do not pass through a federation router, and headers can.
"""

from starlette.types import Scope

from connectors.clock import Clock
from connectors.terms import Criticality, Terms
from gateway.http.fields import fields
from gateway.http.refusal import HttpRefusal

DEADLINE = "X-Deadline-Ms"

_DEADLINE = DEADLINE.lower().encode("ascii")
_CACHE_CONTROL = b"cache-control"
_MAX_DIGITS = 9


def terms_of(scope: Scope, *, deadline_s: float, clock: Clock, criticality: Criticality = Criticality.AGENT) -> Terms:
    """
    The terms of the request of *scope*, which may wait *deadline_s* at most. Raises HttpRefusal.

    A caller may shorten its time and never prolong it.
    """
    given = fields(scope)
    written = given.get(_DEADLINE)
    seconds = deadline_s if written is None else min(deadline_s, _seconds(written))
    terms = Terms.after(seconds, clock, criticality=criticality)
    caching = given.get(_CACHE_CONTROL)
    return terms if caching is None else _aged(terms, caching.decode("latin-1"))


def _seconds(written: bytes) -> float:
    found = _whole(written.decode("latin-1"))
    if not found:
        raise HttpRefusal(400, f"`{DEADLINE}` must be a whole number of milliseconds, at least 1.")
    return found / 1000


def _aged(terms: Terms, caching: str) -> Terms:
    # RFC 9111, 5.2.1: `max-age` is how old an answer may be that the client takes, `no-cache` that it wants a new one.
    # `stale-if-error` is RFC 5861's. All else in this header is about keeping the response, which is not done here.
    members = [member.strip().partition("=") for member in caching.lower().split(",")]
    or_older = any(name == "stale-if-error" for name, _, _ in members)
    for name, _, value in members:
        if name == "no-cache":
            terms = terms.no_older(0, or_older=or_older)
        elif name == "max-age":
            terms = terms.no_older(_age(value), or_older=or_older)
    return terms


def _age(value: str) -> float:
    found = _whole(value.strip('"'))
    if found is None:
        raise HttpRefusal(400, "`max-age` in `Cache-Control` must be a whole number of seconds.")
    return found


def _whole(text: str) -> int | None:
    """The number that *text* is, or one that is as good as it; None for what is no number."""
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS
