"""Who comes and goes is told once each way, left alone for longer and longer, and its clock never runs ahead of truth."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.stores.absence import LONGEST_WAIT_S, STEADY_S, Absence, FarClock


def test_coming_and_going_are_news_once_each() -> None:
    absence = Absence()

    told = [absence.went(now=0), absence.went(now=1), absence.came(now=2), absence.came(now=3), absence.went(now=4)]

    assert [True, False, True, False, True] == told


def test_waits_grow_to_five_seconds_and_no_further() -> None:
    absence = Absence()
    waits = []
    for now in range(5):
        absence.went(now=now)
        waits.append(absence.wait_s())

    assert [1, 2, 4, 5, 5] == waits
    assert LONGEST_WAIT_S == waits[-1]


def test_who_stayed_is_tried_soon_again_and_who_flaps_is_not() -> None:
    absence = Absence()
    absence.went(now=0)
    absence.wait_s()
    absence.came(now=1)
    absence.went(now=2)
    assert 2 == absence.wait_s()
    absence.came(now=4)
    absence.went(now=4 + STEADY_S)
    assert 1 == absence.wait_s()


def test_a_clock_that_was_never_read_shows_nothing() -> None:
    far = FarClock()
    assert far.at(1.0) is None
    far.read(5.0, answered_at=1.0)
    far.forget()
    assert far.at(1.0) is None


@given(
    ahead_s=st.floats(-1e9, 1e9),
    way_there_s=st.floats(0, 100),
    way_back_s=st.floats(0, 100),
    later_s=st.floats(-60, 60),
    drift=st.floats(-5e-5, 5e-5),
)
def test_the_other_clock_is_never_ahead_of_what_is_said(
    ahead_s: float, way_there_s: float, way_back_s: float, later_s: float, drift: float
) -> None:
    """
    However long the way was: what it showed at an instant of ours is at least what we say.
    """
    asked_at = 1000.0
    shown_s = asked_at + way_there_s + ahead_s
    far = FarClock()
    far.read(shown_s, answered_at=asked_at + way_there_s + way_back_s)

    instant = asked_at + way_there_s + later_s
    said = far.at(instant)

    assert said is not None
    assert said <= instant + ahead_s + later_s * drift
