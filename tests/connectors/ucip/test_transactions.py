"""Transaction ids: digits, at most twenty, none ever twice."""

import datetime as dt

from connectors.ucip.transactions import TransactionIds
from tests.connectors.support import NOW, FixedClock


def test_ids_are_up_to_twenty_digits():
    identity = TransactionIds(FixedClock()).new()

    assert identity.isascii()
    assert identity.isdigit()
    assert 20 == len(identity)


def test_ids_differ_though_the_clock_stands_still():
    ids = TransactionIds(FixedClock())

    assert 10_000 == len({ids.new() for _ in range(10_000)})


def test_ids_go_on_when_the_clock_is_set_back():
    clock = FixedClock()
    ids = TransactionIds(clock)
    before = {ids.new() for _ in range(100)}
    clock.advance(-3600)

    assert not before & {ids.new() for _ in range(100)}


def test_a_restart_uses_none_again_even_when_it_draws_the_same_digits(monkeypatch):
    monkeypatch.setattr("secrets.randbelow", lambda _below: 7)
    first = TransactionIds(FixedClock())
    used = {first.new() for _ in range(1000)}
    second = TransactionIds(FixedClock(NOW + dt.timedelta(seconds=1)))

    assert not used & {second.new() for _ in range(1000)}


def test_processes_that_start_at_the_same_instant_differ(monkeypatch):
    drawn = iter((1, 2))
    monkeypatch.setattr("secrets.randbelow", lambda _below: next(drawn))

    assert TransactionIds(FixedClock()).new() != TransactionIds(FixedClock()).new()
