"""
Stand-ins: who is asked about in place of somebody who is not there. Pure.

Whoever may not learn who is known would learn it from what is not asked: by an outage, a deadline, the time that a
question takes. So a question about nobody is put to the same systems as one about somebody, and there it is about a
stand-in. It is made of the key that was asked with, by HMAC-SHA-256: the same each time and on every replica, so that
what is kept is kept alike; another for every key; and nobody without the secret can tell it from a real one, or lead it
back.
"""

import hashlib
import hmac
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from resolvers.names import Name
from schema.customer import PartyRef
from schema.party import PartyKind

FORM: Final = "9" + "#" * 17
"""Digits, as most systems have them: as many as fit into 64 bits, and more than anybody has given out."""

LEAST: Final = 12
"""Places of a form that differ from one stand-in to the next, so that none comes up for somebody real."""

_PLACE: Final = re.compile("[#x]")
_LETTERS: Final = {"#": "0123456789", "x": "0123456789abcdef"}


class StandIns:
    """
    The stand-ins of one gateway, whose secret is *secret*.

    *party* and *account* are the forms of ids: each `#` becomes a digit and each `x` a hexadecimal one.
    """

    def __init__(self, secret: bytes, *, party: str = FORM, account: str = FORM) -> None:
        self._key = hmac.digest(secret, b"switchboard stand-ins v1", "sha256")
        self._party = party
        self._account = account

    def party(self, name: Name) -> PartyRef:
        """Who stands for the party behind *name*."""
        return PartyRef(self._written("party", name, self._party), PartyKind.INDIVIDUAL)

    def account(self, name: Name) -> str:
        """The number of the account that stands for those behind *name*."""
        return self._written("account", name, self._account)

    def one_of(self, name: Name, systems: Sequence[str]) -> str:
        """The one of *systems* that is asked about *name*, where nothing else says which it would be."""
        return systems[int.from_bytes(self._made("system", name, 0)) % len(systems)]

    def _written(self, what: str, name: Name, form: str) -> str:
        draws = self._draws(what, name)

        def drawn(place: re.Match[str]) -> str:
            letters = _LETTERS[place[0]]
            return letters[next(draws) % len(letters)]

        return _PLACE.sub(drawn, form)

    def _draws(self, what: str, name: Name) -> Iterator[int]:
        # Two bytes for each place: a remainder of them is as good as evenly spread.
        for block in itertools.count():
            made = self._made(what, name, block)
            yield from (int.from_bytes(made[at : at + 2]) for at in range(0, len(made), 2))

    def _made(self, what: str, name: Name, block: int) -> bytes:
        # A caller may write halves of letters, which have no bytes of their own.
        text = "\0".join((what, str(block), name.by, name.system, name.value)).encode(errors="surrogatepass")
        return hmac.new(self._key, text, hashlib.sha256).digest()


def is_form(text: str) -> bool:
    """Whether *text* serves as a form: with so many places that nobody real comes up."""
    return len(_PLACE.findall(text)) >= LEAST
