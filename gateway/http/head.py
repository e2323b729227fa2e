"""The first part of a request, read. Only for what `framing` found nothing wrong with: it refuses nothing itself."""

from typing import NamedTuple


class Head(NamedTuple):
    """The request line and what the headers say of the message itself."""

    method: str
    target: bytes
    version: str
    """1.1 or 1.0."""

    headers: list[tuple[bytes, bytes]]
    """In their order, names in small letters, values without the spaces around them."""

    length: int | None
    """Bytes of the body; None when it comes in chunks."""

    keeps: bool
    """Whether the connection may stay open after the answer."""

    expects_continue: bool
    """Whether the client waits for 100 before it sends the body (RFC 9110, 10.1.1)."""


def read(head: bytes) -> Head:
    """Read *head*, from the request line to the empty line."""
    first, *lines = head[:-4].split(b"\r\n")
    method, target, version = first.split(b" ")
    later = version == b"HTTP/1.1"
    length: int | None = 0
    keeps, expects_continue = later, False
    headers = []
    for line in lines:
        name, _, value = line.partition(b":")
        headers.append((name := name.lower(), value := value.strip(b" \t")))
        match name:
            case b"content-length":
                length = int(value)
            case b"transfer-encoding":
                length = None
            case b"connection":
                keeps = keeps and b"close" not in _listed(value)
            case b"expect":
                expects_continue = later and b"100-continue" in _listed(value)
            case _:
                pass
    return Head(method.decode("ascii"), target, "1.1" if later else "1.0", headers, length, keeps, expects_continue)


def _listed(value: bytes) -> list[bytes]:
    return [token.strip(b" \t") for token in value.lower().split(b",")]
