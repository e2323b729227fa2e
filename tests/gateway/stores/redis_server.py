"""A real redis-server for tests: started on a socket in a folder of its own, killed, restarted, held up."""

import asyncio
import contextlib
import pathlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from gateway.stores.settings import RedisSettings

SECRET = SecretStr("a secret of tests that is long enough")

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")


class RedisServer:
    """One server; what it held is gone when it was killed, unless it was told to save."""

    def __init__(self, folder: pathlib.Path, *options: str) -> None:
        self.folder = folder
        self.socket = folder / "redis.sock"
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> RedisSettings:
        return self.settings_with()

    def settings_with(self, **settings: object) -> RedisSettings:
        return RedisSettings.model_validate({"url": f"unix://{self.socket}", "key_secret": SECRET, **settings})

    async def start(self) -> None:
        plain = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
        self._process = subprocess.Popen(  # noqa: ASYNC220 - It takes no time that counts here.
            ["redis-server", *plain, *self._options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with asyncio.timeout(30):
            while not await self._answers():  # noqa: ASYNC110 - Another process: there is nobody to tell us.
                await asyncio.sleep(0.01)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def hold(self) -> None:
        """It takes connections and bytes, and answers nothing."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def cli(self, *command: str) -> str:
        done = subprocess.run(
            ["redis-cli", "-s", str(self.socket), *command], capture_output=True, check=True, timeout=30
        )
        return done.stdout.decode(errors="replace").strip()

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
        except OSError:
            return False
        writer.write(b"PING\r\n")
        found = await reader.readline()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return found.startswith((b"+PONG", b"-NOAUTH"))

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)


@contextlib.asynccontextmanager
async def running(*options: str) -> AsyncIterator[RedisServer]:
    """A server for as long as it lasts."""
    # Not under the tests' own folder: the path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="sb-redis-") as folder:
        server = RedisServer(pathlib.Path(folder), *options)
        try:
            await server.start()
            yield server
        finally:
            server.go_on()
            server.kill()


class Slow:
    """A long way to a server: whatever comes back from it takes *seconds* more."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server
        self.socket = server.folder / "slow.sock"
        self.seconds = 0.0
        self._ways: set[asyncio.Task[None]] = set()

    def settings_with(self, **settings: object) -> RedisSettings:
        return self._server.settings_with(url=f"unix://{self.socket}", **settings)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Slow"]:
        listening = await asyncio.start_unix_server(self._connected, str(self.socket))
        try:
            yield self
        finally:
            listening.close()
            for way in self._ways:
                way.cancel()
            await asyncio.gather(*self._ways, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(str(self._server.socket))
        for way in (self._carry(reader, there_writer, slowly=False), self._carry(there_reader, writer, slowly=True)):
            task = asyncio.create_task(way)
            self._ways.add(task)
            task.add_done_callback(self._ways.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slowly: bool) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            while data := await reader.read(65536):
                if slowly:
                    await asyncio.sleep(self.seconds)
                writer.write(data)


@contextlib.contextmanager
def running_meanwhile(*options: str) -> Iterator[RedisServer]:
    """As `running`, for tests without an event loop of their own."""
    with asyncio.Runner() as runner:
        server = running(*options)
        try:
            yield runner.run(server.__aenter__())
        finally:
            runner.run(server.__aexit__(None, None, None))
