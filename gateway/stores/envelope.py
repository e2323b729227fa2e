"""What is kept beside an encoded answer outside of the process: its name, its tags and its end. Pure."""

from collections.abc import Collection
from typing import Final

import msgspec


class Envelope(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """
    An encoded answer as it is kept.

    *name* is what it is kept under, told again: a mix-up on the way must not give one customer's answer for another's.
    *ends_s* is an instant by the store's own clock, in seconds.
    """

    name: str
    tags: tuple[str, ...]
    ends_s: float
    body: msgspec.Raw


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Envelope)


def wrapped(name: str, *, tags: Collection[str], ends_s: float, body: bytes) -> bytes:
    """*body*, which is msgpack, in its envelope."""
    return _ENCODER.encode(Envelope(name, tuple(tags), ends_s, msgspec.Raw(body)))


def unwrapped(data: bytes, name: str) -> Envelope | None:
    """The envelope that was kept under *name*; None for anything else."""
    try:
        found = _DECODER.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return found if found.name == name else None
