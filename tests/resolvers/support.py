"""A graph over systems that live in memory, and its errors as a caller would read them."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from connectors.routes import Routes, Systems
from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from resolvers.context import Context, Graph
from resolvers.errors import present
from resolvers.graph import build
from resolvers.ids import IdCodec
from resolvers.memory import IdentityMemory
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

SCHEMA = build()
_OPERATIONS = Operations(SCHEMA, limits=LimitSettings())


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

    @property
    def systems(self) -> list[FakeSystem]:
        """Every system of one each."""
        return [self.crm, self.billing, self.hss, self.recharge, self.history]

    @property
    def calls(self) -> dict[str, dict[str, int]]:
        """What each system was asked, systems that were not left out."""
        return {system.system: dict(system.calls) for system in self.systems if system.calls}

    def counted(self) -> dict[str, dict[str, int]]:
        """What each system was asked until now; the count begins anew."""
        calls = self.calls
        for system in self.systems:
            system.calls.clear()
        return calls

    async def ask(self, query: str, **variables: object) -> Outcome:
        """The outcome of one question."""
        return await self.ask_as(query, variables)

    async def ask_as(
        self, query: str, variables: Mapping[str, Any], *, always_confirm: bool = False, within_s: float = 5
    ) -> Outcome:
        """The outcome of one question of a caller whose identities may always be confirmed."""
        planned = _OPERATIONS.plan(_OPERATIONS.prepare(query), name=None, variables=dict(variables))
        if isinstance(planned, Outcome):
            return planned
        context = Context(
            self.graph,
            needs=planned.plan.needs,
            variables=planned.variables,
            within=Terms.after(within_s, self.clock),
            always_confirm=always_confirm,
        )
        return await _OPERATIONS.run(planned, context=context)

    def remembers(self, *, remember_s: float = 3600, max_age_s: float = 60, max_entries: int = 1000) -> IdentityMemory:
        """Give the graph a memory of identities, and systems that tell the time of their answers."""
        for system in self.systems:
            system.clock = self.clock
        memory = IdentityMemory(
            remember_s=remember_s, max_age_s=max_age_s, max_entries=max_entries, clock=self.graph.clock
        )
        self.graph = dataclasses.replace(self.graph, memory=memory)
        return memory


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
