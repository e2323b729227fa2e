"""The Redis or Valkey that replicas share: can it be asked, and does it forget by itself."""

import asyncio
import contextlib
import datetime as dt
import time
from typing import Any

from gateway.check import certificates
from gateway.check.rows import Area, Finding, Row, State, row
from gateway.stores.redis_client import CONNECT_S, FAILURES, cause, client
from gateway.stores.redis_trouble import trouble
from gateway.stores.settings import RedisSettings


async def rows(settings: RedisSettings | None, *, where: str, now: dt.datetime) -> list[Row]:
    """The rows for the Redis of *settings*; none where there is none. It is asked for two seconds at most."""
    if settings is None:
        return []
    files = certificates.findings(settings.tls, now=now) if settings.url.startswith("rediss:") else []
    told = [row(each, what="redis", where=f"{where}.tls.{name}", area=Area.SETTINGS) for name, each in files]
    if any(each.state is State.ERROR for each in told):
        return told
    began = time.perf_counter()
    found = await _found(settings)
    took_ms = round((time.perf_counter() - began) * 1000)
    return [*told, row(found, what="redis", where=where, area=Area.SYSTEM, took_ms=took_ms)]


async def _found(settings: RedisSettings) -> Finding:
    try:
        asked = client(settings, connections=1)
    except OSError as exc:
        # OpenSSL's reason is a constant, and nothing of a file stands in it.
        why = getattr(exc, "reason", None) or exc.strerror or type(exc).__name__
        return Finding(f"The files in `tls` cannot be used ({why}); the gateway does not start.", "Correct them.")
    try:
        async with asyncio.timeout(2 * CONNECT_S):
            return _well(await asked.info("memory"))
    except FAILURES as exc:
        return _ill(exc)
    finally:
        with contextlib.suppress(*FAILURES):
            await asked.aclose(close_connection_pool=True)


def _well(memory: dict[str, Any]) -> Finding:
    if not memory.get("maxmemory"):
        why = "It answers, and its memory has no bound."
        return Finding(why, "Set `maxmemory` there, and `maxmemory-policy allkeys-lru`.", State.WARNING)
    if memory.get("maxmemory_policy") == "noeviction":
        why = "It answers, and keeps nothing more once its memory is full."
        return Finding(why, "Set `maxmemory-policy allkeys-lru` there.", State.WARNING)
    return Finding("It answers.", state=State.OK)


def _ill(exc: BaseException) -> Finding:
    why, do = trouble(exc)
    return Finding(f"{why} ({type(cause(exc)).__name__}); the gateway works without it, each process for itself.", do)
