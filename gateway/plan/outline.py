"""What is known of one operation before its variables are: which fragments it uses, and which variables steer it."""

import dataclasses
from collections.abc import Iterator, Mapping

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NullValueNode,
    OperationDefinitionNode,
    SelectionNode,
    ValueNode,
    VariableNode,
)

from gateway.plan.canonical import canonical, digest

STEERING = frozenset({"skip", "include"})

Booleans = tuple[bool | None, ...]
"""The values of the variables that steer an operation, in the order of their names."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """One operation of a document. Equal only to itself, so that it can be a key."""

    document: DocumentNode
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    """Those that it uses, by name."""

    digest: str
    characters: int
    """Of its canonical text: what its plans are weighed by."""

    steering: tuple[str, ...]
    """Names of the variables that `@skip` and `@include` look at."""

    defaults: Booleans
    """What they are when a caller gives none. One without a default counts as false; its absence is an error anyway."""

    def booleans(self, variables: Mapping[str, object] | None) -> Booleans:
        """The values that steer this operation, from *variables* as a caller sent them."""
        if not self.steering:
            return ()
        given = variables or {}
        return tuple(
            _boolean(given.get(name, default)) for name, default in zip(self.steering, self.defaults, strict=True)
        )

    def by_name(self, booleans: Booleans) -> dict[str, bool | None]:
        """*booleans* by the names of their variables."""
        return dict(zip(self.steering, booleans, strict=True))


def outline(document: DocumentNode, operation: OperationDefinitionNode) -> Outline:
    """
    The outline of one *operation* of a valid *document*.

    Visits each selection once, however often fragments are spread.
    """
    fragments, steering = _reached(document, operation)
    text = canonical(operation, fragments.values())
    names = tuple(sorted(steering))
    defaults = _defaults(operation)
    return Outline(
        document=document,
        operation=operation,
        fragments=fragments,
        digest=digest(text),
        characters=len(text),
        steering=names,
        defaults=tuple(defaults.get(name, False) for name in names),
    )


def _boolean(value: object) -> bool | None:
    # What is neither is refused when variables are coerced, before anything is selected by it.
    return value if isinstance(value, bool) else None


def _reached(
    document: DocumentNode, operation: OperationDefinitionNode
) -> tuple[dict[str, FragmentDefinitionNode], set[str]]:
    known = {found.name.value: found for found in document.definitions if isinstance(found, FragmentDefinitionNode)}
    reached: dict[str, FragmentDefinitionNode] = {}
    steering: set[str] = set()
    stack = [operation.selection_set]
    while stack:
        for node in stack.pop().selections:
            steering.update(_steered_by(node))
            if isinstance(node, FieldNode | InlineFragmentNode):
                if node.selection_set is not None:
                    stack.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and (fragment := known.pop(node.name.value, None)):
                reached[fragment.name.value] = fragment
                stack.append(fragment.selection_set)
    return reached, steering


def _steered_by(node: SelectionNode) -> Iterator[str]:
    for _, value in conditions(node):
        if isinstance(value, VariableNode):
            yield value.name.value


def conditions(node: SelectionNode) -> Iterator[tuple[str, ValueNode]]:
    """What decides whether *node* is selected: `skip` or `include`, and the value of the argument `if`."""
    for directive in node.directives or ():
        if directive.name.value in STEERING and directive.arguments:
            yield directive.name.value, directive.arguments[0].value


def _defaults(operation: OperationDefinitionNode) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for definition in operation.variable_definitions or ():
        if isinstance(definition.default_value, BooleanValueNode):
            found[definition.variable.name.value] = definition.default_value.value
        elif isinstance(definition.default_value, NullValueNode):
            found[definition.variable.name.value] = None
    return found
