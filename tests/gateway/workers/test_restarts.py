"""When a worker that ended is started again."""

from gateway.workers.restarts import GIVE_UP_AFTER, Restarts


def test_one_that_served_long_is_back_at_once() -> None:
    restarts = Restarts()

    assert [0.1] * 20 == [restarts.pause_s(served_s=60) for _ in range(20)]


def test_one_that_dies_at_once_waits_longer_each_time_and_then_is_given_up() -> None:
    restarts = Restarts()

    pauses = [restarts.pause_s(served_s=0) for _ in range(GIVE_UP_AFTER)]

    assert [0.1, 0.2, 0.4, 0.8, None] == pauses


def test_one_that_served_long_in_between_begins_anew() -> None:
    restarts = Restarts()
    for _ in range(3):
        restarts.pause_s(served_s=0.5)
    restarts.pause_s(served_s=60)

    assert 0.2 == restarts.pause_s(served_s=0)
