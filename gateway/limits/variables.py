"""The bounds of the values that come beside a document. Which values a variable takes is validation's business."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLError

from gateway.limits.refusal import refusal
from gateway.limits.settings import LimitSettings


def check_variables(variables: Mapping[str, Any] | None, limits: LimitSettings) -> GraphQLError | None:
    """The first bound that *variables* (as read from JSON) go beyond, if any. Stops there."""
    for count, (value, depth) in enumerate(_walk(variables or {}), start=1):
        if count > limits.max_values:
            return refusal(f"At most {limits.max_values} names and values are accepted in the variables. Send fewer.")
        if depth > limits.max_value_depth:
            return refusal(f"Variables may be nested {limits.max_value_depth} deep. Nest less deeply.")
        if isinstance(value, str) and len(value) > limits.max_text_characters:
            return refusal(f"At most {limits.max_text_characters} characters of a text are accepted in the variables.")
    return None


def _walk(variables: Mapping[str, Any]) -> Iterator[tuple[object, int]]:
    # The object of all variables is not one of them, so its members are at depth 0.
    stack: list[tuple[object, int]] = []
    for name, value in variables.items():
        yield name, 0
        stack.append((value, 0))
    while stack:
        value, depth = stack.pop()
        yield value, depth + isinstance(value, dict | list)
        if isinstance(value, dict):
            for name, below in value.items():
                yield name, depth
                stack.append((below, depth + 1))
        elif isinstance(value, list):
            stack.extend((below, depth + 1) for below in value)
