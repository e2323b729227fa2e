"""What a commit costs in a file: few statements, and little to write beside the records themselves."""

import pathlib
from typing import Any

from gateway.audit.chain import Head, Row, appended, begun, witnessed
from gateway.audit.record import record_of
from tests.gateway.audit.making import CLOCK, SECRETS, entry, people
from tests.gateway.audit.places import InSQLite, findings_in

READ = [f"Customer.somethingThatIsPersonal{number}" for number in range(40)]
FRAME = 4096 + 24


class _Writing:
    """A chain that grows by some records about several people each, in one commit."""

    def __init__(self, place: InSQLite) -> None:
        self.store: Any = place.store()
        self._people = iter(people(1000))
        self._head: Head | None = None

    async def commit(self, count: int) -> list[Row]:
        before, rows, head = self._head, list[Row](), self._head
        if head is None:
            head, genesis = begun("c1", writer="test 1", at=CLOCK.now(), seen=[])
            rows = [genesis]
        entries = [entry([next(self._people) for _ in range(4)], read=READ) for _ in range(count)]
        self._head, more = appended(head, [record_of(each, at=CLOCK.now(), secrets=SECRETS) for each in entries])
        rows += more
        await self.store.append(before, rows, witnessed(self._head, at=CLOCK.now(), secrets=SECRETS))
        return rows


def _frames(path: pathlib.Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size // FRAME


async def test_a_commit_is_a_few_statements_whatever_it_holds(in_sqlite: InSQLite) -> None:
    writing = _Writing(in_sqlite)
    await writing.commit(1)
    told: list[str] = []
    writing.store._open.set_trace_callback(told.append)

    await writing.commit(30)

    # A statement with triggers is told once more.
    assert ["BEGIN", "UPDATE", "INSERT", "COMMIT"] == list(dict.fromkeys(each.split()[0] for each in told))
    assert len(told) <= 5
    writing.store._open.set_trace_callback(None)
    await writing.store.aclose()


async def test_a_commit_writes_little_more_than_its_records(in_sqlite: InSQLite) -> None:
    """Each page that is touched is written twice: into the log, and from there into the file."""
    writing = _Writing(in_sqlite)
    await writing.commit(1)
    before, size = _frames(in_sqlite.path), 0

    for _ in range(20):
        size += sum(len(row.body) for row in await writing.commit(6))

    # Records at two to a page, and five or six pages more: the head, the ends of two indexes and of the table, and
    # what says how long the file is.
    assert _frames(in_sqlite.path) - before <= 20 * 9
    assert 1500 < size / 120 < 2000
    await writing.store.aclose()
    assert [] == await findings_in(in_sqlite)
