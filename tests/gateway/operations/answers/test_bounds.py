"""How much is remembered."""

import asyncio

from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import (
    SOMETHING,
    Always,
    answers_of,
)


class TestBounds:
    def test_all_together_and_the_least_asked_for_goes_first(self) -> None:
        world = World()
        graph = world.operator.graph
        answers = answers_of(max_bytes=20_000)
        for number in range(30):
            question = b"%d" % number
            answers.remember(question, SOMETHING, size=1000, relied=[Always()], graph=graph, began=world.clock.now())
            assert asyncio.run(answers.recall(b"0", graph))

        assert 6 == len(answers)
        assert answers._bytes == sum(each.size for each in answers._kept.values()) <= 20_000
        assert not asyncio.run(answers.recall(b"1", graph))

    def test_a_long_one_is_not_remembered(self) -> None:
        world = World()
        answers = answers_of(max_each=100)
        for size in (100, 101):
            answers.remember(
                b"%d" % size,
                SOMETHING,
                size=size,
                relied=[Always()],
                graph=world.operator.graph,
                began=world.clock.now(),
            )

        assert [b"100"] == list(answers._kept)

    def test_one_that_is_remembered_again_counts_once(self) -> None:
        world = World()
        answers = answers_of()
        for size in (500, 700):
            answers.remember(
                b"q", SOMETHING, size=size, relied=[Always()], graph=world.operator.graph, began=world.clock.now()
            )

        assert 2700 == answers._bytes
