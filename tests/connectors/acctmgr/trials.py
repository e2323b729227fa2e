"""The question to an AcctMgr put on trial: its answer, what of it is read, what an independent reader finds in it."""

import contextlib
import dataclasses
import datetime as dt
import pathlib
from collections.abc import Iterator
from typing import Any

import httpx

from connectors.acctmgr import AcctMgrConnector
from connectors.capabilities import Period
from connectors.numbering import NumberingPlan
from tests.connectors.acctmgr import facts
from tests.connectors.acctmgr.fake import NIL, FakeAcctMgr, log, message, settings
from tests.connectors.mutants import Effect, Mutant
from tests.connectors.support import environment, soon
from tests.connectors.trial import Trial

PERIOD = Period(start=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), end=dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
PLAN = NumberingPlan(country_code="265", lengths=frozenset({9}))
NUMBER = "889399973"
TRANSACTION = "20261122080000000000000001"
READS = (
    "Body ResultHeader TransactionId ResultCode VoucherRechargeEnquiryResult RechargeLog SubscriberNo TradeTime ErrorType "
    "RechargeType Batch Sequence OldBalance NewBalance RechargeAmt Currency"
)


@dataclasses.dataclass(frozen=True)
class Case:
    """One answer to the question."""

    logs: tuple[dict[str, str | None], ...]
    others: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            NUMBER: "889399974",
            TRANSACTION: "20261122080000000000000002",
            "405000000": "405914011",
            "0": "5",
            "1153": "MWK",
        }
    )
    reads: frozenset[str] = frozenset(READS.split())

    @property
    def body(self) -> bytes:
        """The whole answer."""
        inner = "".join(log(**({"SubscriberNo": NUMBER} | fields)) for fields in self.logs)
        return message(inner, transaction=TRANSACTION).encode()


CASES = {
    "one record": Case(logs=({},)),
    "several records": Case(
        logs=(
            {"TradeTime": "20260301120000", "Sequence": "1", "Currency": "1153"},
            {"TradeTime": "20260501120000", "Batch": "", "Sequence": "", "RechargeAmt": "-250"},
            {"TradeTime": "20260501120001", "Batch": "", "Sequence": "", "OldBalance": NIL, "NewBalance": NIL},
            {"TradeTime": "20260601120000", "ErrorType": "5", "RechargeAmt": NIL, "RechargeType": None},
        )
    ),
    "no record": Case(logs=()),
}


class _OneSerial:
    def take(self) -> str:
        return TRANSACTION


@contextlib.contextmanager
def on_trial(case: Case, _: pathlib.Path) -> Iterator[Trial]:
    """A connector whose system gives each mutant as its answer."""
    fake = FakeAcctMgr()
    told = settings(zone="Africa/Blantyre", currency="MWK", currencies={1153: "USD"})
    surroundings = dataclasses.replace(environment(transport=httpx.ASGITransport(fake)), numbering=PLAN)
    connector = AcctMgrConnector("history", told, surroundings)
    connector._serials = _OneSerial()  # type: ignore[assignment]

    async def ask(mutant: Mutant) -> Any:
        fake.says(mutant.body)
        fake.content_type = mutant.content_type("text/xml")
        return (await connector.recharges(f"265{NUMBER}", period=PERIOD, within=soon())).value

    def read(mutant: Mutant) -> Any:
        return facts.recharges(mutant, number=NUMBER, transaction=TRANSACTION)

    yield Trial(ask=ask, facts=read, right=read(unharmed(case)))


def unharmed(case: Case) -> Mutant:
    """The answer as it is."""
    return Mutant(kind="nothing", effect=Effect.SAME, body=case.body, charset="utf-8")
