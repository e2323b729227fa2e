"""FAULTS, row 45: whoever may do anything to the tables is found: a record edited, deleted, reordered, a tail cut."""

# ruff: noqa: S608 - what is put into SQL is of this file

import dataclasses
from collections.abc import Callable

import pytest

from gateway.audit.chain import Row, Witnessed, hash_of, witnessed
from gateway.audit.record import canonical, read
from gateway.audit.secrets import Secrets
from gateway.audit.times import micros
from gateway.audit.verify import Finding, Wrong, of_kept
from tests.gateway.audit.making import CLOCK, SECRETS, auditing, chain, entry, findings
from tests.gateway.audit.places import InSQLite, Place, findings_in

COUNT = 8
LAST = COUNT + 1


async def _kept(place: Place) -> tuple[Witnessed, list[Row]]:
    head, rows = chain(COUNT)
    store = place.store()
    await store.newest(1)
    await store.append(None, rows, head)
    await store.aclose()
    place.without_triggers()
    return head, rows


def _written(place: Place, *rows: Row) -> None:
    place.enter(
        "; ".join(
            f"UPDATE audit_records SET body = {place.bytes(row.body)}, hash = {place.bytes(row.hash)} WHERE seq = {row.seq}"
            for row in rows
        )
    )


def _edited(row: Row) -> Row:
    """*row*, with another purpose."""
    return dataclasses.replace(row, body=canonical({**read(row.body), "purpose": "dpv:Other"}))


def _anew(rows: list[Row], before: bytes) -> list[Row]:
    """*rows* with the numbers and the hashes that they would have had."""
    found = []
    first = rows[0].seq
    for number, row in enumerate(rows, first):
        body = canonical({**read(row.body), "seq": number})
        before = hash_of(before, body)
        found.append(dataclasses.replace(row, seq=number, body=body, hash=before))
    return found


def _kinds(found: list[Finding]) -> set[tuple[Wrong, int | None]]:
    return {(each.wrong, each.seq) for each in found}


async def test_an_edited_record_is_found(place: Place) -> None:
    _, rows = await _kept(place)

    _written(place, _edited(rows[4]))

    assert {(Wrong.EDITED, 5)} == _kinds(await findings_in(place))


async def test_an_edited_record_with_its_hash_made_anew_is_found(place: Place) -> None:
    _, rows = await _kept(place)
    edited = _edited(rows[4])

    _written(place, dataclasses.replace(edited, hash=hash_of(rows[3].hash, edited.body)))

    assert {(Wrong.EDITED, 6)} == _kinds(await findings_in(place))


async def test_an_edited_record_with_all_hashes_after_it_made_anew_is_found_by_the_head(place: Place) -> None:
    _, rows = await _kept(place)

    _written(place, *_anew([_edited(rows[4]), *rows[5:]], rows[3].hash))

    assert {(Wrong.REWRITTEN, LAST)} == _kinds(await findings_in(place))


async def test_that_with_the_head_written_anew_without_the_secret_is_found_by_its_signature(place: Place) -> None:
    head, rows = await _kept(place)
    anew = _anew([_edited(rows[4]), *rows[5:]], rows[3].hash)

    _written(place, *anew)
    place.enter(f"UPDATE audit_heads SET hash = {place.bytes(anew[-1].hash)}")
    assert {(Wrong.FORGED, LAST)} == _kinds(await findings_in(place))

    other = witnessed(dataclasses.replace(head.head, hash=anew[-1].hash), at=head.at, secrets=Secrets([b"another"]))
    place.enter(f"UPDATE audit_heads SET signature = '{other.signature}'")
    assert {(Wrong.FORGED, LAST)} == _kinds(await findings_in(place))


@pytest.mark.parametrize("seq", [1, 2, 5])
async def test_a_deleted_record_is_found(place: Place, seq: int) -> None:
    await _kept(place)

    place.enter(f"DELETE FROM audit_records WHERE seq = {seq}")

    found = _kinds(await findings_in(place))
    assert (Wrong.MISSING, seq) in found


