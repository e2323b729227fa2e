"""A GraphQL request out of an HTTP one (GraphQL over HTTP, 5 and 6). Every mistake is a status and a sentence."""

import collections
import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope

from gateway.http.body import read_body
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal

_NAMES = frozenset({"query", "operationName", "variables", "extensions"})
_MEMBER = re.compile(rb'"(?:query|operationName|variables|extensions)"')


@dataclasses.dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What the caller asks. Kept out of logs: variables and text may hold personal data."""

    query: str = dataclasses.field(repr=False)
    operation_name: str | None = None
    variables: dict[str, Any] | None = dataclasses.field(default=None, repr=False)
    extensions: dict[str, Any] | None = dataclasses.field(default=None, repr=False)

    @property
    def wants_sources(self) -> bool:
        """Whether every call behind the answer is to be told. Of other extensions nothing is known here."""
        return self.extensions is not None and self.extensions.get("sources", False) is True


async def received(
    scope: Scope, receive: Receive, *, max_body_bytes: int, body_timeout_s: float, max_query_string: int
) -> bytes:
    """The part of a GET or POST that holds the question, whole and not looked at; raises HttpRefusal."""
    if scope["method"] == "GET":
        query_string: bytes = scope["query_string"]
        if len(query_string) > max_query_string:
            raise HttpRefusal(414, f"The address has more than {max_query_string} bytes behind its `?`. Use POST.")
        return query_string
    _check_content_type(text(scope, b"content-type"))
    return await read_body(scope, receive, max_bytes=max_body_bytes, timeout_s=body_timeout_s)


def read(scope: Scope, data: bytes) -> GraphQLRequest:
    """The GraphQL request that was `received`; raises HttpRefusal."""
    if scope["method"] == "GET":
        return _from_url(data)
    question = _from_parameters(_json(data, "The body"))
    _check_members_are_unique(data)
    return question


def may_be_mutation(data: bytes) -> bool:
    """
    Whether what was `received` may ask for a mutation, found out without reading it.

    A query that says the word counts as one, too: that is better than a mutation that does not.
    """
    return b"mutation" in data


def _check_content_type(value: str | None) -> None:
    if value == "application/json":
        return
    if value is None:
        raise HttpRefusal(415, "Say what the body is: Content-Type: application/json.")
    media_type, _, rest = value.partition(";")
    if media_type.strip().lower() != "application/json":
        raise HttpRefusal(415, "The body must be application/json.")
    for parameter in rest.split(";"):
        name, _, text = parameter.strip().partition("=")
        if name.lower() == "charset" and text.strip('"').lower() not in {"utf-8", "utf8"}:
            raise HttpRefusal(415, "The body must be in UTF-8.")


def _check_members_are_unique(body: bytes) -> None:
    """Refuse a JSON object with two queries: a proxy in front may have read the other one."""
    # Names can be written with escapes; bodies without any, and with each name once, need no second look.
    found = _MEMBER.findall(body)
    if len(found) == len(set(found)) and rb"\u" not in body:
        return
    try:
        # Numbers are of no interest, and Python refuses to read very long ones.
        members: list[str] = json.loads(body, object_pairs_hook=_names, parse_int=str)
    except RecursionError:
        raise HttpRefusal(400, "The body is nested too deeply.") from None
    if len(members) != len(set(members)):
        raise HttpRefusal(400, "A member of the body occurs more than once.")


def _names(pairs: list[tuple[str, object]]) -> list[str]:
    # Called for inner objects first; what it makes of the outermost one is the result.
    return [name for name, _ in pairs]


def _from_url(query_string: bytes) -> GraphQLRequest:
    found = QueryParams(query_string).multi_items()
    for name, times in collections.Counter(name for name, _ in found).items():
        if times > 1:
            raise HttpRefusal(400, f"`{name}` occurs twice." if name in _NAMES else "A parameter occurs twice.")
    parameters: dict[str, Any] = dict(found)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _json(parameters[name].encode(), f"`{name}`")
        else:
            parameters.pop(name, None)
    return _from_parameters(parameters)


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
    extensions = _map(parameters, "extensions")
    if extensions and not isinstance(extensions.get("sources", False), bool):
        raise HttpRefusal(400, "`extensions.sources` must be true or false.")
    return GraphQLRequest(
        query=query,
        operation_name=name or None,
        variables=_map(parameters, "variables"),
        extensions=extensions,
    )


def _map(parameters: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = parameters.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise HttpRefusal(400, f"`{name}` must be a JSON object or null.")
