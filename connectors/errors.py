"""
Errors a connector may raise. Callers branch on kinds, so kinds are few and stable.

* ConnectorError
  x Unavailable         try again later: refused, reset, overloaded, 5xx, fault that means "ill"
    - TimedOut          it did not answer in its time
    - DeadlineReached   the caller's own time is up; the system may still answer others
    - Busy              it has as much to do as it may be given; nothing was asked
    - Ill               it has failed too often of late; nothing was asked
    - UnderMaintenance  its operator takes it away for a while; nothing was asked
    - SwitchedOff       our operator does not let it be asked; nothing was asked
    - NotFresh          what is known is older than the caller takes, and nothing newer can be had
  x Rejected            it understood and said no: barred, not allowed
    - NotKnown          it does not know this subscriber, account or id
  x BadData             it answered something we cannot trust: cut XML, missing amount, another subscriber
  x TooManyCalls        the operation has asked it as often as its caller may in one; nothing was asked
  x Misconfigured       our fault: wrong credentials, unknown operation, unknown currency id

`reason` is for people inside (logs): a constant phrase of ours, a code or a field name; never a payload, a number of
a subscriber, a credential or the system's own text. What clients read is decided at the edge (`resolvers.errors`).
`retry_after_s` is in how many seconds it makes sense to ask again, where that is known. `asked` is False where we
ourselves refuse to ask.
"""

from typing import ClassVar


class ConnectorError(Exception):
    """
    A call to a legacy system did not give an answer. Kinds are the subclasses; see the module's tree.

    *retry_after_s* is known where the same question may be put again: after so many seconds, 0 for at once. None says
    that it would not help, or that nobody knows.
    """

    code: ClassVar[str] = "INTERNAL"
    asked: ClassVar[bool] = True

    def __init__(self, reason: str, *, system: str, operation: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(f"{system}: {operation}: {reason}" if operation else f"{system}: {reason}")
        self.reason = reason
        self.system = system
        self.operation = operation
        self.retry_after_s = retry_after_s


class Unavailable(ConnectorError):
    """The system cannot answer now; later it may."""

    code = "UPSTREAM_UNAVAILABLE"


class TimedOut(Unavailable):
    """The system did not answer within its time."""

    code = "UPSTREAM_TIMEOUT"


class DeadlineReached(Unavailable):
    """The caller's deadline passed first."""

    code = "DEADLINE"


class Busy(Unavailable):
    """The system, or the caller's share of it, is taken. Nothing was asked."""

    code = "UPSTREAM_BUSY"
    asked = False


class Ill(Unavailable):
    """The system has failed so often that it is not asked for now. To ask again soon is of no use."""

    asked = False


class UnderMaintenance(Unavailable):
    """The system is within a maintenance window. Nothing was asked."""

    code = "MAINTENANCE"
    asked = False


class SwitchedOff(Unavailable):
    """Our operator has switched the system off, or made it read-only. Nothing was asked."""

    asked = False


class NotFresh(Unavailable):
    """Nothing as young as the caller wants can be had. *because* is why the system itself has nothing newer."""

    code = "NOT_FRESH"

    def __init__(
        self,
        reason: str,
        *,
        system: str,
        operation: str = "",
        retry_after_s: float | None = None,
        because: ConnectorError | None = None,
    ) -> None:
        super().__init__(reason, system=system, operation=operation, retry_after_s=retry_after_s)
        self.because = because


class Rejected(ConnectorError):
    """The system understood the question and refused it."""

    code = "UPSTREAM_REJECTED"


class NotKnown(Rejected):
    """The system does not know what it was asked about."""

    code = "NOT_FOUND"


class BadData(ConnectorError):
    """The system's answer cannot be trusted, so none of it is used."""

    code = "UPSTREAM_BAD_DATA"


class TooManyCalls(ConnectorError):
    """The operation has put as many calls to the system as its caller may with one. To ask again is of no use."""

    code = "TOO_COSTLY"
    asked = False


class Misconfigured(ConnectorError):
    """The gateway's configuration does not fit the system: credentials, operation, tables."""

    code = "INTERNAL"
