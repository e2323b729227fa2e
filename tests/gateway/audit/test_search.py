"""Records in a file are found by whom they are about at once, however far the index has come."""

import contextlib
import sqlite3
import subprocess
import sys

import pytest

from connectors.guard.subject import Subject
from gateway.audit import sqlite_search
from gateway.audit.opening import reading_of
from gateway.audit.sqlite_search import EVERY, SearchIndex
from gateway.audit.sqlite_tables import insert
from gateway.audit.store import Store, StoreAway
from tests.conftest import ROOT
from tests.gateway.audit.making import SECRETS, auditing, chain, entry, people
from tests.gateway.audit.places import InSQLite, findings_in, rows_in


def _hash(who: Subject) -> str:
    return SECRETS.hashed(who.kind.value, who.key)


async def _found(place: InSQLite, *whom: Subject) -> list[int]:
    reading = reading_of(place.settings)
    try:
        return [row.seq async for row in reading.about([_hash(who) for who in whom], None, None)]
    finally:
        await reading.aclose()


async def _idle(store: Store) -> None:
    """What the thread was given, and what it gave itself, is done."""
    for _ in range(9):
        await store._thread.run(lambda: None)  # type: ignore[attr-defined]


def _indexed(place: InSQLite) -> int:
    with contextlib.closing(sqlite3.connect(place.path)) as connection:
        count: int = connection.execute("SELECT count(*) FROM audit_people").fetchone()[0]
    return count


async def test_records_are_found_before_they_are_in_the_index_and_after(in_sqlite: InSQLite) -> None:
    one, other = people(2)
    async with auditing(in_sqlite.store()) as audit:
        for who in (one, other, one):
            await audit.written(entry([who]))

        assert 0 == _indexed(in_sqlite)
        assert [2, 4] == await _found(in_sqlite, one)
        assert [2, 3, 4] == await _found(in_sqlite, one, other)
        assert [] == await findings_in(in_sqlite)

    assert 3 == _indexed(in_sqlite)
    assert [2, 4] == await _found(in_sqlite, one)
    assert [2, 3, 4] == await _found(in_sqlite, one, other)
    assert [] == await findings_in(in_sqlite)


async def test_the_index_is_written_for_many_together(in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_search, "EVERY", 10)
    store = in_sqlite.store()
    async with auditing(store) as audit:
        for who in people(25):
            await audit.written(entry([who]))
        await _idle(store)

        # The genesis is about nobody.
        assert _indexed(in_sqlite) in {19, 20}
        assert [26] == await _found(in_sqlite, people(25)[-1])
        assert [2] == await _found(in_sqlite, people(25)[0])
        assert [] == await findings_in(in_sqlite)
    assert 25 == _indexed(in_sqlite)


