"""
The pool of CAI3G sessions: who may use which session, and when to log in or out. Knows no SOAP.

A session serves one call at a time and licences limit how many there may be, so calls queue for sessions. What becomes
of a session:

    logging in --answered-------------------------> idle, or leased by the call it was opened for
    logging in --failed, nobody else has one------> none; every waiting call gets the error
    idle       --a call takes it------------------> leased
    leased     --answered, cut, cancelled---------> idle, and on to the call that waits longest
    any        --the credentials have changed-----> none, once its call has ended; a login starts in its place
    leased     --"Invalid SessionId", "-SequenceId"> none; exactly one login starts in its place

Sessions are opened when calls wait, up to the pool's size (`steps.py` decides). That a session has expired is learned
from the refusal of a call: only the call that holds it can learn so, it logs in again once while the others go on
waiting, and is repeated once in the new session. Logins belong to the pool, not to a call: a caller that leaves
(deadline, client gone) neither stops a login nor loses a session.

All state is touched between awaits only, so it needs no lock.
"""

import asyncio
import collections
import contextlib
import dataclasses
import itertools
import math
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from connectors.cai3g.session import Opened, Session, SessionGone, Ticket
from connectors.cai3g.steps import Standing, Step, next_step
from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.errors import Busy, ConnectorError, Rejected, Unavailable

T = TypeVar("T")

CLOSING_S = 1.0
"""The longest that closing waits for logins in flight, and again for logouts."""


