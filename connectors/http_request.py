"""What a request to one system says before its body: its target below the system's address, and its headers. Pure."""

import dataclasses
import functools
import re
import urllib.parse
from collections.abc import Iterable, Mapping

import httpx

from connectors.credentials import Credential
from connectors.http1 import field_lines, is_field_name, request_line
from connectors.outgoing import OutgoingHeaders

Header = tuple[bytes, bytes]

# Segments that httpx would leave as they are (RFC 3986, 3.3); `.` and `..` it would take out.
_PLAIN = re.compile(r"(?:/(?!\.\.?(?:/|\Z))(?:[A-Za-z0-9._~!$&()*+,;=:@-]|%[0-9A-F]{2})*)+", re.ASCII)
# Unreserved characters (RFC 3986, 2.3), and the comma.
_LIST = re.compile(r"[A-Za-z0-9._~,-]*", re.ASCII)
_GOES_ALONG = re.compile(r"[!-~](?:[ -~]{0,8190}[!-~])?", re.ASCII)
# What decides how a request is read, by whom, and on whose behalf is never taken from outside.
_OURS = {
    *("accept-encoding", "authorization", "connection", "content-encoding", "content-length", "cookie", "expect"),
    *("host", "if-none-match", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"),
    *("transfer-encoding", "upgrade"),
}
_MAX_BLOCKS = 64


@dataclasses.dataclass(frozen=True, slots=True)
class HttpRequest:
    """A whole request. Its target, headers and body are kept out of its repr."""

    method: bytes
    target: bytes = dataclasses.field(repr=False)
    headers: tuple[Header, ...] = dataclasses.field(repr=False)
    content: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class _Block:
    """Headers that many requests have: as they are, as they are written, and their names in lower case."""

    headers: tuple[Header, ...]
    written: bytes
    names: frozenset[str]


class RequestForm:
    """
    Requests to the system at *base*, an address without a slash at its end. *headers* go with each of them.

    Raises ValueError where the *credential* cannot stand in a header.
    """

    def __init__(self, base: str, *, headers: Mapping[str, str], credential: Credential | None) -> None:
        url = httpx.URL(base)
        self.origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        _, slash, path = base.partition("://")[2].partition("/")
        self._base_path = slash + path
        self._host = url.netloc
        self._headers = headers
        self._credential = credential
        if credential is not None:
            _check(credential)
        # Headers of a dialect's requests differ by operation at most, so each block of them is written once.
        self._blocks: dict[tuple[tuple[str, str], ...], _Block] = {}

    def request(
        self,
        method: bytes,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str],
        content: bytes = b"",
        outgoing: OutgoingHeaders = (),
        etag: str | None = None,
    ) -> HttpRequest:
        """
        A request to *path*, which starts with `/`, or with an empty one to the address itself.

        With *etag* it is for what is no longer as that names it (`If-None-Match`).
        """
        block = self._block(headers)
        written = (*block.headers, *self._changing(method, content, outgoing, block, etag))
        return HttpRequest(method, self.target(path, params), written, content)

    def message(
        self,
        method: bytes,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str],
        content: bytes = b"",
        outgoing: OutgoingHeaders = (),
        etag: str | None = None,
    ) -> bytes:
        """The same request as it is sent: what `http1.message` writes of it, of which most was written before."""
        block = self._block(headers)
        changing = field_lines(self._changing(method, content, outgoing, block, etag))
        line = request_line(method, self.target(path, params))
        return b"".join((line, block.written, changing, b"\r\n", content))

    def target(self, path: str, params: Mapping[str, str] | None) -> bytes:
        """The target of a request to *path*: as httpx would write it, but quicker where nothing needs quoting."""
        if path and not path.startswith("/"):
            # `http://crm` + `.evil.example` would be another host.
            raise ValueError("a path below the system's address starts with /")
        whole = f"{self._base_path}{path}"
        if whole and not _PLAIN.fullmatch(whole):
            address = httpx.URL(self.origin + whole)
            return (address.copy_with(params=params) if params else address).raw_path
        return f"{whole or '/'}{_query(params) if params else ''}".encode("ascii")

    def _changing(
        self, method: bytes, content: bytes, outgoing: OutgoingHeaders, block: _Block, etag: str | None
    ) -> list[Header]:
        changing: list[Header] = []
        if method != b"GET":
            changing.append((b"Content-Length", b"%d" % len(content)))
        if self._credential is not None:
            changing.append((b"Authorization", _ascii(self._credential())))
        if etag is not None:
            # Not among the dialect's own headers, of which each block is written once: it differs by object.
            changing.append((b"If-None-Match", _ascii(etag)))
        if outgoing:
            changing += _going_along(outgoing, block.names)
        return changing

    def _block(self, own: Mapping[str, str]) -> _Block:
        key = tuple(own.items())
        block = self._blocks.get(key)
        if block is None:
            merged = ((b"Host", self._host), *_merged(self._headers, own))
            names = frozenset(name.lower().decode("ascii") for name, _ in merged)
            block = _Block(merged, field_lines(merged), names)
            if len(self._blocks) < _MAX_BLOCKS:
                self._blocks[key] = block
        return block


def _check(credential: Credential) -> None:
    try:
        field_lines([(b"Authorization", _ascii(credential()))])
    except httpx.LocalProtocolError:
        raise ValueError("a credential cannot stand in a header; give it on one line, in ASCII") from None


def _query(params: Mapping[str, str]) -> str:
    return "?" + "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in params.items()])


def _quoted(text: str) -> str:
    # Names, numbers and lists of them, as nearly all are, need no look at each of their letters.
    return text.replace(",", "%2C") if _LIST.fullmatch(text) else urllib.parse.quote(text, safe="")


def _merged(common: Mapping[str, str], own: Mapping[str, str]) -> tuple[Header, ...]:
    named = {name.lower(): (name, value) for name, value in (*common.items(), *own.items())}
    return tuple((_ascii(name), _ascii(value)) for name, value in named.values())


def _going_along(outgoing: OutgoingHeaders, taken: frozenset[str]) -> Iterable[Header]:
    # Never instead of ours, and never worth the call: what is no header is left out.
    found: dict[str, Header] = {}
    for name, value in outgoing:
        header = _may_go_along(name)
        if header is not None and header[0] not in taken and _GOES_ALONG.fullmatch(value):
            found.setdefault(header[0], (header[1], value.encode("ascii")))
    return found.values()


@functools.lru_cache(maxsize=64)
def _may_go_along(name: str) -> tuple[str, bytes] | None:
    """*name* in lower case and as it is sent; None for one that may not be. Configured ones are few."""
    lower = name.lower()
    may = lower not in _OURS and name.isascii() and is_field_name(name.encode())
    return (lower, name.encode("ascii")) if may else None


def _ascii(text: str) -> bytes:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        # Not chained: the cause holds the text.
        raise httpx.LocalProtocolError("the request is not HTTP") from None
