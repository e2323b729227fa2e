"""The session rules of CAI3G, as a pure state machine under a clock of our own."""

import random

import pytest

from sandbox.hss.sessions import BusyError, HeaderFaultError, LicenceError, Session, Sessions


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(limit=2, idle_s=300, clock=clock, draw=random.Random(1))


def use(sessions: Sessions, session: Session, sequence: str | int, transaction: str | None = "1") -> None:
    taken = sessions.begin_call(session_id=session.id, transaction_id=transaction, sequence_id=str(sequence))
    taken.busy = False


def test_a_sequence_may_begin_at_its_base_and_must_grow(sessions: Sessions) -> None:
    session = sessions.open()
    use(sessions, session, session.base)
    use(sessions, session, session.base + 7)

    for sequence in (session.base + 7, session.base + 6, session.base):
        with pytest.raises(HeaderFaultError, match="Invalid SequenceId"):
            use(sessions, session, sequence)


@pytest.mark.parametrize("sequence", ["", "-1", "x", "1.0", str(2**64), "１２"])
def test_a_sequence_that_is_no_unsigned_long_is_invalid(sessions: Sessions, sequence: str) -> None:
    with pytest.raises(HeaderFaultError, match="Invalid SequenceId"):
        use(sessions, sessions.open(), sequence)


def test_a_sequence_below_the_base_is_invalid(sessions: Sessions) -> None:
    session = sessions.open()

    with pytest.raises(HeaderFaultError, match="Invalid SequenceId"):
        use(sessions, session, session.base - 1)


@pytest.mark.parametrize("transaction", [None, "", "3f2c", "-5", str(2**64)])
def test_a_transaction_that_is_no_unsigned_long_is_invalid(sessions: Sessions, transaction: str | None) -> None:
    session = sessions.open()

    with pytest.raises(HeaderFaultError, match="Invalid TransactionId"):
        use(sessions, session, session.base, transaction)


def test_a_refused_sequence_is_not_spent(sessions: Sessions) -> None:
    session = sessions.open()
    with pytest.raises(HeaderFaultError):
        use(sessions, session, session.base + 10, transaction="x")

    use(sessions, session, session.base)


def test_the_licence_limits_live_sessions(sessions: Sessions) -> None:
    first = sessions.open()
    sessions.open()
    with pytest.raises(LicenceError):
        sessions.open()

    sessions.close(first.id)

    sessions.open()


def test_an_idle_session_ends_and_frees_its_place(sessions: Sessions, clock: Clock) -> None:
    idle, used = sessions.open(), sessions.open()
    clock.now_s += 200
    use(sessions, used, used.base)
    clock.now_s += 200

    with pytest.raises(HeaderFaultError, match="Invalid SessionId"):
        use(sessions, idle, idle.base)
    use(sessions, used, used.base + 1)
    assert 1 == len(sessions)


def test_a_session_serves_one_call_at_a_time(sessions: Sessions) -> None:
    session = sessions.open()
    sessions.begin_call(session_id=session.id, transaction_id="1", sequence_id=str(session.base))

    with pytest.raises(BusyError):
        use(sessions, session, session.base + 1)


def test_a_closed_or_expired_session_is_invalid(sessions: Sessions) -> None:
    closed, expired = sessions.open(), sessions.open()
    sessions.close(closed.id)
    sessions.expire_all()

    for session in (closed, expired):
        with pytest.raises(HeaderFaultError, match="Invalid SessionId"):
            use(sessions, session, session.base)
    assert 0 == len(sessions)
