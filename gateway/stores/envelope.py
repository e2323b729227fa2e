"""
What is kept beside an encoded answer outside of the process: its tags, its name and its end. Pure.

The tags stand in front, as a line of JSON, where a script of Redis can read them; what follows may be sealed.
"""

from collections.abc import Collection
from typing import Final

import msgspec

_LINE_END: Final = b"\n"


class Envelope(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """
    An encoded answer as it is kept.

    *name* is what it is kept under, told again: a mix-up on the way must not give one customer's answer for another's.
    *ends_s* and *got_s* are instants by the store's own clock, in seconds: when its time is over, and when it
    was got from its system, rather too early than too late; None where that is not known.
    """

    name: str
    ends_s: float
    got_s: float | None
    body: msgspec.Raw


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Envelope)
_TAGS: Final = msgspec.json.Decoder(tuple[str, ...])


def wrapped(name: str, *, ends_s: float, got_s: float | None, body: bytes) -> bytes:
    """*body*, which is msgpack, in its envelope."""
    return _ENCODER.encode(Envelope(name, ends_s, got_s, msgspec.Raw(body)))


def unwrapped(data: bytes, name: str) -> Envelope | None:
    """The envelope that was kept under *name*; None for anything else."""
    try:
        found = _DECODER.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if found.name == name else None


def headed(tags: Collection[str], rest: bytes) -> bytes:
    """*rest* behind its tags."""
    # JSON has no line end within it.
    return msgspec.json.encode(tuple(tags)) + _LINE_END + rest


def parted(data: bytes) -> tuple[tuple[str, ...], bytes] | None:
    """The tags and the rest; None for what has no tags in front."""
    head, _, rest = data.partition(_LINE_END)
    try:
        return _TAGS.decode(head), rest
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def binding(name: str, tags: Collection[str]) -> str:
    """What the rest is sealed for: whoever gives it another name or other tags makes it unreadable."""
    return msgspec.json.encode((name, *tags)).decode()
