"""One connection over a real socket, with times short enough to wait for."""

import asyncio
import contextlib
import functools
import gc
import time

import pytest
import structlog
from starlette.types import Receive, Scope, Send

from gateway.http.alarm import Alarm
from gateway.http.protocol import PatientProtocol
from gateway.settings import ServerSettings
from tests.bars import bar
from tests.gateway.http.serving import GET, Application, client, everything, serving

QUICK = ServerSettings(header_timeout_s=0.3, body_timeout_s=0.3, keep_alive_s=0.3, write_timeout_s=0.3, shutdown_s=1)
POST = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"


async def _trickle(writer: asyncio.StreamWriter, data: bytes) -> None:
    """*data* byte by byte, until it is all said or nobody listens."""
    for byte in data:
        if writer.is_closing():
            return
        writer.write(bytes([byte]))
        await asyncio.sleep(0.02)


async def _cut(port: int, trickled: bytes, *, at_once: bytes = b"") -> tuple[bytes, float]:
    """What a client gets that says *at_once* and then trickles, and after how many seconds it is cut."""
    async with client(port) as (reader, writer):
        began = time.monotonic()
        writer.write(at_once)
        trickling = asyncio.create_task(_trickle(writer, trickled * 2000))
        said = await everything(reader)
        trickling.cancel()
        return said, time.monotonic() - began


async def test_a_client_that_never_says_a_byte_is_cut() -> None:
    async with serving(Application(), QUICK) as port:
        said, seconds = await _cut(port, b"")

    assert b"" == said
    assert 0.2 < seconds < bar(1)


async def test_trickling_headers_are_cut_and_told_why() -> None:
    async with serving(Application(), QUICK) as port:
        said, seconds = await _cut(port, b"X: y\r\n", at_once=b"GET / HTTP/1.1\r\n")

    assert said.startswith(b"HTTP/1.1 408 ")
    assert 0.2 < seconds < bar(1)


async def test_trickling_headers_of_a_second_request_are_cut() -> None:
    async with serving(Application(), QUICK) as port:
        said, seconds = await _cut(port, b"X: y\r\n", at_once=GET + b"GET / HTTP/1.1\r\n")

    assert 1 == said.count(b"HTTP/1.1 200 ")
    assert 1 == said.count(b"HTTP/1.1 408 ")
    assert 0.2 < seconds < bar(1)


async def test_a_trickling_body_that_is_being_read_is_cut_and_its_reader_is_told() -> None:
    app = Application()
    async with serving(app, QUICK) as port:
        said, seconds = await _cut(port, b"x", at_once=POST % b"/")

    assert said.startswith(b"HTTP/1.1 408 ")
    assert 1.2 < seconds < bar(2)
    assert 1 == app.hung_up


async def test_a_trickling_body_that_nobody_reads_is_cut() -> None:
    """uvicorn alone keeps such a connection for as long as bytes come, after the answer is given."""
    async with serving(Application(), QUICK) as port:
        said, seconds = await _cut(port, b"x", at_once=POST % b"/blind")

    assert said.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " not in said
    assert 1.2 < seconds < bar(2)


async def test_trickling_chunks_are_cut() -> None:
    begin = (POST % b"/").replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")
    async with serving(Application(), QUICK) as port:
        said, seconds = await _cut(port, b"1\r\nx\r\n", at_once=begin)

    assert said.startswith(b"HTTP/1.1 408 ")
    assert seconds < bar(2)


async def test_an_idle_connection_is_closed_without_a_word() -> None:
    async with serving(Application(), QUICK) as port:
        said, seconds = await _cut(port, b"", at_once=GET)

    assert said.endswith(b"\r\n\r\n0")
    assert 0.2 < seconds < bar(1)


async def test_an_idle_connection_is_closed_also_when_its_answer_came_before_its_body_was_in() -> None:
    """uvicorn alone forgets to start the timer in this order of events."""
    async with serving(Application(), QUICK) as port, client(port) as (reader, writer):
        writer.write(POST % b"/blind")
        assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")
        writer.write(b"x" * 1000)

        assert b"" == await everything(reader, seconds=2)


async def test_a_connection_in_use_is_not_cut() -> None:
    async with (
        serving(Application(), QUICK.model_copy(update={"keep_alive_s": 1.0})) as port,
        client(port) as (
            reader,
            writer,
        ),
    ):
        for _ in range(12):
            await asyncio.sleep(0.1)
            writer.write(GET)
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")


