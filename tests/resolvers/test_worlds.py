"""
Worlds in which numbers move, accounts change hands, SIMs are put elsewhere and systems fail.

A graph that remembers identities and one that does not look at the same world. Once the age of trust has passed, or when
identities are always confirmed, they answer the same; before, the one that remembers may show somebody who was right
when it was confirmed, and of them what is right now.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import NotKnown, Unavailable
from connectors.guard import Answer
from connectors.terms import Terms
from gateway.operations.outcome import Outcome
from schema.network import NetworkProfile
from tests.resolvers.fakes import FakeHss
from tests.resolvers.support import FakeOperator, presented

MAX_AGE_S = 60
CUSTOMERS = ["1", "2", "3"]
ACCOUNTS = ["A1", "A2", "A3", "B1"]
NUMBERS = ["99960000001", "99960000002", "99960000003"]
SIMS = ["999700000000001", "999700000000002"]
SYSTEMS = ["crm", "billing", "hss", "recharge", "recharge-history"]
SELECTIONS = [
    "customerNumber",
    "customerNumber name bills { nodes { accountNumber } }",
    "customerNumber party { partyId } payments { totalCount }",
    "customerNumber accounts { accountNumber bills { totalCount } balance { purses { name } } }",
    "customerNumber lines(first: 1) { nodes { msisdn network { imsi } balances { name } } }",
    "customerNumber recharges { totalCount } totals { openBills { complete } prepaid { complete } }",
]
KEYS: list[dict[str, str]] = [
    *({"msisdn": number} for number in NUMBERS),
    *({"accountNumber": number} for number in ACCOUNTS),
    *({"imsi": imsi} for imsi in SIMS),
    *({"id": number} for number in CUSTOMERS),
    *({"partyId": f"5{number}"} for number in CUSTOMERS),
]


class SimHss(FakeHss):
    """SIMs in lines."""

    def __init__(self) -> None:
        super().__init__()
        self.sims: dict[str, str] = {}

    async def profile_by_imsi(self, imsi: str, *, within: Terms) -> Answer[NetworkProfile]:  # noqa: ARG002 - as the Protocol says
        self.asked("profile_by_imsi")
        return self._sim(imsi)

    async def profile_by_msisdn(self, msisdn: str, *, within: Terms) -> Answer[NetworkProfile]:  # noqa: ARG002 - as the Protocol says
        self.asked("profile_by_msisdn")
        imsi = next((imsi for imsi, number in self.sims.items() if number == msisdn), None)
        return self._sim(imsi)

    def _sim(self, imsi: str | None) -> Answer[NetworkProfile]:
        if imsi is None or imsi not in self.sims:
            raise NotKnown("no such subscription", system=self.system)
        self.msisdn = self.sims[imsi]
        return self._profile(self.msisdn, imsi, known=True)


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing that happens: its kind and what it is about."""

    kind: str
    what: tuple[Any, ...] = ()


