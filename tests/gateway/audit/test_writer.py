"""Group commit: nothing is acknowledged before it is kept, nothing is dropped in silence, and every wait has an end."""

import asyncio
import time
from collections.abc import Callable

import pytest

from gateway.audit.record import Entry, read
from gateway.audit.writer import Audit, AuditUnavailable
from tests.bars import bar
from tests.gateway.audit.making import SECRETS, Noted, auditing, entry, findings, people
from tests.gateway.audit.stores import AWAY, MemoryStore

SHORT = 0.1


def _of(count: int) -> list[Entry]:
    return [entry([who]) for who in people(count)]


def _hashes(count: int) -> list[str]:
    return [SECRETS.hashed(who.kind.value, who.key) for who in people(count)]


async def _until(audit: Audit, *, waiting: int) -> None:
    await _comes_true(lambda: audit.state.waiting == waiting)


async def _held(audit: Audit, store: MemoryStore) -> asyncio.Task[None]:
    """A record whose commit is under way, and stays so."""
    store.gate.clear()
    task = asyncio.create_task(audit.written(entry()))
    await _comes_true(lambda: store.is_held)
    return task


async def _comes_true(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not what():  # noqa: ASYNC110 - the audit tells nobody
            await asyncio.sleep(0)


async def test_what_was_written_is_kept_when_that_is_said() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        for found in _of(3):
            await audit.written(found)

        assert _hashes(3) == store.people
        assert [] == findings(store.rows, store.heads.values())


async def test_nothing_is_acknowledged_while_the_commit_is_under_way() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        await audit.written(entry())
        store.gate.clear()
        waiting = asyncio.create_task(audit.written(entry()))

        done, _ = await asyncio.wait([waiting], timeout=0.05)

        assert not done
        store.gate.set()
        await waiting


async def test_what_arrives_while_a_commit_is_under_way_goes_into_the_next_together() -> None:
    store = MemoryStore()
    async with auditing(store, max_together=8) as audit:
        await audit.written(entry())
        first = await _held(audit, store)
        others = [asyncio.create_task(audit.written(found)) for found in _of(20)]
        await _until(audit, waiting=21)
        store.gate.set()
        await asyncio.gather(first, *others)

    # The genesis is the first.
    assert [1, 8, 8, 4] == store.commits[-4:]
    assert _hashes(20) == store.people[-20:]


async def test_what_was_noted_is_kept_soon() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        for found in _of(3):
            await audit.noted(found)
        await _until(audit, waiting=0)

    assert _hashes(3) == store.people


async def test_a_chain_begins_before_there_is_anything_to_put_into_it() -> None:
    store = MemoryStore()
    async with auditing(store):
        await _comes_true(lambda: bool(store.rows))

    assert [1] == [row.seq for row in store.rows]


async def test_a_store_that_takes_too_long_refuses_in_time() -> None:
    store = MemoryStore()
    async with auditing(store, timeout_s=SHORT, within_s=SHORT) as audit:
        await audit.written(entry())
        store.gate.clear()
        start = time.monotonic()

        with pytest.raises(AuditUnavailable):
            await audit.written(entry())

        assert time.monotonic() - start < SHORT + bar(0.1)


async def test_a_store_that_is_away_is_told_of_once_and_refuses_at_once_after_a_while() -> None:
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report, timeout_s=SHORT, within_s=SHORT) as audit:
        await audit.written(entry())
        store.ill = AWAY
        with pytest.raises(AuditUnavailable):
            await audit.written(entry())
        await asyncio.sleep(2 * SHORT)
        assert audit.is_refusing

        for _ in range(100):
            with pytest.raises(AuditUnavailable):
                await audit.written(entry())

    assert [("audit_away", {"kind": "ConnectionRefusedError"})] == report.told


async def test_a_store_that_comes_back_takes_what_was_noted_meanwhile_and_more() -> None:
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report, timeout_s=SHORT) as audit:
        await audit.written(entry())
        store.ill = AWAY
        for found in _of(3):
            await audit.noted(found)
        await asyncio.sleep(3 * SHORT)
        store.ill = None
        await _until(audit, waiting=0)
        await audit.written(entry())

    assert _hashes(3) == store.people[1:4]
    assert ["audit_away", "audit_back"] == report.events
    assert [] == findings(store.rows, store.heads.values())


async def test_a_blip_refuses_nobody() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        await audit.written(entry())
        store.ill = AWAY
        waiting = asyncio.create_task(audit.written(entry()))
        await asyncio.sleep(0.02)
        store.ill = None

        await waiting


@pytest.mark.parametrize("late", [AWAY, TimeoutError(), RuntimeError("anything")])
async def test_what_happened_although_nobody_said_so_is_kept_once(late: Exception) -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        await audit.written(entry())
        store.late = late

        for found in _of(3):
            await audit.written(found)

    assert _hashes(3) == store.people[1:]
    assert [] == findings(store.rows, store.heads.values())


