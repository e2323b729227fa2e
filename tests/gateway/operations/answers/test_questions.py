"""Whose answer it is: questions are told apart to the letter, and callers and moments do not mix."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.guarded import World
from tests.gateway.operations.answers.support import (
    BY_NUMBER,
    CUSTOMER,
    LINE,
    answers_of,
    remembered,
)
from tests.resolvers.fakes import ACCOUNT
from tests.resolvers.support import MSISDN


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=6,
)
_ASKED = st.tuples(st.text(max_size=4), st.none() | st.text(max_size=3), st.none() | st.dictionaries(st.text(), JSON))
_NAMES = answers_of()


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