def _steps() -> st.SearchStrategy[list[Step]]:
    def step(kind: str, *what: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
        return st.builds(Step, st.just(kind), st.tuples(*what))

    some = st.sampled_from
    ask = step("ask", some(SELECTIONS), some(KEYS), st.booleans())
    again = step("again", some([0, 1, MAX_AGE_S + 1]), st.booleans())
    change = (
        step("move", some(NUMBERS), some([*ACCOUNTS, None]))
        | step("give", some(ACCOUNTS), some(CUSTOMERS), st.booleans())
        | step("put", some(SIMS), some([*NUMBERS, None]))
        | step("fail", some(SYSTEMS))
        | step("heal", some(SYSTEMS))
    )
    passing = step("pass", some([1, 20, 40, MAX_AGE_S + 1, 4000]))
    # The same question after something changed is what finds mistakes.
    return st.lists(ask | again | change | again | passing, min_size=3, max_size=25)


class World:
    """One operator, asked with and without a memory."""

    def __init__(self) -> None:
        self.operator = FakeOperator(self._routes)
        self.operator.remembers(max_age_s=MAX_AGE_S)
        self.operator.crm.accounts = {"1": ("A1", "A2"), "2": ("A3",), "3": ("B1",)}
        self.operator.billing.lines = {"A1": (NUMBERS[0],), "A2": (), "A3": (NUMBERS[1],), "B1": (NUMBERS[2],)}
        self.operator.recharge.lines = set(NUMBERS)
        self.hss.sims = dict(zip(SIMS, NUMBERS, strict=False))
        self.changed_at = -1e9
        self.last: tuple[str, dict[str, str]] = (SELECTIONS[1], KEYS[0])
        self.truths: list[tuple[float, Mapping[str, str | None]]] = []
        self._note()

    def _routes(self, operator: FakeOperator) -> Any:
        from tests.resolvers.support import _one_each

        self.hss = operator.hss = SimHss()
        return _one_each(operator)

    @property
    def now(self) -> float:
        return self.operator.clock.monotonic()

    def change(self, step: Step) -> None:
        """Let something happen in the systems."""
        match step.kind, step.what:
            case "move", (number, account):
                self._move(number, account)
            case "give", (account, customer, also):
                self._give(account, customer, also=also)
            case "put", (imsi, None):
                self.hss.sims.pop(imsi, None)
            case "put", (imsi, number):
                self.hss.sims = {other: at for other, at in self.hss.sims.items() if at != number} | {imsi: number}
            case kind, (name,):
                system = next(each for each in self.operator.systems if each.system == name)
                system.failure = Unavailable("down", system=name) if kind == "fail" else None
        self.changed_at = self.now
        self._note()

    async def ask(self, selection: str, by: dict[str, str], *, always_confirm: bool) -> None:
        """Ask both, and compare."""
        self.last = (selection, by)
        query = f"query ($by: CustomerKey!) {{ customer(by: $by) {{ {selection} }} }}"
        # First the one that remembers: its early calls are not to find anything that the other has left behind.
        found = await self.operator.ask_as(query, {"by": by}, always_confirm=always_confirm)
        expected = await self._plainly(query, by)
        if always_confirm or self.now - self.changed_at > MAX_AGE_S or _same(found, expected):
            assert _same(found, expected)
            return
        assert found.data is not None
        assert expected.data is not None
        if found.data["customer"] is None:
            assert expected.data["customer"] is None, "nobody is lost by being remembered"
            return
        number = found.data["customer"]["customerNumber"]
        assert number in self._truths_of(by), "somebody who never was right"
        assert _same(found, await self._plainly(query, {"id": number})), "of them, what is right now"

    async def _plainly(self, query: str, by: dict[str, str]) -> Outcome:
        graph = self.operator.graph
        self.operator.graph = dataclasses.replace(graph, memory=None)
        try:
            return await self.operator.ask_as(query, {"by": by})
        finally:
            self.operator.graph = graph

    def _move(self, number: str, account: str | None) -> None:
        lines = {name: tuple(each for each in of if each != number) for name, of in self.operator.billing.lines.items()}
        if account is not None:
            lines[account] = (*lines[account], number)
        self.operator.billing.lines = lines

    def _give(self, account: str, customer: str, *, also: bool) -> None:
        owned = self.operator.crm.accounts
        if not also:
            owned = {name: tuple(each for each in of if each != account) for name, of in owned.items()}
        if account not in owned[customer]:
            owned = owned | {customer: (*owned[customer], account)}
        self.operator.crm.accounts = owned

    def _note(self) -> None:
        self.truths.append((self.now, {str(key): self._truth(key) for key in KEYS}))

    def _truths_of(self, by: dict[str, str]) -> set[str | None]:
        """Who was right at any time within the age of trust."""
        ends = [at for at, _ in self.truths[1:]] + [self.now]
        return {of[str(by)] for (_, of), end in zip(self.truths, ends, strict=True) if self.now - end <= MAX_AGE_S}

    def _truth(self, by: dict[str, str]) -> str | None:
        ((kind, value),) = by.items()
        if kind in {"id", "partyId"}:
            return value if kind == "id" else value[1:]
        number = self.hss.sims.get(value) if kind == "imsi" else value
        account: str | None = value
        if kind != "accountNumber":
            account = next((name for name, of in self.operator.billing.lines.items() if number in of), None)
        owners = [name for name, of in self.operator.crm.accounts.items() if account in of]
        return owners[0] if len(owners) == 1 else None


def _same(one: Outcome, other: Outcome) -> bool:
    def told(outcome: Outcome) -> list[str]:
        return sorted(str(error) for error in presented(outcome))

    return one.data == other.data and told(one) == told(other)


@given(_steps())
async def test_a_memory_changes_no_answer_beyond_the_age_of_trust(steps: list[Step]) -> None:
    world = World()
    await world.ask(*world.last, always_confirm=False)
    for step in steps:
        if step.kind == "ask":
            selection, by, always = step.what
            await world.ask(selection, by, always_confirm=always)
        elif step.kind == "again":
            passed, always = step.what
            world.operator.clock.advance(passed)
            await world.ask(*world.last, always_confirm=always)
        elif step.kind == "pass":
            world.operator.clock.advance(*step.what)
        else:
            world.change(step)
