"""
When the keys of an issuer are fetched, and how long they serve. Pure; time is handed in, and somebody else fetches.

An issuer changes its keys without a word: a new one must be known soon, a withdrawn one must stop soon, and a stranger
who invents names of keys must not have us ask the issuer each time. While it does not answer, its last keys serve on.
"""

from typing import Final

from gateway.access.tokens.keys import Keys
from gateway.access.tokens.signatures import Verifier
from gateway.access.tokens.token import KeyName

YOUNG_S: Final = 45.0
"""So old keys may be before they are fetched anew, behind those whom they serve."""

OLD_S: Final = 60.0
"""Whoever comes to keys that are older waits for the fetch: nobody may have come for an hour."""

COOLDOWN_S: Final = 10.0
"""So long nothing is fetched after a fetch has begun, whatever became of it."""


class Ring:
    """
    The keys of one issuer, as they were fetched last. Times are seconds by the interval clock.

    For *keep_s* they serve without having been confirmed. Then nobody is believed: fail closed.
    """

    def __init__(self, *, keep_s: float) -> None:
        self._keep_s = keep_s
        self._keys: Keys | None = None
        self._got_at = self._began_at = float("-inf")

    def find(self, name: KeyName, now: float) -> Verifier | None:
        """What verifies a token that names such a key; None where nothing does."""
        return None if self._keys is None or self.is_empty(now) else self._keys.find(name)

    def is_empty(self, now: float) -> bool:
        """Whether there are no keys that serve at all, so that nothing can be said of any token."""
        return self._keys is None or now - self._got_at >= self._keep_s

    def is_to_be_fetched(self, *, found: bool, now: float) -> bool:
        """Whether the keys are to be fetched now. *found*: whether those that are here have served the one who asks."""
        if now - self._began_at < COOLDOWN_S:
            return False
        return not found or now - self._got_at >= YOUNG_S

    def is_to_be_awaited(self, *, found: bool, now: float) -> bool:
        """Whether the one who asks waits for a fetch that is under way: its key may be new, or may be withdrawn."""
        return not found or now - self._got_at >= OLD_S

    def begins(self, now: float) -> None:
        """A fetch begins."""
        self._began_at = now

    def got(self, keys: Keys, *, began: float) -> None:
        """It has brought *keys*, as they were no earlier than when it *began*."""
        if began >= self._got_at:
            self._keys, self._got_at = keys, began
