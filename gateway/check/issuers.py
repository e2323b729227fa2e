"""The issuers of access tokens: do they tell their keys, or what a token is, and can we use what they tell."""

import asyncio
import datetime as dt
import secrets
import time
from collections.abc import Awaitable

import httpx

from connectors.tls import context_of
from gateway.access.settings import AccessSettings
from gateway.access.tokens.active import AnswerError, read_answer
from gateway.access.tokens.claims import Trust
from gateway.access.tokens.development import KeyFileError, key_in
from gateway.access.tokens.fetching import FetchError, KeySource
from gateway.access.tokens.issuer_settings import DevelopmentSettings, IntrospectionSettings, IssuerSettings
from gateway.access.tokens.keys import KeysError, keys_of
from gateway.access.tokens.trusted import introspection_of
from gateway.check import certificates
from gateway.check.rows import Area, Finding, Row, State, row, sentence


async def rows(settings: AccessSettings | None, *, where: str, now: dt.datetime, timeout_s: float) -> list[Row]:
    """The rows for the issuers of *settings*; none where there are none. Each is asked for *timeout_s* at most."""
    if settings is None:
        return []
    found = (
        _rows(each, where=f"{where}.issuers.{number}", now=now, timeout_s=timeout_s)
        for number, each in enumerate(settings.issuers)
    )
    own = [] if settings.development is None else [_development(settings.development, where=f"{where}.development")]
    return own + [each for one in await asyncio.gather(*found) for each in one]


def _development(settings: DevelopmentSettings, *, where: str) -> Row:
    told = Finding(
        "Tokens of `switchboard token issue` are believed: whoever can read its key can be anybody.",
        "Keep it to development; in production name `issuers` instead.",
        State.WARNING,
    )
    try:
        if settings.key_file.exists():
            key_in(settings.key_file)
    except (KeyFileError, OSError) as exc:
        why = str(exc) if isinstance(exc, KeyFileError) else f"its key cannot be read ({type(exc).__name__})"
        told = Finding(sentence(why.partition("; ")[0]), sentence(why.partition("; ")[2] or "Let this process read it"))
    return row(told, what="issuer", where=where, area=Area.SETTINGS)


async def _rows(settings: IssuerSettings, *, where: str, now: dt.datetime, timeout_s: float) -> list[Row]:
    urls = [each for each in (settings.jwks_url, settings.introspection and settings.introspection.url) if each]
    secure = any(each.scheme == "https" for each in urls)
    files = certificates.findings(settings.tls, now=now) if secure else []
    told = [row(each, what="issuer", where=f"{where}.tls.{name}", area=Area.SETTINGS) for name, each in files]
    if any(each.state is State.ERROR for each in told):
        return told
    asked = []
    if settings.jwks_url is not None:
        asked.append(_timed(_keys(settings, httpx.URL(str(settings.jwks_url)), timeout_s), where=f"{where}.jwks_url"))
    if settings.introspection is not None:
        asked.append(_timed(_said(settings, settings.introspection, timeout_s), where=f"{where}.introspection"))
    return [*told, *await asyncio.gather(*asked)]


async def _timed(asking: Awaitable[Finding], *, where: str) -> Row:
    began = time.perf_counter()
    found = await asking
    took_ms = round((time.perf_counter() - began) * 1000)
    return row(found, what="issuer", where=where, area=Area.SYSTEM, took_ms=took_ms)


async def _said(settings: IssuerSettings, asked: IntrospectionSettings, timeout_s: float) -> Finding:
    """What it says of a token that nobody has issued."""
    trust = Trust(issuer=settings.issuer, audience="")
    try:
        source = introspection_of(settings, asked.model_copy(update={"timeout_s": min(timeout_s, asked.timeout_s)}))
    except OSError as exc:
        return _files(exc)
    try:
        read_answer(*await source.ask(secrets.token_urlsafe(32)), trust, now=0)
    except (FetchError, AnswerError) as exc:
        return Finding(
            f"It does not say what tokens are: {exc}.",
            "Correct `url`, `client_id` and `client_secret`, or look at the issuer.",
        )
    finally:
        await source.aclose()
    return Finding("It says what tokens are.", state=State.OK)


async def _keys(settings: IssuerSettings, url: httpx.URL, timeout_s: float) -> Finding:
    timeout_s = min(timeout_s, settings.timeout_s)
    try:
        context = context_of(settings.tls) if url.scheme == "https" else None
        keys = keys_of(
            await KeySource(url, ssl_context=context, timeout_s=timeout_s).fetch(), algorithms=settings.algorithms
        )
    except FetchError as exc:
        return Finding(f"Its keys do not come: {exc}.", "Correct `jwks_url`, or look at the issuer.")
    except KeysError as exc:
        return Finding(
            f"What it publishes does not serve: {exc}.", "Correct `jwks_url`, or `algorithms` to how it signs."
        )
    except OSError as exc:
        return _files(exc)
    names = sorted({each.verifier.algorithm for each in keys.every})
    return Finding(f"It tells {len(keys.every)} keys that serve ({', '.join(names)}).", state=State.OK)


def _files(exc: OSError) -> Finding:
    why = getattr(exc, "reason", None) or exc.strerror or type(exc).__name__
    return Finding(f"The files in `tls` cannot be used ({why}); the gateway does not start.", "Correct them.")
