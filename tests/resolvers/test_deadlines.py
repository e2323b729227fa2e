"""Deadlines divided: a question that others wait for leaves them time, and no other gives any of its own away."""

from typing import Any

import pytest

from connectors.terms import Terms
from tests.resolvers.support import IMSI, MSISDN, FakeOperator

WHOLE_S = 10.0


class Left:
    """How much time each question of an operator is given, of what there is in all."""

    def __init__(self, operator: FakeOperator) -> None:
        self.of: dict[str, float] = {}
        for system in operator.systems:
            for name in ("customers", "customers_of_party", "customers_of_accounts", "profile", "bills", "parties"):
                self._watch(system, name, operator)
            for name in ("profile_by_imsi", "profile_by_msisdn", "balances"):
                self._watch(system, name, operator)

    def _watch(self, system: Any, name: str, operator: FakeOperator) -> None:
        asked = getattr(system, name, None)
        if asked is None:
            return

        async def watched(*args: Any, within: Terms, **named: Any) -> Any:
            self.of[name] = round(within.remaining(operator.clock), 3)
            operator.clock.advance(1.0)
            return await asked(*args, within=within, **named)

        setattr(system, name, watched)


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ('customer(by: {id: "1000042"}) { name }', {"customers": 10.0}),
        (
            'customer(by: {id: "1000042"}) { bills(first: 1) { nodes { id } } }',
            {"customers": 7.0, "bills": 9.0},
        ),
        (
            f'customer(by: {{msisdn: "{MSISDN}"}}) {{ name }}',
            {"profile": 7.0, "customers_of_accounts": 9.0},
        ),
        (
            f'customer(by: {{imsi: "{IMSI}"}}) {{ party {{ name }} }}',
            {"profile_by_imsi": 7.0, "profile": 6.3, "customers_of_accounts": 5.6, "parties": 7.0},
        ),
        (f'line(by: {{msisdn: "{MSISDN}"}}) {{ subscriber {{ status }} }}', {"profile": 10.0}),
        (f'line(by: {{imsi: "{IMSI}"}}) {{ balances {{ name }} }}', {"profile_by_imsi": 7.0, "balances": 9.0}),
    ],
)
async def test_only_a_question_that_others_wait_for_gives_time_away(query: str, given: dict[str, float]) -> None:
    operator = FakeOperator()
    left = Left(operator)

    outcome = await operator.ask_as(f"{{ {query} }}", {}, within_s=WHOLE_S)

    assert not outcome.errors
    assert given == left.of
