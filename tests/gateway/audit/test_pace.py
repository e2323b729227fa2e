"""When commits begin: nobody waits after a pause, many share, and what is ill is left alone."""

import pytest

from gateway.audit.pace import Pace


def test_the_first_commit_waits_for_nobody() -> None:
    assert Pace().wait_s(7.0, is_hurried=False) == 0


@pytest.mark.parametrize(("took_s", "apart_s"), [(0.001, 0.01), (0.5, 0.02)])
def test_commits_begin_ten_times_as_far_apart_as_one_takes_within_bounds(took_s: float, apart_s: float) -> None:
    pace = Pace()

    pace.kept(100.0, 100.0 + took_s)

    assert pytest.approx(apart_s) == pace.wait_s(100.0, is_hurried=False)
    assert pytest.approx(0) == pace.wait_s(100.0 + apart_s, is_hurried=False)
    assert pace.wait_s(100.0, is_hurried=True) == 0


def test_an_ill_store_is_left_alone_for_longer_each_time_whoever_is_in_a_hurry() -> None:
    pace, pauses = Pace(), []
    for _ in range(7):
        pace.failed(100.0)
        pauses.append(pace.wait_s(100.0, is_hurried=True))

    assert pytest.approx([0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]) == pauses


def test_after_it_is_well_it_begins_anew() -> None:
    pace = Pace()
    for _ in range(5):
        pace.failed(100.0)
    pace.kept(110.0, 110.0)

    assert pace.wait_s(110.0, is_hurried=False) == 0
    pace.failed(111.0)
    assert pytest.approx(0.05) == pace.wait_s(111.0, is_hurried=False)