async def test_the_index_is_written_in_slices_and_says_so_with_the_last(
    in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is killed between two has some in both, and is found once."""
    monkeypatch.setattr(sqlite_search, "EVERY", 11)
    monkeypatch.setattr(sqlite_search, "_SLICE", 4)
    store = in_sqlite.store()
    right, slices = sqlite_search._write, []

    def watched(connection: sqlite3.Connection, places: list[sqlite_search.Place], lengths: dict[str, int]) -> None:
        right(connection, places, lengths)
        slices.append((len(places), lengths))

    monkeypatch.setattr(sqlite_search, "_write", watched)
    async with auditing(store) as audit:
        for who in people(10):
            await audit.written(entry([who]))
        await _idle(store)
        assert [(4, {}), (4, {}), (2, {"c1": 11})] == slices
        in_sqlite.enter("DELETE FROM audit_searchable")

        assert [5] == await _found(in_sqlite, people(10)[3])
        assert [] == await findings_in(in_sqlite)


def _killed(place: InSQLite, count: int) -> None:
    """A process that writes *count* records and is gone before it closes anything."""
    script = f"""
import asyncio, os, pathlib
from tests.gateway.audit.making import auditing, entry, people
from tests.gateway.audit.places import InSQLite

async def main():
    async with auditing(InSQLite(pathlib.Path({str(place.path.parent)!r})).store()) as audit:
        await asyncio.gather(*(audit.written(entry([who])) for who in people({count})))
        os._exit(9)

asyncio.run(main())
"""
    assert 9 == subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60).returncode


async def test_what_a_killed_process_did_not_put_into_the_index_is_found_and_the_next_one_does(
    in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    _killed(in_sqlite, 25)
    assert 0 == _indexed(in_sqlite)
    assert [2] == await _found(in_sqlite, people(25)[0])

    monkeypatch.setattr(sqlite_search, "EVERY", 10)
    store = in_sqlite.store()
    async with auditing(store, name=lambda: "c2") as audit:
        await audit.written(entry())
        await _idle(store)
    assert 26 == _indexed(in_sqlite)
    assert [2] == await _found(in_sqlite, people(25)[0])
    assert [] == await findings_in(in_sqlite)


async def test_an_index_that_could_not_be_written_is_made_up_for(
    in_sqlite: InSQLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise what comes later would say that all before can be found by it."""
    monkeypatch.setattr(sqlite_search, "EVERY", 5)
    store = in_sqlite.store()
    async with auditing(store) as audit:
        await audit.written(entry())
        await _idle(store)
        right = sqlite_search._write

        def wrong(*_: object) -> None:
            raise sqlite3.OperationalError

        monkeypatch.setattr(sqlite_search, "_write", wrong)
        for who in people(7):
            await audit.written(entry([who]))
        await _idle(store)
        monkeypatch.setattr(sqlite_search, "_write", right)
        for who in people(14)[7:]:
            await audit.written(entry([who]))
        await _idle(store)

    assert [] == await findings_in(in_sqlite)
    assert 15 == _indexed(in_sqlite)
    for who in people(14):
        assert 1 == len(await _found(in_sqlite, who))


async def test_what_somebody_wrote_into_the_index_too_early_is_found(in_sqlite: InSQLite) -> None:
    async with auditing(in_sqlite.store()) as audit:
        await audit.written(entry())
        in_sqlite.enter("INSERT INTO audit_people VALUES ('somebody else', 'c1', 2)")

        assert ["unsearchable"] == [each.wrong.value for each in await findings_in(in_sqlite)]


async def test_an_index_that_says_it_goes_further_than_it_does_is_found(in_sqlite: InSQLite) -> None:
    async with auditing(in_sqlite.store()) as audit:
        await audit.written(entry())
        in_sqlite.enter("INSERT OR REPLACE INTO audit_searchable VALUES ('c1', 99)")

        assert ["unsearchable"] == [each.wrong.value for each in await findings_in(in_sqlite)]


async def test_nonsense_in_a_chain_stops_no_index(in_sqlite: InSQLite) -> None:
    async with auditing(in_sqlite.store()) as audit:
        await audit.written(entry(people(1)))
    in_sqlite.without_triggers()
    in_sqlite.enter(
        "DELETE FROM audit_searchable; DELETE FROM audit_people; UPDATE audit_records SET body = 'text' WHERE seq = 1;"
        "INSERT INTO audit_records VALUES ('c1', 'fifth', 0, 5, 5); UPDATE audit_heads SET length = 'long'"
    )

    async with auditing(in_sqlite.store(), name=lambda: "c2") as audit:
        await audit.written(entry(people(2)[1:]))

    assert [2] == await _found(in_sqlite, people(2)[1])


async def test_many_rows_are_written_with_few_statements(in_sqlite: InSQLite) -> None:
    """Each is a time that the thread gives the interpreter away and has to get it back."""
    _, rows = chain(99)
    store = in_sqlite.store()
    await store.newest(1)
    await _idle(store)
    connection = store._open  # type: ignore[attr-defined]
    told: list[str] = []
    connection.set_trace_callback(told.append)

    insert(
        connection, "INSERT INTO audit_records", [(row.chain, row.seq, row.at_us, row.body, row.hash) for row in rows]
    )

    assert 4 == sum(each.startswith("INSERT INTO audit_records") for each in told)
    connection.set_trace_callback(None)
    await store.aclose()
    assert rows[50].body == (await rows_in(in_sqlite))[50].body


async def test_a_file_of_another_layout_is_left_as_it_is(in_sqlite: InSQLite) -> None:
    with contextlib.closing(sqlite3.connect(in_sqlite.path)) as connection:
        connection.execute("CREATE TABLE audit_records (chain TEXT)")
    before = in_sqlite.path.read_bytes()
    store, reading = in_sqlite.store(), reading_of(in_sqlite.settings)

    with pytest.raises(StoreAway, match="OtherLayout"):
        await store.newest(1)
    with pytest.raises(StoreAway, match="OtherLayout"):
        await reading.heads()

    await store.aclose()
    assert before == in_sqlite.path.read_bytes()


def test_an_index_is_due_after_so_many_records() -> None:
    index = SearchIndex()
    _, rows = chain(EVERY - 1)
    index.add(rows[:-1])
    assert not index.is_due

    index.add(rows[-1:])

    assert index.is_due
