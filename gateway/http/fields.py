"""The headers of a request as a mapping, made once: several of us look, and each look at the list costs a walk."""

from collections.abc import Mapping

from starlette.types import Scope

_KEY = "switchboard.fields"


def fields(scope: Scope) -> Mapping[bytes, bytes]:
    """
    Values by name in small letters. A header on several lines is one list (RFC 9110, 5.3).

    So one that must not be a list (Host, Content-Type) has a value that nobody accepts when it came twice.
    """
    found: dict[bytes, bytes] | None = scope.get(_KEY)
    if found is None:
        scope[_KEY] = found = {}
        for name, value in scope["headers"]:
            found[name] = found[name] + b"," + value if name in found else value
    return found


def text(scope: Scope, name: bytes) -> str | None:
    """The value of the header *name*; None when there is none."""
    value = fields(scope).get(name)
    return None if value is None else value.decode("latin-1")
