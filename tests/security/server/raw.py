"""A client that says exact bytes on a plain socket, and hears what comes until the server closes or is quiet."""

import contextlib
import re
import socket
import urllib.parse

_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")


def address(url: str) -> tuple[str, int]:
    """The host and port of a URL."""
    parts = urllib.parse.urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


class Heard:
    """What came back on one connection."""

    def __init__(self, data: bytes, *, closed: bool) -> None:
        self.data = data
        self.closed = closed

    @property
    def statuses(self) -> list[int]:
        """The status of each response."""
        return [int(status) for status in _STATUS.findall(self.data)]


def say(url: str, *parts: bytes, quiet_s: float = 5.0) -> Heard:
    """Say *parts* one after the other on a new connection to the server of *url*."""
    heard = bytearray()
    with socket.create_connection(address(url), timeout=quiet_s) as connection:
        # A server that refuses early may reset the connection while something is still being said.
        with contextlib.suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        try:
            while data := connection.recv(65536):
                heard += data
        except TimeoutError:
            return Heard(bytes(heard), closed=False)
        except ConnectionError:
            pass
    return Heard(bytes(heard), closed=True)
