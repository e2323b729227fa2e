"""
Trace context in HTTP headers (W3C Trace Context, level 1), read strictly and written. Pure.

What is not well-formed is as good as absent: then a trace begins here.
"""

import dataclasses
import re

from gateway.randomness import digits

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-[!-~]*)?", re.ASCII)
_MAX_LENGTH = 512
_SAMPLED = 0x01
_STATE = re.compile(r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]+=[\x20-\x2b\x2d-\x3c\x3e-\x7e]*")
_MAX_STATE = 512
_MAX_MEMBERS = 32


@dataclasses.dataclass(frozen=True, slots=True)
class TraceParent:
    """Which trace a request belongs to, and which span in it asked. Ids are lower-case hexadecimal."""

    trace_id: str
    span_id: str
    sampled: bool

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def read(header: str | None) -> TraceParent | None:
    """The `traceparent` in *header* (3.2); None when it is absent, malformed or came more than once."""
    if header is None or len(header) > _MAX_LENGTH:
        return None
    found = _FORM.fullmatch(header.strip(" \t"))
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    # Later versions may say more behind what is known of them (3.2.4); this one may not, and ff is none.
    if version == "ff" or (version == "00" and more is not None):
        return None
    if not int(trace_id, 16) or not int(span_id, 16):
        return None
    return TraceParent(trace_id, span_id, sampled=bool(int(flags, 16) & _SAMPLED))


def read_state(header: str | None) -> str:
    """The `tracestate` in *header* (3.3); empty when it is absent, malformed or too long to be sent on."""
    if header is None or len(header) > _MAX_STATE:
        return ""
    members = [member.strip(" \t") for member in header.split(",")]
    members = [member for member in members if member]
    if len(members) > _MAX_MEMBERS or not all(_STATE.fullmatch(member) for member in members):
        return ""
    return ",".join(members)


def new() -> TraceParent:
    """A trace that begins here and is not sampled."""
    # An id of zeros is not allowed; that it comes up is less likely than anything else that could go wrong.
    return TraceParent(digits(32), digits(16), sampled=False)
