"""The bounds of a document, checked before validation: some of its rules take time that grows with the square."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from graphql import DocumentNode, GraphQLError, NameNode, StringValueNode

from gateway.limits.fragments import FragmentCycle
from gateway.limits.introspection import IntrospectionCost
from gateway.limits.refusal import refusal
from gateway.limits.selected import Selected, selected
from gateway.limits.settings import LimitSettings
from gateway.limits.written import Written, written
from resolvers.failures import BadInput, Forbidden, TooCostly

MAX_DIGITS = 100
"""Of one number in a document: Python refuses to read thousands of them with an exception of its own."""

_LESS = "Ask for less, or in several requests"


@dataclasses.dataclass(frozen=True, slots=True)
class _Bound:
    """How many there are of something, and how many there may be."""

    count: float
    most: float
    what: str
    advice: str
    kind: type[BadInput] = BadInput


def check(
    document: DocumentNode, *, limits: LimitSettings, introspection: IntrospectionCost, shows_graph: bool
) -> list[GraphQLError]:
    """
    Everything in which *document* goes beyond *limits*; nothing when it may be validated.

    Without *shows_graph* no field that shows the graph itself may be in it. Takes time in proportion to the document.
    """
    found = written(document)
    if found.shows_graph and not shows_graph:
        return [refusal("This gateway does not show its graph. Ask its operators for the schema.", Forbidden)]
    if refused := _over(_as_written(found, limits)):
        return refused
    try:
        asked = selected(document, weights=introspection.weights)
    except FragmentCycle as cycle:
        return [refusal(f"The fragment `{cycle.name}` spreads itself, straight or through others. Break the circle.")]
    return _over(_as_selected(asked, limits, introspection))


def _over(bounds: Iterable[_Bound]) -> list[GraphQLError]:
    return [
        refusal(f"At most {bound.most:.0f} {bound.what} are accepted here. {bound.advice}.", bound.kind)
        for bound in bounds
        if bound.count > bound.most
    ]


def _as_written(found: Written, limits: LimitSettings) -> Iterator[_Bound]:
    widest = found.widest
    yield _Bound(found.operations, limits.max_operations, "operations in a document", "Send several documents")
    yield _Bound(found.fragments, limits.max_fragments, "fragments in a document", "Use fewer")
    yield _Bound(found.spreads, limits.max_spreads, "spread or inline fragments in a document", "Use fewer")
    yield _Bound(widest["variable_definitions"], limits.max_variables, "variables of an operation", "Declare fewer")
    yield _Bound(found.directives, limits.max_directives, "directives in a document", "Use fewer")
    yield _Bound(widest["directives"], limits.max_directives_per_place, "directives at one place", "Use fewer")
    yield _Bound(widest["arguments"], limits.max_arguments, "arguments of one field", "Give fewer")
    yield _Bound(found.items, limits.max_items, "items of one written list or object", "Send them as variables")
    yield _Bound(found.value_depth, limits.max_value_depth, "lists and objects inside each other", "Nest less deeply")
    yield _Bound(found.longest[NameNode], limits.max_name_characters, "characters of a name", "Use shorter names")
    yield _Bound(
        found.longest[StringValueNode], limits.max_text_characters, "characters of a text", "Send shorter texts"
    )
    yield _Bound(found.digits, MAX_DIGITS, "digits of a number", "Send shorter numbers")
    yield _Bound(found.aliases, limits.max_aliases, "aliases in a document", _LESS, TooCostly)
    yield _Bound(found.fields, limits.max_written_fields, "fields in a document", _LESS, TooCostly)


def _as_selected(asked: Sequence[Selected], limits: LimitSettings, cost: IntrospectionCost) -> Iterator[_Bound]:
    def most(sums: Iterable[float]) -> float:
        return max(sums, default=0)

    depth, roots = most(one.depth for one in asked), most(one.root_fields for one in asked)
    fields, values = most(one.fields for one in asked), most(one.introspected for one in asked)
    yield _Bound(depth, limits.max_depth, "fields inside each other", "Nest less deeply")
    yield _Bound(roots, limits.max_root_fields, "fields at the root of an operation", _LESS, TooCostly)
    yield _Bound(fields, limits.max_selected_fields, "fields of an operation with its fragments", _LESS, TooCostly)
    yield _Bound(values, cost.allowed, "values about the graph itself", "Use the standard introspection", TooCostly)
