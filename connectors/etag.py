"""ETags (RFC 9110, 8.8.3): by what a system names a state of something, and whether two names are one. Pure."""

import re
from typing import Final

_LONGEST: Final = 256

# Printable ASCII only: the grammar's bytes beyond it are read differently by different servers. Nothing that could end
# a header line passes.
_ETAG: Final = re.compile(r'(?:W/)?"[!#-~]*"')


def readable(header: str | None) -> str | None:
    """The one ETag that *header* is; None where there is none, where there are several, or one that we do not send."""
    if header is None or len(header) > _LONGEST or not _ETAG.fullmatch(header):
        return None
    return header


def same(one: str, other: str) -> bool:
    """Whether both name one state, by the weak comparison (RFC 9110, 8.8.3.2), which is that of `If-None-Match`."""
    return one.removeprefix("W/") == other.removeprefix("W/")
