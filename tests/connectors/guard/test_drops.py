"""What was dropped of late: exact while it is remembered, and on the careful side beyond."""

from connectors.guard.drops import Drops

NOW = 1_000_000.0


def _later(seconds: float) -> float:
    return NOW + seconds


def test_only_what_was_asked_before_the_drop_of_its_tag_is_spoilt() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=_later(10))

    assert drops.spoil(["system:crm", "line:1"], asked_at=_later(10), now=_later(20))
    assert not drops.spoil(["line:1"], asked_at=_later(10.1), now=_later(20))
    assert not drops.spoil(["line:2"], asked_at=NOW, now=_later(20))


def test_a_drop_of_long_ago_counts_for_every_tag() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=NOW)
    drops.note(["line:2"], now=_later(61))

    assert 1 == len(drops)
    assert drops.spoil(["line:3"], asked_at=NOW, now=_later(61))
    assert not drops.spoil(["line:1"], asked_at=_later(0.1), now=_later(61))


def test_more_drops_than_are_remembered_are_still_heeded() -> None:
    drops = Drops(remembered_s=60, most=3)
    for number in range(5):
        drops.note([f"line:{number}"], now=_later(number))

    assert 3 == len(drops)
    assert all(drops.spoil([f"line:{number}"], asked_at=_later(number), now=_later(9)) for number in range(5))


def test_every_tag_can_be_dropped() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=_later(10))
    drops.note_all(now=_later(5))

    assert drops.spoil([], asked_at=_later(10), now=_later(20))
    assert not drops.spoil(["line:1"], asked_at=_later(11), now=_later(20))


def test_without_a_drop_nothing_is_spoilt() -> None:
    drops = Drops(remembered_s=60)
    assert not drops.any_since(NOW, now=_later(1))

    drops.note(["line:1"], now=NOW)

    assert drops.any_since(NOW, now=_later(1))
    assert not drops.any_since(_later(0.1), now=_later(1))


def test_after_a_long_step_back_of_the_clock_what_is_asked_then_is_not_spoilt() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=_later(3500))
    drops.note(["line:1"], now=_later(3600))

    assert drops.spoil(["line:1"], asked_at=NOW, now=NOW)
    assert not drops.spoil(["line:1"], asked_at=_later(0.1), now=_later(1))
    assert not drops.any_since(_later(0.1), now=_later(1))


def test_what_was_asked_before_a_step_back_is_spoilt_whatever_it_is_about() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=_later(3600))

    assert drops.any_since(_later(3599), now=NOW)
    assert drops.spoil(["line:1"], asked_at=_later(3599), now=NOW)
    assert drops.spoil(["line:2"], asked_at=_later(3601), now=NOW)


def test_after_a_short_step_back_a_drop_stays_after_what_was_asked_before_it() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=_later(30))

    assert drops.spoil(["line:1"], asked_at=_later(1), now=_later(2))
    assert drops.spoil(["line:1"], asked_at=_later(10), now=_later(12))
    assert not drops.spoil(["line:2"], asked_at=_later(1), now=_later(2))


def test_drops_after_a_step_back_are_remembered_and_let_go_as_ever() -> None:
    drops = Drops(remembered_s=60)
    drops.note(["line:1"], now=_later(3600))
    drops.note(["line:2"], now=NOW)
    drops.note(["line:3"], now=_later(61))

    assert 1 == len(drops)
    assert drops.spoil(["line:3"], asked_at=_later(61), now=_later(62))
    assert not drops.spoil(["line:2"], asked_at=_later(1), now=_later(62))

    drops.note_all(now=_later(-7200))
    assert not drops.spoil([], asked_at=_later(-7199), now=_later(-7198))
