"""
An issuer of access tokens: fetches its keys when they are needed, and remembers the tokens that it has believed.

To verify a signature costs a hundred times what it costs to remember it. A token is remembered by its digest, until it
expires or the issuer's keys change: one that was signed by a key that was withdrawn is not believed any more.
"""

import asyncio
import collections
import dataclasses
import hashlib
import math
from collections.abc import Awaitable, Callable, Collection
from typing import Final

from connectors.clock import Clock
from connectors.environment import Reporter
from gateway.access.tokens.claims import AccessToken, Trust, Undecided, check_time
from gateway.access.tokens.fetching import FetchError
from gateway.access.tokens.keys import KeysError, keys_of
from gateway.access.tokens.ring import COOLDOWN_S, Ring
from gateway.access.tokens.signatures import Algorithm, Verifier
from gateway.access.tokens.token import KeyName, key_of, verified

WAIT_S: Final = 0.9
"""So long a question waits for keys that are being fetched."""

_MOST_TOKENS: Final = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class _Believed:
    token: AccessToken
    key: KeyName


class Issuer:
    """Used in one event loop. *fetch* brings the issuer's keys as they are published, or raises FetchError."""

    def __init__(
        self,
        trust: Trust,
        fetch: Callable[[], Awaitable[bytes]],
        *,
        algorithms: Collection[Algorithm],
        keep_s: float,
        clock: Clock,
        report: Reporter,
    ) -> None:
        self.trust = trust
        self._fetch = fetch
        self._algorithms = algorithms
        self._ring = Ring(keep_s=keep_s)
        self._clock = clock
        self._report = report
        self._published: bytes | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._is_silent = False
        self._believed: collections.OrderedDict[bytes, _Believed] = collections.OrderedDict()

    async def believed(self, token: str) -> AccessToken:
        """What *token* says. Raises TokenError where it may not be believed, Undecided where there are no keys."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._believed.get(digest)
        key = key_of(token) if known is None else known.key
        await self._look_for(key)
        if self._ring.is_empty(self._clock.monotonic()):
            raise Undecided(retry_after_s=math.ceil(COOLDOWN_S))
        now = self._clock.now().timestamp()
        # Again, for the keys may have changed meanwhile, and then none of those that were believed is left.
        known = self._believed.get(digest)
        if known is None or self._find(key) is None:
            return self._remember(digest, _Believed(verified(token, self._find, self.trust, now=now), key))
        self._believed.move_to_end(digest)
        check_time(known.token, self.trust, now=now)
        return known.token

    async def aclose(self) -> None:
        """End what is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _find(self, key: KeyName) -> Verifier | None:
        return self._ring.find(key, self._clock.monotonic())

    def _remember(self, digest: bytes, found: _Believed) -> AccessToken:
        self._believed[digest] = found
        if len(self._believed) > _MOST_TOKENS:
            self._believed.popitem(last=False)
        return found.token

    async def _look_for(self, key: KeyName) -> None:
        """Have the keys fetched where it is time, and wait for them where that may matter to this one."""
        ring, now = self._ring, self._clock.monotonic()
        found = ring.find(key, now) is not None
        if self._fetching is None and ring.is_to_be_fetched(found=found, now=now):
            ring.begins(now)
            self._fetching = asyncio.create_task(self._fetched(began=now), name="issuer_keys")
        if self._fetching is not None and ring.is_to_be_awaited(found=found, now=now):
            # Whoever leaves takes nobody's keys along.
            await asyncio.wait({self._fetching}, timeout=WAIT_S)

    async def _fetched(self, *, began: float) -> None:
        try:
            published = await self._fetch()
            keys = keys_of(published, algorithms=self._algorithms)
        except (FetchError, KeysError) as exc:
            self._tell(str(exc))
        else:
            self._tell(None)
            if published != self._published:
                self._published = published
                self._believed.clear()
            self._ring.got(keys, began=began)
        finally:
            self._fetching = None

    def _tell(self, trouble: str | None) -> None:
        # Once when it begins and once when it ends.
        if trouble is not None and not self._is_silent:
            self._report.warning("issuer_keys_not_fetched", issuer=self.trust.issuer, why=trouble)
        elif trouble is None and self._is_silent:
            self._report.info("issuer_keys_fetched_again", issuer=self.trust.issuer)
        self._is_silent = trouble is not None
