"""How operations are run: variables, mutations, what graphql-core has to do alone, and cancellation."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from graphql import GraphQLError, get_operation_ast, parse
from graphql.execution.values import get_variable_values

from gateway.execution import Completion, calls, run
from gateway.execution.executor import CompiledExecutor
from tests.gateway.execution.both import by_graphql_core, completion_of, same
from tests.gateway.execution.support import AT_A_GLANCE, GLANCE_VARIABLES, GRAPH, RichOperator, contexts
from tests.gateway.execution.zoo import ZOO, Box, Everything, Tag


def unprepared(text: str) -> Completion:
    document = parse(text)
    operation = get_operation_ast(document)
    assert operation is not None
    return Completion(ZOO, document, operation, {})


@pytest.fixture
def executions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The fields that graphql-core executed one by one itself."""
    seen: list[str] = []
    original = CompiledExecutor.execute_field

    def execute_field(self: Any, parent: Any, source: Any, details: Any, *more: Any) -> Any:
        seen.append(details[0].node.name.value)
        return original(self, parent, source, details, *more)

    monkeypatch.setattr(CompiledExecutor, "execute_field", execute_field)
    return seen


@pytest.mark.parametrize(
    ("variables", "number"), [({"n": "many"}, 1), ({"n": 2**40}, 1), ({}, 1), ({"n": None}, 1), ({"n": 1, "x": 2}, 0)]
)
async def test_variables_are_coerced_as_graphql_core_does(variables: dict[str, Any], number: int) -> None:
    text = "query ($n: Int!) { several(number: $n) { text } }"

    told = await same(ZOO, text, variables)

    assert number == len(told.errors)


async def test_variables_that_were_coerced_before_are_taken() -> None:
    text = "query ($n: Int = 1) { several(number: $n) { text } }"
    made = completion_of(ZOO, text, {})
    values: Any = get_variable_values(ZOO, made.operation.variable_definitions or (), {"n": 3})

    found = await run(made, variables={"n": 3}, values=values, context=None)

    assert found.data is not None
    assert 3 == len(found.data["several"])


async def test_mutations_run_one_after_the_other() -> None:
    text = "mutation { a: add(number: 1) { text } b: add(number: 2) { text weight } c: add(number: 3) { text } }"
    lists: list[list[int]] = []

    def context() -> list[int]:
        lists.append([])
        return lists[-1]

    told = await same(ZOO, text, context=context)

    assert [[1, 2, 3], [1, 2, 3]] == lists
    assert '"c": {"text": "[1, 2, 3]"}' in told.data


async def test_the_first_execution_is_graphql_cores_and_the_second_is_compiled(executions: list[str]) -> None:
    made = unprepared("{ everything { text whole } }")

    first = await run(made, variables=None, context=None)
    assert not _is_compiled(made)
    second = await run(made, variables=None, context=None)

    assert _is_compiled(made)
    assert first == second
    assert [] == executions


async def test_plain_data_is_not_executed_field_by_field(executions: list[str]) -> None:
    made = completion_of(ZOO, "{ everything { text tags { text } later { box { items { text } } } } }", {})

    found = await run(made, variables=None, context=None)

    assert found.data is not None
    assert not found.errors
    assert [] == executions


async def test_an_object_of_a_subclass_is_plain_data_too(executions: list[str]) -> None:
    class LazyTag(Tag):
        """A tag of another class."""

    made = completion_of(ZOO, "{ everything { tag { text } box { items { text } } } }", {})

    found = await run(
        made,
        variables=None,
        context=lambda: Everything(tag=LazyTag(text="lazy"), box=Box(items=[LazyTag(text="lazy")], best=None, count=1)),
    )

    assert {"everything": {"tag": {"text": "lazy"}, "box": {"items": [{"text": "lazy"}]}}} == found.data
    assert [] == executions


async def test_pages_of_the_real_graph_are_plain_data(executions: list[str]) -> None:
    operator = RichOperator()
    made = completion_of(GRAPH, AT_A_GLANCE, GLANCE_VARIABLES)
    context = contexts(operator, made, GLANCE_VARIABLES)()

    found = await run(made, variables=GLANCE_VARIABLES, context=context)

    assert not found.errors
    assert [] == executions


async def test_only_what_surprises_is_executed_again(executions: list[str]) -> None:
    def make() -> Everything:
        found = Everything()
        found.tags[1].weight = "much"  # type: ignore[assignment]
        return found

    made = completion_of(ZOO, "{ everything { text tags { text weight } box { count } words } }", {})
    await run(made, variables=None, context=make)

    # The object of the root and the second tag; the first tag and the box are given by their functions.
    assert ["text", "tags", "text", "weight", "box", "words"] == executions


