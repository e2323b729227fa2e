"""Fetching an issuer's keys over HTTP, within bounds of time and size. No redirects, cookies or credentials."""

import asyncio
import ssl

import httpx

from connectors.body import BodyError, whole_body
from connectors.transport import OneHostTransport

MOST_BYTES = 256 * 1024
"""A hundred keys with their certificates take less."""


class FetchError(Exception):
    """The keys did not come. Says why, and nothing of what came."""


class KeySource:
    """
    Where an issuer publishes its keys (a JWK set, RFC 7517). The address is the operator's; no token can change it.

    Nothing is kept open between two fetches, which are most of a minute apart.
    """

    def __init__(self, url: httpx.URL, *, ssl_context: ssl.SSLContext | None, timeout_s: float) -> None:
        self._url = url
        self._ssl_context = ssl_context
        self._timeout_s = timeout_s

    async def fetch(self) -> bytes:
        """What is published now. Raises FetchError, within the time that was set."""
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._fetch()
        except TimeoutError:
            raise FetchError("it did not answer in time") from None
        except BodyError:
            raise FetchError("its answer is not taken: too large, or in an unknown coding") from None
        except (httpx.HTTPError, OSError) as exc:
            raise FetchError(f"it cannot be asked ({type(exc).__name__})") from None

    async def _fetch(self) -> bytes:
        transport = OneHostTransport(self._url, ssl_context=self._ssl_context)
        async with (
            httpx.AsyncClient(
                transport=transport, follow_redirects=False, trust_env=False, timeout=self._timeout_s
            ) as client,
            client.stream("GET", self._url, headers={"Accept": "application/json"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise FetchError(f"it answered {response.status_code}")
            coding = response.headers.get("content-encoding", "")
            return await whole_body(response.aiter_raw(), coding=coding, limit=MOST_BYTES)
