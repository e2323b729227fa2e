"""
An issuer whose tokens say nothing by themselves: it is asked about each (RFC 7662), and its answer remembered briefly.

A token that it revokes is believed for as long as answers are remembered, counted from when it was asked, and no
longer: while it does not answer nobody is believed on an old word of it. That is told apart from "no": a client that
reads "no" throws a good token away and goes to the same issuer for a new one.
"""

import asyncio
import hashlib
import math
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.access.tokens.active import AnswerError, Said, read_answer
from gateway.access.tokens.brief import Brief
from gateway.access.tokens.claims import AccessToken, TokenError, Trust, Undecided, check_time
from gateway.access.tokens.cooldown import Cooldown
from gateway.access.tokens.fetching import FetchError

REFUSED_S: Final = 3.0
"""So long a "no" is remembered: a token may be shown before all of an issuer's parts have heard of it."""

_MOST: Final = 10_000
_AT_ONCE: Final = 32
_FLIGHTS: Final = 512
"""Questions to an issuer that are under way, and those that wait for their turn as well."""


class OpaqueIssuer:
    """
    Used in one event loop. *ask* brings the status and body of what the issuer says of a token, or raises FetchError.

    *ask* ends within *timeout_s*, and everybody's wait within twice that. *prefix* is how its tokens begin: no others
    are shown to it.
    """

    def __init__(
        self,
        trust: Trust,
        ask: Callable[[str], Awaitable[tuple[int, bytes]]],
        *,
        keep_s: float,
        timeout_s: float,
        clock: Clock,
        report: Reporter,
        prefix: str = "",
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.trust = trust
        self.prefix = prefix
        self._ask = ask
        self._keep_s = keep_s
        self._timeout_s = timeout_s
        self._clock = clock
        self._report = report
        self._close = close
        # Whoever can read our memory learns no token from it, and whoever sends tokens cannot aim at its places.
        self._secret = secrets.token_bytes(32)
        # Apart: whoever invents tokens fills the one and not the other.
        self._believed: Brief[Said] = Brief(most=_MOST)
        self._refused: Brief[Said] = Brief(most=_MOST)
        self._flights: dict[bytes, asyncio.Task[Said | None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._cooldown = Cooldown()
        self._is_silent = False

    async def believed(self, token: str) -> AccessToken:
        """What *token* says. Raises TokenError where it may not be believed, Undecided where nobody knows."""
        digest = hashlib.blake2b(token.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=16).digest()
        now = self._clock.monotonic()
        said = (
            self._believed.get(digest, now) or self._refused.get(digest, now) or await self._asked(digest, token, now)
        )
        if said.token is None:
            raise TokenError(said.why)
        check_time(said.token, self.trust, now=self._clock.now().timestamp())
        return said.token

    async def aclose(self) -> None:
        """End what is under way, and close its connections."""
        for flight in [*self._flights.values()]:
            flight.cancel()
        await asyncio.gather(*self._flights.values(), return_exceptions=True)
        if self._close is not None:
            await self._close()

    async def _asked(self, digest: bytes, token: str, now: float) -> Said:
        flight = self._flights.get(digest)
        if flight is None:
            wait_s = self._cooldown.wait_s(now)
            if wait_s or len(self._flights) >= _FLIGHTS:
                raise Undecided(retry_after_s=max(1, math.ceil(wait_s)))
            self._cooldown.asks(now)
            flight = asyncio.create_task(self._flown(digest, token), name="introspection")
            self._flights[digest] = flight
            flight.add_done_callback(lambda _: self._flights.pop(digest, None))
        # Whoever leaves takes nobody's answer along.
        await asyncio.wait({flight})
        said = None if flight.cancelled() else flight.result()
        if said is None:
            raise Undecided(retry_after_s=max(1, math.ceil(self._cooldown.wait_s(self._clock.monotonic()))))
        return said

    async def _flown(self, digest: bytes, token: str) -> Said | None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._places.acquire()
        except TimeoutError:
            # The queue is our own: that says nothing of the issuer.
            return None
        try:
            # What it says was so no earlier than now.
            began = self._clock.monotonic()
            status, body = await self._ask(token)
            now = self._clock.now().timestamp()
            said = read_answer(status, body, self.trust, now=now)
        except (FetchError, AnswerError) as exc:
            self._cooldown.failed(self._clock.monotonic())
            self._tell(str(exc))
            return None
        finally:
            self._places.release()
        self._cooldown.answered()
        self._tell(None)
        if said.token is None:
            self._refused.keep(digest, said, until=began + REFUSED_S)
        else:
            self._believed.keep(digest, said, until=began + min(self._keep_s, said.token.expires_at - now))
        return said

    def _tell(self, trouble: str | None) -> None:
        # Once when it begins and once when it ends.
        if trouble is not None and not self._is_silent:
            self._report.warning("issuer_introspection_failed", issuer=self.trust.issuer, why=trouble)
        elif trouble is None and self._is_silent:
            self._report.info("issuer_introspection_answers_again", issuer=self.trust.issuer)
        self._is_silent = trouble is not None
