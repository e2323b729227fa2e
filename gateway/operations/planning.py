"""From a document to a plan that may be executed: by this caller, with these variables, within the limits."""

import copy
import dataclasses
import itertools
from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema
from graphql.execution.values import VariableValues, get_variable_values

from connectors.terms import Terms
from gateway.limits.own import Own
from gateway.limits.refusal import refusal
from gateway.limits.settings import LimitSettings
from gateway.limits.variables import check_variables
from gateway.limits.words import in_the_callers_words, plain
from gateway.operations.documents import Documents
from gateway.operations.outcome import Outcome, refused
from gateway.operations.prepared import Prepared
from gateway.plan.outline import Booleans, Outline
from gateway.plan.plan import Plan
from gateway.plan.planner import Planner
from gateway.plan.plans import Plans
from gateway.plan.wishes import NOTHING, Wanted
from gateway.policy.asker import Asker
from gateway.policy.policies import Policies
from gateway.policy.realms import Realm, Realms
from gateway.policy.rights import Rights
from resolvers.context import Closed, Context, Graph
from resolvers.errors import by_caller
from resolvers.failures import BadInput, TooCostly, Withheld

MAX_VARIABLE_ERRORS = 50
"""graphql-core's own default."""

_APART: Final = 8
"""Of what is remembered of all documents, those under limits of their own may be one part of so many."""

_NESTED = "The document is nested too deeply."


@dataclasses.dataclass(frozen=True, slots=True)
class Planned:
    """An operation that may be executed: what it means, and the values of its variables, which are kept out of logs."""

    prepared: Prepared = dataclasses.field(repr=False)
    plan: Plan
    given: dict[str, Any] | None = dataclasses.field(repr=False)
    """As they were read from JSON."""

    values: VariableValues = dataclasses.field(repr=False)
    """As graphql-core coerced them."""

    wanted: Wanted = NOTHING
    """What the document says of time and age, with these variables."""

    closed: Closed = dataclasses.field(default_factory=dict)
    """The types of which this caller may read nothing."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values as resolvers see them."""
        return self.values.coerced

    @property
    def cost(self) -> int:
        """What it costs (`gateway.plan.cost`)."""
        return self.plan.cost(self.variables)

    def context(self, graph: Graph, *, within: Terms, asker: Asker | None = None) -> Context:
        """A context to run it with, for a caller that has *within* unless the document wants less."""
        terms = self.wanted.terms(within, graph.clock)
        return Context(
            graph,
            needs=self.plan.needs,
            variables=self.variables,
            within=terms,
            always_confirm=asker is not None and asker.always_confirm,
            reach=None if asker is None or asker.reach is None else asker.reach(terms),
            viewer=None if asker is None else asker.viewer,
            ages=self.wanted.ages,
            closed=self.closed,
        )


