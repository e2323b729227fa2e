"""Transforms: what is done to the value of a leaf before its scalar writes it. Masking is one; this knows none."""

from collections.abc import Callable
from typing import Any

Transform = Callable[[Any, Any], Any]
"""From a value and the operation's context to the value that is written instead. Never called with null; may raise."""

Transforms = Callable[[str], Transform | None]
"""The transform of a coordinate, such as `Customer.name`, or None. Asked when a completion is compiled."""


def coordinate(parent: str, field: str) -> str:
    """The schema coordinate of a field (GraphQL specification, schema coordinates)."""
    return f"{parent}.{field}"


def no_transforms(_: str) -> None:
    """No leaf is transformed."""
