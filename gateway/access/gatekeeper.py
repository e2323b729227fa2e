"""
Who asks, and whether it may: from the `Authorization` of a request to a caller.

A refusal says what is wrong as OAuth has it (RFC 6750, 3): nothing said is 401 without an error, a header that cannot
be read is 400, a token that is not believed 401, and a client that nobody has registered 403.
"""

import dataclasses
from collections.abc import Mapping
from typing import Literal

import httpx

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.terms import Criticality
from connectors.tls import context_of
from gateway.access.bearer import MalformedError, challenge, token_of
from gateway.access.fetching import KeySource
from gateway.access.issuer import Issuer
from gateway.access.issuers import Issuers
from gateway.access.metadata import metadata_of
from gateway.access.settings import AccessSettings, IssuerSettings
from gateway.access.token import TokenError, Trust
from gateway.callers import CLASSES


class AccessRefused(Exception):
    """This caller may not ask. *challenge* is for `WWW-Authenticate`; *code* is the graph's."""

    def __init__(
        self, status: int, code: Literal["UNAUTHENTICATED", "BAD_INPUT", "FORBIDDEN"], challenge: str | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.challenge = challenge


@dataclasses.dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: its client, on whose behalf, what the token is for, and how important the client is."""

    client_id: str
    subject: str = dataclasses.field(repr=False)
    scopes: frozenset[str]
    criticality: Criticality


class Gatekeeper:
    """Knows the clients, and asks the issuers whether a token is right."""

    def __init__(self, issuers: Issuers, clients: Mapping[str, Criticality], *, metadata: str | None = None) -> None:
        self._issuers = issuers
        self._clients = clients
        self._metadata = metadata

    async def caller(self, authorization: str | None) -> Caller:
        """Who asks, by the request's `Authorization`. Raises AccessRefused."""
        try:
            written = token_of(authorization)
        except MalformedError as exc:
            said = challenge(error="invalid_request", description=str(exc).replace("`", "'"))
            raise AccessRefused(400, "BAD_INPUT", said) from None
        if written is None:
            raise AccessRefused(401, "UNAUTHENTICATED", challenge(metadata=self._metadata))
        try:
            token = await self._issuers.believed(written)
        except TokenError as exc:
            said = challenge(error="invalid_token", description=str(exc), metadata=self._metadata)
            raise AccessRefused(401, "UNAUTHENTICATED", said) from None
        criticality = self._clients.get(token.client_id)
        if criticality is None:
            raise AccessRefused(403, "FORBIDDEN")
        return Caller(token.client_id, token.subject, token.scopes, criticality)

    async def aclose(self) -> None:
        """End what is under way."""
        await self._issuers.aclose()


def gatekeeper(settings: AccessSettings, *, clock: Clock, report: Reporter) -> Gatekeeper:
    """The gatekeeper of these settings. Reads certificate files; raises OSError where they do not serve."""
    issuers = [_issuer(each, settings.audience, clock, report) for each in settings.issuers]
    clients = {name: CLASSES[each.class_] for name, each in settings.clients.items()}
    metadata = metadata_of(settings)
    return Gatekeeper(Issuers(issuers), clients, metadata=None if metadata is None else metadata.url)


def _issuer(settings: IssuerSettings, audience: str, clock: Clock, report: Reporter) -> Issuer:
    url = httpx.URL(str(settings.jwks_url))
    context = context_of(settings.tls) if url.scheme == "https" else None
    return Issuer(
        Trust(issuer=settings.issuer, audience=audience, leeway_s=settings.leeway_s),
        KeySource(url, ssl_context=context, timeout_s=settings.timeout_s).fetch,
        algorithms=settings.algorithms,
        keep_s=settings.keep_s,
        clock=clock,
        report=report,
    )
