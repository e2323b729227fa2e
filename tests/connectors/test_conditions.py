"""Questions that want an answer only if it has changed, over the wire: what is sent, and which 304 is an answer."""

import re

import httpx
import pytest

from connectors.errors import BadData
from connectors.http_request import RequestForm
from connectors.wire import HttpWire
from tests.connectors.peer import Exchange, Peer
from tests.connectors.wires import settings


def saying(text: str):
    async def script(exchange: Exchange) -> None:
        await exchange.say(text.encode("latin-1"))

    return script


SAME = "HTTP/1.1 304 Not Modified\r\n%s\r\n"


@pytest.fixture
async def peer():
    async with Peer(saying(SAME % "")).listening() as peer:
        yield peer


@pytest.fixture
async def wire(peer):
    wire = HttpWire("crm", settings(peer))
    yield wire
    await wire.aclose()


@pytest.mark.parametrize(
    "headers",
    [
        "",
        'ETag: "1"\r\n',
        'ETag: W/"1"\r\n',
        'ETag: "1"\r\nContent-Length: 4321\r\nContent-Type: application/json\r\n',  # Both are about the answer itself.
    ],
)
async def test_that_it_has_not_changed_is_an_answer_without_a_body(peer, wire, headers):
    peer.script = saying(SAME % headers)

    reply = await wire.get("/customer/1", operation="x", etag='"1"')
    await wire.get("/customer/1", operation="x", etag='"1"')

    assert (304, b"") == (reply.status, reply.body)
    sent = re.findall(rb"(?im)^if-none-match: (.*)\r$", peer.requests[0].head)
    assert [b'"1"'] == sent
    assert 1 == peer.connections, "the connection serves another question"


async def test_without_a_condition_none_is_sent_and_304_is_no_answer(peer, wire):
    with pytest.raises(BadData, match="needs an answer"):
        await wire.get("/customer/1", operation="x")

    assert b"none-match" not in peer.requests[0].head.lower()


async def test_304_to_what_was_posted_is_no_answer(wire):
    with pytest.raises(BadData, match="needs an answer"):
        await wire.post("", b"<a/>", operation="x", headers={})


@pytest.mark.parametrize("said", ['"2"', 'W/"2"', '"1", "2"', "1", '"1"x', '"'])
async def test_304_about_another_state_is_no_answer(peer, wire, said):
    peer.script = saying(SAME % f"ETag: {said}\r\n")

    with pytest.raises(BadData, match="another state"):
        await wire.get("/customer/1", operation="x", etag='"1"')


@pytest.mark.parametrize("status", ["300 Choices", "301 Moved", "303 Other", "305 Proxy", "307 T", "308 P"])
async def test_nor_is_any_other_redirect_with_a_condition(peer, wire, status):
    peer.script = saying(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nLocation: /x\r\n\r\n")

    with pytest.raises(BadData, match="redirect"):
        await wire.get("/customer/1", operation="x", etag='"1"')


async def test_a_server_may_answer_all_the_same(peer, wire):
    peer.script = saying('HTTP/1.1 200 OK\r\nETag: "2"\r\nContent-Length: 2\r\n\r\n{}')

    assert b"{}" == (await wire.get("/customer/1", operation="x", etag='"1"')).body


def form() -> RequestForm:
    return RequestForm("http://crm.example", headers={"Accept": "*/*"}, credential=None)


def test_conditions_that_differ_take_no_place_among_headers_that_are_written_once() -> None:
    made = form()

    for number in range(1000):
        assert f'If-None-Match: "{number}"\r\n'.encode() in made.message(b"GET", "/", headers={}, etag=f'"{number}"')

    assert 1 == len(made._blocks)


@pytest.mark.parametrize("etag", ['"1"\r\nX-Evil: 1', '"1\n"', '"\x00"', '"é"'])
def test_a_line_end_in_a_condition_is_never_written(etag: str) -> None:
    with pytest.raises(httpx.LocalProtocolError):
        form().message(b"GET", "/", headers={}, etag=etag)


def test_nobody_else_sets_a_condition() -> None:
    outgoing = [("If-None-Match", '"theirs"')]

    assert b"theirs" not in form().message(b"GET", "/", headers={}, outgoing=outgoing)
    assert 1 == form().message(b"GET", "/", headers={}, outgoing=outgoing, etag='"1"').count(b"None-Match")
