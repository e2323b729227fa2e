"""
The socket of the point of control: one line of JSON is a command, one line is the answer.

A file that only its owner may open is the whole of its protection, so it is never there with other rights, not even
for an instant.
"""

import asyncio
import contextlib
import os
import pathlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson

from gateway.control.answers import ANSWERED_S, LONGEST, refused
from gateway.control.commands import Command, Refused, read
from gateway.log import logger
from gateway.mistakes import SettingsError
from resolvers.errors import where

_PATIENCE_S = 10.0
_TURNS_TO_COME_IN = 4
"""Turns of the event loop from a connection that it has accepted to one that a visit knows of, and one more."""

Do = Callable[[Command], Awaitable[list[dict[str, Any]]]]
"""Has every process do a command: what each says."""


@contextlib.asynccontextmanager
async def listening(path: pathlib.Path | None, do: Do) -> AsyncIterator[None]:
    """Have *do* answer what comes over the socket at *path*, for as long as the block runs; nothing without a path."""
    if path is None:
        yield
        return
    bound, inode = _bound(path)
    visits = _Visits(do)
    server = await asyncio.start_unix_server(visits.begin, sock=bound, limit=LONGEST)
    try:
        yield
    finally:
        # Nobody finds the way in any more; those who are on it must have come in before the server closes, which would
        # forget them.
        _clear(path, inode)
        for _ in range(_TURNS_TO_COME_IN):
            await asyncio.sleep(0)
        server.close()
        await visits.aclose()


def note(command: Command, said: list[dict[str, Any]]) -> None:
    """Write into the log that *command* was told; not about whom."""
    logger().info("control", command=command.do, processes=len(said), failed=sum("error" in each for each in said))


class _Visits:
    def __init__(self, do: Do) -> None:
        self._do = do
        self._under_way: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody has come. Not a coroutine: one that is ended before it has begun could not close the connection."""
        task = asyncio.ensure_future(self._visit(reader, writer))
        self._under_way[task] = writer
        task.add_done_callback(self._under_way.pop)

    async def aclose(self) -> None:
        """End every visit."""
        left = dict(self._under_way)
        for task, writer in left.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*left, return_exceptions=True)
        # The transports close one turn later.
        await asyncio.sleep(0)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_S) as patience:
                line = await reader.readline()
                patience.reschedule(asyncio.get_running_loop().time() + ANSWERED_S)
                writer.write(orjson.dumps(await self._answer(line)) + b"\n")
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # Whoever came has gone, or says more than a command can be.
        except Exception as exc:  # noqa: BLE001 - a surprise is told, and the next command is answered
            logger().error("control_failed", kind=type(exc).__name__, where=where(exc))
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            command = read(line)
            said = await self._do(command)
        except Refused as exc:
            return refused(str(exc))
        note(command, said)
        return {"processes": said}


def _bound(path: pathlib.Path) -> tuple[socket.socket, int]:
    _check_free(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            listener.bind(os.fspath(path))
        finally:
            os.umask(before)
    except OSError as exc:
        listener.close()
        raise SettingsError(
            f"control.socket: cannot listen at {path} ({exc.strerror or exc}). "
            "Name a short path in a folder that is there and that this process may write to."
        ) from exc
    return listener, path.stat().st_ino


def _clear(path: pathlib.Path, inode: int) -> None:
    with contextlib.suppress(OSError):
        # Another gateway may have taken the path over.
        if path.stat().st_ino == inode:
            path.unlink()


def _check_free(path: pathlib.Path) -> None:
    if not os.path.lexists(path):
        return
    if not path.is_socket():
        raise SettingsError(f"control.socket: {path} is there and is no socket. Name another path.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.settimeout(1)
        try:
            other.connect(os.fspath(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return  # Left behind by one that is gone.
        except OSError:
            pass  # Somebody is there, and too busy to answer, or not for us.
    raise SettingsError(f"control.socket: another gateway answers at {path}. Name another path, or end that one.")