async def test_a_client_that_does_not_read_its_answer_is_cut() -> None:
    with structlog.testing.capture_logs() as lines:
        async with serving(Application(), QUICK) as port, client(port) as (reader, writer):
            writer.write(GET.replace(b"/", b"/much", 1))
            await asyncio.sleep(1)

            assert len(await everything(reader)) < 32 * 1024 * 1024

    assert ["answer_not_taken"] == [line["why"] for line in lines]


async def test_a_client_that_reads_late_but_in_time_gets_everything() -> None:
    patient = QUICK.model_copy(update={"write_timeout_s": 5.0})
    async with serving(Application(), patient) as port, client(port) as (reader, writer):
        writer.write(GET.replace(b"/", b"/much", 1).replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        await asyncio.sleep(0.4)

        assert len(await everything(reader)) > 32 * 1024 * 1024


async def test_a_client_that_has_read_everything_is_not_cut_later() -> None:
    patient = QUICK.model_copy(update={"write_timeout_s": 0.8, "keep_alive_s": 5.0})
    async with serving(Application(), patient) as port, client(port) as (reader, writer):
        writer.write(GET.replace(b"/", b"/much", 1))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(32 * 1024 * 1024)
        await asyncio.sleep(1.2)
        writer.write(GET)

        assert head.startswith(b"HTTP/1.1 200 ")
        assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")


async def test_more_connections_than_allowed_get_503_and_the_others_go_on() -> None:
    few = QUICK.model_copy(update={"max_connections": 3, "header_timeout_s": 5.0})
    async with serving(Application(), few) as port:
        async with client(port) as (reader, writer), client(port), client(port):
            for _ in range(5):
                said, _ = await _cut(port, b"", at_once=GET)
                assert said.startswith(b"HTTP/1.1 503 ")
                assert b"\r\nRetry-After: 1" in said
            writer.write(GET)
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")
        async with client(port) as (reader, writer):
            writer.write(GET)
            assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200 ")


async def test_bad_chunks_end_a_request_that_is_being_read() -> None:
    app = Application()
    begin = (POST % b"/").replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")
    async with serving(app, QUICK) as port:
        said, _ = await _cut(port, b"", at_once=begin + b"zz\r\n" + GET)

    assert 1 == said.count(b"HTTP/1.1 ")
    assert said.startswith(b"HTTP/1.1 400 ")
    assert 1 == app.hung_up


async def test_bad_chunks_behind_an_answer_end_the_connection_without_a_second_answer() -> None:
    begin = (POST % b"/blind").replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")
    async with serving(Application(), QUICK) as port, client(port) as (reader, writer):
        writer.write(begin)
        await reader.readuntil(b"\r\n\r\n0")
        writer.write(b"zz\r\n" + GET)

        assert b"" == await everything(reader)


async def test_garbage_behind_a_good_request_does_not_take_its_answer() -> None:
    async with serving(Application(), QUICK) as port:
        said, _ = await _cut(port, b"", at_once=GET + b"\x16\x03\x01 garbage\r\n\r\n" + GET)

    assert [b"200", b"400"] == [part[:3] for part in said.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c"])
async def test_an_upgrade_is_ignored(upgrade: bytes, caplog: pytest.LogCaptureFixture) -> None:
    asking = b"\r\nConnection: Upgrade\r\nUpgrade: " + upgrade + b"\r\n\r\n"
    async with serving(Application(), QUICK) as port:
        said, _ = await _cut(port, b"", at_once=GET.replace(b"\r\n\r\n", asking))

    assert said.startswith(b"HTTP/1.1 200 ")
    assert [] == caplog.records


async def test_shutting_down_does_not_wait_for_slow_clients() -> None:
    slow = QUICK.model_copy(update={"header_timeout_s": 60.0, "body_timeout_s": 60.0, "shutdown_s": 60.0})
    async with contextlib.AsyncExitStack() as clients:
        async with serving(Application(), slow) as port:
            silent, _ = await clients.enter_async_context(client(port))
            half, writer = await clients.enter_async_context(client(port))
            writer.write(b"GET / HTTP/1.1\r\n")
            await asyncio.sleep(0.1)
            began = time.monotonic()

        assert time.monotonic() - began < bar(2)
        assert [b"", b""] == [await everything(reader) for reader in (silent, half)]


async def test_an_alarm_is_moved_without_the_loop_and_rings_once() -> None:
    loop = asyncio.get_running_loop()
    rung: list[float] = []
    alarm = Alarm(loop, lambda: rung.append(loop.time()))
    began = loop.time()
    for step in range(1, 6):
        alarm.move(began + step / 50)

    await asyncio.sleep(0.2)

    (at,) = rung
    assert at - began >= 0.09


async def test_an_alarm_that_is_brought_forward_or_stopped_obeys() -> None:
    loop = asyncio.get_running_loop()
    rung: list[str] = []
    early, stopped, never = (
        Alarm(loop, functools.partial(rung.append, name)) for name in ("early", "stopped", "never")
    )
    for alarm in (early, stopped, never):
        alarm.move(loop.time() + 60)
    early.move(loop.time() + 0.01)
    stopped.move(loop.time() + 0.01)
    stopped.stop()
    never.move(None)

    await asyncio.sleep(0.1)

    assert ["early"] == rung
    never.stop()


async def test_a_closed_connection_leaves_nothing_behind() -> None:
    async with serving(Application(), QUICK.model_copy(update={"keep_alive_s": 60.0})) as port:
        for _ in range(5):
            async with client(port) as (reader, writer):
                writer.write(GET)
                await reader.readuntil(b"\r\n\r\n0")
        await asyncio.sleep(0.1)
        gc.collect()
        assert [] == [found for found in gc.get_objects() if isinstance(found, PatientProtocol)]


@pytest.mark.parametrize("name", ["header_timeout_s", "body_timeout_s", "keep_alive_s", "write_timeout_s"])
def test_no_wait_can_be_without_end(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        ServerSettings(**{name: float("inf")})


async def _refuse_unread(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer before the body has come, and close, as a body that is too long is answered."""
    if scope["type"] == "http":
        headers = [(b"content-length", b"9"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": b"too much!"})


@pytest.mark.parametrize("head", [b"Content-Length: 20000000\r\n", b"Bad Header: x\r\n"])
async def test_a_client_that_sends_first_and_reads_later_gets_its_early_answer(head: bytes) -> None:
    async with serving(_refuse_unread, ServerSettings(shutdown_s=1)) as port, client(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n")
        for _ in range(200):
            writer.write(bytes(100_000))
            await writer.drain()
        said = await everything(reader)

    assert said.startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 400 "))
    assert said.endswith((b"too much!", b"\n"))


async def test_a_client_that_goes_on_sending_for_ever_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.http.protocol.LINGER_S", 0.3)
    async with serving(_refuse_unread, ServerSettings(shutdown_s=1)) as port:
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"
        async with client(port) as (_, writer):
            began = time.monotonic()
            writer.write(head)
            with contextlib.suppress(ConnectionError):
                while time.monotonic() - began < 60:
                    writer.write(b"x" * 1000)
                    await writer.drain()
                    await asyncio.sleep(0.02)

    assert time.monotonic() - began < bar(2)


async def test_what_a_lingering_client_says_is_not_heard() -> None:
    app = Application()
    async with serving(app, ServerSettings(shutdown_s=1)) as port, client(port) as (reader, writer):
        writer.write(b"GET /first HTTP/1.1\r\nBad Header: x\r\n\r\n" + GET)
        await asyncio.sleep(0.1)
        writer.write(GET)
        said = await everything(reader)

    assert 1 == said.count(b"HTTP/1.1 ")
    assert [] == app.paths


async def test_a_silent_connection_does_not_hold_up_the_end() -> None:
    async with serving(Application(), ServerSettings(shutdown_s=60)) as port, client(port):
        began = time.monotonic()
    assert time.monotonic() - began < bar(1)


async def _think_and_refuse(scope: Scope, _: Receive, send: Send) -> None:
    """Answer without reading, when much of the body has come."""
    if scope["type"] == "http":
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"3")]})
        await send({"type": "http.response.body", "body": b"who"})


async def test_a_body_that_nobody_read_does_not_keep_the_next_request_waiting() -> None:
    async with serving(_think_and_refuse, ServerSettings(shutdown_s=1)) as port, client(port) as (reader, writer):
        for _ in range(3):
            writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n" + bytes(900_000))
            async with asyncio.timeout(10):
                assert (await reader.readuntil(b"who")).startswith(b"HTTP/1.1 401 ")
