"""Whose answers are given again: never those of a caller whose reach can end from one moment to the next."""

import dataclasses

from schema.policy import Audience
from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import CUSTOMER
from tests.gateway.policy.asking import asker


async def test_an_answer_is_given_again_to_those_of_whom_it_is() -> None:
    world, agent = World(), asker(Audience.AGENT)
    for _ in range(3):
        assert not (await world.ask(CUSTOMER, asker=agent)).errors

    # The first asked systems, and the second found all of it kept.
    assert 2 == world.operations.runs
    await world.ask(CUSTOMER, asker=dataclasses.replace(agent, whose=b"others"))
    assert 3 == world.operations.runs


async def test_where_consent_can_end_each_question_is_asked_anew() -> None:
    world, partner = World(), dataclasses.replace(asker(Audience.AGENT), reach_changes=True)
    for _ in range(3):
        assert not (await world.ask(CUSTOMER, asker=partner)).errors

    assert 3 == world.operations.runs
