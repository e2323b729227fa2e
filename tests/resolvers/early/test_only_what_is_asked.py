"""An early call is one that the question makes anyway."""

import pytest
from hypothesis import given

from tests.gateway.plan.generated import Generated, operations
from tests.resolvers.early.support import Operator, no_more, told_of, total
from tests.resolvers.fakes import SECOND_MSISDN
from tests.resolvers.support import ACCOUNT, MSISDN, FakeOperator, codes
from tests.resolvers.test_laziness import FULL


class TestOnlyWhatTheQuestionAsks:
    """An early call is one that the question makes anyway."""

    @staticmethod
    def _lines(operator: FakeOperator, number: int) -> None:
        operator.billing.lines = {ACCOUNT: tuple(str(int(MSISDN) + n) for n in range(number))}
        operator.recharge.lines = set(operator.billing.lines[ACCOUNT])

    @pytest.mark.parametrize("always_confirm", [False, True])
    @pytest.mark.parametrize(
        "selection",
        [
            "name",
            "bills(first: -1) { totalCount }",
            "bills(first: 201) { totalCount }",
            "bills(first: 0) { totalCount }",
            "lines(first: 0) { nodes { balances { name } } }",
            "lines(first: 2) { nodes { balances { name } } }",
            "lines { totalCount }",
            "lines(first: -1) { nodes { balances { name } } }",
            "lines { nodes { recharges(first: -1) { totalCount } } }",
            "accounts { bills(first: 300) { totalCount } balance { purses { name } } }",
            "bills @skip(if: true) { totalCount } name",
            "lines { nodes { balances @include(if: false) { name } msisdn } }",
            "payments(first: -5) { totalCount }",
            "recharges(first: -5) { totalCount }",
            "lines { edges { node { network { imsi } } } }",
        ],
    )
    async def test_is_asked(self, operator: Operator, selection: str, always_confirm: bool) -> None:  # noqa: FBT001 - a parameter of the test
        self._lines(operator, 5)
        operator.always_confirm = always_confirm
        await operator.levels(FULL, by={"msisdn": MSISDN})
        query = f"query ($by: CustomerKey!) {{ customer(by: $by) {{ {selection} }} }}"
        stranger = Operator()
        self._lines(stranger, 5)
        _, expected = await stranger.levels(query, by={"msisdn": MSISDN})
        operator.counted()

        _, outcome = await operator.levels(query, by={"msisdn": MSISDN})

        assert expected.data == outcome.data
        assert codes(expected) == codes(outcome)
        if always_confirm:
            assert stranger.calls == operator.calls
        assert total(operator.calls) <= total(stranger.calls)

    async def test_is_asked_on_a_page_that_begins_later(self, operator: Operator) -> None:
        self._lines(operator, 3)
        query = """query ($by: CustomerKey!, $after: String) { customer(by: $by) {
          lines(first: 1, after: $after) { nodes { msisdn balances { name } } pageInfo { endCursor } } } }"""
        data = await operator.well(query, by={"id": "1000042"})
        after = data["customer"]["lines"]["pageInfo"]["endCursor"]

        _, outcome = await operator.levels(query, by={"id": "1000042"}, after=after)

        assert [] == codes(outcome)
        assert {"balances": 1} == operator.calls["recharge"]

    @given(operations())
    async def test_is_asked_in_any_operation(self, generated: Generated) -> None:
        """
        With a memory the answer is the same and no system is asked more often, in operations that nobody wrote.
        """
        stranger, acquaintance = (self._generated_for() for _ in range(2))
        acquaintance.remembers()
        acquaintance.always_confirm = True

        _, expected = await stranger.levels(generated.text, **generated.variables)
        for _ in range(2):
            acquaintance.counted()
            _, outcome = await acquaintance.levels(generated.text, **generated.variables)

            assert expected.data == outcome.data
            assert told_of(expected) == told_of(outcome)
            assert no_more(acquaintance.calls, stranger.calls)

    @staticmethod
    def _generated_for() -> Operator:
        operator = Operator()
        operator.crm.accounts = {"1": (ACCOUNT, "A2"), "2": ("A3",)}
        operator.billing.lines = {ACCOUNT: (MSISDN, SECOND_MSISDN), "A2": (), "A3": ()}
        return operator
