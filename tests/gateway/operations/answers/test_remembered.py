"""Remembered answers: which are, and given again as a run would give and count them."""

import asyncio
from typing import Any

import orjson
import pytest

from connectors.errors import Unavailable
from gateway.http.addresses import GRAPHQL
from gateway.operations.answers import momentary
from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import (
    CUSTOMER,
    SCHEMA_CORE,
    remembered,
    written,
)
from tests.gateway.support import application, call, client
from tests.resolvers.support import MSISDN


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
        assert {"Source.ageSeconds", "Source.freshness", "Query.viewer"} == momentary(SCHEMA_CORE)


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
