"""The issuers that the settings name, with the connections and files by which they are believed."""

import ssl

import httpx

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.tls import context_of
from gateway.access.settings import AccessSettings
from gateway.access.tokens import development
from gateway.access.tokens.claims import Trust
from gateway.access.tokens.fetching import IntrospectionSource, KeySource
from gateway.access.tokens.issuer import Issuer
from gateway.access.tokens.issuer_settings import DevelopmentSettings, IntrospectionSettings, IssuerSettings
from gateway.access.tokens.issuers import Issuers
from gateway.access.tokens.opaque import OpaqueIssuer


def issuers_of(settings: AccessSettings, *, clock: Clock, report: Reporter) -> Issuers:
    """Everybody whose tokens are believed. Reads certificate files; raises OSError where they do not serve."""
    signing: list[Issuer] = []
    opaque: list[OpaqueIssuer] = []
    for each in settings.issuers:
        trust = _trust(settings, each.issuer, leeway_s=each.leeway_s)
        if each.jwks_url is not None:
            signing.append(_signing(each, httpx.URL(str(each.jwks_url)), trust, clock, report))
        if each.introspection is not None:
            opaque.append(_opaque(each, each.introspection, trust, clock, report))
    if settings.development is not None:
        signing.append(_development(settings.development, _trust(settings, development.ISSUER), clock, report))
    return Issuers(signing, opaque)


def are_believed_alike(before: AccessSettings, after: AccessSettings) -> bool:
    """Whether both mean the same issuers, of whom the same is believed."""

    def said(settings: AccessSettings) -> object:
        return settings.issuers, settings.development, _trust(settings, "")

    return said(before) == said(after)


def introspection_of(settings: IssuerSettings, asked: IntrospectionSettings) -> IntrospectionSource:
    """Where an issuer is asked about tokens. Raises OSError where its certificate files do not serve."""
    url = httpx.URL(str(asked.url))
    return IntrospectionSource(
        url,
        client_id=asked.client_id,
        client_secret=asked.client_secret.get_secret_value(),
        ssl_context=_context(settings, url),
        timeout_s=asked.timeout_s,
    )


def _trust(settings: AccessSettings, issuer: str, *, leeway_s: float = 5.0) -> Trust:
    claims = {name: each.customer_claim for name, each in settings.clients.items() if each.customer_claim is not None}
    cases = {name: each.case_claim for name, each in settings.clients.items() if each.case_claim is not None}
    return Trust(
        issuer=issuer, audience=settings.audience, leeway_s=leeway_s, customer_claims=claims, case_claims=cases
    )


def _signing(settings: IssuerSettings, url: httpx.URL, trust: Trust, clock: Clock, report: Reporter) -> Issuer:
    source = KeySource(url, ssl_context=_context(settings, url), timeout_s=settings.timeout_s)
    return Issuer(
        trust, source.fetch, algorithms=settings.algorithms, keep_s=settings.keep_s, clock=clock, report=report
    )


def _opaque(
    settings: IssuerSettings, asked: IntrospectionSettings, trust: Trust, clock: Clock, report: Reporter
) -> OpaqueIssuer:
    source = introspection_of(settings, asked)
    return OpaqueIssuer(
        trust,
        source.ask,
        keep_s=asked.keep_s,
        timeout_s=asked.timeout_s,
        clock=clock,
        report=report,
        prefix=asked.prefix,
        close=source.aclose,
    )


def _development(settings: DevelopmentSettings, trust: Trust, clock: Clock, report: Reporter) -> Issuer:
    report.warning("development_tokens_believed", issuer=trust.issuer)
    fetch = development.published_by(settings.key_file)
    return Issuer(trust, fetch, algorithms=[development.ALGORITHM], keep_s=60.0, clock=clock, report=report)


def _context(settings: IssuerSettings, url: httpx.URL) -> ssl.SSLContext | None:
    return context_of(settings.tls) if url.scheme == "https" else None
