"""Chains, by machine: whatever is done to one that was written is found, and what was not done is not."""

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.chain import START, Row, Witnessed, hash_of
from gateway.audit.record import read
from gateway.audit.verify import Wrong, forged, of_geneses
from tests.gateway.audit.making import SECRETS, chain, findings

COUNT = 6
HEAD, ROWS = chain(COUNT)
PLACES = st.integers(0, COUNT)


def test_a_chain_is_as_its_description_says() -> None:
    before = START
    for seq, row in enumerate(ROWS, 1):
        assert hash_of(before, row.body) == row.hash
        assert seq == row.seq == read(row.body)["seq"]
        before = row.hash
    assert (HEAD.head.length, HEAD.head.hash) == (COUNT + 1, before)


def test_a_genesis_says_who_writes_and_where_other_chains_are() -> None:
    _, rows = chain(0, name="c2", seen=[HEAD.head])

    said = read(rows[0].body)
    assert ("genesis", 1, "c2", "test 1") == (said["kind"], said["version"], said["chain"], said["writer"])
    assert [HEAD.head] == [each.head for each in of_geneses([rows[0].body])]


def test_geneses_that_say_something_else_are_passed_over() -> None:
    for body in (
        b"",
        b"{}",
        b'{"chain":"c","seen":[1]}',
        b'{"chain":"c","seen":[["c",1,"zz"]]}',
        b'{"chain":"c","seen":7}',
    ):
        assert [] == of_geneses([body])


def test_what_was_written_is_right() -> None:
    assert [] == findings(ROWS, [HEAD])
    assert [] == list(forged([HEAD], SECRETS, where="the table"))


def _swapped(rows: list[Row], one: int, other: int) -> list[Row]:
    # The tables' numbers stay in order: it is what they hold that changes places.
    found = list(rows)
    found[one] = dataclasses.replace(rows[other], seq=rows[one].seq)
    found[other] = dataclasses.replace(rows[one], seq=rows[other].seq)
    return found


@given(PLACES, st.data())
def test_whatever_byte_of_a_record_is_changed_is_found(place: int, data: st.DataObject) -> None:
    row = ROWS[place]
    at = data.draw(st.integers(0, len(row.body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != row.body[at]))
    changed = dataclasses.replace(row, body=row.body[:at] + bytes([byte]) + row.body[at + 1 :])

    found = findings([*ROWS[:place], changed, *ROWS[place + 1 :]], [HEAD])

    assert place + 1 in {each.seq for each in found}


@given(st.sets(PLACES, min_size=1))
def test_whatever_is_taken_out_is_found(places: set[int]) -> None:
    left = [row for place, row in enumerate(ROWS) if place not in places]

    kinds = {each.wrong for each in findings(left, [HEAD])}

    tail = set(range(min(places), COUNT + 1)) == places
    assert kinds & {Wrong.CUT} if tail else Wrong.MISSING in kinds


@given(PLACES, PLACES)
def test_whatever_changes_places_is_found(one: int, other: int) -> None:
    found = findings(_swapped(ROWS, one, other), [HEAD])

    assert bool(found) == (one != other)


@given(st.lists(st.sampled_from(ROWS), max_size=COUNT + 3))
def test_no_other_row_of_records_passes(rows: list[Row]) -> None:
    assert (rows == ROWS) == (not findings(rows, [HEAD]))


@given(PLACES)
def test_records_of_another_chain_are_found(place: int) -> None:
    _, others = chain(COUNT, name="c2")
    other = dataclasses.replace(others[place], chain="c1")

    assert findings([*ROWS[:place], other, *ROWS[place + 1 :]], [HEAD])


@given(st.sampled_from(["chain", "length", "hash", "at", "signature"]))
def test_whatever_is_changed_in_a_head_is_found(what: str) -> None:
    head = HEAD.head
    changes: dict[str, Any] = {"chain": "c9", "length": 3, "hash": bytes(32)}
    if what in changes:
        changed = dataclasses.replace(HEAD, head=dataclasses.replace(head, **{what: changes[what]}))
    elif what == "at":
        changed = dataclasses.replace(HEAD, at=HEAD.at.replace(year=2001))
    else:
        changed = Witnessed(head, HEAD.at, HEAD.signature[:-2] + "zz")

    assert [Wrong.FORGED] == [each.wrong for each in forged([changed], SECRETS, where="the table")]
