"""The error contract: what a caller may read of a failure. One place decides; details stay in the log."""

import math
import re
import traceback
from collections.abc import Sequence
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError

from connectors.environment import Reporter
from connectors.errors import ConnectorError
from resolvers.failures import BadInput, GraphFailure, Withheld
from resolvers.messages import Language, message, scope_missing
from resolvers.refusals import Refusals
from schema.policy import alternatives

MAX_ERRORS = 20
MAX_MESSAGE = 500
MAX_LOCATIONS = 5
MAX_BYTES = 16_000
"""Of the `errors` member: a caller chooses aliases, and so how long paths are."""

_NUMBER = re.compile(r"\d{5,}")


def present(
    errors: Sequence[GraphQLError],
    *,
    request_id: str,
    language: Language = "en",
    report: Reporter,
    refusals: Refusals | None = None,
    systems: bool = True,
) -> list[dict[str, Any]]:
    """
    The `errors` member of a response (GraphQL specification, 7.1.2).

    Each has `extensions.code`, `extensions.system` where a system is the cause (with *systems*: for those who may know
    what systems there are), and `extensions.requestId`, which is also in the log; `extensions.retryAfterMs` where it is
    known when asking again makes sense, and `extensions.requiredScopes` where a token lacks some. At most MAX_ERRORS
    are given, which take at most MAX_BYTES; `extensions.omitted` of the last one says how many were left out.
    No message is longer than MAX_MESSAGE characters.

    Each failure is told to *report*, but what was refused without asking its system only as *refusals* sums it up.
    """
    shown = [_present(error, request_id, language, report, refusals) for error in errors[:MAX_ERRORS]]
    if not systems:
        for each in shown:
            each["extensions"].pop("system", None)
    while shown and _size(shown) > MAX_BYTES:
        if len(shown) == 1:
            shown[0].pop("path", None)
            break
        shown.pop()
    if len(shown) < len(errors):
        shown[-1]["extensions"]["omitted"] = len(errors) - len(shown)
    return shown


def by_caller(error: GraphQLError) -> bool:
    """Whether *error* is graphql-core's own complaint about what the caller wrote."""
    return _cause(error) is None


def _size(shown: list[dict[str, Any]]) -> int:
    return len(orjson.dumps(shown))


def _present(
    error: GraphQLError, request_id: str, language: Language, report: Reporter, refusals: Refusals | None
) -> dict[str, Any]:
    cause = _cause(error)
    _tell(error, cause, report, refusals)
    extensions: dict[str, Any] = {"code": _code(cause), "requestId": request_id}
    if isinstance(cause, ConnectorError):
        extensions["system"] = cause.system
        # Infinity stands for a `Retry-After` that cannot be read: nothing a caller could count with.
        if cause.retry_after_s and math.isfinite(cause.retry_after_s):
            extensions["retryAfterMs"] = math.ceil(cause.retry_after_s * 1000)
    if isinstance(cause, Withheld):
        extensions["requiredScopes"] = alternatives(cause.scopes)
    shown: dict[str, Any] = {"message": _text(error, cause, language)}
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations[:MAX_LOCATIONS]]
    if error.path:
        shown["path"] = error.path
    return {**shown, "extensions": extensions}


def _tell(error: GraphQLError, cause: BaseException | None, report: Reporter, refusals: Refusals | None) -> None:
    if isinstance(cause, ConnectorError) and cause.asked:
        report.warning(
            "call_failed",
            code=cause.code,
            system=cause.system,
            operation=cause.operation,
            reason=cause.reason,
            field=_field(error),
        )
    elif isinstance(cause, ConnectorError):
        if refusals is not None:
            refusals.note(cause, report=report)
    elif cause is not None and not isinstance(cause, GraphFailure):
        report.warning("field_failed", kind=type(cause).__name__, where=where(cause), field=_field(error))


def _cause(error: GraphQLError) -> BaseException | None:
    # graphql-core wraps what a resolver raises; an error of its own (syntax, validation, an argument) has no cause.
    innermost = error
    while isinstance(innermost.original_error, GraphQLError):
        innermost = innermost.original_error
    if innermost.original_error is not None:
        return innermost.original_error
    # A value that its scalar refuses to write is raised as an error that stands nowhere in the document. It is a
    # mistake of ours: what callers write wrongly has a place there.
    return innermost if error.path and not innermost.nodes else None


def _code(cause: BaseException | None) -> str:
    if cause is None:
        return "BAD_INPUT"
    return cause.code if isinstance(cause, ConnectorError | GraphFailure) else "INTERNAL"


def _text(error: GraphQLError, cause: BaseException | None, language: Language) -> str:
    if cause is None:
        # graphql-core quotes what the caller wrote; a subscriber's number may be in it.
        text = _NUMBER.sub("…", error.message)
    elif isinstance(cause, BadInput):
        text = cause.reason
    elif isinstance(cause, Withheld):
        text = scope_missing(language)
    else:
        text = message(_code(cause), language)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def _field(error: GraphQLError) -> str:
    # The graph's own name of the field. The error's path holds aliases, which the caller makes up.
    node = error.nodes[0] if error.nodes else None
    return node.name.value if isinstance(node, FieldNode) else ""


def where(cause: BaseException) -> str:
    """File and line of a surprise, for the log."""
    # File and line only: the message of a surprise may quote what it was surprised by.
    frames = traceback.extract_tb(cause.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
