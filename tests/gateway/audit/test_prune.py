"""`switchboard audit prune`: old records go on both stores, what is left is proven, and it stands on record who did it."""

import asyncio
import contextlib
import datetime as dt
import json
import pathlib
import re
import sqlite3
import subprocess
from typing import Any

import pytest

from gateway.audit import prunable
from gateway.audit.chain import Head
from gateway.audit.cuts import Cut
from gateway.audit.opening import pruning_of
from gateway.audit.postgres_tables import script
from gateway.audit.record import Entry
from gateway.audit.store import StoreAway
from gateway.cli import main
from tests.connectors.support import FixedClock
from tests.gateway.audit.making import SECRET, SECRETS, auditing, entry, people
from tests.gateway.audit.places import InPostgres, InSQLite, Place, findings_in, rows_in
from tests.gateway.audit.postgres_server import needs_postgres

OLD, NEW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
BEFORE = "2024-02-01"


@pytest.fixture
def config(place: Place, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("TEST_AUDIT_SECRET", SECRET.get_secret_value())
    return _config(place, tmp_path)


def _config(place: Place, folder: pathlib.Path, **said: Any) -> pathlib.Path:
    postgresql = place.settings.postgresql
    where: dict[str, Any] = {"sqlite": str(place.settings.sqlite)}
    if postgresql is not None:
        where = {"postgresql": {"url": postgresql.url, "username": said.pop("username", postgresql.username)}}
    path = folder / "auditor.yaml"
    path.write_text(json.dumps({"audit": {"secrets": ["env:TEST_AUDIT_SECRET"], **where, **said}}))
    return path


async def _keep(place: Place, at: dt.datetime, *entries: Entry, name: str = "c1") -> None:
    async with auditing(place.store(), name=lambda: name, clock=FixedClock(at)) as audit:
        for each in entries:
            await audit.written(each)


async def _kept(place: Place) -> None:
    """A chain that is old, one that is new, and one that is both."""
    some = [entry([who]) for who in people(5)]
    await _keep(place, OLD, *some, name="c1")
    await _keep(place, NEW, *some, name="c2")
    clock = FixedClock(OLD)
    async with auditing(place.store(), name=lambda: "c3", clock=clock) as audit:
        for each in some:
            await audit.written(each)
        clock.advance((NEW - OLD).total_seconds())
        for each in some:
            await audit.written(each)


def _run(config: pathlib.Path, what: str, *arguments: str) -> int:
    return main(["audit", what, "--config", str(config), *arguments])


def _pruned(config: pathlib.Path, *arguments: str) -> int:
    return _run(config, "prune", "--why", "retention, LEGAL-7", *(arguments or ("--before", BEFORE)))


def _said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def _places(place: Place) -> list[tuple[str, int]]:
    rows = asyncio.run(rows_in(place))
    return [(row.chain, row.seq) for row in rows if row.chain in {"c1", "c2", "c3"}]


def _in_the_index(place: Place) -> int:
    found = "SELECT count(*) FROM audit_people"
    if isinstance(place, InPostgres):
        return int(place.server.enter(found, database=place.database))
    assert isinstance(place, InSQLite)
    with contextlib.closing(sqlite3.connect(place.path)) as connection:
        return int(connection.execute(found).fetchone()[0])


LEFT = [("c2", seq) for seq in range(1, 7)] + [("c3", seq) for seq in range(7, 12)]


def test_old_records_go_and_the_rest_is_proven(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_kept(place))

    assert 0 == _pruned(config)

    assert ["12 records of 2 chains from before 2024-02-01T00:00:00.000000Z were taken away."] == _said(capsys)
    assert LEFT == _places(place)
    assert 0 == _run(config, "verify")
    cut, told = _said(capsys)
    assert re.fullmatch(r"cut by .+ at .+Z, retention, LEGAL-7: the first 12 records of 2 chains, from before .+", cut)
    assert "13 records in 3 chains: all is well" == told


def test_who_was_in_them_is_found_no_more(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, stays = people(2)
    asyncio.run(_keep(place, OLD, entry([gone])))
    asyncio.run(_keep(place, NEW, entry([stays]), name="c2"))
    _pruned(config)
    capsys.readouterr()

    assert 0 == _run(config, "subject", gone.key)
    assert [] == _said(capsys)
    _run(config, "subject", stays.key)
    assert 1 == len(_said(capsys))
    assert 1 == _in_the_index(place)


def test_each_time_stands_on_record_with_who_and_why(place: Place, config: pathlib.Path) -> None:
    asyncio.run(_kept(place))
    _pruned(config)

    (said,) = [json.loads(row.body) for row in asyncio.run(rows_in(place)) if b'"kind":"change"' in row.body]

    assert "retention, LEGAL-7" == said["why"]
    assert said["by"]
    assert "audit: 12 records of 2 chains from before 2024-02-01T00:00:00.000000Z taken away" == said["what"]


def test_a_second_time_goes_on_where_the_first_ended(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_kept(place))
    _pruned(config)
    before = len(asyncio.run(rows_in(place)))
    assert 0 == _pruned(config)
    assert before == len(asyncio.run(rows_in(place)))
    capsys.readouterr()

    assert 0 == _pruned(config, "--before", "2024-04-01")

    # All of those, and what said so the first time is younger.
    assert [] == _places(place)
    assert "11 records of 2 chains" in _said(capsys)[0]
    assert [] == asyncio.run(findings_in(place))


def test_records_go_in_steps_and_after_each_the_chain_is_whole(
    place: Place, config: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prunable, "STEP", 2)
    asyncio.run(_keep(place, OLD, *map(entry, [[who] for who in people(6)])))
    seen: list[int] = []
    kind: Any = type(pruning_of(place.settings))
    cut = kind.cut

    async def watched(self: Any, said: Cut) -> int:
        count: int = await cut(self, said)
        assert [] == await findings_in(place)
        seen.append(said.head.length)
        return count

    monkeypatch.setattr(kind, "cut", watched)

    assert 0 == _pruned(config)
    assert [2, 4, 6, 7] == seen


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_cuts SET why = 'somebody else'",
        "UPDATE audit_cuts SET before_us = before_us + 1",
        "UPDATE audit_cuts SET length = length - 1",
        "DELETE FROM audit_cuts",
        "DELETE FROM audit_records WHERE chain = 'c3' AND seq = 7",
    ],
)
def test_whatever_is_done_to_it_afterwards_is_found(place: Place, config: pathlib.Path, sql: str) -> None:
    asyncio.run(_kept(place))
    _pruned(config)
    with pytest.raises((sqlite3.IntegrityError, subprocess.CalledProcessError)):
        place.enter(sql)
    place.without_triggers()

    place.enter(sql)

    assert 1 == _run(config, "verify")


