"""
HTTP/1.1 answers in their plain form, read by hand: what nearly every system sends nearly always.

Plain is only what has one reading. Whatever else comes is left to the full reader (`http1_full`), and the two agree on
everything that both read; a test compares them. Pure: knows bytes, no connection.
"""

import dataclasses
import re
from collections.abc import Iterator

import httpx

MAX_HEAD = 64 * 1024

Headers = tuple[tuple[str, str], ...]

# Where h11 sees the end of a head, too; only the strict form of it is plain.
_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(r"HTTP/1\.1 ([2-5][0-9][0-9])(?: [\t -~\x80-\xff]*)?\r\n")
# One whole line (RFC 9112, 5): nothing before the colon but a token, no control characters, CRLF and nothing else.
_FIELD = re.compile(r"(?<=\n)([-!#$%&'*+.^_`|~0-9A-Za-z]+):([\t -~\x80-\xff]*)\r\n")
_LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
# An answer without a body whatever its headers say (RFC 9110, 15.3.5 and 15.4.5).
_BODILESS = frozenset({204, 304})

_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_LAST = re.compile(rb"0{1,8}\r\n\r\n")
# What may have arrived so far of one of them.
_BEGUN = re.compile(rb"[0-9A-Fa-f]{0,8}\r?|0{1,8}\r\n\r?")


@dataclasses.dataclass(slots=True)
class Head:
    """The status of an answer and its headers, their names in lower case, each byte of a value one character."""

    status: int
    headers: Headers = dataclasses.field(repr=False)


@dataclasses.dataclass(slots=True)
class PlainHead:
    """A head, its size in bytes, and how long the body behind it is; None for a body in chunks."""

    head: Head
    size: int
    length: int | None


def plain_head(received: bytes) -> PlainHead | None:
    """The head that *received* begins with, when it is there whole and plain; None leaves it to the full reader."""
    end = _END.search(received, 0, MAX_HEAD)
    if end is None:
        return None
    text = received[: end.end()].decode("latin-1")
    status = _STATUS.match(text)
    fields = _FIELD.findall(text)
    # Each match is one whole line, so as many matches as lines, less the first and the last, are all lines.
    if status is None or len(fields) != text.count("\n") - 2:
        return None
    headers = tuple([(name.lower(), value.strip(" \t")) for name, value in fields])
    code = int(status[1])
    length = -1 if code in _BODILESS else _framing([each for each in headers if each[0] in _FRAMING])
    return None if length == -1 else PlainHead(Head(code, headers), end.end(), length)


def _framing(framing: list[tuple[str, str]]) -> int | None:
    # The length of the body, None for chunks, -1 for what is not plain: two words on it, none, or another connection.
    said = dict(framing)
    if len(said) != len(framing) or said.pop("connection", "keep-alive").lower() != "keep-alive":
        return -1
    if len(said) != 1:
        return -1
    ((name, value),) = said.items()
    if name == "content-length":
        return int(value) if _LENGTH.fullmatch(value) else -1
    return None if value == "chunked" else -1


class Chunks:
    """A body in plain chunks (RFC 9112, 7.1): sizes without extensions, and no trailers behind the last one."""

    def __init__(self) -> None:
        self.is_over = False
        self.is_anything_behind = False
        self.surprise = b""
        """What has been received from the first chunk on that is not plain; the full reader takes over there."""
        self._left = 0
        self._begun = b""
        self._between = False

    def parts(self, data: bytes) -> Iterator[bytes]:
        """What *data*, which is not empty, brings of the body."""
        data, at = self._begun + data, 0
        self._begun = b""
        while at < len(data) and not (self.is_over or self.surprise or self._begun):
            if self._left:
                part = data[at : at + self._left]
                at += len(part)
                self._left -= len(part)
                self._between = not self._left
                yield part
            elif self._between:
                at = self._past_line_end(data, at)
            else:
                at = self._past_size(data, at)

    def _past_line_end(self, data: bytes, at: int) -> int:
        end = data[at : at + 2]
        if end == b"\r\n":
            self._between = False
            return at + 2
        if end != b"\r":
            raise httpx.RemoteProtocolError("the answer is not HTTP")
        self._begun = end
        return at

    def _past_size(self, data: bytes, at: int) -> int:
        size = _CHUNK.match(data, at)
        if size is not None and (left := int(size[1], 16)):
            self._left = left
            return size.end()
        if last := _LAST.match(data, at):
            self.is_over, self.is_anything_behind = True, last.end() < len(data)
        elif _BEGUN.fullmatch(data, at):
            self._begun = data[at:]
        else:
            self.surprise = data[at:]
        return at
