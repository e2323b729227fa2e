"""
Who asks, and whether it may: from what a request shows to a caller.

A refusal says what is wrong as OAuth has it (RFC 6750, 3; RFC 9449, 7.1): nothing said is 401 without an error, a
header that cannot be read is 400, a token or a proof that is not believed 401, and a client that nobody has registered
403. Where nobody can say now whether a token is to be believed it is 503.
"""

import dataclasses
from collections.abc import Mapping
from typing import Literal, Protocol, TypeAlias

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.terms import Criticality
from gateway.access.challenges import Challenges
from gateway.access.client_settings import Audience, ClientSettings
from gateway.access.holders.address import normalised
from gateway.access.holders.dpop import ALGORITHMS, ProofError, Rules
from gateway.access.holders.holder import Holders
from gateway.access.holders.replays import ProcessReplays, Replays
from gateway.access.metadata import metadata_of
from gateway.access.presented import MalformedError, Presented, Scheme, Shown, shown
from gateway.access.scopes import PURPOSE, within
from gateway.access.settings import AccessSettings
from gateway.access.tokens.claims import AccessToken, TokenError, Undecided
from gateway.access.tokens.issuers import Issuers
from gateway.access.tokens.trusted import issuers_of
from gateway.callers import CLASSES

Code: TypeAlias = Literal["UNAUTHENTICATED", "BAD_INPUT", "FORBIDDEN", "UPSTREAM_UNAVAILABLE"]


class AccessRefused(Exception):
    """
    This caller may not ask. *challenge* is for `WWW-Authenticate`; *code* is the graph's.

    *retry_after_s* is there where the same request may be answered after so many seconds.
    """

    def __init__(
        self, status: int, code: Code, challenge: str | None = None, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.challenge = challenge
        self.retry_after_s = retry_after_s


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """
    Who asks: its client, on whose behalf, what for, and how important the client is.

    *scopes* and *purposes* are those of its token that its client may use; *other_purposes* are those that the token
    names all the same. *customer* is whose token it is, where tokens of its client say so: then always; so is *case*,
    for which it was issued. *expires_at* is in seconds since 1970.
    """

    client_id: str
    subject: str = dataclasses.field(repr=False)
    issuer: str
    scopes: frozenset[str]
    purposes: frozenset[str]
    criticality: Criticality
    audience: Audience
    expires_at: float
    customer: str | None = dataclasses.field(default=None, repr=False)
    case: str | None = dataclasses.field(default=None, repr=False)
    other_purposes: frozenset[str] = frozenset()


class Bans(Protocol):
    """Clients that are refused, and tokens that are revoked, for as long as their operator says so."""

    @property
    def any(self) -> bool:
        """Whether there are any."""
        ...

    def suspends(self, client: str) -> bool:
        """Whether *client* is refused."""
        ...

    def revokes(self, client: str, issued_at: float | None) -> bool:
        """Whether tokens of *client* that were issued then are not believed; None: nobody says when."""
        ...


class Gatekeeper:
    """Knows the clients, and asks the issuers whether a token is right."""

    def __init__(
        self,
        issuers: Issuers,
        clients: Mapping[str, ClientSettings],
        *,
        holders: Holders,
        metadata: str | None = None,
        bans: Bans | None = None,
    ) -> None:
        self.issuers = issuers
        self._clients = clients
        self._holders = holders
        self._bans = bans
        self._challenges = Challenges(metadata, None if holders.rules is None else ALGORITHMS)

    async def caller(self, presented: Presented) -> Caller:
        """Who asks, by what the request shows. Raises AccessRefused."""
        found = self._shown(presented.authorization)
        try:
            token = await self.issuers.believed(found.token)
            client = self._client(token)
            await self._holders.check(found, presented, token)
            if self._bans is not None and self._bans.any:
                self._check(token, self._bans)
        except TokenError as exc:
            raise self._refused(found, "invalid_token", exc) from None
        except ProofError as exc:
            raise self._refused(found, "invalid_dpop_proof", exc) from None
        except Undecided as exc:
            # Not 401: a client that reads that throws its token away, and fetches another one from whoever is away.
            raise AccessRefused(503, "UPSTREAM_UNAVAILABLE", retry_after_s=exc.retry_after_s) from None
        if client is None:
            raise AccessRefused(403, "FORBIDDEN")
        return _caller(token, client)

    async def aclose(self) -> None:
        """End what is under way."""
        await self.issuers.aclose()

    def _shown(self, authorization: str | None) -> Shown:
        try:
            found = shown(authorization)
        except MalformedError as exc:
            raise AccessRefused(400, "BAD_INPUT", self._challenges.malformed(str(exc))) from None
        if found is None or (found.scheme is Scheme.DPOP and self._holders.rules is None):
            raise AccessRefused(401, "UNAUTHENTICATED", self._challenges.nobody())
        return found

    def _client(self, token: AccessToken) -> ClientSettings | None:
        client = self._clients.get(token.client_id)
        if client is not None and client.issuer not in {None, token.issuer}:
            raise TokenError("it is from another issuer")
        return client

    def _check(self, token: AccessToken, bans: Bans) -> None:
        if bans.suspends(token.client_id):
            raise AccessRefused(403, "FORBIDDEN")
        if bans.revokes(token.client_id, token.issued_at):
            raise TokenError("it was revoked")

    def _refused(self, found: Shown, error: str, why: Exception) -> AccessRefused:
        return AccessRefused(401, "UNAUTHENTICATED", self._challenges.refused(found.scheme, error, str(why)))


def gatekeeper(
    settings: AccessSettings,
    *,
    clock: Clock,
    report: Reporter,
    replays: Replays | None = None,
    bans: Bans | None = None,
    issuers: Issuers | None = None,
) -> Gatekeeper:
    """
    The gatekeeper of these settings. Reads certificate files; raises OSError where they do not serve.

    *replays* are what replicas share; None: this process knows the proofs that it was shown itself. *bans* are heeded
    as they are when a token is shown. *issuers* are those of these settings, where there are some already.
    """
    metadata = metadata_of(settings)
    return Gatekeeper(
        issuers or issuers_of(settings, clock=clock, report=report),
        settings.clients,
        holders=_holders(settings, clock, replays or ProcessReplays(clock=clock)),
        metadata=None if metadata is None else metadata.url,
        bans=bans,
    )


def _holders(settings: AccessSettings, clock: Clock, replays: Replays) -> Holders:
    dpop, certificate = settings.dpop, settings.client_certificate
    rules = None
    if dpop is not None:
        rules = Rules(url=normalised(str(dpop.url)), lifetime_s=dpop.lifetime_s, leeway_s=dpop.leeway_s)
    proxies = () if certificate is None else tuple(certificate.trusted_proxies)
    return Holders(clock=clock, replays=replays, rules=rules, proxies=proxies)


def _caller(token: AccessToken, client: ClientSettings) -> Caller:
    # Also what only looks like a purpose: it is for whoever decides by purposes to refuse, and not to be passed over.
    named = frozenset(each for each in token.scopes if each.lower().startswith(PURPOSE))
    purposes = within(named, client.purposes)
    return Caller(
        client_id=token.client_id,
        subject=token.subject,
        issuer=token.issuer,
        scopes=within(token.scopes - named, client.scopes),
        purposes=purposes,
        other_purposes=named - purposes,
        criticality=CLASSES[client.class_],
        audience=client.audience,
        expires_at=token.expires_at,
        customer=token.customer,
        case=token.case,
    )
