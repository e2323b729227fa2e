"""
One connection of a client: uvicorn's protocol over a strict parser, with an end to every wait and a cap on all.

uvicorn waits for ever for headers, for the rest of a body that nobody reads, and for a client that does not read
its answer. The decisions are in `patience` and `framing`; this file holds the timers and the socket.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from gateway.http.connection import StrictConnection
from gateway.http.endings import Endings
from gateway.http.framing import Refusal
from gateway.http.patience import Patience, Phase
from gateway.settings import ServerSettings


class Alarm:
    """
    A timer that is moved by writing down a number.

    The loop hears of it only when it has to ring earlier than it was told before, so moving it costs next to nothing.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._at: float | None = None
        self._handle: asyncio.TimerHandle | None = None

    def move(self, at: float | None) -> None:
        """Ring at *at* on the loop's clock, and not before; None is never."""
        self._at = at
        if at is not None and (self._handle is None or at < self._handle.when()):
            self._tell_loop(at)

    def stop(self) -> None:
        """Never ring, and let go of the loop."""
        self._at = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _tell_loop(self, at: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(at, self._due)

    def _due(self) -> None:
        self._handle = None
        if self._at is None:
            return
        if self._at > self._loop.time():
            self._tell_loop(self._at)
        else:
            self._ring()


LINGER_S = 2.0
"""
So long a client that is still sending may go on, unheard, after it was answered.

Closed at once, it would get a reset, which takes the answer away that it has not read yet: 413 would never arrive.
"""

_MORE_LINGERING = 100
"""Connections beyond the cap that are told so properly; in a flood the others are just closed."""


class _Door:
    """The transport as uvicorn sees it: closing is for the protocol to do."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self.close = close

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class PatientProtocol(H11Protocol):
    """Serves one connection as uvicorn does, within the limits of *settings*."""

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
        super().__init__(config, server_state, app_state, _loop)
        self.conn = self._strict = StrictConnection(settings, on_phase=self._moved, on_refusal=self._refuse)
        self._settings = settings
        self._endings = endings
        self._patience = Patience(settings, now=self.loop.time())
        self._reading = Alarm(self.loop, self._read_too_long)
        self._writing = Alarm(self.loop, self._written_too_long)
        self._refused = False
        self._lingers = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or say that there are too many."""
        beyond = len(self.connections) - self._settings.max_connections
        super().connection_made(transport)
        self._socket = transport
        self.transport = cast("asyncio.Transport", _Door(transport, self._close))
        # Then a paused transport means that the client has not taken everything, and a resumed one that it has.
        transport.set_write_buffer_limits(high=0)
        if beyond >= _MORE_LINGERING:
            transport.abort()
        elif beyond >= 0:
            self._refuse(Refusal.TOO_MANY_CONNECTIONS)
        else:
            self._reading.move(self._patience.ends)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the timers."""
        self._reading.stop()
        self._writing.stop()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client does not take what it asked for as fast as it comes."""
        super().pause_writing()
        self._writing.move(self.loop.time() + self._settings.write_timeout_s)

    def resume_writing(self) -> None:
        """The client has taken everything so far."""
        super().resume_writing()
        self._writing.move(None)

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade that is not available is ignored (RFC 9110, 7.8), and is not worth a line in the log."""

    def _moved(self, phase: Phase) -> None:
        self._patience.moves_to(phase, now=self.loop.time())
        self._reading.move(self._patience.ends)

    def _close(self) -> None:
        answered_early = self._refused or (self._patience.phase is Phase.BODY and self.cycle.response_started)
        if self._lingers or not answered_early or self._socket.is_closing():
            self._socket.close()
            return
        self._lingers = True
        self._strict.hear_nothing_more()
        self._socket.write_eof()
        self.flow.resume_reading()
        self._reading.move(self.loop.time() + LINGER_S)

    def _read_too_long(self) -> None:
        if self._lingers:
            self._socket.abort()
        elif self._patience.phase in {Phase.CONNECTED, Phase.IDLE}:
            self._socket.close()
        else:
            self._refuse(Refusal.TOO_SLOW)

    def _written_too_long(self) -> None:
        self._endings.note("answer_not_taken", now=self.loop.time())
        # Closing would wait for the client to take the rest.
        self._socket.abort()

    def _refuse(self, refusal: Refusal) -> None:
        self._refused = True
        self._endings.note(refusal.name.lower(), now=self.loop.time())
        if not (self._patience.phase is Phase.BODY and self.cycle.response_started):
            self.transport.write(refusal.answer)
        if self.cycle is not None and not self.cycle.response_complete:
            # The application is not to answer what has been answered here.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
