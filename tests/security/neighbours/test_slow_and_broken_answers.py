"""
FAULTS 3 to 6: slow, refused, reset, stalled, half-closed and garbled answers.

An answer is whole and in time, or it is an error; nothing of a broken one is used, now or later.
"""

import asyncio
import random
import threading
import time

import pytest

from connectors.errors import BadData, TimedOut, Unavailable
from tests.bars import bar
from tests.connectors.peer import Exchange
from tests.security.neighbours.neighbour import DIALECTS, neighbour

BROKEN = (BadData, Unavailable)


async def test_a_whole_answer_is_read(peer):
    assert peer.dialect.right == await peer.ask()


@pytest.mark.parametrize("from_byte", [0, 20, 60, 100], ids=["head", "later in the head", "its end", "body"])
async def test_a_byte_now_and_then_does_not_keep_a_call_open(from_byte, peer):
    async def drips(exchange: Exchange) -> None:
        message = peer.message(exchange)
        await exchange.say(message[:from_byte])
        await exchange.drip(message[from_byte:], every_s=0.05)

    peer.says(drips)

    assert isinstance(await peer.fails(kinds=(TimedOut,), within_s=0.9), TimedOut)


async def test_chunks_of_a_byte_now_and_then_do_not_either(peer):
    async def drips(exchange: Exchange) -> None:
        await exchange.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for byte in peer.dialect.write(exchange).encode():
            await exchange.say(b"1\r\n" + bytes([byte]) + b"\r\n")
            await asyncio.sleep(0.05)

    peer.says(drips)

    await peer.fails(kinds=(TimedOut,), within_s=0.9)


async def test_interim_answers_now_and_then_do_not_either(peer):
    async def drips(exchange: Exchange) -> None:
        while True:
            await exchange.say(b"HTTP/1.1 102 Processing\r\n\r\n")
            await asyncio.sleep(0.15)

    peer.says(drips)

    await peer.fails(kinds=(TimedOut,), within_s=0.9)


@pytest.mark.parametrize("said", [0, 30, 100], ids=["before", "inside the head", "inside the body"])
async def test_a_stall_ends_with_the_limit_and_leaves_nothing_behind(said, peer):
    threads = threading.active_count()
    before = asyncio.all_tasks()

    async def stalls(exchange: Exchange) -> None:
        await exchange.say(peer.message(exchange)[:said])
        await asyncio.sleep(60)

    peer.says(stalls)
    await peer.fails(kinds=(TimedOut,), within_s=0.9)
    await peer.peer.has(0)

    assert threads >= threading.active_count()
    left = asyncio.all_tasks() - before
    assert not [task for task in left if "Peer" not in repr(task.get_coro())]


async def test_a_slow_system_is_well_again_at_once(peer):
    peer.says(lambda _: asyncio.sleep(60))
    await peer.fails(kinds=(TimedOut,))
    peer.recovers()

    assert peer.dialect.right == await peer.ask()


async def test_nobody_listening_is_unavailable(peer):
    async with neighbour(peer.dialect, url="http://127.0.0.1:1") as nobody:
        error = await nobody.fails(kinds=(Unavailable,))

    assert "UPSTREAM_UNAVAILABLE" == error.code


@pytest.mark.parametrize("way", ["hang_up", "reset", "finish_speaking"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.1, 0.3, 0.6, 0.9, 0.999], ids=lambda share: f"after {share:.1%}")
async def test_an_answer_that_breaks_off_is_an_error_and_its_connection_not_used_again(share, way, peer):
    async def breaks_off(exchange: Exchange) -> None:
        message = peer.message(exchange)
        await exchange.say(message[: int(share * len(message))])
        await asyncio.sleep(0.005)
        getattr(exchange, way)()

    peer.says(breaks_off)
    await peer.fails(kinds=(Unavailable,), within_s=0.4)
    peer.recovers()

    assert peer.dialect.right == await peer.ask()
    # Not one; a third is dialled where the second is slow to stand.
    assert peer.peer.connections >= 2


@pytest.mark.parametrize("way", ["hang_up", "finish_speaking"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999], ids=lambda share: f"after {share:.1%}")
@pytest.mark.parametrize("framing", ["", "Connection: close\r\n", "Transfer-Encoding: chunked\r\n"])
async def test_no_part_of_an_answer_is_a_whole_one_however_it_is_framed(framing, share, way, peer):
    """
    Without a length or a last chunk only the document itself can tell that it is whole.
    """

    async def breaks_off(exchange: Exchange) -> None:
        document = peer.dialect.write(exchange).rstrip().encode()
        part = document[: int(share * len(document))]
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {peer.dialect.media_type}\r\n{framing}\r\n".encode()
        await exchange.say(head + (b"%x\r\n%b\r\n" % (len(part), part) if "chunked" in framing else part))
        getattr(exchange, way)()

    peer.says(breaks_off)

    await peer.fails(kinds=BROKEN, within_s=0.4)


