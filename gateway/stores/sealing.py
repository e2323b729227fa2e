"""Sealing: values encrypted before they leave the process (AES-256-GCM), each bound to the name it is kept under."""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MARK: Final = 4
_NONCE: Final = 12


class Sealing(Protocol):
    """What is done to a value on its way out and in. Never raises for what comes in."""

    def seal(self, value: bytes, name: str) -> bytes:
        """*value*, as it is kept under *name*."""
        ...

    def open(self, sealed: bytes, name: str) -> bytes | None:
        """The value that was sealed for *name*; None for anything else."""
        ...


class Plain:
    """Values as they are."""

    def seal(self, value: bytes, name: str) -> bytes:  # noqa: ARG002 - the Protocol's name
        """*value* itself."""
        return value

    def open(self, sealed: bytes, name: str) -> bytes | None:  # noqa: ARG002 - the Protocol's name
        """*sealed* itself."""
        return sealed


class Sealed:
    """
    Encrypted with the first of *keys*; what any of them sealed is opened, so that keys can be changed.

    Nonces are random: a key should be replaced before it has sealed 2^32 values (NIST SP 800-38D, 8.3), which at a
    hundred a second is more than a year.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {
            _digest(key, b"switchboard-mark", _MARK): AESGCM(_digest(key, b"switchboard-l2", 32)) for key in keys
        }
        self._mark, self._cipher = next(iter(self._ciphers.items()))

    def seal(self, value: bytes, name: str) -> bytes:
        """*value* for *name* alone: the key's mark, the nonce and the text."""
        nonce = secrets.token_bytes(_NONCE)
        return self._mark + nonce + self._cipher.encrypt(nonce, value, name.encode())

    def open(self, sealed: bytes, name: str) -> bytes | None:
        """The value, if one of the keys sealed it for *name*."""
        cipher = self._ciphers.get(sealed[:_MARK])
        if cipher is None or len(sealed) < _MARK + _NONCE:
            return None
        try:
            return cipher.decrypt(sealed[_MARK : _MARK + _NONCE], sealed[_MARK + _NONCE :], name.encode())
        except InvalidTag:
            return None


def _digest(key: bytes, purpose: bytes, size: int) -> bytes:
    return hashlib.blake2b(key, digest_size=size, person=purpose).digest()
