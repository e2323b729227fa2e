"""How much a system is asked just now."""

from connectors.guard.watch import Level
from gateway.telemetry.load import Load


def test_calls_are_those_of_the_last_whole_second():
    load = Load()
    for now in (7.1, 7.5, 7.9, 8.2):
        load.asks(now)

    assert [3, 1, 0] == [load.calls_per_s(now) for now in (8.9, 9.0, 10.0)]


def test_a_pause_is_no_calls():
    load = Load()
    load.asks(7.1)
    load.asks(9.1)

    assert [0, 1] == [load.calls_per_s(now) for now in (9.2, 10.2)]


def test_levels_go_up_and_down():
    load = Load()
    for change in (1, 1, -1):
        load.moves(Level.IN_USE, change)

    assert (1, 0) == (load.level(Level.IN_USE), load.level(Level.WAITING))