async def test_a_deleted_record_whose_gap_was_closed_is_found(place: Place) -> None:
    await _kept(place)

    closed = [f"UPDATE audit_records SET seq = {seq - 1} WHERE seq = {seq}" for seq in range(6, LAST + 1)]
    place.enter("; ".join(["DELETE FROM audit_records WHERE seq = 5", *closed]))

    found = _kinds(await findings_in(place))
    assert {(Wrong.MOVED, seq) for seq in range(5, LAST)} <= found
    assert (Wrong.CUT, LAST - 1) in found


async def test_records_in_another_order_are_found(place: Place) -> None:
    await _kept(place)

    moves = ((4, 99), (6, 4), (99, 6))
    place.enter("; ".join(f"UPDATE audit_records SET seq = {new} WHERE seq = {old}" for old, new in moves))

    found = {each for each in _kinds(await findings_in(place)) if each[0] is not Wrong.UNSEARCHABLE}
    assert {(Wrong.MOVED, 4), (Wrong.MOVED, 6), (Wrong.EDITED, 5), (Wrong.EDITED, 7)} == found


async def test_records_that_changed_places_with_numbers_and_all_are_found(place: Place) -> None:
    _, rows = await _kept(place)

    _written(place, *_anew([rows[3], rows[5], rows[4], *rows[6:]], rows[2].hash))

    assert (Wrong.REWRITTEN, LAST) in _kinds(await findings_in(place))


@pytest.mark.parametrize("left", [0, 1, 5, LAST - 1])
async def test_a_tail_that_was_cut_off_is_found(place: Place, left: int) -> None:
    await _kept(place)

    place.enter(f"DELETE FROM audit_records WHERE seq > {left}; DELETE FROM audit_people WHERE seq > {left}")

    assert {(Wrong.CUT, left)} == _kinds(await findings_in(place))


async def test_a_chain_that_is_gone_is_found_by_the_next(place: Place) -> None:
    """Its head is gone with it, or is one that once was right: both are well signed."""
    await _kept(place)
    first, _ = chain(COUNT)
    head, rows = chain(2, name="c2", seen=[first.head])
    store = place.store()
    await store.append(None, rows, head)
    await store.aclose()
    place.without_triggers()

    place.enter("DELETE FROM audit_records WHERE chain = 'c1'; DELETE FROM audit_people WHERE chain = 'c1'")
    place.enter("DELETE FROM audit_heads WHERE chain = 'c1'")

    found = await findings_in(place)
    assert ("c1", Wrong.CUT) in {(each.chain, each.wrong) for each in found}
    assert any("the beginning of chain c2" in each.why for each in found)


def _older(head: Witnessed, rows: list[Row], length: int) -> Witnessed:
    at = dataclasses.replace(head.head, length=length, hash=rows[length - 1].hash)
    return witnessed(at, at=CLOCK.now(), secrets=SECRETS)


def test_a_tail_cut_with_an_older_head_put_back_is_found_only_by_a_head_that_was_kept() -> None:
    head, rows = chain(COUNT)
    older = _older(head, rows, 5)

    assert [] == findings(rows[:5], [older])
    assert {(Wrong.CUT, 5)} == _kinds(findings(rows[:5], [older], of_kept([head])))


def test_a_chain_that_grew_since_a_head_was_kept_is_whole() -> None:
    head, rows = chain(COUNT)

    assert [] == findings(rows, [head], of_kept([_older(head, rows, 5)]))


