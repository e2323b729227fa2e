"""Systems that live in memory behind real guards, so that what they say is kept for as long as an operator says."""

import collections
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from connectors.guard import Answer, Call, Guard, GuardSettings, Keys, guard_for, subject
from connectors.guard.watch import Event, Unwatched
from connectors.routes import Routes, Systems
from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from gateway.operations.planning import Planned
from gateway.policy.asker import Asker
from gateway.stores.memory import MemoryStore
from resolvers.context import Context
from tests.resolvers.fakes import FakeSystem
from tests.resolvers.support import SCHEMA, FakeOperator

WHOM = {
    "customers": subject.customer,
    "bills": subject.account,
    "balances": subject.line,
    "profile_by_msisdn": subject.line,
}
"""Whom some of the questions are about."""


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [text for each in value for text in _texts(each)]


class Told(Unwatched):
    """Counts the answers that were given again."""

    def __init__(self) -> None:
        self.recalls: collections.Counter[str] = collections.Counter()

    def tells(self, call: Call, event: Event) -> None:
        if event is Event.CACHED:
            self.recalls[f"{call.system} {call.operation}"] += 1


class Guarded:
    """A system of which every question passes *guard*."""

    def __init__(self, system: FakeSystem, guard: Guard) -> None:
        self._system = system
        self._guard = guard

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        asked = getattr(self._system, name)

        async def operation(*args: Any, within: Terms, **named: Any) -> Any:
            question = tuple(tuple(each) if isinstance(each, list) else each for each in args)
            others = tuple(value for key, value in sorted(named.items()) if key != "parts")
            parts = named.get("parts", frozenset())

            async def ask() -> Any:
                found = await asked(*args, within=within, **named)
                return found.value if isinstance(found, Answer) else found

            about = tuple(WHOM[name](each) for each in _texts(question)) if name in WHOM else ()
            call = Call(self._system.system, name, (*question, *others), within, parts, about)
            answer = await self._guard.call(call, ask)
            return answer.value if isinstance(answer.value, Mapping) else answer

        return operation


class Counting(Operations):
    """Counts how often operations are run, as opposed to remembered."""

    runs = 0

    async def run(self, planned: Planned, *, context: Context) -> Outcome:
        self.runs += 1
        return await super().run(planned, context=context)


class World:
    """An operator, its guards, and operations that remember what they answered. All its clocks are one."""

    def __init__(
        self,
        operator: FakeOperator | None = None,
        *,
        fresh_s: float | Mapping[str, float] = 60,
        windows: Mapping[str, Any] | None = None,
        max_entries: int = 1000,
        shows_graph: bool = True,
    ) -> None:
        self.operator = operator or FakeOperator()
        self.clock = self.operator.clock
        self.told = Told()
        self.keys = Keys()
        self.store = MemoryStore(max_entries=max_entries, clock=self.clock)
        self.operations = Counting(SCHEMA, limits=LimitSettings(), shows_graph=shows_graph)
        self._fresh_s = fresh_s
        self._windows = {"jitter": 0, **(windows or {})}
        for system in self.operator.systems:
            system.clock = self.clock
        guarded = {system.system: self._guarded(system) for system in self.operator.systems}
        routes: Any = {
            "customers": "crm",
            "billing": "billing",
            "network": "hss",
            "recharging": "recharge",
            "recharge_history": "recharge-history",
        }
        self.operator.graph = dataclasses.replace(
            self.operator.graph,
            routes=Routes(**{name: Systems({system: guarded[system]}) for name, system in routes.items()}),
        )

    def _guarded(self, system: FakeSystem) -> Any:
        names = [name for name in dir(system) if not name.startswith("_")]
        fresh_s = dict.fromkeys(names, self._fresh_s) if isinstance(self._fresh_s, int | float) else self._fresh_s
        settings = GuardSettings(fresh_s=fresh_s, **self._windows)
        return Guarded(
            system,
            guard_for(system.system, settings, clock=self.clock, store=self.store, watcher=self.told, keys=self.keys),
        )

    @property
    def answers(self) -> Any:
        """What the operations remember."""
        return self.operations._answers

    async def ask(
        self,
        text: str,
        variables: dict[str, Any] | None = None,
        *,
        name: str | None = None,
        asker: Asker | None = None,
    ) -> Outcome:
        """What a caller gets."""
        return await self.operations.execute(
            self.operations.prepare(text),
            name=name,
            variables=variables,
            graph=self.operator.graph,
            within=Terms.after(5, self.clock),
            asker=asker,
        )

    async def run(self, text: str, variables: dict[str, Any] | None = None, *, name: str | None = None) -> Outcome:
        """What a caller would get if nothing were remembered."""
        planned = self.operations.plan(self.operations.prepare(text), name=name, variables=variables)
        if not isinstance(planned, Planned):
            return planned
        graph, within = self.operator.graph, Terms.after(5, self.clock)
        context = Context(graph, needs=planned.plan.needs, variables=planned.variables, within=within)
        return await self.operations.run(planned, context=context)

    def asked(self) -> dict[str, dict[str, int]]:
        """What the systems were asked until now; the count begins anew."""
        return self.operator.counted()
