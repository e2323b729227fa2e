"""
A GraphQL request out of an HTTP one (GraphQL over HTTP, 5 and 6). Every mistake is a status and a sentence.

Its document may be named by a hash, by `documentId` (the same, Appendix A) or by Apollo's `extensions.persistedQuery`.
"""

import collections
import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope

from gateway.http.body import read_body
from gateway.http.fields import text
from gateway.http.refusal import HttpRefusal
from gateway.trusted.digest import is_digest

_NAMES = frozenset({"query", "documentId", "operationName", "variables", "extensions"})
_MEMBER = re.compile(rb'"(?:query|documentId|operationName|variables|extensions|persistedQuery|sha256Hash)"')
_PERSISTED = ("extensions", "persistedQuery")
_SHA256 = "sha256:"


@dataclasses.dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What the caller asks. Kept out of logs: variables and text may hold personal data."""

    query: str = dataclasses.field(repr=False)
    """The document's text; empty where it is named by its hash alone."""

    operation_name: str | None = None
    variables: dict[str, Any] | None = dataclasses.field(default=None, repr=False)
    extensions: dict[str, Any] | None = dataclasses.field(default=None, repr=False)
    digest: str | None = None
    """The SHA-256 that the caller says the document has, in 64 lower-case digits. Nobody has compared it yet."""

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


def _check_members_are_unique(data: bytes, what: str = "the body", inside: Sequence[str] = _PERSISTED) -> None:
    """
    Refuse a JSON object with two queries, or two hashes: a proxy in front may have read the other one.

    *inside* are the objects in each other from which something is read; that they are objects was looked at before.
    """
    # Names can be written with escapes; bodies without any, and with each name once, need no second look.
    found = _MEMBER.findall(data)
    if len(found) == len(set(found)) and rb"\u" not in data:
        return
    try:
        # Numbers are of no interest, and Python refuses to read very long ones.
        members: Any = json.loads(data, object_pairs_hook=list, parse_int=str)
    except RecursionError:
        raise HttpRefusal(400, f"{what.capitalize()} is nested too deeply.") from None
    for inner in (*inside, ""):
        names = [name for name, _ in members]
        if len(names) != len(set(names)):
            raise HttpRefusal(400, f"A member of {what} occurs more than once.")
        members = dict(members).get(inner) or ()


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
    question = _from_parameters(parameters)
    if question.extensions is not None:
        written = next(value for name, value in found if name == "extensions")
        _check_members_are_unique(written.encode(), "`extensions`", _PERSISTED[1:])
    return question


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
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        raise HttpRefusal(400, "`operationName` must be text or null.")
    extensions = _map(parameters, "extensions")
    if extensions and not isinstance(extensions.get("sources", False), bool):
        raise HttpRefusal(400, "`extensions.sources` must be true or false.")
    digest = _digest(parameters.get("documentId"), extensions)
    return GraphQLRequest(
        query=_query(parameters.get("query"), digest),
        operation_name=name or None,
        variables=_map(parameters, "variables"),
        extensions=extensions,
        digest=digest,
    )


def _query(query: object, digest: str | None) -> str:
    if query is None and digest is not None:
        return ""
    if not isinstance(query, str) or not query.strip():
        raise HttpRefusal(400, "`query` must be there and be the text of a GraphQL document.")
    return query


def _digest(document_id: object, extensions: Mapping[str, Any] | None) -> str | None:
    """The hash by which a document is named, where it is. Named in both ways, it must be the same."""
    named = None if document_id is None else _of_document_id(document_id)
    persisted = extensions.get("persistedQuery") if extensions else None
    if persisted is None:
        return named
    digest = _of_persisted_query(persisted)
    if named is not None and named != digest:
        raise HttpRefusal(400, "`documentId` and `extensions.persistedQuery` name two documents. Name one.")
    return digest


def _of_document_id(document_id: object) -> str:
    digest = document_id.removeprefix(_SHA256) if isinstance(document_id, str) else None
    if digest == document_id or not is_digest(digest):
        raise HttpRefusal(400, "`documentId` must be `sha256:` and the document's SHA-256 in 64 small hex digits.")
    return digest


def _of_persisted_query(persisted: object) -> str:
    if not isinstance(persisted, dict):
        raise HttpRefusal(400, "`extensions.persistedQuery` must be a JSON object or null.")
    version = persisted.get("version")
    if isinstance(version, bool) or version != 1:
        raise HttpRefusal(400, "`extensions.persistedQuery.version` must be 1.")
    digest = persisted.get("sha256Hash")
    if not is_digest(digest):
        raise HttpRefusal(
            400, "`extensions.persistedQuery.sha256Hash` must be the document's SHA-256 in 64 small hex digits."
        )
    return digest


def _map(parameters: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = parameters.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise HttpRefusal(400, f"`{name}` must be a JSON object or null.")
