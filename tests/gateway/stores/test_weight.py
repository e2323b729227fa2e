"""The estimate of what answers weigh, beside what they are seen to take."""

import tracemalloc
from typing import Any

from connectors.guard import Answer
from gateway import systems
from gateway.stores.coding import Coding
from gateway.stores.weight import weight_of
from tests.connectors.support import Reports
from tests.gateway.stores.operator import Seen


def test_the_pretend_operators_answers_take_about_what_they_are_said_to_weigh(seen: list[Seen]) -> None:
    coding = Coding(systems.values(), report=Reports())
    encoded = [coding.encode(answer) or b"" for _, answer in seen]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        found: list[Answer[Any] | None] = [coding.decode(each) for each in encoded]
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    weight = sum(weight_of(each.value) for each in found if each is not None)
    assert 0.7 < weight / (after - before) < 1.4


def test_rows_that_are_not_weighed_count_like_those_that_are() -> None:
    assert 9.5 < weight_of(["x" * 1000] * 1000) / weight_of(["x" * 1000] * 100) < 10.5


def test_letters_of_any_script_and_objects_of_any_kind_have_a_weight() -> None:
    assert all(weight_of(value) > 0 for value in ("王小明", object(), {"a": [1]}, frozenset({1}), b"x"))
