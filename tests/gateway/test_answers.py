"""Remembered answers: given again as long as every call behind them would be, and told apart to the letter."""

import asyncio
import gc
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Unavailable
from gateway.answers import Answers, momentary
from gateway.app import GRAPHQL
from tests.gateway.guarded import World
from tests.gateway.support import application, call, client
from tests.resolvers.fakes import ACCOUNT, IMSI
from tests.resolvers.support import MSISDN, SCHEMA

CUSTOMER = 'query Q($id: ID! = "1000042") { customer(by: {id: $id}) { name status bills(first: 3) { nodes { id } } } }'
LINE = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ network {{ apns }} balances {{ name }} }} }}'
BY_NUMBER = f'{{ customer(by: {{msisdn: "{MSISDN}"}}) {{ name }} }}'
BY_SIM = f'{{ line(by: {{imsi: "{IMSI}"}}) {{ msisdn }} }}'
SCHEMA_CORE = SCHEMA._schema


def written(outcome: Any) -> bytes:
    assert not outcome.errors
    return orjson.dumps(outcome.data)


async def remembered(world: World, text: str = CUSTOMER, variables: dict[str, Any] | None = None) -> bytes:
    """Ask until the answer is remembered; what it is."""
    await world.ask(text, variables)
    assert world.asked()
    outcome = await world.ask(text, variables)
    assert not world.asked()
    assert len(world.answers)
    return written(outcome)


class TestWhatIsRemembered:
    async def test_an_answer_made_of_kept_calls_alone(self) -> None:
        world = World()

        await world.ask(CUSTOMER)
        assert not len(world.answers)
        await world.ask(CUSTOMER)
        assert 1 == len(world.answers)
        assert 2 == world.operations.runs
        third = await world.ask(CUSTOMER)

        assert 2 == world.operations.runs
        assert third.executed
        assert written(await world.run(CUSTOMER)) == written(third)

    async def test_none_when_nothing_is_kept(self) -> None:
        world = World(fresh_s={})

        for _ in range(3):
            await world.ask(CUSTOMER)

        assert not len(world.answers)

    async def test_none_when_one_of_its_calls_is_not_kept(self) -> None:
        world = World(fresh_s={"customers": 60})

        for _ in range(3):
            await world.ask(CUSTOMER)
            assert "billing" in world.asked()

        assert not len(world.answers)

    @pytest.mark.parametrize("text", ["{ __typename }", f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn }} }}'])
    async def test_none_that_no_call_is_behind_for_nothing_would_end_it(self, text: str) -> None:
        world = World()

        for _ in range(3):
            assert not (await world.ask(text)).errors

        assert not len(world.answers)

    @pytest.mark.parametrize("variables", [{"id": "7"}, {"id": None}, {"id": {}}])
    async def test_none_with_errors(self, variables: dict[str, Any]) -> None:
        world = World()

        for _ in range(3):
            assert (await world.ask(CUSTOMER, variables)).errors

        assert not len(world.answers)

    async def test_none_with_a_gap(self) -> None:
        world = World()
        world.operator.billing.failures["bills"] = Unavailable("reset", system="billing")

        for _ in range(3):
            assert (
                await world.ask('{ customer(by: {id: "1000042"}) { name totals { openBills { complete } } } }')
            ).errors

        assert not len(world.answers)

    @pytest.mark.parametrize("field", ["ageSeconds", "freshness"])
    async def test_none_whose_values_hang_on_the_moment(self, field: str) -> None:
        world = World()
        text = f'{{ customer(by: {{id: "1000042"}}) {{ source {{ {field} }} }} }}'
        found = []

        for _ in range(3):
            found.append(written(await world.ask(text)))
            world.clock.advance(7)

        assert not len(world.answers)
        assert found[0] != found[1]

    async def test_totals_are_remembered(self) -> None:
        await remembered(World(), '{ customer(by: {id: "1000042"}) { totals { openBills { amount { amount } } } } }')

    async def test_none_of_a_document_that_is_prepared_each_time(self) -> None:
        world = World()

        for _ in range(3):
            await world.ask(CUSTOMER + " " * 20_000)

        assert not len(world.answers)

    async def test_none_that_shared_a_call_with_another_question(self) -> None:
        world = World()
        await world.ask('{ customer(by: {id: "1000042"}) { name } }')

        first, second = await asyncio.gather(world.ask(CUSTOMER), world.ask(CUSTOMER))

        assert written(first) == written(second)
        assert not len(world.answers)

    def test_the_fields_that_hang_on_the_moment_are_known(self) -> None:
        """
        A computed field that is not called stable joins them by itself. See to it that no other field looks at a clock.
        """
        assert {"Source.ageSeconds", "Source.freshness"} == momentary(SCHEMA_CORE)


