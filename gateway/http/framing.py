"""
How strictly the first part of a request is read, and what is said when it is refused. Pure: bytes in, verdict out.

The parser behind this (h11) reads several old and ambiguous forms kindly. Two readers in a row, a proxy and a gateway,
that are kind in different ways can be made to disagree on where a request ends (RFC 9112, 11.2). So what has two
readings is refused here, before it is parsed.
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
_LINE = re.compile(rb"([!-~]+) ([!-~]+) HTTP/([0-9]\.[0-9])\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*[0-9]+[ \t]*\r\n")
# Everything but control characters. Bytes from 0x80 on are allowed in values (RFC 9110, 5.5) and looked at no further.
_TEXT = b"\t\r\n" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))


def end_of_head(received: bytes) -> int | None:
    """Where the request line and headers end in *received*, by the kindest reading; None when they do not yet."""
    found = _END.search(received)
    return found.end() if found else None


def fault(head: bytes, *, max_headers: int) -> Refusal | None:
    """What is wrong with *head*, from the request line to the empty line; None when the parser may have it."""
    lines = head.count(b"\r\n")
    # A line ends with CRLF and nothing else (RFC 9112, 2.2), and does not go on in the next one (5.2).
    if not head.count(b"\n") == lines == head.count(b"\r") or b"\r\n " in head or b"\r\n\t" in head:
        return Refusal.MALFORMED
    line = _LINE.match(head)
    if line is None or head.translate(None, _TEXT):
        return Refusal.MALFORMED
    if lines - 2 > max_headers:
        return Refusal.TOO_LARGE
    method, target, version = line.groups()
    if method in {b"CONNECT", b"TRACE"}:
        return Refusal.UNKNOWN_METHOD
    if not version.startswith(b"1."):
        return Refusal.UNKNOWN_VERSION
    # The absolute form is for proxies; it would be a second place that names a host.
    return _length_fault(head.lower(), version) if target.startswith(b"/") else Refusal.BAD_TARGET


def _length_fault(head: bytes, version: bytes) -> Refusal | None:
    lengths = head.count(b"\r\ncontent-length:")
    if b"\r\ntransfer-encoding:" in head:
        # It wins over Content-Length where it is read at all (RFC 9112, 6.3), and HTTP/1.0 does not know it.
        return Refusal.AMBIGUOUS_LENGTH if lengths or version == b"1.0" else None
    if lengths == 0 or (lengths == 1 and _LENGTH.search(head)):
        return None
    return Refusal.AMBIGUOUS_LENGTH
