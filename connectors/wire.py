"""HTTP to one legacy system: pooled, pinned to the configured address, no redirects, answers bounded in size.

Knows nothing of SOAP or JSON. The total time of a call is the guard's business, not this file's.
"""

import dataclasses
import functools
import logging
import re
from collections.abc import AsyncIterable, Callable, Mapping, Sequence
from typing import TypeVar, cast

import httpx

from connectors.body import BodyError, whole_body
from connectors.credentials import Credential
from connectors.errors import BadData, TimedOut, Unavailable
from connectors.etag import same
from connectors.http_request import HttpRequest, RequestForm
from connectors.offload import worked_out
from connectors.outgoing import OUTGOING
from connectors.retry_after import retry_after_s
from connectors.settings import SystemSettings
from connectors.tls import context_of
from connectors.transport import OneHostTransport

T = TypeVar("T")

# A name and a value of a Content-Type header; the value may be quoted (RFC 9110, 5.6.6).
_PARAMETER = re.compile(r";[ \t]*([^=;\"\s]+)=(\"(?:[^\"\\]|\\.)*\"|[^;]*)")

# httpx tells every address at level INFO, httpcore every header at DEBUG; both hold what no log may.
for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


_HEADERS = {
    "Accept": "*/*",
    # Content codings buy little on a local network and hide how large an answer is.
    "Accept-Encoding": "identity",
    "Connection": "keep-alive",
    "User-Agent": "switchboard",
}
_NOT_MODIFIED = 304
_Answer = tuple[int, Mapping[str, str], bytes]


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer, the names of its headers in lower case. The body is kept out of its repr."""

    status: int
    content_type: str
    charset: str | None
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: bytes = dataclasses.field(repr=False)

    @property
    def retry_after_s(self) -> float | None:
        """In how many seconds the same question may be put again, where this answer is none and says so."""
        return retry_after_s(self.status, self.headers)


class HttpWire:
    """
    The one HTTP client of a system. Whoever opens it closes it.

    *credential* is what each request is authorised by. *transport* replaces the network in tests; anything that is a
    transport of httpx is asked as httpx would ask it, only without what its client adds: no redirects, no cookies.
    """

    def __init__(
        self,
        system: str,
        settings: SystemSettings,
        *,
        credential: Credential | None = None,
        headers: Mapping[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._system = system
        self._max_reply_bytes = settings.max_reply_bytes
        self._charset = settings.charset
        self._form_with = functools.partial(
            RequestForm, str(settings.url).rstrip("/"), headers={**_HEADERS, **(headers or {})}
        )
        self._form = self._form_with(credential=credential)
        self._handed_in = transport
        self._transport = transport or transport_to(settings)
        self._connect_s = settings.connect_timeout_s
        self._read_s = settings.guard.timeout_s
        self._open_ahead = settings.open_ahead

    async def get(
        self, path: str, *, operation: str, params: Mapping[str, str] | None = None, etag: str | None = None
    ) -> Reply:
        """
        GET *path* below the system's address; *path* starts with `/` and holds quoted segments only.

        With *etag*, only if it is no longer as that names it: status 304, without a body, says that it is. Nowhere else
        is a 304 an answer.
        """
        return await self._ask(b"GET", path, params=params, headers={}, operation=operation, etag=etag)

    async def post(self, path: str, content: bytes, *, operation: str, headers: Mapping[str, str]) -> Reply:
        """POST *content* to *path* below the system's address; an empty path is the address itself."""
        return await self._ask(b"POST", path, content=content, headers=headers, operation=operation)

    def renew(self, settings: SystemSettings, *, credential: Credential | None = None) -> None:
        """
        Ask with the credential and the certificates of *settings* from now on.

        Requests under way end as they began, over connections that are closed then. Raises OSError where the
        certificate files do not serve, and ValueError where the credential does not; nothing is changed then.
        """
        form = self._form_with(credential=credential)
        old, self._transport = self._transport, self._handed_in or transport_to(settings)
        self._form = form
        if isinstance(old, OneHostTransport) and old is not self._transport:
            old.retire()

    async def open_ahead(self) -> None:
        """Open as many connections as the settings say. A system that cannot be reached now may be so later."""
        if self._open_ahead and isinstance(self._transport, OneHostTransport):
            await self._transport.open_ahead(self._open_ahead, within_s=self._connect_s)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def _ask(
        self,
        method: bytes,
        path: str,
        *,
        operation: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        content: bytes = b"",
        etag: str | None = None,
    ) -> Reply:
        transport, form, outgoing = self._transport, self._form, OUTGOING.get()
        try:
            if isinstance(transport, OneHostTransport):
                message = form.message(
                    method, path, params=params, headers=headers, content=content, outgoing=outgoing, etag=etag
                )
                answer = await self._directly(method, message, transport)
            else:
                request = form.request(
                    method, path, params=params, headers=headers, content=content, outgoing=outgoing, etag=etag
                )
                answer = await self._through_httpx(request)
        except BodyError as exc:
            raise BadData(str(exc), system=self._system, operation=operation) from exc
        except httpx.TimeoutException as exc:
            raise TimedOut(type(exc).__name__, system=self._system, operation=operation) from exc
        except (httpx.TransportError, httpx.DecodingError) as exc:
            # Nothing whole has come: refused, reset, cut. Those are no answers, so what is asked again is not doubled.
            raise Unavailable(type(exc).__name__, system=self._system, operation=operation, retry_after_s=0.0) from exc
        return self._reply(*answer, operation=operation, etag=etag)

    async def _directly(self, method: bytes, message: bytes, transport: OneHostTransport) -> _Answer:
        exchange = await transport.ask(message, method=method, connect_s=self._connect_s, read_s=self._read_s)
        try:
            headers = _by_name(exchange.head.headers)
            body = None if "content-encoding" in headers else exchange.whole_body(most=self._max_reply_bytes)
            if body is None:
                body = await self._body(exchange.body(), headers)
            return exchange.head.status, headers, body
        finally:
            exchange.end()

    async def _through_httpx(self, request: HttpRequest) -> _Answer:
        patience_s = {"connect": self._connect_s, "read": self._read_s, "write": self._read_s, "pool": self._read_s}
        response = await self._transport.handle_async_request(
            httpx.Request(
                request.method.decode("ascii"),
                self._form.origin + request.target.decode("ascii"),
                headers=request.headers,
                content=request.content,
                extensions={"timeout": patience_s},
            )
        )
        try:
            raw = response.headers.raw
            headers = _by_name([(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw])
            return response.status_code, headers, await self._body(response.stream, headers)
        finally:
            await response.aclose()

    async def _body(self, parts: object, headers: Mapping[str, str]) -> bytes:
        coding = headers.get("content-encoding", "")
        return await whole_body(cast("AsyncIterable[bytes]", parts), coding=coding, limit=self._max_reply_bytes)

    def _reply(
        self, status: int, headers: Mapping[str, str], body: bytes, *, operation: str, etag: str | None
    ) -> Reply:
        if status == _NOT_MODIFIED:
            self._check_that_it_was_asked(headers, operation=operation, etag=etag)
        elif 300 <= status <= 399:
            raise BadData("a redirect is not followed", system=self._system, operation=operation)
        media_type, charsets = _content_type(headers.get("content-type", ""))
        if len(charsets) > 1:
            raise BadData("two charsets in one Content-Type", system=self._system, operation=operation)
        charset = self._charset or next(iter(charsets), None)
        return Reply(status=status, content_type=media_type, charset=charset, headers=headers, body=body)

    def _check_that_it_was_asked(self, headers: Mapping[str, str], *, operation: str, etag: str | None) -> None:
        if etag is None:
            raise BadData("status 304 to a question that needs an answer", system=self._system, operation=operation)
        # It should say of which state it speaks (RFC 9110, 15.4.5). Where it does not, we asked about one only.
        said = headers.get("etag")
        if said is not None and not same(said, etag):
            raise BadData("status 304 about another state", system=self._system, operation=operation)


def _by_name(headers: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    found = dict(headers)
    if len(found) == len(headers):
        return found
    # A header that comes more than once is one with commas (RFC 9110, 5.3).
    lines: dict[str, list[str]] = {}
    for name, value in headers:
        lines.setdefault(name, []).append(value)
    return {name: ", ".join(values) for name, values in lines.items()}


@functools.lru_cache(maxsize=64)
def _content_type(said: str) -> tuple[str, frozenset[str]]:
    # The media type and the charsets that are said. Systems say few different things, so most are taken apart once.
    media_type, _, _ = said.partition(";")
    parameters = ((name.lower(), value.strip(" \t\"'").lower()) for name, value in _PARAMETER.findall(said))
    return media_type.strip().lower(), frozenset(value for name, value in parameters if name == "charset" and value)


async def decoded(decode: Callable[[Reply], T], reply: Reply) -> T:
    """*decode* applied to *reply*, in a thread when the body is large."""
    return await worked_out(lambda: decode(reply), size=len(reply.body))


def transport_to(settings: SystemSettings) -> OneHostTransport:
    """The network as it leads to one system. Reads certificate files; raises OSError where they do not serve."""
    url = httpx.URL(str(settings.url))
    return OneHostTransport(url, ssl_context=context_of(settings.tls) if url.scheme == "https" else None)
