"""A remembered answer ends with the first of the calls behind it, and with the trust it was given on."""

import asyncio
import gc

from connectors.guard import subject
from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import (
    BY_NUMBER,
    BY_SIM,
    CUSTOMER,
    LINE,
    SOMETHING,
    Always,
    Fails,
    answers_of,
    remembered,
    written,
)


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

    async def test_a_call_that_was_dropped_by_whom_it_is_about_or_by_its_system(self) -> None:
        for name, (subjects, systems) in {"By tag": ([subject.customer("1000042")], []), "All": ([], ["crm"])}.items():
            world = World()
            await remembered(world)
            world.operator.crm.name = name

            await world.store.drop(world.keys.tags([subject.customer("1000043")], ["hss"]))
            assert name.encode() not in written(await world.ask(CUSTOMER))
            await world.store.drop(world.keys.tags(subjects, systems))
            gc.collect()

            assert not len(world.answers)
            assert name.encode() in written(await world.ask(CUSTOMER))

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

        assert {"crm": {"customers": 1}, "billing": {"bills": 1}} == world.asked()

    async def test_another_graph(self) -> None:
        world, other = World(), World()
        await remembered(world)
        other.operations = world.operations

        await other.ask(CUSTOMER)

        assert other.asked()

    def test_a_surprise_while_it_is_looked_up(self) -> None:
        world = World()
        answers = answers_of()
        graph = world.operator.graph
        answers.remember(b"q", SOMETHING, size=1, relied=[Always(), Fails()], graph=graph, began=world.clock.now())

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
