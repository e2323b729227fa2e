"""Leaving somebody alone who does not answer."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.access.tokens.cooldown import FAILURES, PAUSE_S, Cooldown


def tripped() -> Cooldown:
    found = Cooldown()
    for _ in range(FAILURES):
        found.failed(0)
    return found


def test_a_few_failures_are_nothing():
    found = Cooldown()
    for _ in range(FAILURES - 1):
        found.failed(0)

    assert 0 == found.wait_s(0)


def test_after_several_in_a_row_nobody_asks_for_a_while_and_then_one():
    found = tripped()

    assert PAUSE_S == found.wait_s(0)
    assert 0 == found.wait_s(PAUSE_S)
    found.asks(PAUSE_S)
    assert 0 < found.wait_s(PAUSE_S)


def test_an_answer_ends_it():
    found = tripped()
    found.answered()

    assert 0 == found.wait_s(0)
    found.failed(0)
    assert 0 == found.wait_s(0)


@given(st.lists(st.sampled_from(["asks", "failed", "answered"])), st.floats(0, 1e6))
def test_nobody_is_ever_left_alone_for_longer(steps, later):
    found, now = Cooldown(), 0.0
    for number, step in enumerate(steps):
        now = float(number)
        getattr(found, step)(*([] if step == "answered" else [now]))

    assert 0 <= found.wait_s(now) <= PAUSE_S
    assert 0 == found.wait_s(now + PAUSE_S + later)
