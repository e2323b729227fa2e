"""The way between two processes of one gateway ends when it is closed, whatever becomes of whoever closes it."""

import asyncio
import socket

import pytest

from gateway.control.channel import Channel, Message


async def _nothing(_: Message) -> Message:
    return {}


async def _unheard(_: Message) -> None:
    return


async def test_who_is_cancelled_while_closing_it_leaves_nothing_open() -> None:
    ours, theirs = socket.socketpair()
    channel = Channel(asked=_nothing, told=_unheard)
    await channel.open(ours)
    closing = asyncio.create_task(channel.aclose())
    await asyncio.sleep(0)

    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing

    with theirs:
        theirs.setblocking(False)
        async with asyncio.timeout(5):
            assert b"" == await asyncio.get_running_loop().sock_recv(theirs, 1)
