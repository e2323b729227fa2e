"""A flood of refusals is a few lines in the log."""

import structlog

from gateway.http.endings import Endings


def test_a_flood_is_one_line_a_second_and_the_next_line_counts_the_rest() -> None:
    endings = Endings()
    with structlog.testing.capture_logs() as lines:
        for tenth in range(25):
            endings.note("too_slow", now=tenth / 10)

    assert [1, 10, 10] == [line["count"] for line in lines]
    assert all(line["event"] == "connections_ended" and line["why"] == "too_slow" for line in lines)


def test_each_reason_has_its_own_line() -> None:
    endings = Endings()
    with structlog.testing.capture_logs() as lines:
        endings.note("too_slow", now=0)
        endings.note("malformed", now=0)

    assert ["too_slow", "malformed"] == [line["why"] for line in lines]
