"""The garbage collector: searches seldom, finds what there is, and operations that went well leave nothing for it."""

import gc
import types
from collections.abc import Iterator

import pytest

from connectors.errors import Unavailable
from connectors.terms import Terms
from gateway import collector
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.operations.planning import Planned
from resolvers.context import Context
from resolvers.loader import Loader
from tests.gateway.execution.support import AT_A_GLANCE, GLANCE_VARIABLES, RichOperator
from tests.resolvers.support import SCHEMA


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """The collector as it was, whatever a test does with it."""
    before = gc.get_threshold()
    yield
    gc.enable()
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_is_there_at_the_start_is_left_out() -> None:
    collector.settle()

    assert gc.get_freeze_count() > 10_000
    assert collector.THRESHOLDS == gc.get_threshold()
    assert gc.isenabled()


class _Circle:
    def __init__(self) -> None:
        self.self = self


def test_circles_are_still_found_and_in_pieces_that_hold_nobody_up() -> None:
    collector.settle()
    found: list[int] = []
    gc.callbacks.append(lambda phase, told: found.append(told["collected"]) if phase == "stop" else None)
    try:
        for _ in range(2 * collector.THRESHOLDS[0]):
            _Circle()
    finally:
        gc.callbacks.pop()

    assert sum(found) > collector.THRESHOLDS[0]
    assert max(found) < 25_000


@pytest.mark.parametrize("remembers", [False, True])
async def test_an_operation_leaves_nothing_for_the_collector(*, remembers: bool) -> None:
    operator = RichOperator()
    if remembers:
        operator.remembers()
    # Written by code that is made at the second time.
    for _ in range(3):
        assert not (await operator.ask(AT_A_GLANCE, **GLANCE_VARIABLES)).errors
    gc.collect()
    gc.disable()

    left = []
    for _ in range(5):
        await operator.ask(AT_A_GLANCE, **GLANCE_VARIABLES)
        left.append(gc.collect())

    # Threads that other tests began may leave something beside it, now and then.
    assert 0 == sorted(left)[2]


@pytest.mark.parametrize("fails", [False, True])
async def test_only_an_operation_without_errors_forgets_what_it_loaded(*, fails: bool) -> None:
    """
    Where there are errors, a resolver of a field that was given up may still come to ask, and nothing is asked twice.
    """
    operator = RichOperator()
    operator.hss.failure = Unavailable("reset", system="hss") if fails else None
    operations = Operations(SCHEMA, limits=LimitSettings())
    planned = operations.plan(operations.prepare(AT_A_GLANCE), name=None, variables={**GLANCE_VARIABLES})
    assert isinstance(planned, Planned)
    within = Terms.after(5, operator.clock)
    context = Context(operator.graph, needs=planned.plan.needs, variables=planned.variables, within=within)

    outcome = await operations.run(planned, context=context)

    assert fails == bool(outcome.errors)
    assert fails == any(isinstance(each, Loader) for each in vars(context.loaders).values())


def _generated() -> int:
    """How many functions there are that were made for operations."""
    functions = [each for each in gc.get_objects() if isinstance(each, types.FunctionType)]
    return sum(each.__code__.co_filename == "<compiled completion>" for each in functions)


async def test_the_code_of_an_operation_goes_with_it_and_does_not_wait_for_the_collector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    operator = RichOperator()
    operations = Operations(SCHEMA, limits=LimitSettings())
    gc.collect()
    before = _generated()
    for _ in range(3):
        outcome = await operations.execute(
            operations.prepare(AT_A_GLANCE),
            name=None,
            variables={**GLANCE_VARIABLES},
            graph=operator.graph,
            within=Terms.after(10, operator.clock),
        )
        assert not outcome.errors
    assert _generated() > before

    gc.disable()
    monkeypatch.setattr("gateway.operations.documents.MAX_REMEMBERED", 100)
    del outcome
    operations.prepare("{ __typename }")

    assert before == _generated()
