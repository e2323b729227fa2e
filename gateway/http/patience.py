"""
How long a connection may keep the server waiting. Pure: is told what happens and when, and says until when to wait.

    CONNECTED --first byte--> HEAD --headers are in--> BODY --body is in--> ANSWER --it is sent--> IDLE
                               ^                                                                    |
                               +------------------------ first byte of the next request ------------+

A request without a body passes through BODY in no time. One measure runs from connecting to the end of the first
request, so silence is no way to gain time; later requests are measured from their first byte. While we owe the answer
nothing is measured here: questions have a deadline of their own.
"""

import enum

from gateway.settings import ServerSettings

GRACE_S = 1.0
"""What a body gets beyond its time, so that where the application reads it, its own refusal comes first."""


class Phase(enum.IntEnum):
    """What is waited for."""

    CONNECTED = enum.auto()
    HEAD = enum.auto()
    BODY = enum.auto()
    ANSWER = enum.auto()
    IDLE = enum.auto()


_ONE_MEASURE = frozenset({(Phase.CONNECTED, Phase.HEAD), (Phase.HEAD, Phase.BODY)})


class Patience:
    """The phase of one connection, and when it ends for want of bytes."""

    __slots__ = ("_allowed_s", "_since", "phase")

    def __init__(self, settings: ServerSettings, *, now: float) -> None:
        self.phase = Phase.CONNECTED
        self._since = now
        self._allowed_s = {
            Phase.CONNECTED: settings.header_timeout_s,
            Phase.HEAD: settings.header_timeout_s,
            Phase.BODY: settings.body_timeout_s + GRACE_S,
            Phase.IDLE: settings.keep_alive_s,
        }

    def moves_to(self, phase: Phase, *, now: float) -> None:
        """Something happened. Being told the same twice changes nothing: a trickle gains no time."""
        if phase is self.phase:
            return
        if (self.phase, phase) not in _ONE_MEASURE:
            self._since = now
        self.phase = phase

    @property
    def ends(self) -> float | None:
        """Until when to wait, on the clock that the events were told by; None while nothing is waited for."""
        allowed_s = self._allowed_s.get(self.phase)
        return None if allowed_s is None else self._since + allowed_s
