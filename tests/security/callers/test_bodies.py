"""Bodies and addresses made to be expensive (FAULTS 22): refused early, without memory, whatever they claim to be."""

import gzip
import json
import socket
import urllib.parse
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.bars import bar
from tests.bombs import squeezed
from tests.conftest import RunningGateway
from tests.security.callers.watching import MiB, checked, memory, post

QUERY = b'{"query": "{ __typename }"}'


def _endless(piece: bytes, total: int) -> Iterator[bytes]:
    for _ in range(total // len(piece)):
        yield piece


# Made when they are sent: they are large, and every process that collects the tests would make them.
BODIES: dict[str, Callable[[], bytes]] = {
    "20 MB": lambda: b" " * 20 * MiB,
    "20 MB of braces": lambda: b"{" * 20 * MiB,
    "a string of 1 MB": lambda: json.dumps({"query": '{ line(by: {id: "' + "x" * MiB + '"}) { id } }'}).encode(),
    "a comment of 4 MB": lambda: json.dumps({"query": "{ __typename } #" + "x" * 4 * MiB}).encode(),
    "4 MB of commas": lambda: json.dumps({"query": "{ __typename " + "," * 4 * MiB + "}"}).encode(),
    "4 MB of line ends": lambda: json.dumps({"query": "{ __typename " + "\n" * 2 * MiB + "}"}).encode(),
    "4 MB of variables": lambda: json.dumps({"query": "{ __typename }", "variables": {"x": "y" * 4 * MiB}}).encode(),
    "4 MB of extensions": lambda: json.dumps({"query": "{ __typename }", "extensions": {"x": "y" * 4 * MiB}}).encode(),
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "512 MB of spaces": lambda: squeezed(b"", b" " * MiB, 512),
    "a query in 100 MB": lambda: squeezed(b'{"query": "{ __typename }", "x": "', b"x" * MiB, 100, b'"}'),
    "a bomb in a bomb": lambda: gzip.compress(squeezed(b"", b" " * MiB, 256) * 20, 9),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_large_body_is_refused_before_it_is_read(attacked: RunningGateway, what: str) -> None:
    before = memory(attacked, "VmHWM")

    response, took = post(attacked, BODIES[what]())

    assert 413 == response.status_code
    checked(response)
    assert took < bar(0.6)
    assert memory(attacked, "VmHWM") - before < 50 * MiB


@pytest.mark.parametrize("what", ["20 MB", "a comment of 4 MB"])
def test_a_large_body_of_undeclared_length_is_refused_as_soon_as_it_is_too_large(
    attacked: RunningGateway, what: str
) -> None:
    before = memory(attacked, "VmHWM")

    try:
        response, took = post(attacked, _endless(b" " * 65_536, len(BODIES[what]())))
    except httpx.WriteError:
        pass  # The gateway has answered and closed the connection while we were still sending.
    else:
        assert 413 == response.status_code
        assert took < bar(0.6)
    assert memory(attacked, "VmHWM") - before < 50 * MiB


@pytest.mark.parametrize("fill", [b" ", b"[", b'"', b"{", b"1", b"\xff"])
def test_a_body_just_within_the_limit_is_judged_soon(attacked: RunningGateway, fill: bytes) -> None:
    response, took = post(attacked, (b'{"query": ' + fill * MiB)[:MiB])

    assert 400 == response.status_code
    checked(response)
    assert took < bar(0.6)


@pytest.mark.parametrize(
    "text",
    ["{ __typename } #" + "x" * 1_000_000, "{ __typename " + "," * 1_000_000 + "}", "{ " + "a " * 500_000 + "}"],
    ids=["comment", "commas", "fields"],
)
def test_a_document_just_within_the_limit_is_judged_soon(attacked: RunningGateway, text: str) -> None:
    response, took = post(attacked, json.dumps({"query": text}).encode())

    assert {"BAD_INPUT"} == {error["extensions"]["code"] for error in checked(response)}
    assert took < bar(0.6)


@pytest.mark.parametrize("what", BOMBS)
def test_a_gzip_bomb_is_not_inflated(attacked: RunningGateway, what: str) -> None:
    before = memory(attacked, "VmHWM")

    response, took = post(attacked, BOMBS[what](), **{"Content-Encoding": "gzip"})

    assert response.status_code in {400, 413}
    checked(response)
    assert took < bar(0.6)
    assert memory(attacked, "VmHWM") - before < 50 * MiB


def test_a_compressed_question_is_answered(attacked: RunningGateway) -> None:
    response, _ = post(attacked, gzip.compress(QUERY), **{"Content-Encoding": "gzip"})

    assert {"data": {"__typename": "Query"}} == response.json()


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "compress", "x"])
def test_any_other_coding_is_415(attacked: RunningGateway, coding: str) -> None:
    response, _ = post(attacked, QUERY, **{"Content-Encoding": coding})

    assert (415, "gzip") == (response.status_code, response.headers["accept-encoding"])
    checked(response)


@pytest.mark.parametrize("length", [17_000, 33_000, 64_000, 100_000, 2_000_000])
def test_a_long_address_is_a_clean_refusal(attacked: RunningGateway, length: int) -> None:
    parts = urllib.parse.urlsplit(attacked.url)
    target = f"{parts.path}?query=%7B__typename%7D%23{'x' * length}"
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        try:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            answer = connection.recv(65_536)
        except (BrokenPipeError, ConnectionResetError):
            return

    assert answer == b"" or answer.split()[1] in {b"400", b"414", b"431"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "query": "{ a: __typename }"}',
        b'{"query": "{ __typename }", "variables": {}, "variables": {}}',
        b'{"query": "{ __typename }", "que\\u0072y": "{ a: __typename }"}',
        b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]',
        b"[" + b",".join([QUERY] * 1000) + b"]",
    ],
)
def test_two_questions_in_one_body_are_refused(attacked: RunningGateway, body: bytes) -> None:
    response, _ = post(attacked, body)

    assert 400 == response.status_code
    checked(response)
