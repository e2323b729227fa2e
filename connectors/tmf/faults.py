"""
HTTP statuses of a TMF server -> our errors, as one table.

TMF630 puts an Error object into the body; its code refines the status and its texts are the server's own words, so
neither is read: the status alone decides. What an absent object looks like (404) is told in `collection`.
"""

from collections.abc import Mapping

from connectors.errors import BadData, ConnectorError, Misconfigured, Rejected, Unavailable

_STATUSES: Mapping[int, type[ConnectorError]] = {
    400: Misconfigured,  # A filter or field that this server does not know: `filters` or `send_fields` is wrong.
    401: Misconfigured,
    403: Misconfigured,
    405: Misconfigured,
    406: Misconfigured,
    408: Unavailable,
    409: Rejected,
    414: Misconfigured,  # The list of ids is too long for this server: `page_size` is.
    422: Rejected,
    423: Unavailable,
    425: Unavailable,
    429: Unavailable,
    501: Misconfigured,
}


def refusal(status: int, *, system: str, operation: str, retry_after_s: float | None = None) -> ConnectorError:
    """
    The error that an HTTP status means. *retry_after_s* is what its answer says of asking again.

    Any other 4xx says that our request does not suit the server, which configuration can mend; any other 5xx that the
    server is ill; a status outside both is no answer to a GET at all.
    """
    kind = _STATUSES.get(status)
    if kind is None:
        kind = Misconfigured if 400 <= status < 500 else Unavailable if status >= 500 else BadData
    return kind(f"HTTP {status}", system=system, operation=operation, retry_after_s=retry_after_s)
