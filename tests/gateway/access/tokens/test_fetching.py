"""Fetching keys from servers that answer, redirect, hang, drip or never end."""

import asyncio
import base64
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from gateway.access.tokens.fetching import MOST_BYTES, FetchError, IntrospectionSource, KeySource

TIMEOUT_S = 0.5
Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[tuple[KeySource, list[bytes]]]:
    heard: list[bytes] = []
    calls: set[asyncio.Task[None] | None] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.add(asyncio.current_task())
        try:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            await serve(writer)
            writer.write_eof()
            await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()
            calls.discard(asyncio.current_task())

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        url = httpx.URL(f"http://127.0.0.1:{port}/keys?a=1")
        yield KeySource(url, ssl_context=None, timeout_s=TIMEOUT_S), heard
        for call in [*calls]:
            if call is not None:
                call.cancel()
                await asyncio.wait({call})


def answer(body: bytes, *, status: str = "200 OK", headers: str = "") -> Serve:
    async def serve(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()

    return serve


async def why(serve: Serve) -> str:
    async with serving(serve) as (source, _):
        with pytest.raises(FetchError) as caught:
            async with asyncio.timeout(TIMEOUT_S + 2):
                await source.fetch()
    return str(caught.value)


async def test_what_is_published_is_fetched_again_each_time() -> None:
    async with serving(answer(b'{"keys": []}')) as (source, heard):
        assert b'{"keys": []}' == await source.fetch() == await source.fetch()

    assert 2 == len(heard)
    assert heard[0].startswith(b"GET /keys?a=1 HTTP/1.1\r\n")
    assert b"authorization" not in heard[0].lower()


async def test_it_may_come_compressed() -> None:
    async with serving(answer(gzip.compress(b"{}"), headers="Content-Encoding: gzip\r\n")) as (source, _):
        assert b"{}" == await source.fetch()


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "204 No Content", "206 Partial Content"])
async def test_another_status_brings_no_keys(status: str) -> None:
    assert f"it answered {status[:3]}" == await why(answer(b'{"keys": []}', status=status))


async def test_a_redirect_is_not_followed() -> None:
    async with serving(answer(b"{}")) as (_, elsewhere):
        reason = await why(answer(b"", status="302 Found", headers="Location: http://127.0.0.1:1/keys\r\n"))

    assert "it answered 302" == reason
    assert not elsewhere


async def test_one_who_hangs_or_drips_is_left_in_time() -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert "it did not answer in time" == await why(hang) == await why(drip)


async def test_one_without_an_end_is_left_at_the_bound() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
            await writer.drain()

    assert "too large" in await why(endless)
    assert "too large" in await why(answer(gzip.compress(bytes(MOST_BYTES + 1)), headers="Content-Encoding: gzip\r\n"))


async def test_garbage_or_nothing_is_an_error_that_tells_nothing_of_it() -> None:
    async def garbage(writer: asyncio.StreamWriter) -> None:
        writer.write(b"s3cret" * 100)

    async def nothing(_: asyncio.StreamWriter) -> None:
        return

    twice, no_gzip = "Content-Length: 99\r\n", "Content-Encoding: gzip\r\n"
    for serve in (garbage, nothing, answer(b"short", headers=twice), answer(b"s3cret", headers=no_gzip)):
        assert "s3cret" not in await why(serve)


def asking(source: KeySource) -> IntrospectionSource:
    """One that asks the same server about tokens."""
    credentials = {"client_id": "graph:1", "client_secret": "p w+é"}
    return IntrospectionSource(source._url, **credentials, ssl_context=None, timeout_s=TIMEOUT_S)


async def about_tokens(serve: Serve) -> tuple[int, bytes] | str:
    """What it says of one, or why it says nothing."""
    async with serving(serve) as (source, _):
        asked = asking(source)
        try:
            async with asyncio.timeout(TIMEOUT_S + 2):
                return await asked.ask("s3cret-token")
        except FetchError as exc:
            return str(exc)
        finally:
            await asked.aclose()


async def test_a_token_goes_in_the_form_and_our_secret_in_its_header() -> None:
    """
    RFC 6749, 2.3.1: both parts are encoded as in a form, and only then joined.
    """
    async with serving(answer(b'{"active": false}')) as (source, heard):
        asked = asking(source)
        assert (200, b'{"active": false}') == await asked.ask("a+b/c==")
        await asked.aclose()

    head = heard[0].decode()
    headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:-1])
    assert head.startswith("POST /keys?a=1 HTTP/1.1")
    assert b"graph%3A1:p+w%2B%C3%A9" == base64.b64decode(head.partition("Basic ")[2].split()[0])
    assert "application/x-www-form-urlencoded" == headers["content-type"]
    assert len("token=a%2Bb%2Fc%3D%3D&token_type_hint=access_token") == int(headers["content-length"])


async def test_a_redirect_of_the_question_is_told_and_not_followed() -> None:
    """
    It would take the token and our secret along.
    """
    async with serving(answer(b"")) as (_, elsewhere):
        moved = answer(b"", status="307 Moved", headers="Location: http://127.0.0.1:1/keys\r\n")
        assert (307, b"") == await about_tokens(moved)

    assert not elsewhere


async def test_an_issuer_that_hangs_drips_or_never_ends_says_nothing_in_time() -> None:
    async def hang(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    assert "it did not answer in time" == await about_tokens(hang) == await about_tokens(drip)
    assert "too large" in str(await about_tokens(answer(b" " * 70_000)))


async def test_garbage_or_nothing_says_nothing_and_no_token_stands_in_why() -> None:
    async def garbage(writer: asyncio.StreamWriter) -> None:
        writer.write(b"s3cret" * 100)

    async def nothing(_: asyncio.StreamWriter) -> None:
        return

    for serve in (garbage, nothing, answer(b"short", headers="Content-Length: 99\r\n")):
        said = await about_tokens(serve)
        assert isinstance(said, str)
        assert "s3cret" not in said


async def test_a_connection_that_ended_meanwhile_costs_no_answer() -> None:
    told = 0

    async def every_second_one_breaks(writer: asyncio.StreamWriter) -> None:
        nonlocal told
        told += 1
        if told % 2:
            await answer(b"{}")(writer)

    async with serving(every_second_one_breaks) as (source, heard):
        asked = asking(source)
        assert [(200, b"{}")] * 3 == [await asked.ask("x") for _ in range(3)]
        await asked.aclose()

    assert 3 < len(heard) <= 6


async def test_where_nobody_listens_it_is_an_error() -> None:
    async with serving(answer(b"{}")) as (source, _):
        pass

    with pytest.raises(FetchError, match="cannot be asked"):
        await source.fetch()
