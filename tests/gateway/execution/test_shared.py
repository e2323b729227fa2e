"""An object that many others of a list refer to, as all bills to where they came from, is completed once per list."""

import asyncio
import json
from typing import Any

import pytest

from gateway.execution import run
from gateway.execution.memory import Memory
from gateway.execution.writing import Lines, Names
from schema.source import Source
from tests.connectors.support import NOW
from tests.gateway.execution.both import completion_of, same
from tests.gateway.execution.support import GRAPH, RichOperator, contexts

TEXT = """{ customer(by: {id: "1000042"}) { bills(first: 6) { nodes {
  source { system fetchedAt ageSeconds freshness } lines { number } } } } }"""


class CountingClock:
    """A clock that counts how often it is looked at."""

    def __init__(self) -> None:
        self.looks = 0

    def now(self) -> Any:
        self.looks += 1
        return NOW

    def monotonic(self) -> float:
        return 0.0


def _operator(*sources: Source) -> RichOperator:
    """An operator whose bills come from *sources* in turn."""
    operator = RichOperator(bills=6, lines=1)
    for n, bill in enumerate(operator.made):
        bill.source = sources[n % len(sources)]
    return operator


async def test_objects_that_are_alike_but_not_the_same_are_told_apart() -> None:
    sources = [Source(system=f"billing-{n}", operation="bills", fetched_at=NOW) for n in range(3)]
    operator = _operator(*sources)
    made = completion_of(GRAPH, TEXT, {})

    told = await same(GRAPH, TEXT, context=contexts(operator, made, {}))

    bills = json.loads(told.data)["customer"]["bills"]["nodes"]
    assert ["billing-0", "billing-1", "billing-2"] * 2 == [bill["source"]["system"] for bill in bills]


async def test_the_same_object_is_completed_once() -> None:
    one = Source(system="billing", operation="bills", fetched_at=NOW)
    others = [Source(system="billing", operation="bills", fetched_at=NOW) for _ in range(6)]

    # Its age needs the clock; the freshness of a live one does not.
    assert await _looks_at_the_clock(one) + 5 == await _looks_at_the_clock(*others)


def test_no_variable_of_a_function_hides_what_the_function_refers_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be found missing when the function runs, which then gave up each time: slow, and nobody would know."""
    made: list[tuple[set[str], set[str]]] = []
    write = Lines.function

    def watched(lines: Lines, names: Names, *, returns: str) -> str:
        name = write(lines, names, returns=returns)
        made.append((set(names.space[name].__code__.co_varnames), set(names.space)))
        return name

    monkeypatch.setattr(Lines, "function", watched)
    completion = completion_of(GRAPH, TEXT, {}, memory=Memory())
    context = contexts(_operator(Source(system="billing", operation="bills", fetched_at=NOW)), completion, {})()

    asyncio.run(run(completion, variables=None, context=context))

    assert made
    assert not any(variables & space for variables, space in made)


async def _looks_at_the_clock(*sources: Source) -> int:
    operator = _operator(*sources)
    made = completion_of(GRAPH, TEXT, {})
    clock = CountingClock()
    context = contexts(operator, made, {})()
    object.__setattr__(operator.graph, "clock", clock)
    found = await run(made, variables=None, context=context)
    assert not found.errors
    return clock.looks
