"""Entries, secrets and audits for tests, and a note of what was reported."""

import contextlib
import dataclasses
import itertools
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from connectors.clock import Clock, SystemClock
from connectors.guard.subject import Subject, line
from gateway.audit.chain import Head, Row, Witnessed, appended, begun, witnessed
from gateway.audit.record import Entry, Outcome, record_of
from gateway.audit.secrets import Secrets
from gateway.audit.store import Store
from gateway.audit.verify import Finding, Verification, Witness, of_geneses, of_table
from gateway.audit.writer import Audit
from tests.connectors.support import FixedClock

SECRET = SecretStr("a secret of tests that is long enough")
SECRETS = Secrets([SECRET.get_secret_value().encode()])
ANNA = line("99960000042")
CLOCK = FixedClock()


def entry(about: Collection[Subject] = (ANNA,), **said: Any) -> Entry:
    """An operation that read the number of *about*."""
    usual: dict[str, Any] = {
        "caller": "desk",
        "about": about,
        "read": ["Line.msisdn"],
        "digest": "ab" * 32,
        "systems": ["crm"],
        "outcome": Outcome.ANSWERED,
        "request": "4f2a",
    }
    return Entry(**{**usual, **said})


def people(count: int) -> list[Subject]:
    """So many lines."""
    return [line(f"999600{number:05}") for number in range(count)]


def chain(count: int, *, name: str = "c1", seen: Iterable[Head] = ()) -> tuple[Witnessed, list[Row]]:
    """A chain with so many records after its genesis, each about somebody else."""
    head, genesis = begun(name, writer="test 1", at=CLOCK.now(), seen=list(seen))
    records = [record_of(entry([who]), at=CLOCK.now(), secrets=SECRETS) for who in people(count)]
    head, rows = appended(head, records)
    return witnessed(head, at=CLOCK.now(), secrets=SECRETS), [genesis, *rows]


def findings(
    rows: Iterable[Row],
    heads: Iterable[Witnessed],
    more: Iterable[Witness] = (),
    begins: Mapping[str, Head] | None = None,
) -> list[Finding]:
    """What verification says of *rows*."""
    rows = list(rows)
    geneses = [row.body for row in rows if row.seq == 1]
    check = Verification([*of_table(heads), *of_geneses(geneses), *more], begins)
    return [*(finding for row in rows for finding in check.row(row)), *check.ended()]


@dataclasses.dataclass
class Noted:
    """A reporter that keeps what it is told."""

    told: list[tuple[str, dict[str, object]]] = dataclasses.field(default_factory=list)

    def warning(self, event: str, **values: object) -> None:
        self.told.append((event, values))

    info = warning

    @property
    def events(self) -> list[str]:
        return [event for event, _ in self.told]


@contextlib.asynccontextmanager
async def auditing(
    store: Store, *, report: Noted | None = None, clock: Clock | None = None, within_s: float = 5, **settings: Any
) -> AsyncIterator[Audit]:
    """An audit that writes to *store*."""
    names = (f"c{number}" for number in itertools.count(1))
    audit = Audit(
        store,
        secrets=SECRETS,
        writer="test 1",
        name=settings.pop("name", lambda: next(names)),
        clock=clock or SystemClock(),
        report=report or Noted(),
        **settings,
    )
    audit.start()
    try:
        yield audit
    finally:
        await audit.aclose(within_s=within_s)
