"""A client that costs little, so that many questions a second leave the machine to the gateways that answer them."""

import asyncio
import json
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit


class Asking:
    """Questions to gateways over connections that are kept. Each is for one question at a time."""

    def __init__(self) -> None:
        self._free: dict[str, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writers = [writer for free in self._free.values() for _, writer in free]
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)

    async def ask(
        self, url: str, query: str, variables: Mapping[str, object], *, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The whole answer, which has to be one: status 200, or 503 where the gateway has too much to do."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        lines = {
            "Host": "localhost",
            "Content-Type": "application/json",
            "Content-Length": len(body),
            **(headers or {}),
        }
        head = f"POST {urlsplit(url).path} HTTP/1.1\r\n" + "".join(
            f"{name}: {text}\r\n" for name, text in lines.items()
        )
        reader, writer = await self._connection(url)
        try:
            writer.write(f"{head}\r\n".encode() + body)
            status, length = _read_head(await reader.readuntil(b"\r\n\r\n"))
            text = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._free[url].append((reader, writer))
        assert status in {200, 503}, text
        answer: dict[str, Any] = json.loads(text)
        return answer

    async def _connection(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        free = self._free.setdefault(url, [])
        if free:
            return free.pop()
        address = urlsplit(url)
        return await asyncio.open_connection(address.hostname, address.port)


def _read_head(head: bytes) -> tuple[int, int]:
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in rest if line)
    return int(first.split()[1]), int(headers["content-length"])
