"""
Names that were damaged on their way.

Formats in which the names of members are data (JSON, XML-RPC) stay well formed when a bit of a name is turned over.
What may be absent would then be missing without a word: a list of four balances would become a list of one.
"""

import functools
from collections.abc import Collection

_MOST_BITS = 2
# `id` and `ip` differ in two bits, and stand in one object.
_SHORT = 3
# No message that is meant to be read has an object of so many names, and comparing takes time.
_MOST_NAMES = 500


def is_misspelt(name: str, among: Collection[str]) -> bool:
    """
    Whether one of the names *among* which *name* is not found is *name* with a bit or two turned over.

    In a name of three letters or fewer it is one bit. Names that differ in digits only are different names:
    accountValue1 and accountValue2.
    """
    return len(among) <= _MOST_NAMES and any(len(name) == len(found) and _is_damaged(name, found) for found in among)


@functools.lru_cache(maxsize=4096)
def _is_damaged(name: str, found: str) -> bool:
    differing = [(one, other) for one, other in zip(name, found, strict=True) if one != other]
    if all(one.isdigit() and other.isdigit() for one, other in differing):
        return False
    most = _MOST_BITS if len(name) > _SHORT else 1
    return most >= sum((ord(one) ^ ord(other)).bit_count() for one, other in differing)