class Door(Protocol):
    """Opens and closes sessions. Both end by themselves within the system's time limit."""

    async def log_in(self) -> Opened:
        """Open a session; raises ConnectorError."""
        ...

    async def log_out(self, ticket: Ticket) -> None:
        """Close a session; raises ConnectorError or SessionGone."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class _Failure:
    error: ConnectorError
    until: float


class SessionPool:
    """The sessions of one system. Whoever makes it closes it."""

    def __init__(
        self,
        system: str,
        door: Door,
        *,
        size: int,
        cool_down_s: float,
        clock: Clock,
        report: Reporter,
        wait_s: float = math.inf,
    ) -> None:
        self._system = system
        self._door = door
        self._size = size
        self._cool_down_s = cool_down_s
        self._wait_s = wait_s
        self._answered = 0
        self._clock = clock
        self._report = report
        self._live: set[Session] = set()
        self._idle: list[Session] = []  # The last one is used next, so that few sessions serve a light load.
        self._waiters: collections.deque[asyncio.Future[Session]] = collections.deque()
        self._logins: dict[asyncio.Task[Session], asyncio.Future[Session] | None] = {}
        self._outdated: set[Session] = set()  # Opened with earlier credentials, and used by a call.
        self._early: set[asyncio.Task[Session]] = set()  # Logins with earlier credentials.
        self._failure: _Failure | None = None
        self._closed = False
        # TransactionIds need to differ, also from those before a restart: they start at the time of day.
        self._transaction_ids = itertools.count(int(clock.now().timestamp() * 1000))

    async def call(self, ask: Callable[[Ticket], Awaitable[T]]) -> T:
        """
        *ask* with a session that is ours for the length of the call.

        When *ask* raises SessionGone it is asked once more in a new session. Raises what *ask* raises, or the error of
        the login, or Unavailable when a new session was refused as well, or Busy when no session was free for *wait_s*
        although the system answered others: it is not slow then, and our sessions are too few.
        """
        session = await self._leased()
        try:
            return await self._asked(session, ask)
        except SessionGone as gone:
            session = await self._replacement(session, gone)
        try:
            return await self._asked(session, ask)
        except SessionGone as gone:
            self._lose(session)
            self._serve()
            raise Unavailable("a new session was refused too", system=self._system) from gone

    def renew(self) -> None:
        """
        Open every session anew, because the door has other credentials now.

        Calls under way end in the sessions that they have. No more sessions are open at once than before: each is
        closed before another is opened in its place.
        """
        if self._closed:
            return
        self._failure = None
        self._early = set(self._logins)
        idle, self._idle = self._idle, []
        self._outdated = self._live.difference(idle)
        for session in idle:
            self._replace(session)
        self._serve()

    async def aclose(self) -> None:
        """Refuse further calls and log out of every session, within about two seconds. Never raises."""
        self._closed = True
        while self._waiters:
            _fail(self._waiters.popleft(), self._refusal())
        await _within(CLOSING_S, *self._logins)
        sessions, self._live, self._idle = self._live, set(), []
        await _within(CLOSING_S, *(self._log_out(session) for session in sessions))

    async def _asked(self, session: Session, ask: Callable[[Ticket], Awaitable[T]]) -> T:
        try:
            answer = await ask(session.ticket(next(self._transaction_ids)))
        except SessionGone:
            raise  # Not given back: the caller decides what takes its place.
        except BaseException as exc:
            # Cut or cancelled: the system may still be busy with the call, so this session is used last.
            is_answer = isinstance(exc, Rejected)
            self._answered += is_answer
            self._give_back(session, last=not is_answer)
            raise
        self._answered += 1
        self._give_back(session)
        return answer

    async def _leased(self) -> Session:
        if self._closed:
            raise self._refusal()
        if self._idle and not self._waiters:
            # What `_serve` would do for the only one who waits.
            return self._idle.pop()
        waiter: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._serve()
        return await self._received(waiter, wait_s=self._wait_s)

    async def _replacement(self, lost: Session, gone: SessionGone) -> Session:
        self._lose(lost)
        if self._closed:
            raise self._refusal()
        self._report.info("session_replaced", system=self._system)
        waiter: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        # Not held back by a login that failed a moment ago: each lost session is worth one try.
        self._start_login(promised_to=waiter, instead_of=lost if gone.still_open else None)
        return await self._received(waiter)

    async def _received(self, waiter: asyncio.Future[Session], *, wait_s: float = math.inf) -> Session:
        answered = self._answered
        try:
            if not math.isinf(wait_s):
                await asyncio.wait({waiter}, timeout=wait_s)
            if not waiter.done() and self._answered > answered:
                self._waiters.remove(waiter)
                raise Busy("every session is in use", system=self._system)
            return await waiter
        except asyncio.CancelledError:
            with contextlib.suppress(ValueError):
                self._waiters.remove(waiter)
            # The session may have been handed over in the very moment in which the caller left.
            if not waiter.cancel() and not waiter.cancelled() and waiter.exception() is None:
                self._give_back(waiter.result())
            raise

    def _give_back(self, session: Session, *, last: bool = False) -> None:
        if session in self._outdated and not self._closed:
            self._replace(session)
        else:
            self._idle.insert(0 if last else len(self._idle), session)
        self._serve()

    def _replace(self, session: Session) -> None:
        self._lose(session)
        self._start_login(promised_to=None, instead_of=session)

    def _lose(self, session: Session) -> None:
        self._live.discard(session)
        self._outdated.discard(session)

    def _serve(self, *, may_log_in: bool = True) -> None:
        """Take every step that can be taken now. Called after each change."""
        if not self._waiters:
            return
        # Callers that have just been cancelled still stand in the queue, and must not be handed a session.
        self._waiters = collections.deque(waiter for waiter in self._waiters if not waiter.done())
        while (step := next_step(self._standing(may_log_in=may_log_in))) is not Step.WAIT:
            match step:
                case Step.HAND_OVER:
                    _settle(self._waiters.popleft(), self._idle.pop())
                case Step.LOG_IN:
                    self._start_login(promised_to=None, instead_of=None)
                case Step.REFUSE:
                    _fail(self._waiters.popleft(), self._refusal())

    def _standing(self, *, may_log_in: bool) -> Standing:
        coming = sum(promised_to is None for promised_to in self._logins.values())
        cooling = self._failure is not None and self._clock.monotonic() < self._failure.until
        return Standing(
            size=self._size,
            waiting=len(self._waiters),
            idle=len(self._idle),
            live=len(self._live),
            coming=coming,
            replacing=len(self._logins) - coming,
            may_log_in=may_log_in and not self._closed and not cooling,
        )

    def _refusal(self) -> ConnectorError:
        if self._closed or self._failure is None:
            return Unavailable("the connector is closed", system=self._system)
        return _again(self._failure.error)

    def _start_login(self, *, promised_to: asyncio.Future[Session] | None, instead_of: Session | None) -> None:
        task = asyncio.ensure_future(self._log_in(instead_of))
        self._logins[task] = promised_to
        task.add_done_callback(self._login_ended)

    async def _log_in(self, instead_of: Session | None) -> Session:
        if instead_of is not None:
            await self._log_out(instead_of)
        return Session(await self._door.log_in())

    def _login_ended(self, task: asyncio.Task[Session]) -> None:
        waiter = self._logins.pop(task)
        error = self._login_error(task)
        early = task in self._early and not self._closed
        self._early.discard(task)
        if error is not None and early:
            # The earlier credentials are not taken any more, which says nothing about those that we have now.
            self._start_login(promised_to=waiter, instead_of=None)
        elif error is not None:
            self._note_failure(error)
            if waiter is not None:
                _fail(waiter, _again(error))
        else:
            self._note_success()
            session = task.result()
            self._live.add(session)
            if early:
                self._outdated.add(session)
            if waiter is None or not _settle(waiter, session):
                self._give_back(session)
        # It was tried for all who wait: however short the cool-down is, none of them has it tried again.
        self._serve(may_log_in=error is None or early)

    def _login_error(self, task: asyncio.Task[Session]) -> ConnectorError | None:
        if task.cancelled():
            return Unavailable("the login was cancelled", system=self._system, operation="Login")
        error = task.exception()
        if error is None or isinstance(error, ConnectorError):
            return error
        unexpected = Unavailable(f"the login failed: {type(error).__name__}", system=self._system, operation="Login")
        unexpected.__cause__ = error
        return unexpected

    def _note_failure(self, error: ConnectorError) -> None:
        if self._failure is None:
            self._report.warning("login_failed", system=self._system, error=type(error).__name__, reason=error.reason)
        self._failure = _Failure(error, until=self._clock.monotonic() + self._cool_down_s)

    def _note_success(self) -> None:
        if self._failure is not None:
            self._report.info("login_works_again", system=self._system)
        self._failure = None

    async def _log_out(self, session: Session) -> None:
        # A session that cannot be closed ends by itself when it has been idle for long enough.
        try:
            await self._door.log_out(session.ticket(next(self._transaction_ids)))
        except (ConnectorError, SessionGone) as exc:
            self._report.info("logout_failed", system=self._system, error=type(exc).__name__)


def _settle(waiter: asyncio.Future[Session], session: Session) -> bool:
    if waiter.done():
        return False
    waiter.set_result(session)
    return True


def _fail(waiter: asyncio.Future[Session], error: ConnectorError) -> None:
    if not waiter.done():
        waiter.set_exception(error)


def _again(error: ConnectorError) -> ConnectorError:
    """The same error for one more caller: an exception raised in several tasks would mix their tracebacks."""
    copy = type(error)(error.reason, system=error.system, operation=error.operation)
    copy.__cause__ = error
    return copy


async def _within(seconds: float, *work: Awaitable[object]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*work, return_exceptions=True)
