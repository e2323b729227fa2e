"""What one GraphQL operation carries with it: its deadline, its loaders, and the ways to the systems."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from graphql import DocumentNode, GraphQLError, GraphQLResolveInfo
from strawberry.types import Info

from connectors.clock import Clock, Deadline
from connectors.numbering import NumberingPlan
from connectors.routes import Routes
from resolvers.ids import IdCodec
from resolvers.loaders import Loaders
from resolvers.selection import parts_of
from schema.parts import Part
from schema.source import Ref


@dataclasses.dataclass(frozen=True, slots=True)
class Graph:
    """What all operations share: wired once at start."""

    routes: Routes
    ids: IdCodec
    numbering: NumberingPlan
    clock: Clock
    history: dt.timedelta
    """How far back bills, payments and recharges are asked for."""


class Context:
    """One operation's context. Loaders live as long as the operation, so nothing leaks from one caller to another."""

    __slots__ = ("_loaders", "_parts", "document", "gaps", "graph", "representations", "started_at", "within")

    def __init__(self, graph: Graph, *, document: DocumentNode | None, within: Deadline) -> None:
        self.graph = graph
        self.document = document
        self.within = within
        self.started_at = graph.clock.now()
        self.gaps: list[GraphQLError] = []
        """Errors about a part of a field whose other parts are given."""

        self.representations = 0
        """How many entities the operation names, in all its fields `_entities` together."""

        self._parts: frozenset[Part] | None = None
        self._loaders: Loaders | None = None

    def loaders(self, info: GraphQLResolveInfo[Any]) -> Loaders:
        """The operation's loaders, made at first use, when the operation is known."""
        if self._loaders is None:
            graph = self.graph
            self._loaders = Loaders(
                graph.routes,
                parts=self.parts(info),
                within=self.within,
                now=self.started_at,
                history=graph.history,
            )
        return self._loaders

    def parts(self, info: GraphQLResolveInfo[Any]) -> frozenset[Part]:
        """The parts the operation needs, worked out once."""
        if self._parts is None:
            self._parts = parts_of(info)
        return self._parts


def context(info: Info[Any, Any]) -> Context:
    """The context, as resolvers see it."""
    found: Context = info.context
    return found


def loaders(info: Info[Any, Any]) -> Loaders:
    """The operation's loaders, as resolvers see them."""
    return context(info).loaders(info._raw_info)  # noqa: SLF001 - the only way to the operation's document


def tell_gaps(info: Info[Any, Any], failures: Iterable[Exception]) -> None:
    """Tell the caller which parts of this field are missing and why, once for each reason; the rest of it is given."""
    raw = info._raw_info  # noqa: SLF001 - the only way to the field's place in the document
    told: set[tuple[str, str]] = set()
    for failure in failures:
        reason = (getattr(failure, "system", ""), type(failure).__name__)
        if reason not in told:
            told.add(reason)
            gap = GraphQLError("", raw.field_nodes, path=raw.path.as_list(), original_error=failure)
            context(info).gaps.append(gap)


class HasRef(Protocol):
    """Anything with an identity in the graph."""

    ref: Ref


def cursor(info: Info[Any, Any]) -> Callable[[HasRef], str]:
    """How the items of a list are marked in this graph."""
    ids = context(info).graph.ids
    return lambda item: ids.cursor(item.ref)
