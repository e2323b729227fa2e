"""Asking an issuer over HTTP, within bounds of time and size. Redirects are not followed, and cookies not kept."""

import asyncio
import base64
import ssl
import urllib.parse

import httpx

from connectors.body import BodyError, whole_body
from connectors.transport import OneHostTransport

MOST_BYTES = 256 * 1024
"""A hundred keys with their certificates take less."""

_MOST_ANSWER_BYTES = 64 * 1024


class FetchError(Exception):
    """What was asked for did not come. Says why, and nothing of what came."""


class _BrokenOff(FetchError):
    """A connection ended before its answer did."""


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
            async with (
                asyncio.timeout(self._timeout_s),
                _client(self._url, self._ssl_context, self._timeout_s) as client,
            ):
                request = client.build_request("GET", self._url, headers={"Accept": "application/json"})
                status, body = await _answer(client, request, most=MOST_BYTES)
        except TimeoutError:
            raise FetchError("it did not answer in time") from None
        if status != httpx.codes.OK:
            raise FetchError(f"it answered {status}")
        return body


class IntrospectionSource:
    """
    Where an issuer says what a token is (RFC 7662), asked with credentials of ours (`client_secret_basic`).

    Connections are kept, for it is asked about every token again and again.
    """

    def __init__(
        self,
        url: httpx.URL,
        *,
        client_id: str,
        client_secret: str,
        ssl_context: ssl.SSLContext | None,
        timeout_s: float,
    ) -> None:
        self._url = url
        self._client = _client(url, ssl_context, timeout_s)
        self._timeout_s = timeout_s
        # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
        joined = ":".join(urllib.parse.quote_plus(each) for each in (client_id, client_secret))
        self._headers = {
            "Accept": "application/json",
            "Authorization": f"Basic {base64.b64encode(joined.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }

    async def ask(self, token: str) -> tuple[int, bytes]:
        """The status and the body of what it says of *token*. Raises FetchError, within the time that was set."""
        form = urllib.parse.urlencode({"token": token, "token_type_hint": "access_token"}).encode()
        request = self._client.build_request("POST", self._url, headers=self._headers, content=form)
        try:
            async with asyncio.timeout(self._timeout_s):
                try:
                    return await _answer(self._client, request, most=_MOST_ANSWER_BYTES)
                except _BrokenOff:
                    # It may have ended a kept connection in this very moment. To ask twice changes nothing there.
                    return await _answer(self._client, request, most=_MOST_ANSWER_BYTES)
        except TimeoutError:
            raise FetchError("it did not answer in time") from None

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()


def _client(url: httpx.URL, ssl_context: ssl.SSLContext | None, timeout_s: float) -> httpx.AsyncClient:
    transport = OneHostTransport(url, ssl_context=ssl_context)
    return httpx.AsyncClient(transport=transport, follow_redirects=False, trust_env=False, timeout=timeout_s)


async def _answer(client: httpx.AsyncClient, request: httpx.Request, *, most: int) -> tuple[int, bytes]:
    try:
        response = await client.send(request, stream=True)
        try:
            coding = response.headers.get("content-encoding", "")
            return response.status_code, await whole_body(response.aiter_raw(), coding=coding, limit=most)
        finally:
            await response.aclose()
    except BodyError:
        raise FetchError("its answer is not taken: too large, or in an unknown coding") from None
    except (httpx.NetworkError, httpx.RemoteProtocolError) as exc:
        kind = FetchError if isinstance(exc, httpx.ConnectError) else _BrokenOff
        raise kind(f"it cannot be asked ({type(exc).__name__})") from None
    except TimeoutError:
        raise
    except (httpx.HTTPError, OSError) as exc:
        raise FetchError(f"it cannot be asked ({type(exc).__name__})") from None
