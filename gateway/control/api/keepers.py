"""Who asks the graph of operators, by the clients and issuers that hold when they ask: settings may be written anew."""

from collections.abc import Callable

from connectors.clock import Clock
from gateway.access.gatekeeper import Gatekeeper, gatekeeper
from gateway.access.holders.replays import ProcessReplays
from gateway.access.settings import AccessSettings
from gateway.access.tokens.issuers import Issuers
from gateway.access.tokens.trusted import are_believed_alike
from gateway.control.settings import ApiSettings
from gateway.log import logger
from gateway.overrides.bans import Bans
from gateway.settings import Settings


class Keepers:
    """
    The gatekeeper of what *held* gives: the settings that hold now.

    Proofs that were shown and *bans* outlive it. Raises OSError where the files of the first one do not serve.
    """

    def __init__(self, held: Callable[[], Settings], api: ApiSettings, *, clock: Clock, bans: Bans) -> None:
        self._held = held
        self._api = api
        self._clock = clock
        self._bans = bans
        self._replays = ProcessReplays(clock=clock)
        access = held().access
        assert access is not None  # noqa: S101 - settings with such a graph and without it are refused
        self._seen = self._access = access
        self._keeper = self._made(access)
        self._left: list[Issuers] = []

    async def now(self) -> Gatekeeper:
        """The one whose clients may ask now."""
        access = self._held().access
        if access is None or access is self._seen:
            return self._keeper
        self._seen = access
        if access != self._access:
            try:
                await self._become(access)
            except OSError as exc:
                logger().warning("control_clients_not_taken", why=type(exc).__name__)
        return self._keeper

    async def aclose(self) -> None:
        """End what is under way."""
        for each in (*self._left, self._keeper.issuers):
            await each.aclose()

    async def _become(self, access: AccessSettings) -> None:
        # The keys that are known go on being known: an issuer may be away just now.
        known = self._keeper.issuers if are_believed_alike(self._access, access) else None
        keeper = self._made(access, known)
        if known is None:
            self._left.append(self._keeper.issuers)
        self._access, self._keeper = access, keeper
        # Those before may be asked about somebody just now; those before them are not any more.
        while len(self._left) > 1:
            await self._left.pop(0).aclose()

    def _made(self, access: AccessSettings, issuers: Issuers | None = None) -> Gatekeeper:
        return gatekeeper(
            _as_known_here(access, self._api),
            clock=self._clock,
            report=logger(),
            replays=self._replays,
            bans=self._bans,
            issuers=issuers,
        )


def _as_known_here(access: AccessSettings, api: ApiSettings) -> AccessSettings:
    """Proofs are for one address (RFC 9449, 4.2): this one, where it is said; else bound tokens are refused here."""
    if access.dpop is None:
        return access
    dpop = None if api.url is None else access.dpop.model_copy(update={"url": api.url})
    return access.model_copy(update={"dpop": dpop})
