"""
How strictly the first part of a request is read, and what is said when it is refused. Pure: bytes in, verdict out.

Parsers read several old and ambiguous forms kindly. Two readers in a row, a proxy and a gateway, that are kind in
different ways can be made to disagree on where a request ends (RFC 9112, 11.2). So what has two readings is refused
here, before it is read; what is left, every parser reads alike (`head` reads it).
"""

import enum
import http
import re


class Refusal(enum.Enum):
    """Why the server itself refuses, with the status and the sentence that the client gets."""

    MALFORMED = (400, "The request is not well-formed HTTP.")
    AMBIGUOUS_LENGTH = (400, "The request must say the length of its body once and in one way.")
    BAD_TARGET = (400, "The request target must be a path on this server.")
    TOO_MANY_CHUNKS = (400, "The body comes in too many small chunks.")
    TOO_SLOW = (408, "The request took too long to arrive.")
    TOO_LARGE = (431, "The request line and headers are too long or too many.")
    UNKNOWN_CODING = (501, "The only transfer coding is chunked.")
    UNKNOWN_METHOD = (501, "This method is not available here.")
    TOO_MANY_CONNECTIONS = (503, "Too many connections are open. Try again in a moment.")
    UNKNOWN_VERSION = (505, "Use HTTP/1.1.")

    @property
    def status(self) -> int:
        """The status code."""
        return self.value[0]

    @property
    def answer(self) -> bytes:
        """The whole response, which ends the connection. It says nothing of the request."""
        body = f"{self.value[1]}\n"
        head = [
            f"HTTP/1.1 {self.status} {http.HTTPStatus(self.status).phrase}",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(body)}",
            "Connection: close",
        ]
        if self.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
            head.append("Retry-After: 1")
        return "\r\n".join([*head, "", body]).encode("ascii")


_END = re.compile(rb"\n\r?\n")
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_LINE = re.compile(rb"(" + _TOKEN + rb") ([!-~]++) HTTP/([0-9]\.[0-9])\r\n")
_FIELDS = re.compile(rb"(?:" + _TOKEN + rb":[^\r\n]*+\r\n)*+\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*[0-9]{1,20}[ \t]*\r\n")
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked[ \t]*\r\n")
TEXT = b"\t\r\n" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
"""All but control characters. From 0x80 on bytes are allowed in values (RFC 9110, 5.5) and looked at no further."""


def end_of_head(received: bytes, *, begin: int = 0) -> int | None:
    """
    Where the request line and headers end in *received*, by the kindest reading; None when they do not yet.

    Up to *begin* it was looked through before.
    """
    found = _END.search(received, max(begin - 2, 0))
    return found.end() if found else None


def fault(head: bytes, *, max_headers: int) -> Refusal | None:
    """What is wrong with *head*, from the request line to the empty line; None when it can be read in one way."""
    lines = head.count(b"\r\n")
    # A line ends with CRLF and nothing else (RFC 9112, 2.2), and does not go on in the next one (5.2).
    if not head.count(b"\n") == lines == head.count(b"\r") or b"\r\n " in head or b"\r\n\t" in head:
        return Refusal.MALFORMED
    line = _LINE.match(head)
    if line is None or head.translate(None, TEXT):
        return Refusal.MALFORMED
    if lines - 2 > max_headers:
        return Refusal.TOO_LARGE
    method, target, version = line.groups()
    return _line_fault(method, target, version) or _field_fault(head, line.end(), version=version)


def _line_fault(method: bytes, target: bytes, version: bytes) -> Refusal | None:
    if method in {b"CONNECT", b"TRACE"}:
        return Refusal.UNKNOWN_METHOD
    if version not in {b"1.1", b"1.0"}:
        return Refusal.UNKNOWN_VERSION
    # The absolute form is for proxies; it would be a second place that names a host.
    return None if target.startswith(b"/") else Refusal.BAD_TARGET


def _field_fault(head: bytes, begin: int, *, version: bytes) -> Refusal | None:
    lowered = head.lower()
    if (wrong := _length_fault(lowered, version)) is not None:
        return wrong
    hosts = lowered.count(b"\r\nhost:")
    # HTTP/1.0 may leave the host out (RFC 9112, 3.2).
    if hosts > 1 or (hosts == 0 and version != b"1.0") or not _FIELDS.fullmatch(head, begin):
        return Refusal.MALFORMED
    return None


def _length_fault(lowered: bytes, version: bytes) -> Refusal | None:
    lengths = lowered.count(b"\r\ncontent-length:")
    if codings := lowered.count(b"\r\ntransfer-encoding:"):
        # It wins over Content-Length where it is read at all (RFC 9112, 6.3), and HTTP/1.0 does not know it.
        if lengths or version == b"1.0":
            return Refusal.AMBIGUOUS_LENGTH
        return None if codings == 1 and _CHUNKED.search(lowered) else Refusal.UNKNOWN_CODING
    if lengths == 0 or (lengths == 1 and _LENGTH.search(lowered)):
        return None
    return Refusal.AMBIGUOUS_LENGTH


_HEAD_OF_ANSWER = re.compile(rb"HTTP/1\.1 [0-9]{3} [ -~]*+\r\n(?:" + _TOKEN + rb":[^\r\n]*+\r\n)*+\r\n")


def well_formed(head: bytes, *, fields: int) -> bool:
    """Whether *head* is one of an answer with just so many *fields*, however it is read."""
    return (
        head.count(b"\r\n") == fields + 2
        and _HEAD_OF_ANSWER.fullmatch(head) is not None
        and not head.translate(None, TEXT)
    )
