"""
What a connector tells of an answer beside its value: its source, how long it is fresh, and its validator.

A validator is by what a system can be asked later whether the answer still holds, such as an ETag. The guard keeps it
beside the answer and brings it back; what it means only its dialect knows.
"""

import datetime as dt
from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, Self

from connectors.clock import Clock
from connectors.guard.answer import Answer, Known
from connectors.guard.freshness import Windows, windows_of
from connectors.guard.settings import GuardSettings
from schema.source import Source


class Fetching:
    """
    The earliest instant that a source was written within the block, also by tasks and threads that it started.

    An answer is as old as its oldest source says: were it taken for younger, it could be fresh for the guard and stale
    for whoever reads it. *known* is what is kept of the answer, where that may still hold. *windows* are those of an
    operation as they are now, where they may differ from the settings'.
    """

    __slots__ = ("_token", "at", "confirmed", "fresh_s", "known", "validator", "windows")

    def __init__(self, known: Known | None = None, *, windows: Callable[[str], Windows | None] | None = None) -> None:
        self.known = known
        self.windows = windows
        self.validator: str | None = None
        self.confirmed = False
        self.at: dt.datetime | None = None
        self.fresh_s: float | None = None
        """For how many seconds the system itself says that its answer is fresh, where it says so."""

    def __enter__(self) -> Self:
        self._token: Token[Fetching | None] = _FETCHED.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _FETCHED.reset(self._token)


_FETCHED: ContextVar[Fetching | None] = ContextVar("switchboard_fetched", default=None)


def fresh_at_most(seconds: float) -> None:
    """The system says that what it answers is fresh for *seconds*. To be told before the source is written."""
    fetching = _FETCHED.get()
    if fetching is not None and (fetching.fresh_s is None or seconds < fetching.fresh_s):
        fetching.fresh_s = seconds


def known_answer() -> Answer[Any] | None:
    """What is kept of the answer to the call that is being made, if its system can be asked whether it still holds."""
    fetching = _FETCHED.get()
    return None if fetching is None or fetching.known is None else fetching.known.answer


def validated_by(validator: str, *, confirmed: bool = False) -> None:
    """
    By *validator* the system can be asked later whether what it answers now still holds.

    *confirmed* says that it did not answer anew, but that `known_answer()` still holds. The value must be that one,
    with a source as of now.
    """
    fetching = _FETCHED.get()
    if fetching is not None:
        fetching.validator, fetching.confirmed = validator, confirmed


def source_of(system: str, operation: str, *, settings: GuardSettings, clock: Clock) -> Source:
    """
    A source as of now; it stays fresh for as long as the operator lets this operation's answers be given again.

    It does so for less where the system said so (`fresh_at_most`). That an answer may be asked for anew a little sooner
    (`jitter`) does not make it any less fresh.
    """
    now = clock.now()
    fetching = _FETCHED.get()
    if fetching is not None and fetching.at is None:
        fetching.at = now
    live = None if fetching is None else fetching.windows
    windows = windows_of(operation, settings) if live is None else live(operation)
    if windows is None:
        return Source(system=system, operation=operation, fetched_at=now)
    said_s = None if fetching is None else fetching.fresh_s
    fresh_s = windows.fresh_s if said_s is None else min(said_s, windows.fresh_s)
    # Where only windows beyond it are set the fresh time is zero: given again, such an answer is stale.
    fresh_until = now + dt.timedelta(seconds=fresh_s)
    return Source(system=system, operation=operation, fetched_at=now, fresh_until=fresh_until)
