"""
The one place that knows h11: its connection, made strict, and telling what arrives.

Fixes four habits that a stranger could use: complete headers have no limit, ambiguous framing is read kindly,
tiny chunks cost 16 microseconds for each byte, and bytes behind the last request spoil the answer to it.
"""

from collections.abc import Callable

import h11

from gateway.http.framing import Refusal, end_of_head, fault
from gateway.http.patience import Phase
from gateway.settings import ServerSettings

MAX_CHUNKS = 1000
"""In one body. Clients that stream send chunks of some kilobytes; a body of one-byte chunks would stop the process."""

_REFUSALS = {431: Refusal.TOO_LARGE, 501: Refusal.UNKNOWN_CODING}
_Event = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class StrictConnection(h11.Connection):
    """Reads requests. After a refusal it is deaf: nothing that follows is parsed, let alone answered."""

    def __init__(
        self,
        settings: ServerSettings,
        *,
        on_phase: Callable[[Phase], None],
        on_refusal: Callable[[Refusal], None],
    ) -> None:
        super().__init__(h11.SERVER, settings.max_header_bytes)
        self._settings = settings
        self._on_phase = on_phase
        self._on_refusal = on_refusal
        self._unread = bytearray()
        self._chunks = 0
        self._deaf = False

    def receive_data(self, data: bytes) -> None:
        """Take *data*. Read it with `next_event`."""
        if self._deaf:
            return
        # h11 checks its limit only while something is incomplete, so it gets no more than that at once.
        if self._unread or len(data) > self._settings.max_header_bytes:
            self._unread += data
        else:
            super().receive_data(data)

    def next_event(self) -> _Event:
        """The next event. Never raises: what cannot be read is refused by `on_refusal`, and nothing comes after it."""
        while not self._deaf:
            event = self._next_event()
            if event is not h11.NEED_DATA or not self._unread:
                return event
            super().receive_data(bytes(self._unread[: self._settings.max_header_bytes]))
            del self._unread[: self._settings.max_header_bytes]
        return h11.NEED_DATA

    def _next_event(self) -> _Event:
        state = self.their_state
        if state is h11.IDLE and (wrong := self._head_fault()) is not None:
            return self._refuse(wrong)
        try:
            return self._noted(super().next_event())
        except h11.RemoteProtocolError as error:
            if state is h11.IDLE or state is h11.SEND_BODY:
                return self._refuse(_REFUSALS.get(error.error_status_hint, Refusal.MALFORMED))
        # More came behind a last request that is whole. It keeps its answer; what came is not looked at.
        return self.hear_nothing_more()

    def _head_fault(self) -> Refusal | None:
        received, _ = self.trailing_data
        if received:
            self._on_phase(Phase.HEAD)
        elif not self._unread:
            self._on_phase(Phase.IDLE)
        end = end_of_head(received)
        if end is None:
            return None
        if end > self._settings.max_header_bytes:
            return Refusal.TOO_LARGE
        return fault(received[:end], max_headers=self._settings.max_headers)

    def _noted(self, event: _Event) -> _Event:
        # Exact types: h11 has no subclasses of its events, and asking for them is dear (they are abstract classes).
        if type(event) is h11.Request:
            self._chunks = 0
            self._on_phase(Phase.BODY)
        elif type(event) is h11.EndOfMessage:
            self._on_phase(Phase.ANSWER)
        elif type(event) is h11.Data:
            self._chunks += event.chunk_start
            if self._chunks > MAX_CHUNKS:
                return self._refuse(Refusal.TOO_MANY_CHUNKS)
        return event

    def _refuse(self, refusal: Refusal) -> _Event:
        self._on_refusal(refusal)
        return self.hear_nothing_more()

    def hear_nothing_more(self) -> _Event:
        """Be deaf from now on."""
        self._deaf = True
        self._unread.clear()
        return h11.NEED_DATA
