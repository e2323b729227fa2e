"""
One connection of a client: the socket and the timers, with an end to every wait and a cap on all.

What is decided is decided beside this: until when to wait in `patience`, what was said in `connection`, what is
refused in `framing`, what the application may answer in `exchange`. uvicorn's server starts and ends it all.
"""

import asyncio
import urllib.parse
from typing import Any, cast

from uvicorn import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from gateway.http.alarm import Alarm
from gateway.http.connection import RequestReader
from gateway.http.endings import Endings
from gateway.http.exchange import Exchange
from gateway.http.fields import FIELDS, by_name
from gateway.http.framing import Refusal
from gateway.http.head import Head
from gateway.http.patience import Patience, Phase
from gateway.settings import ServerSettings

LINGER_S = 2.0
"""
So long a client that is still sending may go on, unheard, after it was answered.

Closed at once, it would get a reset, which takes the answer away that it has not read yet: 413 would never arrive.
"""

_MORE_LINGERING = 100
"""Connections beyond the cap that are told so properly; in a flood the others are just closed."""

_ENOUGH = 65536
"""Bytes of a body that wait for the application; the client waits with more."""


class PatientProtocol(asyncio.Protocol):
    """Serves one connection within the limits of *settings*. uvicorn makes one for each, and calls `shutdown`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: ServerSettings,
        endings: Endings,
    ) -> None:
        self._loop = loop = _loop or asyncio.get_running_loop()
        self._app = config.loaded_app
        self._state = server_state
        self._app_state = app_state
        # uvicorn's set is for its own protocols; all that it does with them is to call `shutdown`.
        self._connections = cast("set[PatientProtocol]", server_state.connections)
        self._settings = settings
        self._endings = endings
        self._reader = RequestReader(settings, self)
        self._patience = Patience(settings, now=loop.time())
        self._reading = Alarm(loop, self._read_too_long)
        self._writing = Alarm(loop, self._written_too_long)
        self._exchange: Exchange | None = None
        self._transport: asyncio.Transport
        self._about: dict[str, Any] = {}
        self._told: tuple[Head, dict[str, Any]] | None = None
        self._paused = False
        self._taken: asyncio.Event | None = None
        self._refused = False
        self._lingers = False

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or say that there are too many."""
        beyond = len(self._connections) - self._settings.max_connections
        self._connections.add(self)
        self._transport = socket = cast("asyncio.Transport", transport)
        self._about = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "scheme": "http",
            "server": get_local_addr(socket),
            "client": get_remote_addr(socket),
            "root_path": "",
        }
        # Then a paused transport means that the client has not taken everything, and a resumed one that it has.
        socket.set_write_buffer_limits(high=0)
        if beyond >= _MORE_LINGERING:
            socket.abort()
        elif beyond >= 0:
            self.refuse(Refusal.TOO_MANY_CONNECTIONS)
        else:
            self._reading.move(self._patience.ends)

    def data_received(self, data: bytes) -> None:
        """Read it; what it means is told to the methods below."""
        self._reader.receive(data)
        if self._reader.holds:
            self._pause()

    def eof_received(self) -> bool:
        """
        Close: a client that has said its last byte counts as gone, as with nginx.

        It may still be listening, but nobody can tell it from one that has left, and those are many more.
        """
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Let go of everything."""
        self._connections.discard(self)
        self._reading.stop()
        self._writing.stop()
        self._reader.hear_nothing_more()
        if self._exchange is not None:
            self._exchange.lose()
        if self._taken is not None:
            self._taken.set()

    def pause_writing(self) -> None:
        """The client does not take what it asked for as fast as it comes."""
        self._taken = asyncio.Event()
        self._writing.move(self._loop.time() + self._settings.write_timeout_s)

    def resume_writing(self) -> None:
        """The client has taken everything so far."""
        if self._taken is not None:
            self._taken.set()
            self._taken = None
        self._writing.move(None)

    # What uvicorn's server tells.

    def shutdown(self) -> None:
        """Close now, or behind the answer that is being given."""
        if self._exchange is None or self._exchange.complete:
            self._close()
        else:
            self._exchange.keeps = False

    # What the reader tells.

    def moved(self, phase: Phase) -> None:
        """Something else is waited for."""
        self._patience.moves_to(phase, now=self._loop.time())
        if not self._lingers:
            self._reading.move(self._patience.ends)

    def request(self, head: Head) -> None:
        """Have the application answer."""
        exchange = Exchange(head, self._scope(head), self, self._state.default_headers)
        self._exchange = exchange
        task = self._loop.create_task(exchange.run(self._app))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def body(self, data: bytes) -> None:
        """Keep it for the application, and the client waiting if that is slow."""
        if self._exchange is not None:
            self._exchange.hears(data)
            if self._exchange.waiting > _ENOUGH:
                self._pause()

    def end(self) -> None:
        """Tell the application; where it has answered already, go on with the next request."""
        if self._exchange is not None:
            self._exchange.hears_the_end()
            if self._exchange.complete:
                self._reader.next()

    def refuse(self, refusal: Refusal) -> None:
        """Say why, unless an answer has begun, and end the connection."""
        self._refused = True
        self._reader.hear_nothing_more()
        self._endings.note(refusal.name.lower(), now=self._loop.time())
        if not self._answers_early():
            self._transport.write(refusal.answer)
        if self._exchange is not None and not self._exchange.complete:
            # The application is not to answer what has been answered here.
            self._exchange.lose()
        self._close()

    # What the exchange tells.

    def write(self, data: bytes) -> None:
        """Send *data*."""
        self._transport.write(data)

    async def drained(self) -> None:
        """Wait while the client does not take what it got."""
        if self._taken is not None:
            await self._taken.wait()

    def wants_body(self) -> None:
        """Read on."""
        if self._paused:
            self._paused = False
            self._transport.resume_reading()

    def answered(self) -> None:
        """Go on with the next request, if the rest of this one is there and both sides want to."""
        self._state.total_requests += 1
        if self._transport.is_closing():
            return
        if self._exchange is not None and not self._exchange.keeps:
            self._close()
            return
        self.wants_body()
        self._reader.next()

    def cut(self) -> None:
        """End the connection: its answer cannot be made whole."""
        self._transport.close()

    def _scope(self, head: Head) -> dict[str, Any]:
        """What the application is told; worked out once for a head that comes again and again."""
        if self._told is None or self._told[0] is not head:
            self._told = (head, {**self._about, **_words(head)})
        return {**self._told[1], "headers": head.headers.copy(), "state": self._app_state.copy()}

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    def _answers_early(self) -> bool:
        return self._patience.phase is Phase.BODY and self._exchange is not None and self._exchange.started

    def _close(self) -> None:
        early = self._refused or self._answers_early()
        if self._lingers or not early or self._transport.is_closing():
            self._transport.close()
            return
        self._lingers = True
        self._reader.hear_nothing_more()
        self._transport.write_eof()
        self.wants_body()
        self._reading.move(self._loop.time() + LINGER_S)

    def _read_too_long(self) -> None:
        if self._lingers:
            self._transport.abort()
        elif self._patience.phase in {Phase.CONNECTED, Phase.IDLE}:
            self._transport.close()
        else:
            self.refuse(Refusal.TOO_SLOW)

    def _written_too_long(self) -> None:
        self._endings.note("answer_not_taken", now=self._loop.time())
        # Closing would wait for the client to take the rest.
        self._transport.abort()


def _words(head: Head) -> dict[str, Any]:
    raw_path, _, query = head.target.partition(b"?")
    path = raw_path.decode("ascii")
    return {
        "http_version": head.version,
        "method": head.method,
        "path": urllib.parse.unquote(path) if "%" in path else path,
        "raw_path": raw_path,
        "query_string": query,
        FIELDS: by_name(head.headers),
    }