async def test_a_record_that_was_put_in_is_found(place: Place) -> None:
    head, rows = await _kept(place)
    extra = dataclasses.replace(rows[-1], seq=LAST + 1)
    (extra,) = _anew([extra], head.head.hash)

    place.enter(
        f"INSERT INTO audit_records VALUES ('c1', {extra.seq}, {extra.at_us}, {place.bytes(extra.body)}, {place.bytes(extra.hash)})"
    )

    assert (Wrong.UNWITNESSED, LAST) in _kinds(await findings_in(place))


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM audit_people WHERE seq = 5",
        "UPDATE audit_people SET person = 'somebody else' WHERE seq = 5",
        "UPDATE audit_records SET at_us = at_us + 1 WHERE seq = 5",
        "INSERT INTO audit_people VALUES ('somebody else', 'c1', 5)",
    ],
)
async def test_a_record_that_can_no_longer_be_found_by_whom_it_is_about_is_told(place: Place, sql: str) -> None:
    await _kept(place)

    place.enter(sql)

    assert {(Wrong.UNSEARCHABLE, 5)} == _kinds(await findings_in(place))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_heads SET at_us = 'never'",
        "UPDATE audit_heads SET length = 'long'",
        "UPDATE audit_heads SET hash = 7",
        "UPDATE audit_heads SET hash = 'text', signature = ''",
        "UPDATE audit_records SET seq = 'fifth' WHERE seq = 5",
        "UPDATE audit_records SET at_us = 'then' WHERE seq = 5",
        "UPDATE audit_records SET body = 'text' WHERE seq = 5",
        "UPDATE audit_records SET body = 5, hash = 5 WHERE seq = 5",
        "UPDATE audit_people SET person = 5 WHERE seq = 5",
        "UPDATE audit_heads SET at_us = 9223372036854775807",
        "UPDATE audit_heads SET at_us = -9223372036854775807",
    ],
)
async def test_nonsense_in_a_file_is_found_and_stops_nobody(in_sqlite: InSQLite, sql: str) -> None:
    await _kept(in_sqlite)

    in_sqlite.enter(sql)

    assert [] != await findings_in(in_sqlite)
    async with auditing(in_sqlite.store(), name=lambda: "c2") as audit:
        await audit.written(entry())


@pytest.mark.parametrize(
    "made",
    [
        lambda body: body + b" ",
        lambda body: body.replace(b'"kind":', b'"kind": ', 1),
        lambda body: body.replace(b'{"about"', b'{"about":[],"about"', 1),
        lambda _: b"",
        lambda _: b"[1]",
        lambda _: b"\xff",
    ],
)
def test_another_way_to_write_a_record_is_found_even_with_hashes_made_anew(made: Callable[[bytes], bytes]) -> None:
    _, rows = chain(2)
    body = made(rows[2].body)
    last = dataclasses.replace(rows[2], body=body, hash=hash_of(rows[1].hash, body))

    assert (Wrong.EDITED, 3) in _kinds(findings([*rows[:2], last], []))


async def _disturbed(place: Place, names: list[str], *tampering: Callable[[list[Witnessed]], str]) -> list[Finding]:
    """What is found after a gateway that is running has written, and somebody has done each *tampering* meanwhile."""
    store, next_name = place.store(), iter(names).__next__
    async with auditing(store, name=next_name) as audit:
        seen: list[Witnessed] = []
        for each in tampering:
            for _ in range(3):
                await audit.written(entry())
                seen = [*seen, (await store.newest(1))[0]]
            place.without_triggers()
            place.enter(each(seen))
        await audit.written(entry())
    return await findings_in(place)


def _put_back(place: Place, head: Witnessed) -> str:
    """The chain of *head* as it was then, with the head that was well signed."""
    chain, length = head.head.chain, head.head.length
    return (
        f"DELETE FROM audit_records WHERE chain = '{chain}' AND seq > {length}; "
        f"DELETE FROM audit_people WHERE chain = '{chain}' AND seq > {length}; "
        f"UPDATE audit_heads SET length = {length}, hash = {place.bytes(head.head.hash)}, at_us = {micros(head.at)}, "
        f"signature = '{head.signature}' WHERE chain = '{chain}'"
    )


async def test_a_tail_cut_off_a_chain_that_is_being_written_is_found(place: Place) -> None:
    """With an older head put back that was well signed: the writer knows where its chain was."""
    found = await _disturbed(place, ["c1", "c2"], lambda seen: _put_back(place, seen[0]))

    assert {(Wrong.CUT, 2)} == _kinds(found)


async def test_all_taken_away_under_a_writer_is_found_however_often_it_is_done(place: Place) -> None:
    def nothing_left(_: list[Witnessed]) -> str:
        return "; ".join(f"DELETE FROM {table}" for table in ("audit_records", "audit_people", "audit_heads"))

    found = await _disturbed(place, ["c1", "c2", "c3"], nothing_left, nothing_left)

    assert {("c1", Wrong.CUT, 0), ("c2", Wrong.CUT, 0)} <= {(each.chain, each.wrong, each.seq) for each in found}
