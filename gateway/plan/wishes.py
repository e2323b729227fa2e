"""
What an operation says in its document of time and age: `@within` and `@fresh` (`resolvers.directives`).

The document is read once; what is left for each request are the values of variables. What `@fresh` covers is told by
where a field stands in the answer, so that one fragment can be under it at one place and not at another.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from graphql import FieldNode, GraphQLDirective, GraphQLError, GraphQLSchema, OperationDefinitionNode, SelectionSetNode
from graphql import get_named_type as named
from graphql.execution.values import VariableValues, get_directive_values
from graphql.type import GraphQLNamedType

from connectors.clock import Clock
from connectors.terms import Terms
from gateway.plan.facts import Facts
from gateway.plan.outline import Outline
from resolvers.ages import NO_AGES, Age, Ages, Names
from resolvers.directives import FRESH, WITHIN
from resolvers.failures import BadInput
from resolvers.selection import Group, Selection
from schema.freshness import FreshElse

_MISPLACED = (
    "`@fresh` stands at a field that neither asks a system nor leads to one that does. Put it at the field above it "
    "that does, or at the query."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What one request wants by its document, the variables known."""

    within_s: float | None = None
    age: Age | None = None
    """Of the whole query."""

    ages: Ages = dataclasses.field(default_factory=lambda: NO_AGES)
    """Of single fields and what is below them."""

    @property
    def has_age(self) -> bool:
        """Whether the answer hangs on how old its values are."""
        return self.age is not None or bool(self.ages)

    def terms(self, within: Terms, clock: Clock) -> Terms:
        """The terms of a caller that has *within* anyway; it gains neither time nor age."""
        if self.within_s is not None:
            within = within.no_later(self.within_s, clock)
        if self.age is not None:
            within = within.no_older(self.age.max_age_s, or_older=self.age.or_older)
        return within


NOTHING = Wanted()


class Wishes:
    """The wishes in one document, as a function of the variables."""

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, fields: Mapping[Names, tuple[FieldNode, ...]]
    ) -> None:
        self._within = schema.get_directive(WITHIN)
        self._fresh = schema.get_directive(FRESH)
        self._operation = operation
        self._fields = fields
        self.misplaced = False
        """Whether a field has a wish that nothing could fulfil."""

    @property
    def has_ages(self) -> bool:
        """Whether single fields have wishes of their own."""
        return bool(self._fields)

    def read(self, variables: VariableValues) -> Wanted:
        """What is wanted with coerced *variables*. Raises BadInput for what cannot be."""
        if self.misplaced:
            raise BadInput(_MISPLACED)
        within = _values(self._within, self._operation, variables)
        return Wanted(
            within_s=None if within is None else _milliseconds(within["ms"]) / 1000,
            age=self._age((self._operation,), variables),
            ages={
                names: age for names, nodes in self._fields.items() if (age := self._age(nodes, variables)) is not None
            },
        )

    def _age(self, nodes: Iterable[FieldNode | OperationDefinitionNode], variables: VariableValues) -> Age | None:
        found = [values for node in nodes if (values := _values(self._fresh, node, variables)) is not None]
        if not found:
            return None
        if any(values["maxAge"] < 0 for values in found):
            raise BadInput("`maxAge` of `@fresh` must be 0 or more seconds.")
        # Fields of one name are executed as one.
        or_older = all(values["else"] is FreshElse.STALE for values in found)
        return Age(min(values["maxAge"] for values in found), or_older=or_older)


def wishes_of(schema: GraphQLSchema, facts: Facts, outline: Outline, booleans: Mapping[str, Any]) -> Wishes | None:
    """The wishes of an operation, a valid one, with the values of its boolean variables; None where it has none."""
    # Nearly all documents stop here. A text between quotes that looks the same costs a walk and no more.
    if f"@{WITHIN}" not in outline.text and f"@{FRESH}" not in outline.text:
        return None
    walk = _Walk(Selection(schema, outline.document, booleans), facts)
    root = schema.get_root_type(outline.operation.operation)
    if root is not None and f"@{FRESH}" in outline.text:
        walk.level([outline.operation.selection_set], root, ())
    found = Wishes(schema, outline.operation, walk.found)
    found.misplaced = walk.misplaced
    return found


class _Walk:
    def __init__(self, selection: Selection, facts: Facts) -> None:
        self._selection = selection
        self._facts = facts
        self._asking = _types_that_ask(facts)
        self.found: dict[Names, tuple[FieldNode, ...]] = {}
        self.misplaced = False

    def level(self, selections: list[SelectionSetNode], parent: GraphQLNamedType, above: Names) -> None:
        for group in self._selection.groups(selections, parent):
            names = (*above, group.name)
            nodes = tuple(node for node in group.nodes if _has(node, FRESH))
            if nodes:
                # Types behind one union may have a field of one name each.
                self.found[names] = (*self.found.get(names, ()), *nodes)
                self.misplaced = self.misplaced or not self._leads_to_calls(group)
            self.level(group.below, named(group.field.type), names)

    def _leads_to_calls(self, group: Group) -> bool:
        parent, _, name = group.coordinate.partition(".")
        facts = self._facts.get(parent, {}).get(name)
        return facts is None or bool(facts.asks) or any(kind.name in self._asking for kind in facts.types)


def _types_that_ask(facts: Facts) -> frozenset[str]:
    """The types below whose objects a system may be asked."""
    found: set[str] = set()
    while True:
        more = {
            kind
            for kind, fields in facts.items()
            if any(field.asks or any(each.name in found for each in field.types) for field in fields.values())
        }
        if more == found:
            return frozenset(found)
        found = more


def _has(node: FieldNode, name: str) -> bool:
    return any(directive.name.value == name for directive in node.directives or ())


def _values(
    directive: GraphQLDirective | None, node: FieldNode | OperationDefinitionNode, variables: VariableValues
) -> dict[str, Any] | None:
    if directive is None or not node.directives:
        return None
    try:
        return get_directive_values(directive, node, variables)
    except GraphQLError:
        # Of a valid document only this can be: a variable with a default may stand where null may not (GraphQL, 5.8.5),
        # and be given as null all the same.
        raise BadInput(f"A variable in `@{directive.name}` is null. Give it a number, or leave it out.") from None


def _milliseconds(value: int) -> int:
    if value < 1:
        raise BadInput("`ms` of `@within` must be 1 or more milliseconds.")
    return value
