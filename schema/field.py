"""How a word of the graph declares a field: its description for app developers and the parts it needs."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import strawberry

from schema.parts import ABSENT, Part

PARTS = "switchboard.parts"


def metadata(parts: tuple[Part, ...]) -> Mapping[str, Any]:
    """Strawberry field metadata under which the planner finds the parts of a field."""
    return {PARTS: parts}


def absent() -> Any:
    """The default of a private attribute that belongs to a part."""
    # A factory: Strawberry looks at plain class attributes, and an absent value does not let itself be looked at.
    return dataclasses.field(default_factory=lambda: ABSENT)


def field(description: str, *, part: Part | None = None) -> Any:
    """
    A field of a word.

    With *part* the field belongs to that part of its object and holds ABSENT when the part was not fetched.
    """
    if part is None:
        return strawberry.field(description=description)
    return strawberry.field(description=description, metadata=metadata((part,)), default=ABSENT)
