"""Whether a token may be shown by whoever shows it: its key's holder, its certificate's, or anybody (RFC 7800)."""

import dataclasses

from connectors.clock import Clock
from gateway.access.holders.certificate import Network, is_from, thumbprint_of
from gateway.access.holders.dpop import ProofError, Rules, proof_id
from gateway.access.holders.replays import Replays
from gateway.access.presented import Presented, Scheme, Shown
from gateway.access.tokens.claims import ANYBODY, AccessToken, TokenError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """
    Checks holders. *rules* are for proofs of keys; without them no token that is bound to a key is believed.

    *proxies* are those whose word on the client's certificate is believed.
    """

    clock: Clock
    replays: Replays
    rules: Rules | None = None
    proxies: tuple[Network, ...] = ()

    async def check(self, shown: Shown, presented: Presented, token: AccessToken) -> None:
        """
        Raises TokenError where *token* may not be shown so, ProofError where the proof does not prove it.

        Raises Undecided where nobody can say whether the proof was shown before. It is used up by this.
        """
        bound = token.confirmation
        if bound is ANYBODY and shown.scheme is Scheme.BEARER:
            return
        if bound.certificate is not None:
            self._check_certificate(presented, bound.certificate)
        if bound.key is not None:
            await self._check_key(shown, presented, bound.key)
        elif shown.scheme is Scheme.DPOP:
            # The proof would prove nothing: whoever stole the token could make one with a key of its own.
            raise TokenError("it is bound to no key: show it as Bearer, or get one that is")

    def _check_certificate(self, presented: Presented, expected: str) -> None:
        found = thumbprint_of(presented.certificate) if is_from(presented.peer, self.proxies) else None
        if found != expected:
            raise TokenError("it is bound to another certificate than this connection has shown")

    async def _check_key(self, shown: Shown, presented: Presented, key: str) -> None:
        if shown.scheme is not Scheme.DPOP or self.rules is None:
            raise TokenError("it is bound to a key: show it with the scheme DPoP and a proof")
        digest = proof_id(
            presented.dpop,
            self.rules,
            token=shown.token,
            key=key,
            method=presented.method,
            now=self.clock.now().timestamp(),
        )
        if not await self.replays.is_new(digest, for_s=self.rules.window_s):
            raise ProofError("it was shown before: make one for each request")