def test_a_chain_with_a_mistake_is_left_and_the_others_are_cut(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would prove a theft must not go with what is old."""
    asyncio.run(_kept(place))
    place.without_triggers()
    place.enter("DELETE FROM audit_records WHERE chain = 'c1' AND seq = 3")

    assert 1 == _pruned(config)

    assert "chain c1 is left as it is" in _said(capsys)[0]
    assert [("c1", seq) for seq in (1, 2, 4, 5, 6)] + LEFT == _places(place)


def test_what_is_not_witnessed_by_us_is_left(place: Place, config: pathlib.Path) -> None:
    asyncio.run(_kept(place))
    place.without_triggers()
    place.enter("UPDATE audit_heads SET signature = 'x' WHERE chain = 'c1'; DELETE FROM audit_heads WHERE chain = 'c3'")

    assert 1 == _pruned(config)

    assert 6 + 6 + 11 == len(_places(place))


def test_a_process_whose_whole_chain_was_cut_goes_on_with_it(place: Place, config: pathlib.Path) -> None:
    clock = FixedClock(OLD)

    async def go_on() -> None:
        async with auditing(place.store(), clock=clock) as audit:
            for who in people(5):
                await audit.written(entry([who]))
            assert 0 == await asyncio.to_thread(_pruned, config)
            assert [] == [row for row in await rows_in(place) if row.chain == "c1"]
            clock.advance((NEW - OLD).total_seconds())
            await audit.written(entry())

    asyncio.run(go_on())

    assert [("c1", 7)] == _places(place)
    # Those that had not been put into the index yet are not put there any more.
    assert 1 == _in_the_index(place)
    assert [] == asyncio.run(findings_in(place))


def test_while_nothing_can_be_put_on_record_nothing_is_taken_away(
    place: Place, config: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_kept(place))
    monkeypatch.setattr("gateway.audit.pruned._RECORDING_S", 0.1)

    async def away(*_: object) -> None:
        raise StoreAway("ConnectionRefusedError")

    monkeypatch.setattr(type(place.store()), "append", away)

    assert 1 == _pruned(config)

    assert "This cannot be put on record, so nothing was taken away." == _said(capsys)[-1]
    assert 6 + 6 + 11 == len(_places(place))


def test_what_the_settings_keep_is_kept(
    place: Place, config: pathlib.Path, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == _run(config, "prune", "--why", "retention")
    assert "write --before, or `keep_days`" in capsys.readouterr().err
    days = (dt.datetime.now(dt.UTC) - OLD).days - 20
    config = _config(place, tmp_path, keep_days=days)
    asyncio.run(_kept(place))

    assert 2 == _pruned(config, "--before", BEFORE)
    assert f"audit.keep_days = {days}" in capsys.readouterr().err
    assert 0 == _run(config, "prune", "--why", "retention")

    assert LEFT == _places(place)


@pytest.mark.parametrize("before", ["2999-01-01"])
def test_what_is_yet_to_come_is_not_old(config: pathlib.Path, before: str) -> None:
    assert 2 == _pruned(config, "--before", before)


@pytest.mark.parametrize("why", ["", "x", "about 99960000042", "+999 6000 0042", "two\nlines"])
def test_a_reason_is_one_line_that_names_nobody(
    config: pathlib.Path, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    assert 2 == _run(config, "prune", "--before", BEFORE, "--why", why)
    assert "99960000042" not in capsys.readouterr().err


@needs_postgres
def test_a_role_that_may_only_add_takes_nothing_away(
    in_postgres: InPostgres, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEST_AUDIT_SECRET", SECRET.get_secret_value())
    asyncio.run(_kept(in_postgres))
    in_postgres.enter(f"DROP ROLE IF EXISTS gateway; CREATE ROLE gateway LOGIN; {script('gateway')}")
    config = _config(in_postgres, tmp_path, username="gateway")
    try:
        assert 1 == _pruned(config)
        assert 0 == _run(config, "verify")
    finally:
        tables = "audit_records, audit_people, audit_heads, audit_cuts"
        in_postgres.enter(f"REVOKE ALL ON {tables} FROM gateway; DROP ROLE gateway")

    assert "The records cannot be taken away (InsufficientPrivilegeError)." in capsys.readouterr().err
    assert 6 + 6 + 11 == len(_places(in_postgres))


async def test_a_statement_alone_lets_records_go(place: Place) -> None:
    """Not even by whoever may delete, without saying so."""
    await _keep(place, OLD, *map(entry, [[who] for who in people(5)]))
    with pytest.raises((sqlite3.IntegrityError, subprocess.CalledProcessError)):
        place.enter("DELETE FROM audit_records WHERE seq <= 3")
    row = (await rows_in(place))[2]
    pruning = pruning_of(place.settings)
    cut = Cut(head=Head(row.chain, row.seq, row.hash), at=NEW, before=NEW, by="ann", why="retention").signed(SECRETS)

    assert 3 == await pruning.cut(cut)

    await pruning.aclose()
    assert [] == await findings_in(place)
