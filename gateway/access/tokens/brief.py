"""A memory with few places that forgets by the clock. Pure; time is handed in."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Brief(Generic[T]):
    """Values by the digest of what they are about, *most* of them: who came first goes first."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._kept: dict[bytes, tuple[float, T]] = {}

    def get(self, digest: bytes, now: float) -> T | None:
        """The value, until its time is over."""
        found = self._kept.get(digest)
        if found is None:
            return None
        until, value = found
        if now < until:
            return value
        del self._kept[digest]
        return None

    def keep(self, digest: bytes, value: T, *, until: float) -> None:
        """Remember *value* until then by the clock that `get` is told."""
        self._kept.pop(digest, None)
        self._kept[digest] = (until, value)
        if len(self._kept) > self._most:
            del self._kept[next(iter(self._kept))]

    def __len__(self) -> int:
        return len(self._kept)
