"""A GraphQL request out of an HTTP one (GraphQL over HTTP, 5 and 6). Every mistake is a status and a sentence."""

import asyncio
import dataclasses
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request


class HttpRefusal(Exception):
    """The HTTP request is not a GraphQL request that can be run: *status*, and what to do about it."""

    def __init__(self, status: int, reason: str, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})


@dataclasses.dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What the caller asks. Kept out of logs: variables and text may hold personal data."""

    query: str = dataclasses.field(repr=False)
    operation_name: str | None = None
    variables: dict[str, Any] | None = dataclasses.field(default=None, repr=False)
    extensions: dict[str, Any] | None = dataclasses.field(default=None, repr=False)


async def read(request: Request, *, max_body_bytes: int, body_timeout_s: float) -> GraphQLRequest:
    """The GraphQL request of a GET or POST; raises HttpRefusal."""
    if request.method == "GET":
        return _from_url(request)
    _check_content_type(request.headers.get("content-type"))
    try:
        async with asyncio.timeout(body_timeout_s):
            body = await _body(request, max_body_bytes)
    except TimeoutError:
        raise HttpRefusal(408, "The body took too long to arrive.") from None
    except ClientDisconnect:
        raise HttpRefusal(400, "The body is incomplete.") from None
    return _from_parameters(_json(body, "The body"))


async def _body(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "")
    # Long before it is a number that int() refuses to read, it is too large.
    if declared.isdecimal() and (len(declared) > 20 or int(declared) > limit):
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> HttpRefusal:
    # What is left of the body is not read, so the connection cannot be used again.
    return HttpRefusal(413, f"The body is longer than {limit} bytes.", headers={"Connection": "close"})


def _check_content_type(value: str | None) -> None:
    if value is None:
        raise HttpRefusal(415, "Say what the body is: Content-Type: application/json.")
    media_type, _, rest = value.partition(";")
    if media_type.strip().lower() != "application/json":
        raise HttpRefusal(415, "The body must be application/json.")
    for parameter in rest.split(";"):
        name, _, text = parameter.strip().partition("=")
        if name.lower() == "charset" and text.strip('"').lower() not in {"utf-8", "utf8"}:
            raise HttpRefusal(415, "The body must be in UTF-8.")


def _from_url(request: Request) -> GraphQLRequest:
    found = request.query_params
    parameters: dict[str, Any] = dict(found)
    for name in parameters:
        if len(found.getlist(name)) > 1:
            raise HttpRefusal(
                400, f"`{name}` occurs more than once." if name in _NAMES else "A parameter occurs twice."
            )
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name].encode(), f"`{name}`")
        else:
            parameters.pop(name, None)
    return _from_parameters(parameters)


_NAMES = frozenset({"query", "operationName", "variables", "extensions"})


def _json(data: bytes, what: str) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise HttpRefusal(400, f"{what} is not valid JSON in UTF-8.") from None


def _from_parameters(parameters: object) -> GraphQLRequest:
    if isinstance(parameters, list):
        raise HttpRefusal(400, "Batches are not accepted. Send one operation per request.")
    if not isinstance(parameters, dict):
        raise HttpRefusal(400, 'The body must be a JSON object with a "query".')
    query = parameters.get("query")
    if not isinstance(query, str) or not query.strip():
        raise HttpRefusal(400, "`query` must be there and be the text of a GraphQL document.")
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        raise HttpRefusal(400, "`operationName` must be text or null.")
    return GraphQLRequest(
        query=query,
        operation_name=name or None,
        variables=_map(parameters, "variables"),
        extensions=_map(parameters, "extensions"),
    )


def _map(parameters: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = parameters.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise HttpRefusal(400, f"`{name}` must be a JSON object or null.")
