"""The issuers of access tokens: do they tell their keys, and is there one among them that we may use."""

import asyncio
import datetime as dt
import time

import httpx

from connectors.tls import context_of
from gateway.access.fetching import FetchError, KeySource
from gateway.access.keys import KeysError, keys_of
from gateway.access.settings import AccessSettings, IssuerSettings
from gateway.check import certificates
from gateway.check.rows import Area, Finding, Row, State, row


async def rows(settings: AccessSettings | None, *, where: str, now: dt.datetime, timeout_s: float) -> list[Row]:
    """The rows for the issuers of *settings*; none where there are none. Each is asked for *timeout_s* at most."""
    if settings is None:
        return []
    found = (
        _rows(each, where=f"{where}.issuers.{number}", now=now, timeout_s=timeout_s)
        for number, each in enumerate(settings.issuers)
    )
    return [each for one in await asyncio.gather(*found) for each in one]


async def _rows(settings: IssuerSettings, *, where: str, now: dt.datetime, timeout_s: float) -> list[Row]:
    secure = str(settings.jwks_url).startswith("https:")
    files = certificates.findings(settings.tls, now=now) if secure else []
    told = [row(each, what="issuer", where=f"{where}.tls.{name}", area=Area.SETTINGS) for name, each in files]
    if any(each.state is State.ERROR for each in told):
        return told
    began = time.perf_counter()
    found = await _found(settings, timeout_s=min(timeout_s, settings.timeout_s))
    took_ms = round((time.perf_counter() - began) * 1000)
    return [*told, row(found, what="issuer", where=f"{where}.jwks_url", area=Area.SYSTEM, took_ms=took_ms)]


async def _found(settings: IssuerSettings, *, timeout_s: float) -> Finding:
    url = httpx.URL(str(settings.jwks_url))
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
        why = getattr(exc, "reason", None) or exc.strerror or type(exc).__name__
        return Finding(f"The files in `tls` cannot be used ({why}); the gateway does not start.", "Correct them.")
    names = sorted({each.verifier.algorithm for each in keys.every})
    return Finding(f"It tells {len(keys.every)} keys that serve ({', '.join(names)}).", state=State.OK)
