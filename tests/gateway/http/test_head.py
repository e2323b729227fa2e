"""What the first part of a request says of the message, once nothing is wrong with it."""

import pytest

from gateway.http.framing import fault
from gateway.http.head import Head, read


def _read(*lines: bytes, first: bytes = b"POST /graphql?x=y HTTP/1.1") -> Head:
    head = b"\r\n".join([first, b"Host: localhost", *lines, b"", b""])
    assert fault(head, max_headers=100) is None
    return read(head)


def test_everything_is_read_as_it_stands() -> None:
    head = _read(b"X-A:b", b"x-a: \t c:d \t", b"Empty:", first=b"M-SEARCH /%20?a=b?c HTTP/1.1")

    assert ("M-SEARCH", b"/%20?a=b?c", "1.1") == (head.method, head.target, head.version)
    assert [(b"host", b"localhost"), (b"x-a", b"b"), (b"x-a", b"c:d"), (b"empty", b"")] == head.headers


def test_a_request_that_says_no_length_has_no_body() -> None:
    assert 0 == _read().length


@pytest.mark.parametrize(("line", "length"), [(b"CONTENT-length:\t007 ", 7), (b"Transfer-Encoding: Chunked", None)])
def test_the_length_is_read_however_it_is_written(line: bytes, length: int | None) -> None:
    assert length == _read(line).length


@pytest.mark.parametrize("value", [b"close", b"CLOSE", b"keep-alive, close", b" close ,", b"x\t,\tclose"])
def test_a_connection_is_not_kept_when_the_client_says_so(value: bytes) -> None:
    assert not _read(b"Connection: " + value).keeps


@pytest.mark.parametrize("value", [b"keep-alive", b"closed", b"", b"x-close"])
def test_a_connection_is_kept_otherwise(value: bytes) -> None:
    assert _read(b"Connection: " + value).keeps


def test_one_line_of_several_is_enough_to_close() -> None:
    assert not _read(b"Connection: close", b"Connection: keep-alive").keeps


def test_a_connection_of_http_1_0_is_not_kept() -> None:
    assert not _read(b"Connection: keep-alive", first=b"GET / HTTP/1.0").keeps


@pytest.mark.parametrize(
    ("first", "value", "waits"),
    [
        (b"POST / HTTP/1.1", b"100-Continue", True),
        (b"POST / HTTP/1.1", b"200-ok", False),
        (b"POST / HTTP/1.0", b"100-continue", False),
    ],
)
def test_who_waits_for_100_says_so(first: bytes, value: bytes, waits: bool) -> None:  # noqa: FBT001 - a column
    assert waits is _read(b"Expect: " + value, first=first).expects_continue
