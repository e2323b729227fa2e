"""A graph over systems that live in memory, and its errors as a caller would read them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from connectors.clock import Deadline
from connectors.routes import Routes, Systems
from gateway.limits.settings import LimitSettings
from gateway.operation import Operations, Outcome, UsePrepared
from resolvers.context import Context, Graph
from resolvers.errors import present
from resolvers.graph import build
from resolvers.ids import IdCodec
from tests.connectors.support import PLAN, FixedClock, Reports
from tests.resolvers.fakes import (
    ACCOUNT,
    IMSI,
    MSISDN,
    SECOND_MSISDN,
    FakeBilling,
    FakeCrm,
    FakeHss,
    FakeRecharge,
    FakeSystem,
)

__all__ = ["ACCOUNT", "IMSI", "MSISDN", "SCHEMA", "SECOND_MSISDN", "FakeOperator", "FakeSystem", "codes", "presented"]

SCHEMA = build([UsePrepared])


class FakeOperator:
    """Four systems and the graph over them; *routes* may add more."""

    def __init__(self, routes: Callable[["FakeOperator"], Routes] | None = None) -> None:
        self.clock = FixedClock()
        self.crm = FakeCrm()
        self.billing = FakeBilling()
        self.hss = FakeHss()
        self.recharge = FakeRecharge("recharge")
        self.history = FakeRecharge("recharge-history")
        self.ids = IdCodec([b"a secret of the tests"])
        self.graph = Graph(
            routes=(routes or _one_each)(self),
            ids=self.ids,
            numbering=PLAN,
            clock=self.clock,
            history=dt.timedelta(days=730),
        )
        self._operations = Operations(SCHEMA, limits=LimitSettings())

    @property
    def calls(self) -> dict[str, dict[str, int]]:
        """What each system was asked, systems that were not left out."""
        systems: list[FakeSystem] = [self.crm, self.billing, self.hss, self.recharge, self.history]
        return {system.system: dict(system.calls) for system in systems if system.calls}

    async def ask(self, query: str, **variables: object) -> Outcome:
        """The outcome of one question."""
        prepared = self._operations.prepare(query)
        context = Context(self.graph, document=prepared.document, within=Deadline.after(5, self.clock))
        return await self._operations.execute(prepared, name=None, variables=variables, context=context)


def _one_each(operator: FakeOperator) -> Routes:
    return Routes(
        customers=Systems({"crm": operator.crm}),
        billing=Systems({"billing": operator.billing}),
        network=Systems({"hss": operator.hss}),
        recharging=Systems({"recharge": operator.recharge}),
        recharge_history=Systems({"recharge-history": operator.history}),
    )


def presented(outcome: Outcome, *, report: Reports | None = None) -> list[dict[str, Any]]:
    """The outcome's errors, as a caller would read them."""
    return present(outcome.errors, request_id="r", report=report or Reports())


def codes(outcome: Outcome) -> list[str]:
    """The codes of the outcome's errors, as a caller would read them."""
    return [error["extensions"]["code"] for error in presented(outcome)]
