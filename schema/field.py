"""
How a word of the graph declares a field: its description for app developers, and the marks that the gateway reads.

Marks say which part of a system's answer a field needs, who may read it, and how long its list usually is.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import strawberry

from schema.parts import ABSENT, Part
from schema.policy import EVERYBODY, Audience, DataClass, Form, groups, told_to_routers

PARTS = "switchboard.parts"
SIZE = "switchboard.size"

OWN_POLICY = "switchboard.policy"
"""Metadata of a field whose policy differs from its word's: what differs, by the names of `schema.policy.Policy`."""


def metadata(parts: tuple[Part, ...]) -> Mapping[str, Any]:
    """Strawberry field metadata under which the planner finds the parts of a field."""
    return {PARTS: parts}


def absent() -> Any:
    """The default of a private attribute that belongs to a part."""
    # A factory: Strawberry looks at plain class attributes, and an absent value does not let itself be looked at.
    return dataclasses.field(default_factory=lambda: ABSENT)


def field(
    description: str,
    *,
    part: Part | None = None,
    size: int | None = None,
    personal: Form | None = None,
    sensitive: Form | None = None,
    audiences: Iterable[Audience] | None = None,
) -> Any:
    """
    A field of a word.

    With *part* the field belongs to that part of its object and holds ABSENT when the part was not fetched. *size*: how
    many items its list has, as a rule; what a question costs is counted by it. *personal* and *sensitive* say what the
    value is like and so how it is masked; *audiences* has it seen by fewer than the rest of the word.
    """
    marks: dict[str, Any] = {} if part is None else dict(metadata((part,)))
    marks.update(own_policy(personal=personal, sensitive=sensitive, audiences=audiences))
    if size is not None:
        marks[SIZE] = size
    told = told_to_routers((), EVERYBODY if audiences is None else frozenset(audiences))
    if part is None:
        return strawberry.field(description=description, metadata=marks, directives=told)
    return strawberry.field(description=description, metadata=marks, directives=told, default=ABSENT)


def own_policy(
    *,
    personal: Form | None = None,
    sensitive: Form | None = None,
    scopes: Iterable[str | frozenset[str]] | None = None,
    audiences: Iterable[Audience] | None = None,
) -> Mapping[str, Any]:
    """Strawberry field metadata for what a field's policy has of its own, instead of the word's."""
    own: dict[str, Any] = {}
    if personal is not None:
        own.update(data=DataClass.PERSONAL, form=personal)
    if sensitive is not None:
        own.update(data=DataClass.SENSITIVE, form=sensitive)
    if scopes is not None:
        own["scopes"] = groups(scopes)
    if audiences is not None:
        own["audiences"] = frozenset(audiences)
    return {OWN_POLICY: own} if own else {}
