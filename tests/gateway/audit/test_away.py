"""A real store that is away, full, held up or taken away: refused in time, nothing acknowledged is lost, and it recovers."""

import asyncio
import contextlib
import os
import pathlib
import sqlite3
import time
from collections.abc import Iterator

import pytest
from certifi import where

from gateway.audit.postgres import PostgresStore
from gateway.audit.postgres_tables import script
from gateway.audit.sqlite import SQLiteStore
from gateway.audit.store import StoreAway
from gateway.audit.verify import Wrong
from gateway.audit.writer import Audit, AuditUnavailable
from tests.bars import bar
from tests.gateway.audit.making import SECRETS, Noted, auditing, entry, people
from tests.gateway.audit.places import InPostgres, InSQLite, Place, findings_in, rows_in
from tests.gateway.audit.postgres_server import PostgresServer, needs_postgres, running

TIMEOUT = 0.3


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that may be stopped."""
    with running() as server:
        yield server


async def _refused(audit: Audit) -> None:
    start = time.monotonic()
    with pytest.raises(AuditUnavailable):
        await audit.written(entry())
    assert time.monotonic() - start < TIMEOUT + bar(0.1)


async def _told_away(report: Noted) -> None:
    async with asyncio.timeout(20):
        while "audit_away" not in report.events:  # noqa: ASYNC110 - Only looking tells.
            await asyncio.sleep(0.005)


async def _taken_again(audit: Audit) -> None:
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(AuditUnavailable):
                return await audit.written(entry())
            await asyncio.sleep(0.02)


async def _written_until_refused(audit: Audit, most: int) -> int:
    for count, who in enumerate(people(most)):
        try:
            await audit.written(entry([who]))
        except AuditUnavailable:
            return count
    return most


async def _all_there(place: Place, count: int) -> None:
    """Everything acknowledged is there, and more only where it was refused too late."""
    assert [] == await findings_in(place)
    assert _hashes(count) <= await _told(place)


def _hashes(count: int) -> set[str]:
    return {SECRETS.hashed(who.kind.value, who.key) for who in people(count)}


async def _told(place: Place) -> set[str]:
    return {person for row in await rows_in(place) for person in row.people}


@needs_postgres
@pytest.mark.parametrize("how", ["kill", "stop", "hold"])
async def test_a_database_that_goes_away_refuses_and_comes_back(own_postgres: PostgresServer, how: str) -> None:
    place, report = InPostgres(own_postgres), Noted()
    async with auditing(place.store(), report=report, timeout_s=TIMEOUT) as audit:
        for who in people(5):
            await audit.written(entry([who]))

        getattr(own_postgres, how)()
        await _refused(audit)
        # The commit may have begun a little later than the wait of whoever it was for.
        await _told_away(report)
        await audit.noted(entry())
        if how == "hold":
            own_postgres.go_on()
        else:
            own_postgres.start()
        await _taken_again(audit)

    assert {"audit_away", "audit_back"} == set(report.events)
    await _all_there(place, 5)


@needs_postgres
async def test_a_connection_that_was_cut_refuses_nobody(in_postgres: InPostgres) -> None:
    async with auditing(in_postgres.store(), timeout_s=5) as audit:
        for who in people(5):
            await audit.written(entry([who]))
            in_postgres.enter(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'switchboard audit' "
                "AND datname = current_database()"
            )

    await _all_there(in_postgres, 5)


@needs_postgres
async def test_a_commit_that_hangs_in_the_database_is_made_once(in_postgres: InPostgres) -> None:
    """Another connection holds the head; ours is cut in the midst, and what it was about is tried again behind it."""
    async with auditing(in_postgres.store(), timeout_s=TIMEOUT) as audit:
        for who in people(5):
            await audit.written(entry([who]))
        holding = asyncio.create_task(
            asyncio.to_thread(
                in_postgres.enter, "BEGIN; SELECT 1 FROM audit_heads FOR UPDATE; SELECT pg_sleep(1); COMMIT"
            )
        )
        await asyncio.sleep(0.3)
        await _refused(audit)
        await holding
        await _taken_again(audit)

    await _all_there(in_postgres, 5)
    assert {"c1"} == {row.chain for row in await rows_in(in_postgres)}


@needs_postgres
async def test_a_role_that_may_only_add_is_enough(in_postgres: InPostgres) -> None:
    in_postgres.enter(f"DROP ROLE IF EXISTS gateway; CREATE ROLE gateway LOGIN; {script('gateway')}")
    settings = in_postgres.server.settings(in_postgres.database, username="gateway")
    async with auditing(PostgresStore(settings, timeout_s=5), timeout_s=5) as audit:
        for who in people(5):
            await audit.written(entry([who]))
    in_postgres.enter(
        "REVOKE ALL ON audit_records, audit_people, audit_heads, audit_cuts FROM gateway; DROP ROLE gateway"
    )

    await _all_there(in_postgres, 5)


@needs_postgres
async def test_a_database_that_answers_before_its_disk_is_told_to_wait(in_postgres: InPostgres) -> None:
    in_postgres.enter(f"ALTER DATABASE {in_postgres.database} SET synchronous_commit = off")
    store = in_postgres.store()
    await store.newest(1)

    assert "on" == await store._open.fetchval("SHOW synchronous_commit")  # type: ignore[attr-defined]
    await store.aclose()


@needs_postgres
async def test_workers_that_start_together_make_the_tables_once(in_postgres: InPostgres) -> None:
    report = Noted()
    async with contextlib.AsyncExitStack() as stack:
        audits = [
            await stack.enter_async_context(
                auditing(in_postgres.store(), report=report, name=f"c{number}".format, timeout_s=5)
            )
            for number in range(6)
        ]
        await asyncio.gather(*(audit.written(entry([who])) for audit, who in zip(audits, people(6), strict=True)))

    assert [] == report.told
    await _all_there(in_postgres, 6)


async def test_a_file_that_somebody_holds_refuses_and_recovers(in_sqlite: InSQLite) -> None:
    async with auditing(SQLiteStore(in_sqlite.path, timeout_s=TIMEOUT), timeout_s=TIMEOUT) as audit:
        for who in people(5):
            await audit.written(entry([who]))
        with contextlib.closing(sqlite3.connect(in_sqlite.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await _refused(audit)
            await _refused(audit)
            other.execute("ROLLBACK")
        await _taken_again(audit)

    await _all_there(in_sqlite, 5)


async def test_a_full_disk_refuses_and_recovers_when_there_is_room(in_sqlite: InSQLite) -> None:
    report = Noted()
    store = SQLiteStore(in_sqlite.path, timeout_s=TIMEOUT)
    async with auditing(store, report=report, timeout_s=TIMEOUT) as audit:
        await audit.written(entry())
        opened = store._opened
        with contextlib.closing(opened()) as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()

        def full() -> sqlite3.Connection:
            connection = opened()
            connection.execute(f"PRAGMA max_page_count = {pages + 4}")
            return connection

        store._opened = full  # type: ignore[method-assign]
        await store._thread.run(store._close)
        count = await _written_until_refused(audit, 2000)
        await _refused(audit)
        assert ("audit_away", {"kind": "SQLITE_FULL"}) == report.told[0]
        store._opened = opened  # type: ignore[method-assign]
        await _taken_again(audit)

    assert 0 < count < 2000
    assert ["audit_away", "audit_back"] == report.events
    await _all_there(in_sqlite, count)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs POSIX")
async def test_a_folder_that_is_not_there_refuses_until_it_is(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "later"
    place = InSQLite(folder)
    async with auditing(SQLiteStore(place.path, timeout_s=TIMEOUT), timeout_s=TIMEOUT) as audit:
        await _refused(audit)
        folder.mkdir()
        await _taken_again(audit)

    await _all_there(place, 0)


async def test_a_file_that_is_taken_away_is_not_written_to_any_more(in_sqlite: InSQLite) -> None:
    """What is written to a file without a name is gone with the process."""
    report = Noted()
    async with auditing(in_sqlite.store(), report=report) as audit:
        await audit.written(entry())
        for each in in_sqlite.path.parent.glob("audit.db*"):
            each.unlink()

        for who in people(5):
            await audit.written(entry([who]))

    assert ["audit_disturbed"] == report.events
    assert _hashes(5) <= await _told(in_sqlite)
    assert ("c1", Wrong.CUT, 0) in {(each.chain, each.wrong, each.seq) for each in await findings_in(in_sqlite)}


async def test_a_file_is_its_owners_alone(in_sqlite: InSQLite) -> None:
    async with auditing(in_sqlite.store()) as audit:
        await audit.written(entry())
        assert {0o600} == {each.stat().st_mode & 0o777 for each in in_sqlite.path.parent.glob("audit.db*")}


async def test_several_processes_may_share_a_file(in_sqlite: InSQLite) -> None:
    async with contextlib.AsyncExitStack() as stack:
        audits = [
            await stack.enter_async_context(auditing(in_sqlite.store(), name=f"c{number}".format, timeout_s=5))
            for number in range(4)
        ]
        await asyncio.gather(*(audit.written(entry([who])) for who in people(50) for audit in audits))

    await _all_there(in_sqlite, 50)
    assert 4 == len({row.chain for row in await rows_in(in_sqlite)})


async def test_a_commit_to_a_file_returns_when_its_bytes_are_on_the_disk(in_sqlite: InSQLite) -> None:
    store = SQLiteStore(in_sqlite.path, timeout_s=TIMEOUT)
    await store.newest(1)

    def asked(what: str) -> object:
        assert store._open is not None
        return store._open.execute(f"PRAGMA {what}").fetchone()[0]

    assert "wal" == await store._thread.run(lambda: asked("journal_mode"))
    assert 2 == await store._thread.run(lambda: asked("synchronous"))  # FULL
    await store.aclose()


@needs_postgres
async def test_a_database_without_tls_is_not_spoken_to_where_it_must_have_it(in_postgres: InPostgres) -> None:
    settings = in_postgres.server.settings(in_postgres.database, tls={"ca_file": where()})
    store = PostgresStore(settings, timeout_s=5)

    with pytest.raises(StoreAway):
        await store.newest(1)

    assert "0" == in_postgres.server.enter(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'switchboard audit'", database="postgres"
    )


@needs_postgres
async def test_nothing_is_taken_from_the_environment(in_postgres: InPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("PGHOST", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGUSER", "x"),
        ("PGDATABASE", "x"),
        ("PGPASSWORD", "x"),
    ):
        monkeypatch.setenv(name, value)
    store = in_postgres.store()

    assert [] == await store.newest(1)

    await store.aclose()
