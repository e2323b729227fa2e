"""HTTP to one legacy system: pooled, pinned to the configured address, no redirects, answers bounded in size.

Knows nothing of SOAP or JSON. The total time of a call is the guard's business, not this file's.
"""

import asyncio
import dataclasses
import http.cookiejar
import logging
import ssl
import zlib
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx

from connectors.errors import BadData, TimedOut, Unavailable
from connectors.settings import SystemSettings
from connectors.transport import OneHostTransport

T = TypeVar("T")

LARGE = 64 * 1024
"""Answers above this size are parsed in a thread, so that they do not hold up the event loop."""

# httpx tells every address at level INFO, httpcore every header at DEBUG; both hold what no log may.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer. The body is kept out of its repr."""

    status: int
    content_type: str
    charset: str | None
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)


class HttpWire:
    """The one HTTP client of a system. Whoever opens it closes it."""

    def __init__(
        self,
        system: str,
        settings: SystemSettings,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._system = system
        self._base = str(settings.url).rstrip("/")
        self._max_reply_bytes = settings.max_reply_bytes
        self._client = httpx.AsyncClient(
            auth=auth,
            # Content codings buy little on a local network and hide how large an answer is.
            headers={"Accept-Encoding": "identity", **(headers or {})},
            transport=transport or _transport(settings),
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(settings.guard.timeout_s, connect=settings.connect_timeout_s),
        )
        # Calls of different people share this client, so no session that an answer starts may reach the next call.
        self._client.cookies.jar.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))

    async def get(self, path: str, *, operation: str, params: Mapping[str, str] | None = None) -> Reply:
        """GET *path* below the system's address; *path* starts with `/` and holds quoted segments only."""
        request = self._client.build_request("GET", self._url(path), params=params)
        return await self._send(request, operation=operation)

    async def post(self, path: str, content: bytes, *, operation: str, headers: Mapping[str, str]) -> Reply:
        """POST *content* to *path* below the system's address; an empty path is the address itself."""
        request = self._client.build_request("POST", self._url(path), content=content, headers=dict(headers))
        return await self._send(request, operation=operation)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def _url(self, path: str) -> str:
        if path and not path.startswith("/"):
            # `http://crm` + `.evil.example` would be another host.
            raise ValueError("a path below the system's address starts with /")
        return self._base + path

    async def _send(self, request: httpx.Request, *, operation: str) -> Reply:
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._read(response, operation=operation)
            finally:
                await response.aclose()
        except httpx.TimeoutException as exc:
            raise TimedOut(type(exc).__name__, system=self._system, operation=operation) from exc
        except (httpx.TransportError, httpx.DecodingError) as exc:
            raise Unavailable(type(exc).__name__, system=self._system, operation=operation) from exc
        if response.is_redirect:
            raise BadData("a redirect is not followed", system=self._system, operation=operation)
        media_type, _, _ = response.headers.get("content-type", "").partition(";")
        return Reply(
            status=response.status_code,
            content_type=media_type.strip().lower(),
            charset=response.charset_encoding,
            headers=response.headers,
            body=body,
        )

    async def _read(self, response: httpx.Response, *, operation: str) -> bytes:
        coding = response.headers.get("content-encoding", "identity").lower()
        if coding not in {"identity", "gzip", ""}:
            raise BadData("an unasked content coding", system=self._system, operation=operation)
        inflate = zlib.decompressobj(wbits=31) if coding == "gzip" else None
        body = bytearray()
        async for chunk in response.aiter_raw():
            room = self._max_reply_bytes - len(body)
            # Inflating stops one byte beyond the limit, so a small bomb never becomes a large body.
            body += self._inflated(inflate, chunk, room + 1, operation=operation) if inflate else chunk
            if len(body) > self._max_reply_bytes:
                raise BadData("the answer is larger than max_reply_bytes", system=self._system, operation=operation)
        if inflate is not None and (not inflate.eof or inflate.unused_data):
            raise BadData("the compressed answer is cut off or goes on", system=self._system, operation=operation)
        return bytes(body)

    def _inflated(self, inflate: "zlib._Decompress", chunk: bytes, room: int, *, operation: str) -> bytes:
        try:
            return inflate.decompress(inflate.unconsumed_tail + chunk, room)
        except zlib.error as exc:
            raise BadData("the compressed answer is damaged", system=self._system, operation=operation) from exc


async def decoded(decode: Callable[[Reply], T], reply: Reply) -> T:
    """*decode* applied to *reply*, in a thread when the body is large."""
    if len(reply.body) > LARGE:
        return await asyncio.to_thread(decode, reply)
    return decode(reply)


def _transport(settings: SystemSettings) -> OneHostTransport:
    url = httpx.URL(str(settings.url))
    return OneHostTransport(url, ssl_context=_tls(settings) if url.scheme == "https" else None)


def _tls(settings: SystemSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.tls.ca_file)
    if settings.tls.client_cert_file is not None:
        context.load_cert_chain(settings.tls.client_cert_file, settings.tls.client_key_file)
    return context