@pytest.mark.parametrize(
    "text",
    [
        "subscription { count }",
        "{ everything { text ... @defer { whole } } }",
        "{ everything { words @stream(initialCount: 1) } }",
        "{ ... @defer { everything { text } } }",
    ],
)
async def test_what_is_not_compiled_is_left_to_graphql_core(text: str) -> None:
    made = completion_of(ZOO, text, {})

    found = await run(made, variables=None, context=None)

    assert not _is_compiled(made)
    assert await _told_by_graphql_core(text) == ([each.message for each in found.errors or ()], found.data)


async def _told_by_graphql_core(text: str) -> tuple[list[str], Any]:
    try:
        found = await by_graphql_core(ZOO, text, {}, None)
    except GraphQLError as error:  # `run` tells it as an error of the request.
        return [error.message], None
    return [each.message for each in found.errors or ()], found.data


def _is_compiled(made: Completion) -> bool:
    return made._compiled is not None


async def test_what_escapes_graphql_core_is_an_error_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise MemoryError("much too large")

    made = completion_of(ZOO, "{ everything { text } }", {})
    monkeypatch.setattr(CompiledExecutor, "execute_root_grouped_field_set", fails)

    found = await run(made, variables=None, context=None)

    assert found.data is None
    assert [MemoryError] == [type(error.original_error) for error in found.errors or ()]


async def test_a_cancelled_request_is_cancelled() -> None:

    made = completion_of(ZOO, "{ everything { text later(times: 1000000) { text } } }", {})
    task = asyncio.create_task(run(made, variables=None, context=None))
    await asyncio.sleep(0.01)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_siblings_of_a_non_null_field_that_fails_are_cancelled_as_by_graphql_core() -> None:
    """
    graphql-core 3.3 cancels what waits beside a field that may not be null and is; nothing may be left running.
    """
    before = asyncio.all_tasks()
    told = await same(ZOO, "{ surely { fails later(times: 1000) { text } } }")
    await asyncio.sleep(0)

    assert "null" == told.data
    assert before == asyncio.all_tasks()


@pytest.mark.parametrize("turns", range(2, 12))
async def test_a_cancelled_request_leaves_none_of_its_fields_running(turns: int) -> None:
    text = "{ a: everything { l: later(times: 3) { text } m: later(times: 999) { text } } everything { text } }"
    made = completion_of(ZOO, text, {})
    before = asyncio.all_tasks()
    task = asyncio.create_task(run(made, variables=None, context=None))
    await _turn(turns)
    task.cancel()
    await _turn(10)

    assert task.cancelled()
    assert before == asyncio.all_tasks()


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    "text",
    [
        "{ several(number: 3) { a: later { text } b: later { text } } }",
        "{ a: everything { text } b: everything { text } c: everything { later { text } m: later { text } } }",
    ],
)
async def test_fields_beside_each_other_begin_in_one_turn_as_by_graphql_core(text: str) -> None:
    alone = await _turns_of_resolvers(lambda context: by_graphql_core(ZOO, text, {}, context))
    compiled = await _turns_of_resolvers(
        lambda context: run(completion_of(ZOO, text, {}), variables=None, context=context)
    )

    assert alone == compiled


async def _turns_of_resolvers(execute: Callable[[Any], Awaitable[Any]]) -> list[int]:
    """How many resolvers came to something in each turn of the loop that had any."""
    turns: list[int] = []
    seen: list[int] = []

    async def count() -> None:
        while True:
            turns.append(len(seen))
            await asyncio.sleep(0)

    def come() -> Everything:
        seen.append(1)
        return Everything()

    counting = asyncio.create_task(count())
    await execute(come)
    counting.cancel()
    turns.append(len(seen))
    return [after - before for before, after in itertools.pairwise(turns) if after > before]


async def test_errors_of_fields_that_wait_come_in_their_order() -> None:
    """Both of `a` fail before the last one of the root does, which is awaited without a task of its own."""
    text = """{ a: everything { fails } b: everything { later(times: 5) { fails } m: later(times: 2) { fails } }
      everything { fails } }"""

    told = await same(ZOO, text)

    assert 4 == len(told.errors)


async def test_arguments_that_cannot_be_converted_are_left_to_strawberry(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: Any) -> Any:
        raise ValueError("not converted")

    monkeypatch.setattr(calls, "converted", refuses)
    made = completion_of(GRAPH, AT_A_GLANCE, GLANCE_VARIABLES)

    found = await run(made, variables=GLANCE_VARIABLES, context=contexts(RichOperator(), made, GLANCE_VARIABLES)())

    assert not found.errors
