"""
Ids of the graph: opaque, versioned, globally unique, and carrying their own route.

An id is its Ref (kind, system, keys) sealed with AES-SIV (RFC 5297): the same thing always has the same id, nobody
without the key can read or make one, and a number inside it stays secret.
"""

import base64
import binascii
import functools
import hashlib
from collections.abc import Sequence

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from schema.source import Ref

_VERSION = "sb1"
_PURPOSE = [b"switchboard id v1"]

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

MAX_REMEMBERED = 4096
"""Ids and cursors, each. A page that is asked for again has the same ones, and sealing one takes 5 microseconds."""


class ForeignIdError(ValueError):
    """A text looks like an id of the graph but was not made by this gateway."""


class IdCodec:
    """Seals and opens ids. The first secret seals; every secret opens, so that keys can be changed."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        keys = [hashlib.blake2b(secret, digest_size=64, person=b"switchboard-ids").digest() for secret in secrets]
        self._ciphers = [AESSIV(key) for key in keys]
        self._cursor_key = keys[0]
        # Per codec and not per class: another one has other keys.
        self._seal_remembered = functools.lru_cache(MAX_REMEMBERED)(self._seal)
        self._cursor_remembered = functools.lru_cache(MAX_REMEMBERED)(self._cursor)

    def seal(self, ref: Ref) -> str:
        """The id of what *ref* names."""
        return self._seal_remembered(ref)

    def cursor(self, ref: Ref) -> str:
        """A short opaque mark of one item of a list; stable while the item is in the list."""
        return self._cursor_remembered(ref)

    def _seal(self, ref: Ref) -> str:
        payload = orjson.dumps([ref.kind, ref.system, *ref.key])
        return _VERSION + _text(self._ciphers[0].encrypt(payload, _PURPOSE))

    def open(self, text: str) -> Ref | None:
        """The Ref of an id; None when *text* does not claim to be one; ForeignIdError when it is not one of ours."""
        if not text.startswith(_VERSION):
            return None
        sealed = _bytes(text[len(_VERSION) :])
        for cipher in self._ciphers:
            try:
                kind, system, *key = orjson.loads(cipher.decrypt(sealed, _PURPOSE))
            except (InvalidTag, ValueError):
                continue
            return Ref(kind=kind, system=system, key=tuple(key))
        raise ForeignIdError("this id was not made by this gateway")

    def _cursor(self, ref: Ref) -> str:
        payload = orjson.dumps([ref.kind, ref.system, *ref.key])
        return _text(hashlib.blake2b(payload, key=self._cursor_key, digest_size=12).digest())


def _text(data: bytes) -> str:
    # As `base64.urlsafe_b64encode` without its padding, in half the steps.
    return binascii.b2a_base64(data).rstrip(b"=\n").translate(_URL_SAFE).decode()


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ForeignIdError("this id was not made by this gateway") from None
    # Base64 has several texts for the same bytes (unused bits of the last letter); an id has one.
    if _text(data) != text:
        raise ForeignIdError("this id was not made by this gateway")
    return data
