"""Both stores: what was appended is there, once, and only ever added to."""

import sqlite3
import subprocess

import pytest

from gateway.audit.chain import Head, appended, witnessed
from gateway.audit.record import record_of
from gateway.audit.store import Disturbed
from tests.gateway.audit.making import CLOCK, SECRETS, chain, entry
from tests.gateway.audit.places import Place, findings_in, rows_in

REFUSED = (sqlite3.IntegrityError, subprocess.CalledProcessError)


async def _kept(place: Place, count: int = 8, name: str = "c1") -> Head:
    head, rows = chain(count, name=name)
    store = place.store()
    await store.newest(1)
    await store.append(None, rows, head)
    await store.aclose()
    return head.head


async def test_what_was_appended_is_read_again_as_it_was(place: Place) -> None:
    head, rows = chain(5)
    store = place.store()

    assert [] == await store.newest(3)
    await store.append(None, rows[:3], witnessed(Head("c1", 3, rows[2].hash), at=CLOCK.now(), secrets=SECRETS))
    await store.append(Head("c1", 3, rows[2].hash), rows[3:], head)

    assert [head] == await store.newest(3)
    await store.aclose()
    assert rows == await rows_in(place)
    assert [] == await findings_in(place)


async def test_the_same_append_again_changes_nothing(place: Place) -> None:
    """Whoever was cut off does not know whether it happened, and says it once more."""
    head, rows = chain(2)
    store = place.store()
    await store.newest(1)

    for _ in range(2):
        await store.append(None, rows, head)
    more, added = appended(head.head, [record_of(entry(), at=CLOCK.now(), secrets=SECRETS)])
    for _ in range(2):
        await store.append(head.head, added, witnessed(more, at=CLOCK.now(), secrets=SECRETS))

    await store.aclose()
    assert [1, 2, 3, 4] == [row.seq for row in await rows_in(place)]
    assert [] == await findings_in(place)


async def test_a_chain_that_is_elsewhere_is_not_added_to(place: Place) -> None:
    head = await _kept(place)
    other = Head("c1", 5, bytes(32))
    after, rows = appended(other, [record_of(entry(), at=CLOCK.now(), secrets=SECRETS)])
    store = place.store()

    with pytest.raises(Disturbed):
        await store.append(other, rows, witnessed(after, at=CLOCK.now(), secrets=SECRETS))

    assert head == (await store.newest(1))[0].head
    await store.aclose()
    assert [] == await findings_in(place)


async def test_half_a_batch_is_never_there(place: Place) -> None:
    """A record that is there already stops all of its commit, the head included."""
    head = await _kept(place, 3)
    after, rows = appended(head, [record_of(entry(), at=CLOCK.now(), secrets=SECRETS)] * 2)
    place.enter("INSERT INTO audit_records SELECT chain, 6, at_us, body, hash FROM audit_records WHERE seq = 2")
    store = place.store()

    with pytest.raises(Disturbed):
        await store.append(head, rows, witnessed(after, at=CLOCK.now(), secrets=SECRETS))

    assert [head] == [each.head for each in await store.newest(9)]
    await store.aclose()
    assert [1, 2, 3, 4, 6] == [row.seq for row in await rows_in(place)]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_records SET at_us = 1 WHERE seq = 2",
        "DELETE FROM audit_records WHERE seq = 9",
        "UPDATE audit_people SET person = 'x'",
        "DELETE FROM audit_people",
        "DELETE FROM audit_heads",
        "UPDATE audit_heads SET length = 3",
        "UPDATE audit_heads SET chain = 'c9', length = 99",
    ],
)
async def test_records_are_only_ever_added_to(place: Place, sql: str) -> None:
    await _kept(place)

    with pytest.raises(REFUSED):
        place.enter(sql)

    assert [] == await findings_in(place)


async def test_two_writers_have_a_chain_each(place: Place) -> None:
    for name in ("c1", "c2"):
        await _kept(place, 4, name)

    assert [] == await findings_in(place)
    assert ["c1"] * 5 + ["c2"] * 5 == [row.chain for row in await rows_in(place)]
