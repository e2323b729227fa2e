"""A known customer's systems are asked side by side, at no more calls, and nothing is shown before it is confirmed."""

import asyncio
import dataclasses
import datetime as dt
import time
from typing import Any

import pytest
from hypothesis import given

from connectors.errors import DeadlineReached, NotKnown, Unavailable
from gateway.operation import Outcome
from schema.source import Source
from tests.connectors.support import Reports
from tests.gateway.plan.generated import Generated, operations
from tests.resolvers.fakes import SECOND_MSISDN
from tests.resolvers.support import ACCOUNT, IMSI, MSISDN, FakeOperator, codes, presented
from tests.resolvers.test_laziness import FULL
from tests.resolvers.test_needs import TOTALS
from tests.resolvers.waves import Waves, in_waves

KEYS = [{"msisdn": MSISDN}, {"id": "1000042"}, {"accountNumber": ACCOUNT}, {"partyId": "51000042"}, {"imsi": IMSI}]
NAMED = "query ($by: CustomerKey!) { customer(by: $by) { customerNumber bills { nodes { accountNumber } } } }"
MANY = "query ($by: [CustomerKey!]!) { customers(by: $by) { name party { name } bills { totalCount } } }"


class Operator(FakeOperator):
    """An operator whose systems answer in waves."""

    def __init__(self, *, sleep_s: float = 0.0) -> None:
        self.waves = Waves(sleep_s=sleep_s)
        super().__init__(in_waves(self.waves))
        self.always_confirm = False

    async def levels(self, query: str, **variables: Any) -> tuple[int, Outcome]:
        """How many calls one after the other a question takes, and what comes."""
        return await self.waves.levels(self.ask_as(query, variables, always_confirm=self.always_confirm))

    async def well(self, query: str, **variables: Any) -> Any:
        """The data of a question without errors; calls are counted anew after it."""
        _, outcome = await self.levels(query, **variables)
        assert [] == presented(outcome)
        self.counted()
        return outcome.data


@pytest.fixture
def operator() -> Operator:
    found = Operator()
    found.remembers()
    return found


@pytest.mark.parametrize("always_confirm", [False, True])
@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize("query", [FULL, TOTALS])
async def test_a_known_customer_takes_one_level_and_the_same_answer(
    operator: Operator,
    query: str,
    by: dict[str, str],
    always_confirm: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    operator.always_confirm = always_confirm
    first, before = await operator.levels(query, by=by)
    unknown = operator.counted()

    again, after = await operator.levels(query, by=by)

    assert first > 1
    assert [] == codes(before)
    assert before.data == after.data
    assert 1 == again
    assert _no_more(operator.calls, unknown) or (not always_confirm and _total(operator.calls) <= _total(unknown))


async def test_without_a_memory_systems_are_asked_one_after_the_other() -> None:
    operator = Operator()
    for _ in range(2):
        level, _ = await operator.levels(FULL, by={"msisdn": MSISDN})

        assert 3 == level


async def test_a_line_by_its_sim_takes_one_level_once_it_is_known(operator: Operator) -> None:
    query = (
        f'{{ line(by: {{imsi: "{IMSI}"}}) {{ network {{ imsi }} balances {{ name }} recharges {{ totalCount }} }} }}'
    )
    operator.always_confirm = True
    first, before = await operator.levels(query)
    unknown = operator.counted()

    again, after = await operator.levels(query)

    assert (2, 1) == (first, again)
    assert before.data == after.data
    assert unknown == operator.counted()


async def test_the_account_of_a_line_takes_one_level_once_it_is_known(operator: Operator) -> None:
    query = f"""{{ line(by: {{msisdn: "{MSISDN}"}}) {{ subscriber {{ status }} account {{
      accountNumber balance {{ purses {{ name }} }} bills {{ totalCount }} payments {{ totalCount }} }} }} }}"""
    first, before = await operator.levels(query)
    unknown = operator.counted()

    again, after = await operator.levels(query)

    assert (2, 1) == (first, again)
    assert before.data == after.data
    assert unknown == operator.counted()


async def test_what_one_question_learned_serves_another(operator: Operator) -> None:
    await operator.well("query ($by: CustomerKey!) { customer(by: $by) { accounts { name } } }", by={"id": "1000042"})

    level, _ = await operator.levels(
        "query ($by: CustomerKey!) { customer(by: $by) { payments { totalCount } } }", by={"id": "1000042"}
    )

    assert 1 == level


@pytest.mark.parametrize("by", [{"msisdn": MSISDN}, {"accountNumber": ACCOUNT}])
async def test_a_fresh_identity_costs_billing_no_call(operator: Operator, by: dict[str, str]) -> None:
    await operator.well(NAMED, by=by)

    _, outcome = await operator.levels(NAMED, by=by)

    assert [] == codes(outcome)
    assert {"crm": {"customers": 1}, "billing": {"bills": 1}} == operator.counted()


async def test_a_fresh_identity_is_confirmed_where_billing_is_asked_anyway(operator: Operator) -> None:
    """
    One answer by the number tells about all accounts; by account it would be a call for each.
    """
    operator.crm.accounts = {"1000042": (ACCOUNT, "A2")}
    operator.billing.lines = {ACCOUNT: (MSISDN,), "A2": (MSISDN,)}
    query = "query ($by: CustomerKey!) { customer(by: $by) { accounts { name } } }"
    await operator.well(query, by={"msisdn": MSISDN})

    level, _ = await operator.levels(query, by={"msisdn": MSISDN})

    assert 1 == level
    assert {"crm": {"customers_of_accounts": 1}, "billing": {"profile": 1}} == operator.calls


@pytest.mark.parametrize(("passed_s", "confirms"), [(59, False), (60, False), (61, True)])
async def test_an_identity_is_confirmed_anew_after_its_age(
    operator: Operator,
    passed_s: float,
    confirms: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.clock.advance(passed_s)

    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert confirms == ("profile" in operator.calls["billing"])


async def test_trust_is_not_prolonged_by_being_used(operator: Operator) -> None:
    await operator.well(NAMED, by={"msisdn": MSISDN})
    for _ in range(3):
        operator.clock.advance(25)
        _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})
        assert [] == codes(outcome)

    assert 1 == operator.calls["billing"]["profile"], "the third question comes after 75 seconds"


