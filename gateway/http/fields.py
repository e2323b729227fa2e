"""The headers of a request as a mapping, made once: several of us look, and each look at the list costs a walk."""

from collections.abc import Iterable, Mapping

from starlette.types import Scope

FIELDS = "switchboard.fields"
"""Where a scope holds them, when whoever made it has them already."""


def by_name(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """
    Values by name in small letters. A header on several lines is one list (RFC 9110, 5.3).

    So one that must not be a list (Host, Content-Type) has a value that nobody accepts when it came twice.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found[name] = found[name] + b"," + value if name in found else value
    return found


def fields(scope: Scope) -> Mapping[bytes, bytes]:
    """The headers of the request of *scope*, `by_name`."""
    found: Mapping[bytes, bytes] | None = scope.get(FIELDS)
    if found is None:
        scope[FIELDS] = found = by_name(scope["headers"])
    return found


def text(scope: Scope, name: bytes) -> str | None:
    """The value of the header *name*; None when there is none."""
    value = fields(scope).get(name)
    return None if value is None else value.decode("latin-1")