class TestWhatEndsIt:
    async def test_the_first_of_its_calls_that_is_not_fresh_any_more(self) -> None:
        world = World(fresh_s={"customers": 60, "bills": 30})
        await remembered(world)
        world.operator.crm.name = "Another"

        world.clock.advance(29.9)
        assert b"Another" not in written(await world.ask(CUSTOMER))
        assert not world.asked()
        world.clock.advance(0.1)
        await world.ask(CUSTOMER)

        assert {"billing": {"bills": 1}} == world.asked()

    async def test_a_call_that_the_store_dropped(self) -> None:
        world = World(max_entries=2)
        await remembered(world)
        world.operator.crm.name = "Another"

        await world.ask(LINE)
        gc.collect()

        assert not len(world.answers)
        assert b"Another" in written(await world.ask(CUSTOMER))

    async def test_a_call_that_was_replaced_by_one_with_more_in_it(self) -> None:
        world = World()
        await remembered(world)
        world.operator.crm.name = "Another"

        await world.ask('{ customer(by: {id: "1000042"}) { name status validFor { start } } }')

        assert b"Another" in written(await world.ask(CUSTOMER))

    async def test_the_day_from_which_on_bills_are_asked_for(self) -> None:
        world = World(fresh_s=80_000)
        await remembered(world)

        world.clock.advance(15 * 3600)
        await world.ask(CUSTOMER)
        assert not world.asked()
        world.clock.advance(2 * 3600)
        await world.ask(CUSTOMER)

        assert {"billing": {"bills": 1}} == world.asked()

    async def test_a_clock_that_is_set_back(self) -> None:
        world = World(fresh_s=80_000)
        await remembered(world)

        world.clock._now -= 2 * (world.clock.now() - world.clock.now().replace(hour=0))
        await world.ask(CUSTOMER)

        assert {"billing": {"bills": 1}} == world.asked()

    async def test_another_graph(self) -> None:
        world, other = World(), World()
        await remembered(world)
        other.operations = world.operations

        await other.ask(CUSTOMER)

        assert other.asked()

    def test_a_surprise_while_it_is_looked_up(self) -> None:
        world = World()
        answers = _answers()
        graph = world.operator.graph
        answers.remember(b"q", b"x", relied=[Always(), Fails()], graph=graph, began=world.clock.now())

        assert asyncio.run(answers.recall(b"q", graph)) is None
        assert not len(answers)


