"""The issuers whose access tokens are believed."""

import asyncio
from collections.abc import Iterable

from gateway.access.issuer import Issuer
from gateway.access.token import AccessToken, TokenError, issuer_of


class Issuers:
    """Finds the issuer of a token. Nobody else is asked anything, whatever a token says."""

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._by_name = {each.trust.issuer: each for each in issuers}
        self._only = next(iter(self._by_name.values())) if len(self._by_name) == 1 else None

    async def believed(self, token: str) -> AccessToken:
        """What *token* says. Raises TokenError where it may not be believed."""
        # Where there is one it finds out itself whose token it is, and has most often done so before.
        issuer = self._only or self._by_name.get(issuer_of(token))
        if issuer is None:
            raise TokenError("it is from another issuer")
        return await issuer.believed(token)

    async def aclose(self) -> None:
        """End what is under way."""
        await asyncio.gather(*(each.aclose() for each in self._by_name.values()))
