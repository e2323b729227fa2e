"""Resolvers get the arguments that graphql-core and Strawberry would give them, whatever is written and left out."""

from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from tests.gateway.execution.both import same
from tests.gateway.execution.zoo import ZOO

_HEADER = "query ($n: Int, $m: Int = 5, $w: Int!, $c: [Colour!], $s: Size, $l: [String!], $x: String)"


@pytest.mark.parametrize(
    "arguments",
    [
        "size: {}",
        "size: {width: $w, height: $n}",
        "size: {width: $m, colours: $c}",
        "size: {width: 2, colours: [RED, AZURE]}, sizes: [$s, {height: $n}]",
        "size: {width: 1}, sizes: {height: $w}",
        "size: {width: 1}, sizes: null, names: $l",
        'size: {width: 1}, names: ["a", $x]',
        'size: {width: 1}, names: [$x, $x, "b"]',
        "size: {width: $w, height: $w, colours: RED}",
    ],
)
@pytest.mark.parametrize(
    "variables",
    [
        {"w": 1},
        {"w": 2, "n": 3, "m": 4, "c": ["RED"], "s": {"height": 1}, "l": ["x"], "x": "y"},
        {"w": 2, "n": None, "m": None, "c": None, "s": None, "l": None, "x": None},
        {"w": 2, "c": [], "s": {}, "l": "alone"},
        {"w": None},
    ],
)
async def test_values_literals_and_nulls(arguments: str, variables: dict[str, Any]) -> None:
    await same(ZOO, f"{_HEADER} {{ area({arguments}) several(number: $m) {{ text }} }}", variables)


_INT = st.one_of(st.none(), st.integers(-5, 5), st.just("$n"), st.just("$m"), st.just("$w"))


@hypothesis.given(
    width=_INT, height=_INT, given=st.dictionaries(st.sampled_from("nm"), st.one_of(st.none(), st.integers(0, 9)))
)
async def test_any_mixture(width: Any, height: Any, given: dict[str, Any]) -> None:
    parts = [f"{name}: {value}" for name, value in (("width", width), ("height", height)) if value is not None]
    await same(ZOO, f"{_HEADER} {{ area(size: {{{', '.join(parts)}}}) }}", {"w": 1, **given})


async def test_a_resolver_that_changes_its_input_changes_no_other_requests() -> None:
    text = '{ a: remembers(names: ["a"]) b: remembers }'

    first, second = [await same(ZOO, text) for _ in range(2)]

    assert first == second
