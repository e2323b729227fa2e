"""What a change makes of a document, which changes are not made, and that one can always go back."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.guard import CacheTimes, SystemLimits
from gateway.control.commands import Put, Refused, read
from gateway.overrides.document import (
    MAX_HISTORY,
    MAX_STEPS,
    NOTHING,
    Conflict,
    Document,
    NotTaken,
    gone_back,
    with_lift,
    with_put,
)
from gateway.overrides.override import Banned, CacheIs, Revoked, Suspended, SystemIs, SystemLimited
from tests.connectors.support import NOW
from tests.gateway.overrides.saying import BAN, DESK, SHOP, hand, limited

HOUR = dt.timedelta(hours=1)


def said(document: Document) -> set[str]:
    return {each.override.said for each in document.entries}


def test_each_change_has_the_next_version_and_says_who_and_why():
    one = with_put(NOTHING, SHOP, hand())
    two = with_put(one, BAN, hand(by="bob", why="it asks for everything"))

    assert (1, 2) == (one.version, two.version)
    assert [("alice", "INC-1"), ("bob", "it asks for everything")] == [(each.by, each.why) for each in two.history]
    assert {"client shop suspended", f"operation {'ab' * 32} banned"} == said(two)


def test_what_is_said_later_of_the_same_stands_instead():
    found = with_put(with_put(NOTHING, limited(max_cost=1), hand()), limited(max_cost=2), hand())

    assert {"client shop limited: max_cost 2"} == said(found)


def test_what_is_so_already_is_told_and_makes_no_version():
    with pytest.raises(NotTaken, match="already"):
        with_put(with_put(NOTHING, SHOP, hand()), SHOP, hand())


def test_unlimited_is_not_the_same_as_not_said():
    found = with_put(with_put(NOTHING, limited(max_cost=1), hand()), limited(max_cost="unlimited"), hand())
    again = Document.model_validate_json(found.model_dump_json())

    assert {"client shop limited: max_cost unlimited"} == said(again)
    with pytest.raises(NotTaken):
        with_put(again, limited(max_cost="unlimited"), hand())
    assert {"client shop limited: burst unlimited"} == said(with_put(again, limited(burst="unlimited"), hand()))


def test_of_two_who_have_seen_the_same_version_the_second_is_told():
    one = with_put(NOTHING, SHOP, hand())

    for change in (
        lambda: with_put(one, DESK, hand(expected=0)),
        lambda: with_lift(one, SHOP.key, hand(expected=0)),
        lambda: gone_back(one, 0, hand(expected=0)),
    ):
        with pytest.raises(Conflict, match="version 0 is not the present one, 1"):
            change()
    assert 2 == with_put(one, DESK, hand(expected=1)).version


def test_what_nobody_said_cannot_be_taken_back():
    with pytest.raises(NotTaken):
        with_lift(NOTHING, SHOP.key, hand())


def test_an_operation_is_banned_for_one_client_beside_another():
    one, other = Banned(operation="ab" * 32, client="shop"), Banned(operation="ab" * 32, client="desk")
    found = with_lift(with_put(with_put(NOTHING, one, hand()), other, hand()), one.key, hand())

    assert {other.said} == said(found)


def test_what_has_ended_holds_no_more_and_is_swept_out_by_the_next_change():
    found = with_put(NOTHING, SHOP, hand(), until=NOW + HOUR)

    assert 1 == len(found.in_force(NOW))
    assert () == found.in_force(NOW + HOUR)
    assert {DESK.said} == said(with_put(found, DESK, hand(at=NOW + HOUR)))


def test_to_go_back_brings_back_nothing_that_has_ended():
    found = with_lift(with_put(NOTHING, SHOP, hand(), until=NOW + HOUR), SHOP.key, hand())

    assert {SHOP.said} == said(gone_back(found, 1, hand()))
    with pytest.raises(NotTaken):
        gone_back(found, 1, hand(at=NOW + HOUR))


def test_an_end_that_has_passed_is_a_mistake():
    with pytest.raises(NotTaken, match="passed"):
        with_put(NOTHING, SHOP, hand(), until=NOW)


def test_one_cannot_go_back_further_than_the_history_does():
    found = NOTHING
    for _ in range(MAX_HISTORY // 2 + 1):
        found = with_lift(with_put(found, SHOP, hand()), SHOP.key, hand())

    assert MAX_HISTORY == len(found.history)
    with pytest.raises(NotTaken, match="too long ago"):
        gone_back(found, 1, hand())
    for version in (found.version, found.version + 1):
        with pytest.raises(NotTaken, match="no version"):
            gone_back(found, version, hand())


def test_what_went_far_back_leaves_less_to_go_back_over():
    found = NOTHING
    for number in range(150):
        found = with_put(found, Suspended(client=f"c{number}"), hand())
    found = gone_back(found, 0, hand())
    for _ in range(7):
        # Each undoes the one before: all of them back, and all of them away.
        found = gone_back(found, found.version - 1, hand())

    assert 3 == len(found.history)
    assert sum(len(change.steps) for change in found.history) <= MAX_STEPS
    assert (150, 0) == (len(found.entries), len(gone_back(found, found.version - 1, hand()).entries))
    with pytest.raises(NotTaken, match="too long ago"):
        gone_back(found, found.version - 4, hand())


OVERRIDES = st.sampled_from(
    [
        SHOP,
        DESK,
        BAN,
        limited(max_cost=1),
        limited(max_cost=2),
        limited(burst="unlimited"),
        SystemIs(system="crm", state="off"),
        SystemIs(system="crm", state="read_only"),
        Revoked(client="shop", issued_before=NOW),
        SystemLimited(system="crm", limits=SystemLimits(calls_per_s=5)),
        SystemLimited(system="crm", limits=SystemLimits(calls_per_s=None, max_concurrent=1)),
        CacheIs(system="crm", times=CacheTimes(fresh_s=0)),
        CacheIs(system="crm", operation="Get", times=CacheTimes(fresh_s=1, stale_s=2)),
    ]
)
STEPS = st.lists(st.tuples(st.sampled_from(["put", "lift", "back"]), OVERRIDES, st.integers(0, 30)), max_size=30)


@given(STEPS)
def test_every_version_can_be_gone_back_to(steps):
    states: list[set[str]] = [set()]
    found = NOTHING
    for do, override, number in steps:
        try:
            match do:
                case "put":
                    found = with_put(found, override, hand())
                case "lift":
                    found = with_lift(found, override.key, hand())
                case _:
                    found = gone_back(found, number, hand())
                    assert states[number] == said(found)
        except NotTaken:
            continue
        states.append(said(found))
        assert len(states) == found.version + 1
        assert found == Document.model_validate_json(found.model_dump_json())

    for version, state in enumerate(states[:-1]):
        if state != states[-1]:
            assert state == said(gone_back(found, version, hand()))


@pytest.mark.parametrize(
    "why", ["", "x", "about 99960000001", "+999 6000 0001", "9996-0000-001", "９９９６００００００１", "two\nlines"]
)
def test_a_reason_is_one_line_and_holds_no_number(why):
    with pytest.raises(Refused) as caught:
        read({"do": "put", "by": "alice", "why": why, "override": {"kind": "suspended", "client": "shop"}})

    assert "9996" not in str(caught.value)


def test_names_and_hashes_are_read_strictly():
    for wrong in ({"operation": "AB" * 32}, {"operation": "ab" * 31}, {"operation": "ab" * 32, "client": "a\nb"}):
        with pytest.raises(ValidationError):
            Banned.model_validate(wrong)
    with pytest.raises(ValidationError):
        Suspended.model_validate({"client": ""})


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (
            {"kind": "system_limits", "system": "crm", "limits": {"calls_per_s": 5.0, "max_concurrent": 2}},
            "system crm limited: calls_per_s 5, max_concurrent 2",
        ),
        (
            {"kind": "system_limits", "system": "crm", "limits": {"calls_per_s": "unlimited", "burst": None}},
            "system crm limited: calls_per_s unlimited, burst usual",
        ),
        ({"kind": "cache", "system": "crm", "times": {"fresh_s": 0}}, "cache of crm: fresh_s 0"),
        (
            {"kind": "cache", "system": "crm", "operation": "GET /customer", "times": {"stale_s": 0.5}},
            "cache of crm for GET /customer: stale_s 0.5",
        ),
    ],
)
def test_limits_and_times_of_a_system_are_told_as_they_were_said(override, words):
    command = read({"do": "put", "by": "alice", "why": "INC-1", "override": override})
    assert isinstance(command, Put)
    found = with_put(NOTHING, command.override, hand())
    again = Document.model_validate_json(found.model_dump_json())

    assert {words} == said(again)
    with pytest.raises(NotTaken, match="already"):
        with_put(again, command.override, hand())


def test_times_of_one_operation_stand_beside_those_of_each():
    one = CacheIs(system="crm", operation="Get", times=CacheTimes(fresh_s=1))
    found = with_put(with_put(NOTHING, one, hand()), CacheIs(system="crm", times=CacheTimes(fresh_s=0)), hand())

    assert {"cache of crm for Get: fresh_s 1", "cache of crm: fresh_s 0"} == said(found)
    assert {"cache of crm: fresh_s 0"} == said(with_lift(found, one.key, hand()))
