"""
Documents that one client had remembered by their hash (automatic persisted queries), within a bound of bytes.

Each client has its own: none can find out what another one asks, or push it out.
"""

import collections
import sys

_EACH = 300
"""About what each costs beside its text: its hash, and its places in the tables."""


class Automatic:
    """Those of one client. What was not asked for longest goes first."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._kept: collections.OrderedDict[str, str] = collections.OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, digest: str) -> str | None:
        """The document with this hash, if it is remembered."""
        found = self._kept.get(digest)
        if found is not None:
            self._kept.move_to_end(digest)
        return found

    def keep(self, digest: str, text: str) -> None:
        """Remember *text*, whose hash was found to be *digest*. One that would push out all others is left."""
        weight = _weight(text)
        if digest in self._kept or weight > self._max_bytes // 4:
            return
        self._kept[digest] = text
        self.bytes += weight
        while self.bytes > self._max_bytes:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= _weight(oldest)

    def may_be_mutation(self, digest: str) -> bool:
        """Whether the document with this hash says the word."""
        return "mutation" in self._kept.get(digest, "")


def _weight(text: str) -> int:
    return sys.getsizeof(text) + _EACH
