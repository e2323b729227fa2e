"""
How a word of the graph declares a field: its description for app developers, and the marks that the gateway reads.

Marks say which part of a system's answer a field needs, whether it is personal, and how long its list usually is.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import strawberry

from schema.parts import ABSENT, Part

PARTS = "switchboard.parts"
PERSONAL = "switchboard.personal"
SIZE = "switchboard.size"


def metadata(parts: tuple[Part, ...]) -> Mapping[str, Any]:
    """Strawberry field metadata under which the planner finds the parts of a field."""
    return {PARTS: parts}


def absent() -> Any:
    """The default of a private attribute that belongs to a part."""
    # A factory: Strawberry looks at plain class attributes, and an absent value does not let itself be looked at.
    return dataclasses.field(default_factory=lambda: ABSENT)


def field(description: str, *, part: Part | None = None, personal: bool = False, size: int | None = None) -> Any:
    """
    A field of a word.

    With *part* the field belongs to that part of its object and holds ABSENT when the part was not fetched. *personal*:
    it tells who somebody is, how to reach them, or what is thought of them. *size*: how many items its list has, as a
    rule; what a question costs is counted by it.
    """
    marks: dict[str, Any] = {} if part is None else dict(metadata((part,)))
    if personal:
        marks[PERSONAL] = True
    if size is not None:
        marks[SIZE] = size
    if part is None:
        return strawberry.field(description=description, metadata=marks)
    return strawberry.field(description=description, metadata=marks, default=ABSENT)
