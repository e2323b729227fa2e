"""What the session pool does next, decided from how it stands. Knows no session, time or I/O (`sessions.py` does)."""

import dataclasses
import enum


class Step(enum.Enum):
    """What the pool does next."""

    HAND_OVER = "give an idle session to the call that waits longest"
    LOG_IN = "open one more session"
    REFUSE = "tell all waiting calls that there is no session"
    WAIT = "nothing until something changes"


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How the pool stands: everything `next_step` needs to know."""

    size: int
    waiting: int  # Calls that wait for any session.
    idle: int
    live: int  # Idle and leased.
    coming: int  # Logins whose session goes to whoever waits.
    replacing: int  # Logins whose session is promised to the call that lost one.
    may_log_in: bool  # Not closed, and the last login did not fail a moment ago.


def next_step(pool: Standing) -> Step:
    """Decide. A failed login is everybody's failure only when no session lives and none is on its way."""
    if not pool.waiting:
        return Step.WAIT
    if pool.idle:
        return Step.HAND_OVER
    room = pool.size - pool.live - pool.coming - pool.replacing
    if room > 0 and pool.may_log_in and pool.coming < pool.waiting:
        return Step.LOG_IN
    if pool.live or pool.coming or pool.replacing:
        return Step.WAIT
    return Step.REFUSE
