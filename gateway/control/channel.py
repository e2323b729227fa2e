"""
JSON lines both ways between two processes of one gateway: questions with their answers, and news.

News must not get lost: what one side does not forget, it goes on giving. So where the other side hangs and too much
waits for it, what waits is replaced by one word, that everything is to be forgotten.
"""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

Message = dict[str, Any]

_LIMIT = 8 * 1024 * 1024
"""The longest line."""

_MOST_WAITING = 4 * 1024 * 1024
"""News beyond so many bytes that the other side has not taken are not kept one by one."""

EVERYTHING: Message = {"everything": True}
"""The news that stand for all those that were not kept."""


class NoAnswer(Exception):
    """The other side did not answer in time, or is gone."""


class Channel:
    """
    One end. *asked* answers the other side's questions, *told* hears its news.

    To be opened in the event loop that uses it; `aclose` ends it.
    """

    def __init__(
        self, *, asked: Callable[[Message], Awaitable[Message]], told: Callable[[Message], Awaitable[None]]
    ) -> None:
        self._asked = asked
        self._told = told
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._behind: asyncio.Task[None] | None = None

    async def open(self, end: socket.socket) -> None:
        """Speak over *end*, which belongs to the channel from now on."""
        reader, self._writer = await asyncio.open_unix_connection(sock=end, limit=_LIMIT)
        self._reading = asyncio.create_task(self._read(reader))

    async def ask(self, question: Message, *, within_s: float) -> Message:
        """The answer to *question*. Raises NoAnswer."""
        number = next(self._numbers)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            if self._reading.done():
                raise NoAnswer
            self._send({"number": number, "question": question})
            async with asyncio.timeout(within_s):
                return await answer
        except TimeoutError:
            raise NoAnswer from None
        finally:
            del self._waiting[number]

    def tell(self, news: Message) -> None:
        """Tell the other side, without waiting for it."""
        if self._behind is not None:
            return
        if self._writer.transport.get_write_buffer_size() > _MOST_WAITING:
            self._behind = asyncio.create_task(self._catch_up())
        else:
            self._send({"news": news})

    async def aclose(self) -> None:
        """Close this end."""
        # First: whoever closes it may be cancelled while the rest ends.
        self._writer.transport.abort()
        tasks = [self._reading, *self._working, *([self._behind] if self._behind else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _catch_up(self) -> None:
        with contextlib.suppress(ConnectionError):
            await self._writer.drain()
        self._behind = None
        self._send({"news": EVERYTHING})

    def _send(self, message: Message) -> None:
        if not self._writer.transport.is_closing():
            self._writer.write(orjson.dumps(message) + b"\n")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._take(orjson.loads(line))
        except (ConnectionError, ValueError):
            # Only a process of ours that dies in the middle of a line writes what is none.
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(NoAnswer())

    def _take(self, message: Message) -> None:
        match message:
            case {"number": number, "question": question}:
                self._work(self._answer(number, question))
            case {"number": number, "answer": answer}:
                waiting = self._waiting.get(number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
            case {"news": news}:
                self._work(self._told(news))

    def _work(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _answer(self, number: int, question: Message) -> None:
        self._send({"number": number, "answer": await self._asked(question)})
