"""What is known of one operation before its variables are: which fragments it uses, and which variables steer it."""

import copy
import dataclasses
from collections.abc import Iterator, Mapping

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
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

    text: str = dataclasses.field(repr=False)
    """In its canonical form."""

    steering: tuple[str, ...]
    """Names of the variables that `@skip` and `@include` look at."""

    defaults: Booleans
    """What they are when a caller gives none. One without a default counts as false; its absence is an error anyway."""

    like: "Outline | None" = dataclasses.field(default=None, repr=False)
    """The one of the same operation under another name whose plans serve this one, too."""

    @property
    def first(self) -> "Outline":
        """The one by which plans are found."""
        return self.like or self

    @property
    def name(self) -> str | None:
        """The operation's own name, if it has one."""
        return self.operation.name.value if self.operation.name else None

    @property
    def digest(self) -> str:
        """The hash of the operation, however its document is written."""
        return digest(self.text)

    @property
    def characters(self) -> int:
        """Of its canonical text: what its plans are weighed by."""
        return len(self.text)

    def renamed(self, name: str | None) -> "Outline":
        """The outline of the same operation under another *name*; one without a name stays without."""
        if self.operation.name is None or name is None:
            return dataclasses.replace(self, like=self.first)
        kind, old = self.operation.operation.value, self.operation.name.value
        operation = copy.copy(self.operation)
        # Nodes are frozen; nobody holds this one yet.
        object.__setattr__(operation, "name", NameNode(value=name))
        text = f"{kind} {name}{self.text[len(kind) + 1 + len(old) :]}"
        return dataclasses.replace(self, operation=operation, text=text, like=self.first)

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
    names = tuple(sorted(steering))
    defaults = _defaults(operation)
    return Outline(
        document=document,
        operation=operation,
        fragments=fragments,
        text=canonical(operation, fragments.values()),
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
