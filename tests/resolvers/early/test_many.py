"""Several customers of one question: they share calls, so they are asked about early all together or not at all."""

from tests.resolvers.early.support import Operator
from tests.resolvers.support import FakeOperator, codes

MANY = "query ($by: [CustomerKey!]!) { customers(by: $by) { name party { name } bills { totalCount } } }"


class TestManyCustomers:
    """They share calls, so they are asked about early all together or not at all."""

    @staticmethod
    def _people(operator: FakeOperator, number: int) -> list[dict[str, str]]:
        operator.crm.accounts = {str(n): (f"A{n}",) for n in range(number)}
        operator.billing.lines = {f"A{n}": (str(99960000000 + n),) for n in range(number)}
        return [{"msisdn": str(99960000000 + n)} for n in range(number)]

    async def test_that_are_all_known_take_one_level(self, operator: Operator) -> None:
        operator.always_confirm = True
        by = self._people(operator, 10)
        await operator.levels(MANY, by=by)
        unknown = operator.counted()

        level, outcome = await operator.levels(MANY, by=by)

        assert 1 == level
        assert [] == codes(outcome)
        assert unknown == operator.counted()

    async def test_of_whom_one_is_not_known_share_their_calls_as_before(self, operator: Operator) -> None:
        operator.always_confirm = True
        by = self._people(operator, 10)
        await operator.well(MANY, by=by[:9])

        level, outcome = await operator.levels(MANY, by=by)

        assert 3 == level
        assert [] == codes(outcome)
        assert {"customers_of_accounts": 1, "parties": 1} == operator.calls["crm"]

    async def test_of_whom_one_has_an_unknown_party_share_the_call_for_parties(self, operator: Operator) -> None:
        operator.always_confirm = True
        by = self._people(operator, 3)
        await operator.well(MANY, by=by[:2])
        await operator.well("query ($by: [CustomerKey!]!) { customers(by: $by) { bills { totalCount } } }", by=by[2:])

        await operator.levels(MANY, by=by)

        assert {"customers_of_accounts": 1, "parties": 1} == operator.calls["crm"]

    async def test_beside_entities_cost_no_more_calls(self, operator: Operator) -> None:
        query = """{ customer(by: {id: "0"}) { party { name } }
          _entities(representations: [{__typename: "Customer", customerNumber: "1"}]) {
            ... on Customer { party { name } } } }"""
        self._people(operator, 2)
        await operator.levels(query)
        unknown = operator.counted()

        await operator.levels(query)

        assert unknown == operator.counted()

    async def test_beyond_the_limit_cost_no_call(self, operator: Operator) -> None:
        by = self._people(operator, 1) * 51
        await operator.well(MANY, by=by[:1])

        _, outcome = await operator.levels(MANY, by=by)

        assert ["BAD_INPUT"] == codes(outcome)
        assert {} == operator.calls

    async def test_one_that_means_nothing_keeps_nobody_waiting(self, operator: Operator) -> None:
        by = self._people(operator, 2)
        await operator.well(MANY, by=by)

        level, outcome = await operator.levels(MANY, by=[*by, {"msisdn": "+447700900001"}])

        assert 1 == level
        assert ["BAD_INPUT"] == codes(outcome)
