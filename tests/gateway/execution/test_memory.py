"""What objects of an answer gave is given again for as long as they live, and nobody can tell but by the time it took."""

import dataclasses
import datetime as dt
import gc
import json
from typing import Any

import hypothesis
import hypothesis.strategies as st
import orjson
import pytest

from gateway.execution import Completion, Memory, run
from resolvers.context import Context
from schema.source import Source
from tests.connectors.support import NOW
from tests.gateway.execution.both import Told, by_graphql_core, completion_of, in_a_loop_of_its_own
from tests.gateway.execution.corruption import corrupt
from tests.gateway.execution.support import AT_A_GLANCE, GLANCE_VARIABLES, GRAPH, RichOperator, contexts

LATER = NOW + dt.timedelta(hours=1)
BILLS = """{ customer(by: {id: "1000042"}) { bills(first: 3) { nodes { id billNumber lines { number } } } } }"""
AGES = (
    """{ customer(by: {id: "1000042"}) { bills(first: 3) { nodes { billNumber source { ageSeconds freshness } } } } }"""
)


def _operator(fresh_until: dt.datetime | None = LATER) -> RichOperator:
    return RichOperator(bills=3, lines=2, fresh_until=fresh_until)


async def _told(made: Completion, operator: RichOperator, variables: dict[str, Any]) -> Told:
    context: Context = contexts(operator, made, variables)()
    return Told.by(await run(made, variables=variables, context=context))


async def _alone(made: Completion, operator: RichOperator, variables: dict[str, Any]) -> Told:
    context: Context = contexts(operator, made, variables)()
    return Told.by(await by_graphql_core(GRAPH, made.document, variables, context))


async def _each_time_the_same(text: str, variables: dict[str, Any], *, seed: int = 0, rate: float = 0.0) -> Memory:
    memory = Memory()
    made = completion_of(GRAPH, text, variables, memory=memory)
    ours, theirs = _lasting(seed, rate), _lasting(seed, rate)
    for _ in range(3):
        assert await _told(made, ours, variables) == await _alone(made, theirs, variables)
    return memory


def _lasting(seed: int, rate: float) -> RichOperator:
    """An operator that gives the same objects each time, as the call cache does, with *rate* of them wrong."""
    operator = corrupt(_operator(), seed=seed, rate=rate)
    for system in (operator.billing, operator.hss, operator.history):
        for name in ("bills", "profile_by_msisdn", "recharges"):
            if ask := getattr(system, name, None):
                setattr(system, name, _once(ask))
    return operator


def _once(ask: Any) -> Any:
    kept: list[Any] = []

    async def asked(*args: Any, **kwargs: Any) -> Any:
        if not kept:
            kept.append(await ask(*args, **kwargs))
        return kept[0]

    return asked


async def test_what_is_given_again_is_what_graphql_core_gives_each_time() -> None:
    memory = await _each_time_the_same(AT_A_GLANCE, GLANCE_VARIABLES)

    assert len(memory) == 3 + 20 + 1, "the bills, the page of recharges and the network profile"


@hypothesis.given(seed=st.integers(0, 2**32), rate=st.sampled_from([0.0005, 0.003, 0.03]))
def test_so_it_is_whatever_is_wrong_with_the_answers(seed: int, rate: float) -> None:
    in_a_loop_of_its_own(_each_time_the_same(AT_A_GLANCE, GLANCE_VARIABLES, seed=seed, rate=rate))


async def test_what_is_remembered_is_not_completed_again() -> None:
    made = completion_of(GRAPH, BILLS, {}, memory=Memory())
    operator = _operator()
    first = await _told(made, operator, {})

    for bill in operator.made:
        bill.bill_number = "changed, which nobody does"

    assert await _told(made, operator, {}) == first


async def test_nothing_is_remembered_of_an_answer_that_is_not_kept() -> None:
    memory = Memory()
    made = completion_of(GRAPH, BILLS, {}, memory=memory)
    operator = _operator(fresh_until=None)

    await _told(made, operator, {})

    assert not len(memory)


async def test_what_hangs_on_the_clock_is_told_anew_each_time() -> None:
    memory = Memory()
    made = completion_of(GRAPH, AGES, {}, memory=memory)
    operator = _operator()

    first = await _told(made, operator, {})
    operator.clock.advance(60)
    second = await _told(made, operator, {})

    assert [_first_bill(each)["source"] for each in (first, second)] == [
        {"ageSeconds": 0, "freshness": "LIVE"},
        {"ageSeconds": 60, "freshness": "CACHED"},
    ]
    assert not len(memory)


async def test_what_objects_gave_goes_with_them() -> None:
    memory = Memory()
    made = completion_of(GRAPH, BILLS, {}, memory=memory)
    operator = _operator()
    await _told(made, operator, {})
    assert len(memory) == 3

    del operator
    gc.collect()

    assert not len(memory)
    assert memory._bytes == 0


async def test_a_new_object_with_the_same_name_is_completed_itself() -> None:
    made = completion_of(GRAPH, BILLS, {}, memory=Memory())
    operator = _operator()
    await _told(made, operator, {})

    operator.made = tuple(dataclasses.replace(bill, bill_number=f"new {bill.bill_number}") for bill in operator.made)

    assert _first_bill(await _told(made, operator, {}))["billNumber"].startswith("new ")


async def test_two_questions_about_one_object_do_not_share_what_it_gives() -> None:
    memory = Memory()
    other = BILLS.replace("billNumber", "number: billNumber status")
    operator = _operator()

    for text in (BILLS, other, BILLS, other):
        made = completion_of(GRAPH, text, {}, memory=memory)
        assert await _told(made, operator, {}) == await _alone(made, operator, {})


async def test_with_transforms_nothing_is_remembered() -> None:
    memory = Memory()
    made = completion_of(GRAPH, BILLS, {}, memory=memory, transforms=lambda _: None)

    await _told(made, _operator(), {})

    assert not len(memory)


class _Thing:
    def __init__(self) -> None:
        self.source = Source(system="billing", operation="bills", fetched_at=NOW, fresh_until=LATER)


def test_the_memory_is_bounded_and_the_oldest_goes_first() -> None:
    memory = Memory(max_bytes=4_000)
    things = [_Thing() for _ in range(10)]

    for thing in things:
        memory.kept(0, thing, {"a": 1})

    assert [memory.recall((0, id(thing))) is not None for thing in things] == [False] * 7 + [True] * 3
    for thing in things:
        memory.kept(0, thing, "x" * 3_000)
    assert not len(memory)
    assert memory._bytes == 0


@pytest.mark.parametrize("result", [{"a": object()}, "\ud800"])
def test_what_cannot_be_written_stays_as_it_is(result: object) -> None:
    memory = Memory()

    assert memory.kept(0, _Thing(), result) is result
    assert not len(memory)


def test_what_is_remembered_is_written_as_it_would_be() -> None:
    result = {"b": "ä\n", "a": [1.5, None, True, {"c": "1.00"}]}

    assert orjson.dumps([Memory().kept(0, _Thing(), result)]) == orjson.dumps([result])


def _first_bill(told: Told) -> Any:
    return json.loads(told.data)["customer"]["bills"]["nodes"][0]