async def test_a_clock_that_is_set_back_prolongs_no_trust(operator: Operator) -> None:
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.clock.advance(-7200)

    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert 1 == operator.calls["billing"]["profile"]


async def test_an_answer_that_was_old_when_it_came_confirms_nothing_newer(operator: Operator) -> None:
    """
    As one from the call cache is: what billing said two minutes ago is confirmed anew by the next question.
    """
    asked = operator.billing.origin
    operator.billing.origin = lambda: _aged(asked())  # type: ignore[method-assign]
    await operator.well(NAMED, by={"msisdn": MSISDN})

    await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert 1 == operator.calls["billing"]["profile"]


def _aged(source: Source) -> Source:
    return dataclasses.replace(source, fetched_at=source.fetched_at - dt.timedelta(seconds=120))


def _recycle(operator: FakeOperator) -> None:
    """MSISDN moves to another customer with another account."""
    operator.crm.accounts = {"1000042": (ACCOUNT,), "2000000": ("B1",)}
    operator.billing.lines = {ACCOUNT: (), "B1": (MSISDN,)}


class TestARecycledNumber:
    """It shows the new customer and nothing of the former one, although the former one was asked about early."""

    async def test_that_is_confirmed_shows_nothing_of_the_former_customer(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        _recycle(operator)

        data = await operator.well(NAMED, by={"msisdn": MSISDN})

        assert "2000000" == data["customer"]["customerNumber"]
        assert {"B1"} == {bill["accountNumber"] for bill in data["customer"]["bills"]["nodes"]}

    async def test_is_the_former_customers_for_no_longer_than_its_age(self, operator: Operator) -> None:
        await operator.well(NAMED, by={"msisdn": MSISDN})
        _recycle(operator)
        operator.clock.advance(61)

        data = await operator.well(NAMED, by={"msisdn": MSISDN})

        assert "2000000" == data["customer"]["customerNumber"]

    async def test_shows_no_failure_of_what_was_asked_in_vain(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        _recycle(operator)
        operator.billing._check = _refuse  # type: ignore[method-assign]

        data = await operator.well(NAMED, by={"msisdn": MSISDN})

        assert "2000000" == data["customer"]["customerNumber"]

    async def test_is_learned_at_once(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        _recycle(operator)
        await operator.well(NAMED, by={"msisdn": MSISDN})

        level, _ = await operator.levels(NAMED, by={"msisdn": MSISDN})

        assert 1 == level

    async def test_that_nobody_has_any_more_is_not_found_and_forgotten(self, operator: Operator) -> None:
        memory = operator.remembers(max_age_s=0)
        await operator.well(NAMED, by={"msisdn": MSISDN})
        operator.clock.advance(1)
        operator.billing.lines = {ACCOUNT: ()}
        known = len(memory)

        _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})

        assert ["NOT_FOUND"] == codes(outcome)
        assert known - 1 == len(memory)


def _refuse(account_number: str) -> None:
    if account_number == ACCOUNT:
        raise Unavailable("down", system="billing")


async def test_a_customer_whom_the_crm_no_longer_has_is_looked_for_anew(operator: Operator) -> None:
    """
    Within the age of trust the CRM is asked by its own id; that it knows none such is no answer yet.
    """
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.crm.accounts = {"3000000": (ACCOUNT,)}

    data = await operator.well(NAMED, by={"msisdn": MSISDN})

    assert "3000000" == data["customer"]["customerNumber"]


async def test_a_sim_in_another_line_shows_that_line_when_confirmed(operator: Operator) -> None:
    query = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn balances {{ name }} }} }}'
    operator.always_confirm = True
    operator.recharge.lines = {MSISDN, SECOND_MSISDN}
    await operator.well(query)
    operator.hss.msisdn = SECOND_MSISDN

    data = await operator.well(query)

    assert SECOND_MSISDN == data["line"]["msisdn"]


