"""The control port: counts, faults, changes, options and stories. Loopback names only, JSON only, no CORS."""

import json
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.call import SystemName
from sandbox.calls import CallCounter
from sandbox.faults import BadFaultError, Fault, FaultBoard, read_fault
from sandbox.population import Population, Status
from sandbox.population.numbering import customer_id, customer_of_id
from sandbox.stories import Story

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_BODY: Final = 10_000
_LONGEST_NAME: Final = 100


class Desk(Protocol):
    """What the control port shows and switches."""

    calls: CallCounter
    faults: FaultBoard
    stories: tuple[Story, ...]
    people: Population
    totals: bool
    """Whether CRM's lists say how long they are."""

    async def set_fault(self, system: SystemName, fault: Fault) -> None:
        """Let a system suffer a fault; it does when this returns."""

    async def heal(self, system: SystemName) -> None:
        """Make a system well; it is when this returns."""

    def trade(self, one: str, other: str) -> None:
        """The lines with these numbers trade them, in every system. ValueError where that cannot be."""


def control_app(desk: Desk) -> ASGIApp:
    """The control port's application."""
    handlers = _Handlers(desk)
    routes = [
        Route("/health", handlers.health),
        Route("/stories", handlers.stories),
        Route("/calls", handlers.calls, methods=["GET", "DELETE"]),
        Route("/calls/pace", handlers.pace),
        Route("/faults", handlers.all_faults, methods=["GET", "DELETE"]),
        Route("/faults/{system}", handlers.one_fault, methods=["GET", "PUT", "DELETE"]),
        Route("/customers/{customer}", handlers.customer, methods=["GET", "PATCH"]),
        Route("/options", handlers.options, methods=["GET", "PUT"]),
        Route("/trades", handlers.trade, methods=["POST"]),
    ]
    return _LoopbackNames(Starlette(routes=routes, exception_handlers={HTTPException: _explain}))


class _Handlers:
    """One method per path."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def stories(self, _: Request) -> Response:
        return JSONResponse(
            [
                {
                    "key": story.key,
                    "title": story.title,
                    "customerId": story.customer_id,
                    "msisdn": story.msisdn,
                    "question": story.question,
                }
                for story in self._desk.stories
            ]
        )

    async def calls(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._desk.calls.reset()
            return Response(status_code=204)
        return JSONResponse(self._desk.calls.as_json())

    async def pace(self, _: Request) -> Response:
        return JSONResponse(self._desk.calls.pace_as_json())

    async def all_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            for system in SystemName:
                await self._desk.heal(system)
            return Response(status_code=204)
        return JSONResponse(self._desk.faults.as_json())

    async def one_fault(self, request: Request) -> Response:
        system = _system(request.path_params["system"])
        if request.method == "DELETE":
            await self._desk.heal(system)
            return Response(status_code=204)
        if request.method == "PUT":
            try:
                fault = read_fault(system, await _body(request))
            except BadFaultError as exc:
                raise HTTPException(400, str(exc)) from None
            await self._desk.set_fault(system, fault)
            return JSONResponse(fault.as_json())
        return JSONResponse(self._desk.faults.as_json()[system])

    async def customer(self, request: Request) -> Response:
        index, people = customer_of_id(request.path_params["customer"]), self._desk.people
        found = people.customer(index)
        if found is None:
            raise HTTPException(404, "There is no such customer; ids are those of CRM, such as 1000042.")
        if request.method == "PATCH":
            found = people.change(found.index, **_change(await _body(request))) or found
        traits = found.traits
        return JSONResponse({"id": customer_id(found.index), "name": traits.display_name, "status": str(traits.status)})

    async def options(self, request: Request) -> Response:
        if request.method == "PUT":
            match await _body(request):
                case {"crm": {"totals": bool(totals), **other}, **rest} if not other and not rest:
                    self._desk.totals = totals
                case _:
                    raise HTTPException(400, 'The one option is {"crm": {"totals": true}}, true or false.')
        return JSONResponse({"crm": {"totals": self._desk.totals}})

    async def trade(self, request: Request) -> Response:
        match await _body(request):
            case {"msisdns": [str(one), str(other)], **rest} if not rest:
                try:
                    self._desk.trade(one, other)
                except ValueError as exc:
                    raise HTTPException(400, str(exc)) from None
            case _:
                raise HTTPException(400, 'A trade is {"msisdns": ["…", "…"]}, two numbers without plus.')
        return Response(status_code=204)


class _LoopbackNames:
    """Turns away requests that a foreign page or a rebound name sent here: Host and Origin must be loopback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_local(dict(scope["headers"])):
            refusal = JSONResponse({"error": "Host and Origin must name this machine, such as 127.0.0.1."}, 403)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_local(headers: dict[bytes, bytes]) -> bool:
    host = "http://" + headers.get(b"host", b"").decode("latin-1")
    origin = headers.get(b"origin", b"http://localhost").decode("latin-1")
    return _host_of(host) in _LOOPBACK and _host_of(origin) in _LOOPBACK


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _system(name: str) -> SystemName:
    try:
        return SystemName(name)
    except ValueError:
        raise HTTPException(404, f"There is no such system; there are {', '.join(SystemName)}.") from None


def _change(body: Any) -> dict[str, Any]:
    """What *body* says of a customer: name, status or both; HTTPException 400 when it makes no sense."""
    if not isinstance(body, dict) or not body or body.keys() - {"name", "status"}:
        raise HTTPException(400, 'Give a "name", a "status", or both.')
    name, status = body.get("name", "?"), body.get("status", Status.ACTIVE)
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise HTTPException(400, f"A name is a text of 1 to {_LONGEST_NAME} characters.")
    if status not in list(Status):
        raise HTTPException(400, f"A status is one of {', '.join(Status)}.")
    return body if "status" not in body else {**body, "status": Status(status)}


async def _body(request: Request) -> Any:
    """The JSON body of a request; HTTPException 400 when it is none, 413 when it is large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BODY:
            raise HTTPException(413, "The body is too large.")
    try:
        return json.loads(bytes(body))
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON.") from None


async def _explain(_: Request, exc: Exception) -> Response:
    status, text = (exc.status_code, exc.detail) if isinstance(exc, HTTPException) else (500, "Internal error.")
    return JSONResponse({"error": text}, status)
