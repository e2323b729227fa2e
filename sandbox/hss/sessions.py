"""The sessions of a CAI3G node: who is logged in, which sequence numbers are spent, who is in a call. No I/O."""

import dataclasses
import random
import re
from collections.abc import Callable
from typing import Final

_UNSIGNED_LONG: Final = 2**64


class LicenceError(Exception):
    """As many sessions are open as the licence allows."""


class HeaderFaultError(Exception):
    """A session header that does not hold; *header* is SessionId, TransactionId or SequenceId."""

    def __init__(self, header: str) -> None:
        super().__init__(f"Invalid {header}")
        self.header = header


class BusyError(Exception):
    """The session is already serving a call."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Session:
    """One login: its id, the sequence number it starts from, the last one used, and when it was last heard of."""

    id: str
    base: int
    last: int | None = None
    seen_s: float
    busy: bool = False


class Sessions:
    """All live sessions. *clock* gives seconds, *draw* the ids; idle sessions end by themselves."""

    def __init__(self, *, limit: int, idle_s: float, clock: Callable[[], float], draw: random.Random) -> None:
        self._limit = limit
        self._idle_s = idle_s
        self._clock = clock
        self._draw = draw
        self._live: dict[str, Session] = {}

    def __len__(self) -> int:
        self._forget_idle()
        return len(self._live)

    def open(self) -> Session:
        """A new session; LicenceError when the licence is exhausted."""
        if len(self) >= self._limit:
            raise LicenceError
        base = self._draw.randrange(2**60, 2**61)
        session = Session(id=self._draw.randbytes(16).hex(), base=base, seen_s=self._clock())
        self._live[session.id] = session
        return session

    def close(self, session_id: str | None) -> Session:
        """End a session; HeaderFaultError if there is none."""
        session = self._find(session_id)
        del self._live[session.id]
        return session

    def expire_all(self) -> None:
        """End every session, as a restart of the node would."""
        self._live.clear()

    def begin_call(self, *, session_id: str | None, transaction_id: str | None, sequence_id: str | None) -> Session:
        """
        Take a session for one call; the caller must set `busy` back when the answer has gone out.

        Raises HeaderFaultError for the first header that does not hold, and BusyError for a second call at a time.
        The sequence number must grow within a session and start from its base.
        """
        session = self._find(session_id)
        if _unsigned_long(transaction_id) is None:
            raise HeaderFaultError("TransactionId")
        sequence = _unsigned_long(sequence_id)
        if sequence is None or sequence < session.base or (session.last is not None and sequence <= session.last):
            raise HeaderFaultError("SequenceId")
        if session.busy:
            raise BusyError
        session.last, session.seen_s, session.busy = sequence, self._clock(), True
        return session

    def _find(self, session_id: str | None) -> Session:
        self._forget_idle()
        session = self._live.get(session_id or "")
        if session is None:
            raise HeaderFaultError("SessionId")
        return session

    def _forget_idle(self) -> None:
        oldest = self._clock() - self._idle_s
        self._live = {key: session for key, session in self._live.items() if session.busy or session.seen_s >= oldest}


def _unsigned_long(text: str | None) -> int | None:
    """The value of an xsd:unsignedLong, or None if the text is none."""
    if not text or not re.fullmatch(r"[0-9]{1,20}", text):
        return None
    value = int(text)
    return value if value < _UNSIGNED_LONG else None