class Planning:
    """
    Prepares and plans the operations of one schema. Keeps documents and plans, within bounds.

    *admitting* is as in `Cost`.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        policies: Policies,
        *,
        limits: LimitSettings,
        shows_graph: bool,
        pseudonyms: bytes,
        sharing: int,
        admitting: int | None = None,
    ) -> None:
        self._schema = schema
        self._shows_graph = shows_graph
        self._realms = Realms(schema, policies, pseudonyms=pseudonyms, admitting=admitting)
        self._planner = Planner(schema, policies, admitting=admitting)
        self._begin(limits, sharing=sharing)

    def under(self, own: Own) -> "Planning":
        """
        The same for documents with limits of their *own*, with documents and plans apart.

        Nothing is shared that others may find by a text: what is within these limits may be beyond theirs.
        """
        found = copy.copy(self)
        found._begin(own.over(self._limits), sharing=self._sharing * _APART)  # noqa: SLF001 - it is one of us
        return found

    def _begin(self, limits: LimitSettings, *, sharing: int) -> None:
        self._limits, self._sharing = limits, sharing
        self._plans = plans = Plans(self._planner, sharing=sharing)
        self._documents = Documents(
            self._schema,
            limits=limits,
            shows_graph=self._shows_graph,
            forgotten=lambda prepared: plans.forget(prepared.outlines.values()),
            sharing=sharing,
        )

    def prepare(self, text: str) -> Prepared:
        """The document of *text*, within the limits and valid, or the errors that say why not. Never raises."""
        return self._documents.prepare(text)

    def plan(
        self, prepared: Prepared, *, name: str | None, variables: dict[str, Any] | None, asker: Asker | None = None
    ) -> Planned | Outcome:
        """
        The operation called *name* with its variables, or the outcome that says why it is refused. Never raises.

        Without an *asker* it may read everything.
        """
        if prepared.document is None:
            return refused(*prepared.errors)
        outline = prepared.outlines.get(name)
        if outline is None:
            return refused(GraphQLError("Name one of the document's operations in `operationName`."))
        if beyond := check_variables(variables, self._limits):
            return refused(beyond)
        values = get_variable_values(
            self._schema,
            outline.operation.variable_definitions or (),
            variables or {},
            max_errors=MAX_VARIABLE_ERRORS,
        )
        if not isinstance(values, VariableValues):
            return refused(*prepared.here(map(self.told, values)))
        realm = None if asker is None else self._realms.of(asker.rights)
        try:
            plan = self._plan(outline, outline.booleans(variables), realm, keep=not prepared.is_long)
            wanted = NOTHING if plan.wishes is None else plan.wishes.read(values)
        except (RecursionError, BadInput) as wrong:
            return refused(refusal(wrong.reason if isinstance(wrong, BadInput) else _NESTED))
        closed = {} if realm is None else realm.closed
        planned = Planned(prepared, plan, given=variables, values=values, wanted=wanted, closed=closed)
        return self._admitted(planned, asker)

    def _plan(self, outline: Outline, booleans: Booleans, realm: Realm | None, *, keep: bool) -> Plan:
        plan = self._plans.plan(outline, booleans, keep=keep)
        if realm is None or not realm.touches(plan):
            return plan
        return self._plans.plan(outline, booleans, keep=keep, by=realm)

    def _forbidden(self, plan: Plan, rights: Rights) -> GraphQLError:
        missing = [self._realms.missing(each, rights) for each in sorted(plan.withheld)]
        return GraphQLError("", original_error=Withheld(tuple(dict.fromkeys(itertools.chain(*missing)))))

    def outlook(self, prepared: Prepared, *, name: str | None) -> Plan | None:
        """The plan of an operation while nothing is known of its variables; None when there is no such operation."""
        outline = prepared.outlines.get(name)
        return None if outline is None else self._plans.plan(outline, outline.defaults)

    def pin(self, text: str) -> Sequence[GraphQLError]:
        """
        Work out every operation of *text* now and keep it for good; what it is refused for, if it is.

        An operation that `@skip` or `@include` steer is worked out for the defaults of its variables.
        """
        prepared = self.prepare(text)
        try:
            plans = [self._plans.pin(outline) for outline in prepared.outlines.values()]
        except RecursionError:
            return (refusal(_NESTED),)
        for plan in plans:
            plan.completion.prepare()
        if plans:
            self._documents.pin(prepared)
        return prepared.errors

    def pinned(self) -> frozenset[str]:
        """The texts of all documents that are kept for good."""
        return frozenset(each.text for each in self._documents.pinned())

    def release(self, *, but: Container[str]) -> None:
        """Keep what was pinned no longer than other documents, apart from these texts."""
        kept = self._documents.pinned(but=but)
        # Plans first: with a document that is dropped its plans are.
        self._plans.release(but=[outline for each in kept for outline in each.outlines.values()])
        self._documents.release(but=kept)

    def told(self, error: GraphQLError) -> GraphQLError:
        """*error* in the words in which its caller may read it."""
        if not by_caller(error):
            return error
        if not self._shows_graph:
            return in_the_callers_words(error)
        return plain(error, suggestions=self._limits.suggestions)

    def _admitted(self, planned: Planned, asker: Asker | None) -> Planned | Outcome:
        if planned.plan.withheld and asker is not None and asker.refuses:
            return refused(self._forbidden(planned.plan, asker.rights))
        most = self._limits.max_cost
        if most is None or (cost := planned.cost) <= most:
            return planned
        why = f"The question costs {cost}, and at most {most} is accepted here. Ask for less, or in several requests."
        return refused(refusal(why, TooCostly))