class TestTrust:
    async def test_an_identity_that_was_taken_on_trust_is_confirmed_when_trust_ends(self) -> None:
        world = World(fresh_s={"customers": 3600})
        world.operator.remembers(max_age_s=60)
        await world.ask(BY_NUMBER)
        await remembered(world, BY_NUMBER)

        world.clock.advance(59)
        await world.ask(BY_NUMBER)
        assert not world.asked()
        world.clock.advance(2)
        await world.ask(BY_NUMBER)

        assert "billing" in world.asked()

    async def test_an_identity_that_turned_out_otherwise_is_not_given(self) -> None:
        world = World(fresh_s={"customers": 3600})
        memory = world.operator.remembers(max_age_s=60)
        await world.ask(BY_NUMBER)
        await remembered(world, BY_NUMBER)

        memory._entries.clear()
        await world.ask(BY_NUMBER)

        assert "billing" in world.asked()

    async def test_an_identity_that_is_trusted_by_now_is_taken_as_a_run_would_take_it(self) -> None:
        world = World(fresh_s=3600)
        memory = world.operator.remembers(max_age_s=60)
        await world.ask(BY_NUMBER)
        memory._entries.clear()
        await world.ask(BY_NUMBER)
        world.asked()
        world.told.recalls.clear()

        await world.ask(BY_NUMBER)

        # Billing need not say again whose the number is.
        assert {"crm"} == {told.split()[0] for told in world.told.recalls} | set(world.asked())

    async def test_a_sim_is_confirmed_when_trust_ends(self) -> None:
        world = World(fresh_s={"balances": 3600})
        world.operator.remembers(max_age_s=60)
        text = BY_SIM.replace("{ msisdn }", "{ balances { name } }")
        await world.ask(text)
        await world.ask(text)
        world.asked()
        await world.ask(text)
        assert not world.asked()
        assert 1 == len(world.answers)

        world.clock.advance(61)
        await world.ask(text)

        assert {"hss": {"profile_by_imsi": 1}} == world.asked()


class TestWhoIsTold:
    async def test_every_call_behind_it_is_counted_as_in_a_run(self) -> None:
        world = World()
        await remembered(world)
        world.told.recalls.clear()
        await world.run(CUSTOMER)
        in_a_run = dict(world.told.recalls)
        world.told.recalls.clear()

        await world.ask(CUSTOMER)

        assert {"crm customers": 1, "billing bills": 1} == in_a_run == world.told.recalls

    async def test_none_is_counted_twice_when_one_is_gone(self) -> None:
        world = World(fresh_s={"customers": 60, "bills": 30})
        await remembered(world)
        world.told.recalls.clear()
        world.clock.advance(31)

        await world.ask(CUSTOMER)

        assert {"crm customers": 1} == world.told.recalls


class TestWhoseItIs:
    async def test_other_variables_another_name_and_another_text_are_other_questions(self) -> None:
        world = World()
        text = CUSTOMER + " query Other { __typename }"
        await world.ask(text, {"id": "1000042"}, name="Q")
        await world.ask(text, {"id": "1000042"}, name="Q")

        assert (await world.ask(text, {"id": "7"}, name="Q")).errors
        assert {"__typename": "Query"} == (await world.ask(text, {"id": "1000042"}, name="Other")).data
        assert (await world.ask(text, {"id": "1000042"})).errors
        assert (await world.ask(text, {"id": "1000042"}, name="P")).errors

    async def test_a_question_with_lists_in_its_variables(self) -> None:
        text = "query ($by: [CustomerKey!]!) { customers(by: $by) { name } }"

        await remembered(World(), text, {"by": [{"id": "1000042"}, {"id": "1000042"}]})

    async def test_callers_that_see_another_graph_have_another_memory(self) -> None:
        world = World()
        await remembered(world)
        hidden = World(world.operator, shows_graph=False)

        assert not len(hidden.answers)
        assert hidden.answers is not world.answers

    async def test_questions_at_the_same_time_do_not_mix(self) -> None:
        world = World()
        await world.ask(CUSTOMER)

        # One asks, the other is answered from kept calls meanwhile.
        await asyncio.gather(world.ask(LINE), world.ask(CUSTOMER), world.ask(LINE.replace("line", "a: line")))

        assert 1 == len(world.answers)
        (kept,) = world.answers._kept.values()
        assert 2 == len(kept.relied)

    async def test_no_number_stands_in_what_is_remembered_but_in_the_answer(self) -> None:
        world = World(fresh_s=3600)
        world.operator.remembers()
        for _ in range(4):
            await world.ask(BY_NUMBER.replace("name", f"bills(first: 1) {{ totalCount }} # {ACCOUNT}\n"))
        (question,) = world.answers._kept
        (kept,) = world.answers._kept.values()

        shown = repr(world.answers._kept) + repr(question) + repr(kept) + repr(kept.relied) + str(vars(world.answers))
        assert MSISDN not in shown
        assert ACCOUNT not in shown
        assert all(not each._call.args for each in kept.relied if hasattr(each, "_call"))


