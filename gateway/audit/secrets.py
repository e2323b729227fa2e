"""
Keyed hashes: how a record names somebody without saying who it is, and how a head is signed.

Numbers are few enough to be tried one by one, so a plain hash would hide none. HMAC-SHA-256 (RFC 2104) can be tried
only by whoever has the secret.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

_MARK_BYTES: Final = 4


class _Keys:
    """What is made of one secret: a key for each use, so that a hash made for one says nothing in another."""

    def __init__(self, secret: bytes) -> None:
        self.subjects = _derived(secret, b"subjects")
        self.heads = _derived(secret, b"heads")
        self.mark = _derived(secret, b"mark")[:_MARK_BYTES].hex()


class Secrets:
    """
    The secrets of the audit: the first writes, all of them find, so that one can be replaced.

    What is written begins with its secret's mark. So a secret that was taken away too early is told from forgery.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        keys = [_Keys(secret) for secret in secrets]
        self._by_mark = {each.mark: each for each in keys}
        self._first = keys[0]

    def hashed(self, kind: str, key: str) -> str:
        """The keyed hash that stands in records for *key*, as the newest secret makes it."""
        return _hashed(self._first, kind, key)

    def all_of(self, kind: str, key: str) -> list[str]:
        """Every hash that may stand in records for *key*, the newest secret's first."""
        return [_hashed(each, kind, key) for each in self._by_mark.values()]

    def signed(self, said: bytes) -> str:
        """A message authentication code over *said*, as the newest secret makes it."""
        return f"{self._first.mark}:{_mac(self._first.heads, said)}"

    def confirms(self, said: bytes, signature: str) -> bool:
        """Whether *signature* is of *said*; one of a secret that is not ours is not."""
        mark, _, mac = signature.partition(":")
        keys = self._by_mark.get(mark)
        return keys is not None and hmac.compare_digest(_mac(keys.heads, said).encode(), mac.encode())

    def knows(self, written: str) -> bool:
        """Whether *written*, a hash or a signature, bears the mark of one of our secrets."""
        return written.partition(":")[0] in self._by_mark


def _hashed(keys: _Keys, kind: str, key: str) -> str:
    # No kind has a zero byte, so no two pairs are one text.
    # Half a character, which JSON can write and UTF-8 cannot, is hashed as well.
    said = f"{kind}\0{key}".encode(errors="surrogatepass")
    return f"{keys.mark}:{_mac(keys.subjects, said)}"


def _mac(key: bytes, said: bytes) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, said, hashlib.sha256)).rstrip(b"=").decode("ascii")


def _derived(secret: bytes, use: bytes) -> bytes:
    return hmac.digest(secret, b"switchboard audit 1 " + use, hashlib.sha256)
