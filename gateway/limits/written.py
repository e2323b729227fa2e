"""What a document holds as it is written: how many of each thing, counted in one walk over its tree."""

import collections
import dataclasses

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListTypeNode,
    ListValueNode,
    NameNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
)

from gateway.plan.slim import keys

SHOWS_GRAPH = frozenset({"__schema", "__type", "_service"})
"""Root fields that show the graph itself: introspection, and what a federation router asks."""

_NESTING = frozenset({ListValueNode, ObjectValueNode, ListTypeNode})
_TEXT = frozenset({NameNode, StringValueNode, IntValueNode, FloatValueNode})


@dataclasses.dataclass(slots=True)
class Written:
    """Counts and greatest sizes of one document. A fragment is counted once, however often it is spread."""

    nodes: collections.Counter[type[Node]] = dataclasses.field(default_factory=collections.Counter)
    widest: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    """The longest tuple of children under each name: arguments, directives, values, ..."""

    longest: collections.Counter[type[Node]] = dataclasses.field(default_factory=collections.Counter)
    """Characters of the longest name, text and number."""

    aliases: int = 0
    value_depth: int = 0
    shows_graph: bool = False
    """Whether the graph itself is asked for, under whatever alias and in whatever fragment."""

    @property
    def operations(self) -> int:
        """Operations of the document."""
        return self.nodes[OperationDefinitionNode]

    @property
    def fragments(self) -> int:
        """Fragments of the document, used or not."""
        return self.nodes[FragmentDefinitionNode]

    @property
    def spreads(self) -> int:
        """Places where a fragment is spread, or written inline."""
        return self.nodes[FragmentSpreadNode] + self.nodes[InlineFragmentNode]

    @property
    def fields(self) -> int:
        """Fields of the document."""
        return self.nodes[FieldNode]

    @property
    def directives(self) -> int:
        """Directives of the document, at all places."""
        return self.nodes[DirectiveNode]

    @property
    def items(self) -> int:
        """Items of the longest list, or members of the largest object."""
        return max(self.widest["values"], self.widest["fields"])

    @property
    def digits(self) -> int:
        """Characters of the longest number."""
        return max(self.longest[IntValueNode], self.longest[FloatValueNode])


def written(document: DocumentNode) -> Written:
    """What *document* holds. Visits every node once and follows no fragment."""
    found = Written()
    seen: list[type[Node]] = []
    # A stack of our own: how deep the parser lets documents be is its business.
    stack: list[tuple[Node, int]] = [(document, 0)]
    while stack:
        node, depth = stack.pop()
        kind = type(node)
        seen.append(kind)
        if kind in _TEXT:
            _measure(found, node)
            continue
        if kind in _NESTING:
            depth += 1
            found.value_depth = max(found.value_depth, depth)
        elif isinstance(node, FieldNode):
            found.aliases += node.alias is not None
            found.shows_graph = found.shows_graph or node.name.value in SHOWS_GRAPH
        _push_children(stack, found, node, depth)
    found.nodes.update(seen)
    return found


def _push_children(stack: list[tuple[Node, int]], found: Written, node: Node, depth: int) -> None:
    for key in keys(type(node)):
        below = getattr(node, key, None)
        if not below:
            continue
        if isinstance(below, tuple):
            found.widest[key] = max(found.widest[key], len(below))
            stack.extend([(child, depth) for child in below])
        elif isinstance(below, Node):
            stack.append((below, depth))


def _measure(found: Written, node: Node) -> None:
    size = len(getattr(node, "value", ""))
    found.longest[type(node)] = max(found.longest[type(node)], size)
