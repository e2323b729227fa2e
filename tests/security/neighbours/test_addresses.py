"""FAULTS 38: nothing that an answer says makes us speak to anybody else."""

import socket

import pytest

from connectors.errors import BadData, Unavailable
from tests.connectors.peer import Exchange, Peer


@pytest.fixture
async def elsewhere(peer, monkeypatch):
    """Another system that would answer gladly; every other address is an error of the test."""

    async def glad(exchange: Exchange) -> None:
        await exchange.say(peer.message(exchange))

    real = socket.socket.connect
    async with Peer(glad).listening() as elsewhere:

        def connect(self: socket.socket, address: tuple[str, int]) -> None:
            assert address[:2] in {("127.0.0.1", peer.peer.port), ("127.0.0.1", elsewhere.port)}
            real(self, address)

        monkeypatch.setattr(socket.socket, "connect", connect)
        yield elsewhere
        assert 0 == elsewhere.connections


@pytest.mark.parametrize(
    "status", ["300 X", "301 X", "302 X", "303 X", "304 X", "305 X", "306 X", "307 X", "308 X", "310 X", "399 X"]
)
@pytest.mark.parametrize("way", ["Location", "Refresh", "Content-Location", "none"])
async def test_a_redirect_is_not_followed(status, way, elsewhere, peer):
    value = f"0; url={elsewhere.url}" if way == "Refresh" else f"{elsewhere.url}/x"
    head = "" if way == "none" else f"{way}: {value}\r\n"
    peer.says(lambda exchange: exchange.answer(peer.dialect.write(exchange).encode(), status=status, headers=head))

    await peer.fails(kinds=(BadData,))

    assert 1 == len(peer.peer.requests)


@pytest.mark.parametrize(
    "head",
    [
        "Refresh: 0; url=TRAP",
        "Location: TRAP",
        "Content-Location: TRAP",
        "Link: <TRAP>; rel=preload",
        'Alt-Svc: h2="TRAP"; ma=3600',
        "Host: trap",
        "X-Forwarded-Host: trap",
    ],
)
async def test_a_header_that_names_another_address_changes_nothing(head, elsewhere, peer):
    peer.writes(lambda text: text, head=head.replace("TRAP", elsewhere.url) + "\r\n")

    for _ in range(2):
        assert peer.dialect.right == await peer.ask()

    assert {peer.peer.port} == {
        int(each.head.partition(b"Host: 127.0.0.1:")[2].split()[0]) for each in peer.peer.requests
    }


async def test_an_address_inside_an_answer_is_only_text(elsewhere, peer):
    peer.writes(lambda text: text.replace("hunter2", f"{elsewhere.url}/serverUrl"))

    assert peer.dialect.right == await peer.ask()


async def test_a_proxy_authentication_or_upgrade_is_not_taken_up(elsewhere, peer):
    for status, head in (
        ("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n"),
        ("401 Unauthorized", 'WWW-Authenticate: Digest realm="x", nonce="y"\r\n'),
        ("101 Switching Protocols", "Upgrade: h2c\r\nConnection: Upgrade\r\n"),
        ("426 Upgrade Required", "Upgrade: TLS/1.2\r\n"),
    ):
        before = len(peer.peer.requests)
        peer.says(lambda exchange, status=status, head=head: exchange.answer(b"hunter2", status=status, headers=head))
        with pytest.raises(Exception, match=r"HTTP|Error|answer"):
            await peer.ask()
        assert before + 1 == len(peer.peer.requests)


async def test_a_cookie_is_not_kept_for_the_next_question(elsewhere, peer):
    peer.writes(lambda text: text, head="Set-Cookie: session=somebody; Path=/\r\nSet-Cookie2: a=b\r\n")

    for _ in range(2):
        assert peer.dialect.right == await peer.ask()

    assert b"cookie" not in b"".join(each.head.lower() for each in peer.peer.requests)


async def test_proxies_of_the_environment_are_not_used(elsewhere, peer, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, elsewhere.url)

    assert peer.dialect.right == await peer.ask()


async def test_a_host_that_stops_answering_has_no_replacement(elsewhere, peer):
    async def leaves(exchange: Exchange) -> None:
        exchange.hang_up()

    peer.says(leaves)

    await peer.fails(kinds=(Unavailable,))