async def test_a_whole_document_that_ends_with_its_connection_is_read(peer):
    async def without_length(exchange: Exchange) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {peer.dialect.media_type}\r\n\r\n"
        await exchange.say(head.encode() + peer.dialect.write(exchange).encode())
        exchange.hang_up()

    peer.says(without_length)

    assert peer.dialect.right == await peer.ask()


async def test_a_reset_right_after_the_answer_costs_nothing(peer):
    async def leaves(exchange: Exchange) -> None:
        await exchange.say(peer.message(exchange))
        exchange.reset()

    peer.says(leaves)

    for _ in range(3):
        assert peer.dialect.right == await peer.ask()


@pytest.mark.parametrize("off_by", [-100, -1, 1, 100])
async def test_a_length_that_is_not_that_of_the_body_never_gives_a_part_or_a_mixture(off_by, peer):
    async def lies(exchange: Exchange) -> None:
        body = peer.dialect.write(exchange).rstrip().encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {peer.dialect.media_type}\r\nContent-Length: {len(body) + off_by}\r\n\r\n"
        await exchange.say(head.encode() + body)
        await asyncio.sleep(0.01)
        exchange.finish_speaking()

    peer.says(lies)
    await peer.fails(kinds=BROKEN, within_s=0.4)
    peer.recovers()

    assert peer.dialect.right == await peer.ask()
    assert peer.peer.connections >= 2


async def test_a_second_answer_behind_the_first_is_never_the_answer_to_the_next_question(peer):
    async def poisons(exchange: Exchange) -> None:
        message = peer.message(exchange)
        await exchange.say(message + message.replace(b"10.00", b"99.00").replace(b"1000", b"9900"))

    peer.says(poisons)
    for _ in range(3):
        assert peer.dialect.right == await peer.ask()

    assert peer.peer.connections >= 3


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("204 No Content", BROKEN),
        ("206 Partial Content", BROKEN),
        ("304 Not Modified", (BadData,)),
        ("429 Too Many Requests", (Unavailable,)),
        ("500 Internal Server Error", (Unavailable,)),
        ("503 Service Unavailable", (Unavailable,)),
        ("599 Whatever", (Unavailable,)),
    ],
)
async def test_an_error_page_is_an_error(status, kinds, peer):
    async def errs(exchange: Exchange) -> None:
        await exchange.answer(b"<html>hunter2</html>", status=status)

    peer.says(errs)

    await peer.fails(kinds=kinds)


@pytest.mark.parametrize("media_type", ["text/html", "text/plain", "application/octet-stream", "multipart/related"])
async def test_a_right_answer_called_something_else_is_not_read(media_type, peer):
    peer.writes(lambda text: text, media_type=media_type)

    await peer.fails()


async def test_a_login_page_with_status_200_is_bad_data(peer):
    peer.writes(lambda _: "<html><body>hunter2: log in<br></body></html>", media_type="text/html")

    await peer.fails()


@pytest.mark.parametrize("seed", range(5))
async def test_pieces_twice_missing_or_swapped_never_give_another_value(seed, peer):
    dice = random.Random(seed)

    def garbled(text: str) -> str:
        start = dice.randrange(len(text))
        middle, end = sorted((dice.randrange(start, len(text)), dice.randrange(start, len(text))))
        first, second = text[start:middle], text[middle:end]
        pieces = dice.choice([(first, first, second), (second,), (first,), (second, first), (first, second, second)])
        return text[:start] + "".join(pieces) + text[end:]

    for _ in range(20):
        peer.writes(garbled)
        try:
            value = await peer.ask()
        except (BadData, Unavailable):
            continue
        # Digits of the value itself may be doubled or dropped; no reader can see that. Anything else must not happen.
        assert peer.dialect.right == value or set(value) <= set("10.")


async def test_a_hundred_broken_answers_in_a_row_leave_no_socket_open(peer):
    async def breaks_off(exchange: Exchange) -> None:
        await exchange.say(peer.message(exchange)[:100])
        exchange.hang_up()

    peer.says(breaks_off)
    began = time.perf_counter()
    for _ in range(100):
        assert not await peer.is_right_or_fails()

    await peer.peer.has(0)
    assert bar(10) > time.perf_counter() - began


def test_each_way_of_writing_is_here():
    assert {"soap", "xmlrpc", "json"} == {dialect.name for dialect in DIALECTS}
