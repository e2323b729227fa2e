"""The bounds of the variables: how many, how deep, how long."""

import time
from typing import Any

import pytest

from gateway.limits.settings import LimitSettings
from gateway.limits.variables import check_variables
from gateway.operations.outcome import Outcome
from tests.resolvers.support import presented

LIMITS = LimitSettings(max_values=100, max_value_depth=3, max_text_characters=10)


def _refused(variables: dict[str, Any] | None) -> str | None:
    error = check_variables(variables, LIMITS)
    if error is None:
        return None
    (shown,) = presented(Outcome(data=None, errors=(error,), executed=False))
    assert "BAD_INPUT" == shown["extensions"]["code"]
    message: str = shown["message"]
    return message


def _deep(levels: int, wrap: type[list[Any]] | type[dict[str, Any]]) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if wrap is list else {"a": value}
    return value


@pytest.mark.parametrize("variables", [None, {}, {"a": 1}, {"a": None, "b": [1, 2], "c": {"d": "0123456789"}}])
def test_what_fits_passes(variables: dict[str, Any] | None) -> None:
    assert _refused(variables) is None


@pytest.mark.parametrize("wrap", [list, dict])
def test_three_levels_pass_and_four_do_not(wrap: Any) -> None:
    assert _refused({"a": _deep(3, wrap)}) is None
    assert "3 deep" in (_refused({"a": _deep(4, wrap)}) or "")


@pytest.mark.parametrize(
    "variables",
    [
        {"a": list(range(100))},
        {"a": {str(n): n for n in range(60)}},
        {str(n): n for n in range(60)},
        {"a": [[] for _ in range(100)]},
        {"a": [{"b": [1]} for _ in range(40)]},
    ],
)
def test_more_than_a_hundred_names_and_values_do_not(variables: dict[str, Any]) -> None:
    assert "100 names and values" in (_refused(variables) or "")


@pytest.mark.parametrize(
    "variables", [{"a": "01234567890"}, {"a": [{"b": "01234567890"}]}, {"01234567890": 1}, {"a": {"01234567890": 1}}]
)
def test_a_long_text_or_name_does_not(variables: dict[str, Any]) -> None:
    message = _refused(variables) or ""

    assert "10 characters" in message
    assert "01234" not in message


def test_a_thousand_levels_and_a_million_values_are_refused_at_once() -> None:
    before = time.thread_time()

    assert _refused({"a": _deep(50_000, list)})
    assert _refused({"a": list(range(1_000_000))})

    assert time.thread_time() - before < 1


def test_a_thousand_representations_pass_with_the_defaults() -> None:
    keys = [{"__typename": "Customer", "id": "x" * 60, "customerNumber": "1000042"} for _ in range(1000)]

    assert check_variables({"representations": keys}, LimitSettings()) is None
