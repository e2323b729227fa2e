"""What one GraphQL operation carries with it: its deadline, its loaders, and the ways to the systems."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from graphql import GraphQLError
from strawberry.types import Info

from connectors.clock import Clock, Deadline
from connectors.environment import Reporter
from connectors.numbering import NumberingPlan
from connectors.routes import Routes
from resolvers.early import Early
from resolvers.errors import where
from resolvers.ids import IdCodec
from resolvers.loaders import Loaders
from resolvers.memory import IdentityMemory
from resolvers.needs import Needs
from resolvers.recollection import Recollection
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

    memory: IdentityMemory | None = None
    """What identities resolved to; without it nothing is asked early."""

    report: Reporter | None = None


class Context:
    """
    One operation's context. Loaders live as long as the operation, so nothing leaks from one caller to another.

    *needs* and the coerced *variables* are the operation's. With *always_confirm* no identity counts as confirmed that
    this operation has not confirmed itself.
    """

    __slots__ = (
        "_loaders",
        "_needs",
        "_variables",
        "gaps",
        "graph",
        "recollection",
        "representations",
        "started_at",
        "within",
    )

    def __init__(
        self,
        graph: Graph,
        *,
        needs: Needs,
        variables: Mapping[str, Any],
        within: Deadline,
        always_confirm: bool = False,
    ) -> None:
        self.graph = graph
        self.within = within
        self.started_at = graph.clock.now()
        self.gaps: list[GraphQLError] = []
        """Errors about a part of a field whose other parts are given."""

        self.representations = 0
        """How many entities the operation names, in all its fields `_entities` together."""

        self.recollection = Recollection(
            graph.memory, now=self.started_at, always_confirm=always_confirm, profiles=needs.profiles
        )
        self._needs = needs
        self._variables = variables
        self._loaders: Loaders | None = None

    @property
    def loaders(self) -> Loaders:
        """The operation's loaders, made at first use; what can be asked early is under way by then."""
        if self._loaders is None:
            graph = self.graph
            self._loaders = Loaders(
                graph.routes,
                parts=self._needs.parts(self._variables),
                within=self.within,
                now=self.started_at,
                history=graph.history,
                memory=graph.memory,
            )
            if graph.memory is not None and self._needs.foreseen:
                self._begin_early(graph.memory, self._loaders)
        return self._loaders

    def let_go(self) -> None:
        """Forget what was loaded: the operation is answered, and none of its resolvers is left."""
        if self._loaders is not None:
            self._loaders.let_go()

    def _begin_early(self, memory: IdentityMemory, loaders: Loaders) -> None:
        try:
            Early(self.graph, loaders, self.recollection, memory).begin(self._needs, self._variables)
        except Exception as surprise:  # noqa: BLE001 - whatever goes wrong here, the resolvers ask everything themselves
            if self.graph.report is not None:
                self.graph.report.warning("early_calls_failed", kind=type(surprise).__name__, where=where(surprise))


def context(info: Info[Any, Any]) -> Context:
    """The context, as resolvers see it."""
    found: Context = info.context
    return found


def loaders(info: Info[Any, Any]) -> Loaders:
    """The operation's loaders, as resolvers see them."""
    return context(info).loaders


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
