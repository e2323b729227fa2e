"""The issuers whose access tokens are believed."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from gateway.access.tokens.claims import AccessToken, TokenError, Trust, Undecided
from gateway.access.tokens.compact import MOST, is_compact
from gateway.access.tokens.issuer import Issuer
from gateway.access.tokens.opaque import OpaqueIssuer
from gateway.access.tokens.token import issuer_of


class Believing(Protocol):
    """One who knows whether tokens of an issuer may be believed."""

    trust: Trust

    async def believed(self, token: str) -> AccessToken:
        """What *token* says. Raises TokenError, or Undecided where nobody knows now."""
        ...

    async def aclose(self) -> None:
        """End what is under way."""
        ...


class Issuers:
    """
    Finds the issuer of a token. Nobody else is asked anything, whatever a token says.

    *opaque* are those who are asked about tokens that say nothing by themselves. About signed ones they are asked only
    where they publish no keys.
    """

    def __init__(self, issuers: Iterable[Issuer], opaque: Sequence[OpaqueIssuer] = ()) -> None:
        self._by_name: dict[str, Believing] = {each.trust.issuer: each for each in opaque}
        self._by_name |= {each.trust.issuer: each for each in issuers}
        self._opaque = opaque
        self._only = next(iter(self._by_name.values())) if len(self._by_name) == 1 else None
        self._every: list[Believing] = [*{id(each): each for each in (*self._by_name.values(), *opaque)}.values()]

    async def believed(self, token: str) -> AccessToken:
        """What *token* says. Raises TokenError where it may not be believed, Undecided where nobody knows now."""
        if self._opaque and not is_compact(token):
            return await self._asked(token)
        # Where there is one it finds out itself whose token it is, and has most often done so before.
        issuer = self._only or self._by_name.get(issuer_of(token))
        if issuer is None:
            raise TokenError("it is from another issuer")
        return await issuer.believed(token)

    async def aclose(self) -> None:
        """End what is under way."""
        await asyncio.gather(*(each.aclose() for each in self._every))

    async def _asked(self, token: str) -> AccessToken:
        if len(token) > MOST:
            raise TokenError("it is too long")
        # One after the other: whoever is asked gets a token that may be another's, and could show it here.
        why: TokenError | Undecided = TokenError("it is from another issuer")
        for each in self._opaque:
            if token.startswith(each.prefix):
                try:
                    return await each.believed(token)
                except TokenError as exc:
                    why = why if isinstance(why, Undecided) else exc
                except Undecided as exc:
                    why = exc
        raise why
