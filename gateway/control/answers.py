"""What is said back to a command: by each process what it did, or in a sentence why it did not."""

from typing import Any

LONGEST = 1024 * 1024
"""Bytes that a command may have."""

LONGEST_ANSWER = 16 * LONGEST
"""Bytes that all processes together may say back."""

ANSWERED_S = 600.0
"""So long the longest command may take: many workers, one after the other, begin to work by other settings."""

CONFLICT = "CONFLICT"
"""The code of a change that was made for an earlier version."""

Said = dict[str, Any]


def done(answer: Any) -> Said:
    """It was done."""
    return {"answer": answer}


def refused(why: str, *, worker: int | None = None, code: str | None = None) -> Said:
    """It was not done; *code* is for programs."""
    found: Said = {"error": why} if worker is None else {"worker": worker, "error": why}
    return found if code is None else {**found, "code": code}


def answered(said: Said, *, worker: int) -> Said:
    """What the worker said."""
    return {"worker": worker, **said}


def no_answer(worker: int, within_s: float) -> Said:
    """The worker said nothing. It does what it was told when it can: the command waits for it."""
    return refused(f"no answer within {within_s:g} s; it is told as soon as it listens again", worker=worker)
