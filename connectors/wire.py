"""HTTP to one legacy system: pooled, pinned to the configured address, no redirects, answers bounded in size.

Knows nothing of SOAP or JSON. The total time of a call is the guard's business, not this file's.
"""

import dataclasses
import http.cookiejar
import logging
import re
import ssl
from collections.abc import Callable, Mapping
from typing import TypeVar

import httpx

from connectors.body import BodyError, whole_body
from connectors.errors import BadData, TimedOut, Unavailable
from connectors.offload import worked_out
from connectors.settings import SystemSettings
from connectors.transport import OneHostTransport

T = TypeVar("T")

# A name and a value of a Content-Type header; the value may be quoted (RFC 9110, 5.6.6).
_PARAMETER = re.compile(r";[ \t]*([^=;\"\s]+)=(\"(?:[^\"\\]|\\.)*\"|[^;]*)")

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
        self._charset = settings.charset
        self._client = httpx.AsyncClient(
            auth=auth,
            # Content codings buy little on a local network and hide how large an answer is.
            headers={"Accept-Encoding": "identity", **(headers or {})},
            transport=transport or transport_to(settings),
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
                coding = response.headers.get("content-encoding", "")
                body = await whole_body(response.aiter_raw(), coding=coding, limit=self._max_reply_bytes)
            finally:
                await response.aclose()
        except BodyError as exc:
            raise BadData(str(exc), system=self._system, operation=operation) from exc
        except httpx.TimeoutException as exc:
            raise TimedOut(type(exc).__name__, system=self._system, operation=operation) from exc
        except (httpx.TransportError, httpx.DecodingError) as exc:
            raise Unavailable(type(exc).__name__, system=self._system, operation=operation) from exc
        if response.is_redirect:
            raise BadData("a redirect is not followed", system=self._system, operation=operation)
        media_type, charset = self._content_type(response, operation=operation)
        return Reply(
            status=response.status_code,
            content_type=media_type,
            charset=self._charset or charset,
            headers=response.headers,
            body=body,
        )

    def _content_type(self, response: httpx.Response, *, operation: str) -> tuple[str, str | None]:
        said = response.headers.get("content-type", "")
        media_type, _, _ = said.partition(";")
        parameters = ((name.lower(), value.strip(" \t\"'").lower()) for name, value in _PARAMETER.findall(said))
        charsets = {value for name, value in parameters if name == "charset" and value}
        if len(charsets) > 1:
            raise BadData("two charsets in one Content-Type", system=self._system, operation=operation)
        return media_type.strip().lower(), next(iter(charsets), None)


async def decoded(decode: Callable[[Reply], T], reply: Reply) -> T:
    """*decode* applied to *reply*, in a thread when the body is large."""
    return await worked_out(lambda: decode(reply), size=len(reply.body))


def transport_to(settings: SystemSettings) -> OneHostTransport:
    """The network as it leads to one system. Reads certificate files; raises OSError where they do not serve."""
    url = httpx.URL(str(settings.url))
    return OneHostTransport(url, ssl_context=_tls(settings) if url.scheme == "https" else None)


def _tls(settings: SystemSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.tls.ca_file)
    if settings.tls.client_cert_file is not None:
        context.load_cert_chain(settings.tls.client_cert_file, settings.tls.client_key_file)
    return context