async def test_who_left_before_a_commit_is_not_on_record() -> None:
    """Its answer has not been given."""
    store = MemoryStore()
    one, other = _of(2)
    async with auditing(store) as audit:
        await audit.written(entry())
        first = await _held(audit, store)
        leaves, stays = (asyncio.create_task(audit.written(found)) for found in (one, other))
        await _until(audit, waiting=3)
        leaves.cancel()
        store.gate.set()
        await asyncio.gather(first, stays)

    assert _hashes(2)[1:] == store.people[2:]


async def test_too_much_to_note_becomes_a_wait() -> None:
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report, max_waiting=5) as audit:
        await audit.written(entry())
        first = await _held(audit, store)
        for found in _of(5):
            await audit.noted(found)
        late = asyncio.create_task(audit.noted(entry()))
        done, _ = await asyncio.wait([late], timeout=0.05)
        assert not done
        store.gate.set()
        await asyncio.gather(first, late)
        await _until(audit, waiting=0)

    assert 8 == len(store.people)
    assert ["audit_full"] == report.events


async def test_what_cannot_be_noted_is_refused_loudly_and_what_was_taken_stays() -> None:
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report, max_waiting=5, timeout_s=SHORT) as audit:
        await audit.written(entry())
        store.ill = AWAY
        await audit.noted(entry())
        await _comes_true(lambda: "audit_away" in report.events)
        for found in _of(5):
            await audit.noted(found)

        with pytest.raises(AuditUnavailable):
            await audit.noted(entry())

        assert 1 == audit.state.refused
        store.ill = None
        await _until(audit, waiting=0)
    assert _hashes(5) == store.people[2:]


async def test_closing_writes_what_is_left() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        await audit.written(entry())
        for found in _of(3):
            await audit.noted(found)

    assert _hashes(3) == store.people[1:]
    assert store.is_closed
    with pytest.raises(AuditUnavailable):
        await audit.written(entry())
    with pytest.raises(AuditUnavailable):
        await audit.noted(entry())


async def test_closing_has_an_end_and_tells_what_was_lost() -> None:
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report, within_s=SHORT) as audit:
        await audit.written(entry())
        waits = await _held(audit, store)
        await audit.noted(entry())
        await audit.noted(entry())
        start = time.monotonic()

    assert time.monotonic() - start < SHORT + bar(0.2)
    assert ("audit_lost", {"records": 2}) in report.told
    with pytest.raises(AuditUnavailable):
        await waits


async def test_what_cannot_become_a_record_keeps_nobody_else_from_it_for_long_and_nothing_is_dropped() -> None:
    """Nothing can be that we know of; but what nobody thought of must not be silent, and must not stay."""
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report, timeout_s=SHORT) as audit:
        await audit.written(entry())
        await audit.noted(entry(people(1)))
        with pytest.raises(AuditUnavailable):
            await audit.written(entry(read=[object()]))
        await _until(audit, waiting=0)
        await audit.written(entry(people(2)[1:]))

    assert _hashes(2) == store.people[1:]
    assert ["audit_away", "audit_back"] == report.events


async def test_a_chain_that_somebody_else_wrote_to_is_left_for_a_new_one() -> None:
    store, report = MemoryStore(), Noted()
    async with auditing(store, report=report) as audit:
        await audit.written(entry())
        del store.heads["c1"]

        await audit.written(entry())

    assert ["audit_disturbed"] == report.events
    assert ["c1", "c1", "c2", "c2"] == [row.chain for row in store.rows]


async def test_nothing_is_taken_before_the_start() -> None:
    store = MemoryStore()
    async with auditing(store) as audit:
        audit._task, task = None, audit._task
        with pytest.raises(AuditUnavailable):
            await audit.written(entry())
        audit._task = task


async def test_a_chain_begins_with_where_others_are() -> None:
    """So that one of those that is taken out, or cut, is missed."""
    store = MemoryStore()
    for name in ("c1", "c2"):
        async with auditing(store, name=lambda name=name: name) as audit:
            await audit.written(entry())

    first = store.heads["c1"].head
    assert [["c1", 2, first.hash.hex()]] == read(store.rows[2].body)["seen"]
    assert findings([row for row in store.rows if row.chain == "c2"], [store.heads["c2"]])


async def test_a_store_that_is_away_at_the_start_is_waited_for() -> None:
    store = MemoryStore()
    store.ill = AWAY
    async with auditing(store) as audit:
        waiting = asyncio.create_task(audit.written(entry()))
        await asyncio.sleep(0.02)
        store.ill = None
        await waiting

    assert [] == findings(store.rows, store.heads.values())
