"""Whatever says its length, lines, target or version in two ways is refused, and nothing smuggled behind it is answered."""

import pytest

from tests.bars import bar
from tests.conftest import RunningGateway
from tests.security.server.raw import say

CANARY = b"canary-51423"
SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
"""A second request; its answer is the only one here that says `live`."""

BODY = b'{"query": "{ __typename }"}'
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def _post(*lines: bytes, body: bytes = b"", version: bytes = b"1.1", end: bytes = b"\r\n") -> bytes:
    head = [b"POST /graphql HTTP/" + version, b"Host: localhost", b"Content-Type: application/json", b"X: " + CANARY]
    return end.join([*head, *lines, b"", b""]) + body


def _get(line: bytes = b"GET /health/ready HTTP/1.1", *lines: bytes) -> bytes:
    return b"\r\n".join([line, b"Host: localhost", b"X: " + CANARY, *lines, b"", b""])


LENGTH = b"Content-Length: %d" % len(BODY)
CODING = b"Transfer-Encoding: chunked"

REFUSED = {
    # Two lengths.
    "CL.TE": _post(b"Content-Length: %d" % len(CHUNKED), CODING, body=CHUNKED),
    "TE.CL": _post(CODING, b"Content-Length: 4", body=CHUNKED),
    "CL.TE with an empty chunked body": _post(b"Content-Length: %d" % (5 + len(SMUGGLED)), CODING, body=b"0\r\n\r\n"),
    "two lengths that differ": _post(LENGTH, b"Content-Length: 0", body=BODY),
    "two lengths that are equal": _post(LENGTH, LENGTH, body=BODY),
    "a list of lengths": _post(LENGTH + b", %d" % len(BODY), body=BODY),
    "a list of lengths that differ": _post(LENGTH + b", 0", body=BODY),
    "a length in HTTP/1.0 with chunks": _post(CODING, body=CHUNKED, version=b"1.0"),
    # Lengths that are not numbers.
    "a plus": _post(b"Content-Length: +%d" % len(BODY), body=BODY),
    "a minus": _post(b"Content-Length: -1", body=BODY),
    "a hexadecimal length": _post(b"Content-Length: 0x1b", body=BODY),
    "a fraction": _post(b"Content-Length: 27.0", body=BODY),
    "a number with a space": _post(b"Content-Length: 2 7", body=BODY),
    "a number with an underscore": _post(b"Content-Length: 2_7", body=BODY),
    "digits of another script": _post("Content-Length: ٢٧".encode(), body=BODY),
    "an empty length": _post(b"Content-Length:", body=BODY),
    "a length of 30 digits": _post(b"Content-Length: " + b"9" * 30, body=BODY),
    # Codings.
    "an unknown coding": _post(b"Transfer-Encoding: xchunked", body=CHUNKED),
    "chunked twice": _post(b"Transfer-Encoding: chunked, chunked", body=CHUNKED),
    "chunked in two lines": _post(CODING, CODING, body=CHUNKED),
    "TE.TE": _post(CODING, b"Transfer-Encoding: identity", body=CHUNKED),
    "TE.TE the other way round": _post(b"Transfer-Encoding: identity", CODING, body=CHUNKED),
    "a coding before chunked": _post(b"Transfer-Encoding: gzip, chunked", body=CHUNKED),
    "identity": _post(b"Transfer-Encoding: identity", LENGTH, body=BODY),
    "an empty coding": _post(b"Transfer-Encoding:", body=CHUNKED),
    "chunked in quotes": _post(b'Transfer-Encoding: "chunked"', body=CHUNKED),
    "chunked with a parameter": _post(b"Transfer-Encoding: chunked;q=1", body=CHUNKED),
    "chunked behind a vertical tab": _post(b"Transfer-Encoding: \x0bchunked", body=CHUNKED),
    "chunked behind a no-break space": _post(b"Transfer-Encoding: \xa0chunked", body=CHUNKED),
    # Lines.
    "a space before the colon": _post(b"Transfer-Encoding : chunked", LENGTH, body=BODY),
    "a space before the colon of the length": _post(b"Content-Length : 0", LENGTH, body=BODY),
    "a folded line": _post(b"X-Y: z\r\n Transfer-Encoding: chunked", LENGTH, body=BODY),
    "a folded value": _post(b"Transfer-Encoding:\r\n chunked", body=CHUNKED),
    "bare line feeds": _post(LENGTH, body=BODY, end=b"\n"),
    "one bare line feed": _post(b"X-Y: z\nTransfer-Encoding: chunked", LENGTH, body=BODY),
    "a bare carriage return": _post(b"X-Y: z\rTransfer-Encoding: chunked", LENGTH, body=BODY),
    "a line without a colon": _post(b"Content-Length", LENGTH, body=BODY),
    "a line without a name": _post(b": 27", LENGTH, body=BODY),
    "a NUL": _post(b"X-Y: \x00", LENGTH, body=BODY),
    "a NUL in a name": _post(b"Content-Length\x00: 0", LENGTH, body=BODY),
    "an escape": _post(b"X-Y: \x1b[2J", LENGTH, body=BODY),
    "a byte order mark": b"\xef\xbb\xbf" + _get(),
    # Chunks.
    "a chunk size with 0x": _post(CODING, body=b"0x1b\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a negative chunk size": _post(CODING, body=b"-1\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk size with a plus": _post(CODING, body=b"+1b\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk size with a space": _post(CODING, body=b" 1b\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk size of 40 digits": _post(CODING, body=b"1" * 40 + b"\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "a chunk size that wraps around": _post(CODING, body=b"10000000000000000000000001b\r\n" + BODY),
    "a chunk longer than it says": _post(CODING, body=b"1\r\n" + BODY + b"\r\n0\r\n\r\n"),
    "chunks that end in bare line feeds": _post(CODING, body=b"1b\n" + BODY + b"\n0\n\n\r\n"),
    "a flood of chunk extensions": _post(CODING, body=b"1b;" + b"x=y;" * 20_000 + b"\r\n"),
    "a flood of small chunks": _post(CODING, body=b"1\r\n \r\n" * 5000),
    "a flood of trailers": _post(CODING, body=b"0\r\n" + b"a: b\r\n" * 20_000),
    # Hosts and targets.
    "no host": b"GET /health/ready HTTP/1.1\r\n\r\n",
    "two hosts": _get(b"GET /health/ready HTTP/1.1", b"Host: evil.example"),
    "two equal hosts": _get(b"GET /health/ready HTTP/1.1", b"Host: localhost"),
    "an absolute target": _get(b"GET http://localhost/health/ready HTTP/1.1"),
    "an absolute target elsewhere": _get(b"GET http://169.254.169.254/latest HTTP/1.1"),
    "an authority": _get(b"GET localhost:80 HTTP/1.1"),
    "a tunnel": _get(b"CONNECT localhost:80 HTTP/1.1"),
    "a tunnel to a path": _get(b"CONNECT /graphql HTTP/1.1"),
    "a trace": _get(b"TRACE /graphql HTTP/1.1"),
    "an asterisk": _get(b"OPTIONS * HTTP/1.1"),
    "a target with a space": _get(b"GET /health/ready /x HTTP/1.1"),
    "a target with a raw letter beyond ASCII": _get("GET /é HTTP/1.1".encode()),
    # Versions.
    "HTTP/0.9": b"GET /health/ready\r\n\r\n",
    "HTTP/0.9 with headers": _get(b"GET /health/ready"),
    "HTTP/2.0": _get(b"GET /health/ready HTTP/2.0"),
    "HTTP/1.1 in small letters": _get(b"GET /health/ready http/1.1"),
    "HTTP/11": _get(b"GET /health/ready HTTP/11"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    "an empty line first": b"\r\n" + _get(),
    # Too much.
    "a header line of 64 kB": _get(b"GET /health/ready HTTP/1.1", b"Y: " + b"y" * 65_536),
    "a target of 64 kB": _get(b"GET /health/ready?" + b"y" * 65_536 + b" HTTP/1.1"),
    "a method of 64 kB": _get(b"G" * 65_536 + b" /health/ready HTTP/1.1"),
    "200 header lines": _get(b"GET /health/ready HTTP/1.1", *(b"Y: y" for _ in range(200))),
    "50,000 header lines": _get(b"GET /health/ready HTTP/1.1", *(b"Y: y" for _ in range(50_000))),
    "a megabyte without a line end": b"GET /" + b"y" * 1_000_000,
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_what_comes_behind_it_is_not_answered(gateway_process: RunningGateway, what: str) -> None:
    heard = say(gateway_process.url, REFUSED[what] + SMUGGLED)

    assert heard.closed
    assert len(heard.statuses) <= 1
    assert all(status in {400, 408, 413, 431, 501, 505} for status in heard.statuses)
    assert b"live" not in heard.data
    assert CANARY not in heard.data
    assert [200] == say(gateway_process.url, _post(LENGTH, b"Connection: close", body=BODY)).statuses


@pytest.mark.parametrize("what", ["CL.TE", "bare line feeds", "an unknown coding", "50,000 header lines"])
def test_it_is_refused_also_behind_a_good_request(gateway_process: RunningGateway, what: str) -> None:
    heard = say(gateway_process.url, _post(LENGTH, body=BODY) + REFUSED[what] + SMUGGLED)

    assert [200, True, True] == [heard.statuses[0], len(heard.statuses) == 2, heard.statuses[-1] in {400, 431, 501}]
    assert b"live" not in heard.data


ANSWERED = {
    "a length": _post(LENGTH, body=BODY),
    "a length with spaces around it": _post(b"Content-Length:  \t %d \t" % len(BODY), body=BODY),
    "chunks": _post(CODING, body=CHUNKED),
    "chunks in capitals": _post(b"transfer-ENCODING: Chunked", body=CHUNKED),
    "chunks with an extension": _post(CODING, body=CHUNKED.replace(b"\r\n", b";a=b\r\n", 1)),
    "chunks with a trailer": _post(CODING, body=CHUNKED[:-2] + b"X-Y: z\r\n\r\n"),
    "a trailer that looks like a length": _post(CODING, body=CHUNKED[:-2] + b"Content-Length: 500\r\n\r\n"),
    "a wish to upgrade to h2c": _post(LENGTH, b"Connection: Upgrade", b"Upgrade: h2c", body=BODY),
    "a wish for a websocket": _post(LENGTH, b"Connection: Upgrade", b"Upgrade: websocket", body=BODY),
}


@pytest.mark.parametrize("what", ANSWERED)
def test_a_clear_request_is_answered_and_so_is_the_next_one(gateway_process: RunningGateway, what: str) -> None:
    last = _get(b"GET /health/live HTTP/1.1", b"Connection: close")
    heard = say(gateway_process.url, ANSWERED[what] + last)

    assert [200, 200] == heard.statuses
    assert b'{"data":{"__typename":"Query"}}' in heard.data
    assert b"live" in heard.data


def test_http_1_0_is_answered_once_whatever_it_asks_to_keep(gateway_process: RunningGateway) -> None:
    request = _post(LENGTH, b"Connection: keep-alive", body=BODY, version=b"1.0")

    heard = say(gateway_process.url, request + SMUGGLED)

    assert [200] == heard.statuses
    assert heard.closed
    assert b"live" not in heard.data


def test_bytes_that_come_one_by_one_are_read_the_same(gateway_process: RunningGateway) -> None:
    request = REFUSED["CL.TE"]

    heard = say(gateway_process.url, *(request[at : at + 1] for at in range(len(request))), SMUGGLED)

    assert [400] == heard.statuses


def test_a_length_that_is_longer_than_what_comes_is_not_answered(gateway_process: RunningGateway) -> None:
    heard = say(gateway_process.url, _post(b"Content-Length: 1000", body=BODY), quiet_s=0.5)

    assert b"" == heard.data


def test_what_is_refused_leaves_no_word_of_it_in_the_log(gateway_process: RunningGateway) -> None:
    say(gateway_process.url, REFUSED["CL.TE"])
    gateway_process.log.wait_for("connections_ended", seconds=bar(5))

    assert CANARY.decode() not in "".join(gateway_process.log.kept)
    assert "Traceback" not in "".join(gateway_process.log.kept)
