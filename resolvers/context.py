"""What one GraphQL operation carries with it: its deadline, its loaders, and the ways to the systems."""

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from graphql import GraphQLError
from graphql.pyutils import Path
from strawberry.types import Info

from connectors.clock import Clock
from connectors.environment import Reporter
from connectors.guard import Tunings
from connectors.numbering import NumberingPlan
from connectors.routes import Routes
from connectors.terms import Terms
from resolvers.ages import NO_AGES, Ages, terms_at
from resolvers.early import Early
from resolvers.errors import where
from resolvers.ids import IdCodec
from resolvers.loaders import Loaders
from resolvers.memory import IdentityMemory
from resolvers.needs import Needs
from resolvers.reach import Reach
from resolvers.recollection import Recollection
from resolvers.stand_ins import StandIns
from schema.parts import BillingPart, CustomerPart, Part
from schema.source import Ref, Source
from schema.viewer import Viewer, ViewerBudget

Closed: TypeAlias = Mapping[str, tuple[frozenset[str], ...]]
"""Types of which a caller may read nothing, with the groups of scopes of which its token would need one more each."""

_JUST_NOW_S: Final = 0.05
"""An answer that came so shortly before an operation began is as good as its own."""


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
    tunings: Tunings | None = None
    """Which systems' answers are fresh for longer or shorter than usual, for now."""

    stand_ins: StandIns = dataclasses.field(default_factory=lambda: StandIns(secrets.token_bytes(32)), repr=False)
    """Who is asked about in place of whoever is not there."""


class Context:
    """
    One operation's context. Loaders live as long as the operation, so nothing leaks from one caller to another.

    *needs* and the coerced *variables* are the operation's. With *always_confirm* no identity counts as confirmed that
    this operation has not confirmed itself. Fields that want younger values than the operation, by *ages*, have
    contexts *beside* the operation's own: with loaders of their own, so that nothing older comes to them.
    """

    __slots__ = (
        "_ages",
        "_anew",
        "_beside",
        "_loaders",
        "_needs",
        "_variables",
        "budget",
        "closed",
        "gaps",
        "graph",
        "reach",
        "recollection",
        "representations",
        "started_at",
        "viewer",
        "within",
    )

    def __init__(
        self,
        graph: Graph,
        *,
        needs: Needs,
        variables: Mapping[str, Any],
        within: Terms,
        always_confirm: bool = False,
        reach: Reach | None = None,
        viewer: Viewer | None = None,
        ages: Ages = NO_AGES,
        closed: Closed = MappingProxyType({}),
        beside: "Context | None" = None,
    ) -> None:
        self.graph = graph
        self.reach = reach
        """About whom this caller may read; None: about everybody."""

        self.viewer = viewer
        """What is known of who asks, if the gateway wants to know."""

        self.budget: Callable[[], ViewerBudget | None] | None = None
        """What who asks may still ask, if that is counted; set once the operation was let in."""

        self.closed = closed
        """Types of which it may read nothing."""

        self.within = within
        self.started_at: dt.datetime = graph.clock.now() if beside is None else beside.started_at
        self.gaps: list[GraphQLError] = [] if beside is None else beside.gaps
        """Errors about a part of a field whose other parts are given."""

        self.representations = 0
        """How many entities the operation names, in all its fields `_entities` together."""

        self.recollection = Recollection(
            graph.memory,
            now=self.started_at,
            always_confirm=always_confirm,
            profiles=needs.profiles,
            max_age_s=within.max_age_s,
        )
        self._ages = ages
        self._anew: Context | None = None
        self._beside: dict[Terms, Context] = {}
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
                parts=self._parts(),
                within=self.within,
                now=self.started_at,
                history=graph.history,
                memory=graph.memory,
                preceding=self._needs.preceding,
                clock=graph.clock,
                others_lines=self.reach is None,
            )
            # What is asked early is not told apart by where its field stands, so it could be older than that one wants.
            if graph.memory is not None and self._needs.foreseen and not self._ages:
                self._begin_early(graph.memory, self._loaders)
        return self._loaders

    def _parts(self) -> frozenset[Part]:
        parts = self._needs.parts(self._variables)
        # Whose a line is, its accounts tell; and whose consent counts, the customer's party.
        return parts if self.reach is None else parts | {BillingPart.ACCOUNTS, CustomerPart.PARTY}

    def let_go(self) -> None:
        """Forget what was loaded: the operation is answered, and none of its resolvers is left."""
        if self._loaders is not None:
            self._loaders.let_go()
        for each in self._beside.values():
            each.let_go()
        self._beside.clear()
        self._anew = None

    def of(self, info: Info[Any, Any]) -> "Context":
        """The context of the field that *info* is about."""
        return self._at(info.path) if self._ages else self

    def is_too_old(self, source: Source) -> bool:
        """Whether it was given only because nothing as young as asked for could be had."""
        if self.within.max_age_s is None:
            return False
        # As of the beginning: what was young enough when it was looked up must not seem too old when it is written.
        return (self.started_at - source.fetched_at).total_seconds() > self.within.max_age_s

    def _at(self, path: Path) -> "Context":
        within = terms_at(path, self._ages, self.within)
        if within == self.within:
            return self
        return self._on(within, self._needs)

    def anew(self) -> "Context":
        """The context of what must not be told by what was kept when the operation began. Always the same one."""
        if self._anew is None:
            # What the operation itself has asked is as good, and is not asked again.
            age_s = (self.graph.clock.now() - self.started_at).total_seconds()
            within = self.within.no_older(max(0.0, age_s) + _JUST_NOW_S, or_older=False)
            # Nothing of it is asked early: it is there for those who were not foreseen.
            self._anew = self._on(within, dataclasses.replace(self._needs, foreseen=()))
        return self._anew

    def _on(self, within: Terms, needs: Needs) -> "Context":
        if within not in self._beside:
            self._beside[within] = Context(
                self.graph,
                needs=needs,
                variables=self._variables,
                within=within,
                always_confirm=self.recollection.always_confirm,
                reach=self.reach,
                viewer=self.viewer,
                closed=self.closed,
                beside=self,
            )
        return self._beside[within]

    def give_up(self) -> None:
        """Stop what is being loaded: nobody waits for the answer any more."""
        if self._loaders is not None:
            self._loaders.give_up()
        for each in self._beside.values():
            each.give_up()

    def _begin_early(self, memory: IdentityMemory, loaders: Loaders) -> None:
        try:
            early = Early(self.graph, loaders, self.recollection, memory, reach=self.reach)
            early.begin(self._needs, self._variables)
        except Exception as surprise:  # noqa: BLE001 - whatever goes wrong here, the resolvers ask everything themselves
            if self.graph.report is not None:
                self.graph.report.warning("early_calls_failed", kind=type(surprise).__name__, where=where(surprise))


def operation(info: Info[Any, Any]) -> Context:
    """The context of the whole operation, whatever its fields want."""
    found: Context = info.context
    return found


def context(info: Info[Any, Any]) -> Context:
    """The context, as resolvers see it: of their own field."""
    return operation(info).of(info)


def loaders(info: Info[Any, Any]) -> Loaders:
    """The loaders of the field, as resolvers see them."""
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