class TestByHttp:
    async def test_an_answer_is_the_same_whether_it_is_remembered_or_not(self) -> None:
        world = World()
        app = application(world.operator)
        body = orjson.dumps({"query": CUSTOMER, "variables": {"id": "1000042"}})
        told, asked = [], []
        for language in ("en", "en", "ms", "en"):
            headers = [("content-type", "application/json"), ("accept-language", language)]
            got = await call(app, method="POST", headers=headers, received=[{"type": "http.request", "body": body}])
            told.append((got.status, got.body, got.headers["content-type"], got.headers["content-length"]))
            asked.append(bool(world.asked()))

        assert [True, False, False, False] == asked
        assert 1 == len(set(told))
        assert (200, {"data"}) == (told[0][0], set(orjson.loads(told[0][1])))

    async def test_by_get_as_by_post(self) -> None:
        world = World()
        async with client(application(world.operator)) as asking:
            answers = [await asking.post(GRAPHQL, json={"query": CUSTOMER}) for _ in range(2)]
            world.asked()
            answers += [await asking.get(GRAPHQL, params={"query": CUSTOMER}) for _ in range(2)]

        assert not world.asked()
        assert 1 == len({each.content for each in answers})


def _answers(**bounds: int) -> Answers:
    return Answers(SCHEMA_CORE, **bounds)


class Always:
    """Something that can always be found again."""

    async def holds(self) -> bool:
        return True

    def tell(self) -> None:
        """Nobody."""

    def watch(self, gone: Any) -> None:
        """Never."""


class Fails(Always):
    """Something that cannot even be looked up."""

    async def holds(self) -> bool:
        raise OSError


class TestBounds:
    def test_all_together_and_the_least_asked_for_goes_first(self) -> None:
        world = World()
        graph = world.operator.graph
        answers = _answers(max_bytes=20_000)
        for number in range(30):
            question = b"%d" % number
            answers.remember(question, b"x" * 1000, relied=[Always()], graph=graph, began=world.clock.now())
            assert asyncio.run(answers.recall(b"0", graph))

        assert 6 == len(answers)
        assert answers._bytes == sum(each.size for each in answers._kept.values()) <= 20_000
        assert not asyncio.run(answers.recall(b"1", graph))

    def test_a_long_one_is_not_remembered(self) -> None:
        world = World()
        answers = _answers(max_each=100)
        for size in (100, 101):
            answers.remember(
                b"%d" % size, b"x" * size, relied=[Always()], graph=world.operator.graph, began=world.clock.now()
            )

        assert [b"100"] == list(answers._kept)

    def test_one_that_is_remembered_again_counts_once(self) -> None:
        world = World()
        answers = _answers()
        for size in (500, 700):
            answers.remember(b"q", b"x" * size, relied=[Always()], graph=world.operator.graph, began=world.clock.now())

        assert 2700 == answers._bytes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=6,
)
_ASKED = st.tuples(st.text(max_size=4), st.none() | st.text(max_size=3), st.none() | st.dictionaries(st.text(), JSON))
_NAMES = _answers()


@given(_ASKED, _ASKED)
def test_only_equal_questions_have_equal_names(one: Any, other: Any) -> None:
    # Python takes 1, 1.0 and True for equal, and JSON does not.
    alike = repr(one) == repr(other)
    first, second = _NAMES.question(*one), _NAMES.question(*other)

    assert first is None or (first == second) == alike
    assert _NAMES.question(*one) == first


@pytest.mark.parametrize("variables", [{"x": {1, 2}}, {"x": object()}, {1: "x"}, {"x": "\ud800"}, {"x": 2**70}])
def test_what_is_no_json_has_no_name(variables: Any) -> None:
    assert _NAMES.question("{ a }", None, variables) is None
