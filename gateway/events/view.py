"""
The address at which systems tell of changes, as a TM Forum hub calls it back (TMF688 and the events of the others).

A system registers `.../events/tmf` as its callback; hubs call that, or `listener/NAME` below it. Usually what it tells
is done in this process when it is answered, so that a question behind it gets nothing of before here; the other workers
have been told by then and do it soon. Where forgetting takes longer, it is answered first.
"""

import asyncio
import hashlib
import hmac

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from connectors.json import JsonError, as_object, parse
from gateway.events.coalescing import Coalescing
from gateway.events.tmf import Readings, subjects_of
from gateway.http.body import read_body
from gateway.http.correlation import request_id
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal, refused
from gateway.settings import ServerSettings

PATH = "/events/tmf"

_FORGOTTEN_S = 0.5
"""Beyond it the event is answered although it is not done: it will be."""


class EventsView:
    """Takes events of those who show *secret*, and has *coalescing* forget whom they are about."""

    def __init__(
        self, *, secret: SecretStr, coalescing: Coalescing, readings: Readings, settings: ServerSettings
    ) -> None:
        self._secret = _digest(secret.get_secret_value())
        self._coalescing = coalescing
        self._readings = readings
        self._settings = settings

    async def respond(self, request: Request) -> Response:
        """Take one event: 204, or a refusal."""
        try:
            self._check_secret(request)
            await self._take(request)
        except HttpRefusal as refusal:
            code = "FORBIDDEN" if refusal.status in {401, 403} else "BAD_INPUT"
            return refused(refusal, request_id=request_id(request.scope), code=code)
        return Response(status_code=204)

    def _check_secret(self, request: Request) -> None:
        scheme, _, shown = (text(request.scope, b"authorization") or "").partition(" ")
        if scheme.lower() != "bearer":
            shown = _in_path(request.path_params.get("below", ""))
        # Digests are of one length, so how long it takes tells nothing.
        if not hmac.compare_digest(_digest(shown), self._secret):
            why = "Show the secret of `events.secret`: Authorization: Bearer SECRET."
            raise HttpRefusal(401, why, headers={"WWW-Authenticate": "Bearer", "Connection": "close"})

    async def _take(self, request: Request) -> None:
        media_type = (text(request.scope, b"content-type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            raise HttpRefusal(415, "The body must be application/json.")
        settings = self._settings
        body = await read_body(
            request.scope, request.receive, max_bytes=settings.max_body_bytes, timeout_s=settings.body_timeout_s
        )
        try:
            subjects = subjects_of(as_object(parse(body), path="the event"), readings=self._readings)
        except JsonError as exc:
            raise HttpRefusal(400, f"The event cannot be read: {exc}.") from None
        if subjects:
            await self._forgotten(self._coalescing.offer(subjects))

    async def _forgotten(self, batch: asyncio.Future[None] | None) -> None:
        if batch is None:
            raise HttpRefusal(429, "Too many events at once. Tell this one again.", headers={"Retry-After": "1"})
        done, _ = await asyncio.wait({batch}, timeout=_FORGOTTEN_S)
        if done and batch.exception() is not None:
            raise HttpRefusal(503, "It could not be done. Tell this event again.", headers={"Retry-After": "1"})


def _in_path(below: str) -> str:
    # For hubs that can send no header: the secret is the first step, and not a part of what they add themselves.
    first = below.strip("/").partition("/")[0]
    return "" if first == "listener" else first


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
