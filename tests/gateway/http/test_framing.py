"""What has two readings is refused, and what has one is not, however unusual."""

import pytest

from gateway.http.framing import Refusal, end_of_head, fault, well_formed

HOST = b"Host: localhost\r\n"


def _fault(head: bytes) -> Refusal | None:
    assert end_of_head(head) == len(head)
    return fault(head, max_headers=100)


def _post(*lines: bytes, version: bytes = b"1.1") -> bytes:
    return b"POST /graphql HTTP/" + version + b"\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /graphql?query=%7B%7D&x=%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        _post(b"Content-Length: 5"),
        _post(b"content-LENGTH:5"),
        _post(b"Content-Length: \t 5 \t "),
        _post(b"Content-Length: 5", version=b"1.0"),
        _post(b"Transfer-Encoding: chunked"),
        _post(b"X-Content-Length: 5", b"Content-Length-Of: 6", b"Content-Length: 7"),
        _post(b"Via: transfer-encoding: x, content-length: 5", b"Content-Length: 7"),
        _post("X-Name: Zoë".encode("latin-1")),
        _post("X-Name: Zoë".encode()),
        _post(*(b"X: y" for _ in range(99))),
    ],
)
def test_a_request_with_one_reading_goes_to_the_parser(head: bytes) -> None:
    assert _fault(head) is None


@pytest.mark.parametrize(
    "lines",
    [
        [b"Content-Length: 5", b"Content-Length: 5"],
        [b"Content-Length: 5", b"Content-Length: 6"],
        [b"Content-Length: 5", b"X: y", b"CONTENT-LENGTH: 5"],
        [b"Content-Length: 5, 5"],
        [b"Content-Length: 5,"],
        [b"Content-Length: +5"],
        [b"Content-Length: -5"],
        [b"Content-Length: 0x5"],
        [b"Content-Length: 5.0"],
        [b"Content-Length: 5 5"],
        [b"Content-Length:"],
        [b"Content-Length: " + "٥".encode()],
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Content-Length: 5"],
        [b"Transfer-Encoding: identity", b"Content-Length: 5"],
    ],
)
def test_a_length_that_is_not_said_once_and_in_one_way_is_refused(lines: list[bytes]) -> None:
    assert _fault(_post(*lines)) is Refusal.AMBIGUOUS_LENGTH


def test_transfer_codings_do_not_exist_in_http_1_0() -> None:
    assert _fault(_post(b"Transfer-Encoding: chunked", version=b"1.0")) is Refusal.AMBIGUOUS_LENGTH


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\nHost: localhost\n\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\n",
        b"GET / HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\rContent-Length: 5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n z\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\tz\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x1b[2J\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x7f\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\tHTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /\r\nHost: localhost\r\n\r\n",
        b"GET / http/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.10\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1\r\nHost: localhost\r\n\r\n",
        b"\r\nGET / HTTP/1.1\r\n\r\n",
    ],
)
def test_lines_that_two_readers_may_read_in_two_ways_are_refused(head: bytes) -> None:
    assert _fault(head) is Refusal.MALFORMED


@pytest.mark.parametrize("target", [b"http://localhost/graphql", b"localhost:80", b"*", b"graphql", b"?x"])
def test_only_a_path_is_a_target(target: bytes) -> None:
    assert _fault(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n") is Refusal.BAD_TARGET


@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE"])
def test_methods_that_reflect_or_tunnel_are_not_there(method: bytes) -> None:
    assert _fault(method + b" / HTTP/1.1\r\n" + HOST + b"\r\n") is Refusal.UNKNOWN_METHOD


@pytest.mark.parametrize("version", [b"0.9", b"1.2", b"2.0", b"3.0"])
def test_other_versions_are_not_there(version: bytes) -> None:
    assert _fault(_post(version=version)) is Refusal.UNKNOWN_VERSION


def test_more_header_lines_than_allowed_are_too_many() -> None:
    assert _fault(_post(*(b"X: y" for _ in range(100)))) is Refusal.TOO_LARGE


def test_a_head_without_its_empty_line_has_no_end_yet() -> None:
    assert end_of_head(b"GET / HTTP/1.1\r\nHost: localhost\r\n") is None


def test_the_kindest_reading_finds_the_end() -> None:
    """An end that the parser would see must not be missed, or what comes before it would not be looked at."""
    assert end_of_head(b"GET / HTTP/1.1\n\nGET /") == len(b"GET / HTTP/1.1\n\n")


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_is_a_whole_response_that_ends_the_connection(refusal: Refusal) -> None:
    head, _, body = refusal.answer.partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % refusal.status)
    assert b"\r\nContent-Length: %d\r\n" % len(body) in head
    assert b"\r\nConnection: close" in head
    assert (b"\r\nRetry-After: " in head) == (refusal.status == 503)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX-Host: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    ],
)
def test_a_host_is_said_once(head: bytes) -> None:
    assert _fault(head) is Refusal.MALFORMED


@pytest.mark.parametrize(
    "line",
    [b"X : y", b"X", b": y", b"X\xe9: y", b"X(: y", b'"X": y', b"X/Y: z", b"X@: y", b"X,Y: z", b"Content-Length : 5"],
)
def test_a_header_whose_name_is_none_is_refused(line: bytes) -> None:
    assert _fault(_post(line)) is Refusal.MALFORMED


@pytest.mark.parametrize("method", [b"GE(T", b"G:T", b'"GET"', b"GET/", b"G@T"])
def test_a_method_that_is_no_word_is_refused(method: bytes) -> None:
    assert _fault(method + b" / HTTP/1.1\r\n" + HOST + b"\r\n") is Refusal.MALFORMED


@pytest.mark.parametrize(
    "lines",
    [
        [b"Transfer-Encoding: gzip, chunked"],
        [b"Transfer-Encoding: chunked, chunked"],
        [b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"],
        [b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity"],
        [b"Transfer-Encoding: chunked;q=1"],
        [b'Transfer-Encoding: "chunked"'],
        [b"Transfer-Encoding: xchunked"],
        [b"Transfer-Encoding:"],
    ],
)
def test_any_coding_but_chunked_once_is_unknown(lines: list[bytes]) -> None:
    assert _fault(_post(*lines)) is Refusal.UNKNOWN_CODING


def test_a_length_of_more_digits_than_a_machine_can_count_is_refused() -> None:
    """Python refuses to read more than 4,300 digits, with an error of its own."""
    assert _fault(_post(b"Content-Length: " + b"9" * 5000)) is Refusal.AMBIGUOUS_LENGTH


def test_what_was_looked_through_before_need_not_be_again() -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    assert [len(head)] * len(head) == [end_of_head(head, begin=begin) for begin in range(len(head))]


@pytest.mark.parametrize(
    ("fields", "well"),
    [
        (b"content-length: 5\r\n", True),
        (b"", False),
        (b"x: y\r\nz: a\r\n", False),
        (b"x: y\r\nz\r\n", False),
        (b"x: y\nz: a\r\n", False),
        (b"x: y\r\n\r\nGET / HTTP/1.1\r\n", False),
        (b"x: \x00\r\n", False),
        (b"x y: z\r\n", False),
    ],
)
def test_the_head_of_an_answer_has_one_reading_too(fields: bytes, well: bool) -> None:  # noqa: FBT001 - a column
    assert well is well_formed(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n", fields=1)