async def test_a_sim_is_not_asked_about_again_within_its_age(operator: Operator) -> None:
    query = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn balances {{ name }} }} }}'
    await operator.well(query)

    await operator.levels(query)

    assert {"recharge": {"balances": 1}} == operator.calls


async def test_a_sim_without_a_number_is_forgotten(operator: Operator) -> None:
    memory = operator.remembers(max_age_s=0)
    query = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn }} }}'
    await operator.well(query)
    operator.hss.msisdn = None
    operator.clock.advance(1)

    _, outcome = await operator.levels(query)

    assert ["NOT_FOUND"] == codes(outcome)
    assert memory.sim(IMSI) is None


async def test_two_customers_under_one_number_are_ambiguous_although_one_was_known(operator: Operator) -> None:
    operator.always_confirm = True
    await operator.well(NAMED, by={"msisdn": MSISDN})
    operator.crm.accounts = {"1000042": (ACCOUNT,), "2000000": (ACCOUNT,)}

    _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert {"customer": None} == outcome.data
    assert ["AMBIGUOUS_IDENTITY"] == codes(outcome)


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
        assert _total(operator.calls) <= _total(stranger.calls)

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
            assert _told(expected) == _told(outcome)
            assert _no_more(acquaintance.calls, stranger.calls)

    @staticmethod
    def _generated_for() -> Operator:
        operator = Operator()
        operator.crm.accounts = {"1": (ACCOUNT, "A2"), "2": ("A3",)}
        operator.billing.lines = {ACCOUNT: (MSISDN, SECOND_MSISDN), "A2": (), "A3": ()}
        return operator


def _total(calls: dict[str, dict[str, int]]) -> int:
    return sum(number for of in calls.values() for number in of.values())


def _told(outcome: Outcome) -> list[dict[str, Any]]:
    """The errors in the order of their places: which of two systems fails first is not the question's."""
    return sorted(presented(outcome), key=lambda error: str(error.get("path")))


def _no_more(calls: dict[str, dict[str, int]], than: dict[str, dict[str, int]]) -> bool:
    return all(
        number <= than.get(system, {}).get(operation, 0)
        for system, of in calls.items()
        for operation, number in of.items()
    )


class TestTime:
    """Early calls have the question's own deadline, and a known customer waits for the slowest system alone."""

    async def test_a_known_customer_waits_once(self) -> None:
        operator = Operator(sleep_s=0.05)
        operator.remembers()
        took = []
        for _ in range(2):
            began = time.perf_counter()
            outcome = await operator.ask_as(FULL, {"by": {"msisdn": MSISDN}}, always_confirm=True)
            took.append(time.perf_counter() - began)
            assert [] == codes(outcome)

        assert took[0] >= 0.15
        assert took[1] <= 0.6 * took[0]

    async def test_a_call_that_was_started_for_nobody_is_not_complained_of(self, operator: Operator) -> None:
        told: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, found: told.append(found))
        operator.always_confirm = True
        await operator.well(NAMED, by={"msisdn": MSISDN})
        _recycle(operator)
        operator.billing.failures = {"bills": DeadlineReached("no answer yet", system="billing")}

        _, outcome = await operator.levels(
            "query ($by: CustomerKey!) { customer(by: $by) { customerNumber } }", by={"msisdn": MSISDN}
        )
        await operator.levels(NAMED, by={"msisdn": MSISDN})

        assert {"customer": {"customerNumber": "2000000"}} == outcome.data
        assert [] == told

    async def test_a_system_that_fails_early_is_told_as_it_would_be_late(self, operator: Operator) -> None:
        operator.always_confirm = True
        await operator.well(FULL, by={"msisdn": MSISDN})
        operator.billing.failures = {
            "bills": Unavailable("down", system="billing"),
            "payments": NotKnown("", system=""),
        }
        stranger = Operator()
        stranger.billing.failures = operator.billing.failures

        _, expected = await stranger.levels(FULL, by={"msisdn": MSISDN})
        _, outcome = await operator.levels(FULL, by={"msisdn": MSISDN})

        assert expected.data == outcome.data
        assert _told(expected) == _told(outcome)


async def test_a_surprise_on_the_way_costs_no_answer_and_is_told(operator: Operator) -> None:
    memory, report = operator.remembers(), Reports()
    operator.graph = dataclasses.replace(operator.graph, report=report)
    await operator.well(NAMED, by={"msisdn": MSISDN})
    memory.account = None  # type: ignore[assignment]

    _, outcome = await operator.levels(NAMED, by={"msisdn": MSISDN})

    assert [] == codes(outcome)
    ((event, values),) = report.events
    assert ("early_calls_failed", "TypeError") == (event, values["kind"])
    assert MSISDN not in str(values)
