"""GraphQL operations: prepared and planned once, then executed. Knows nothing of HTTP."""

import asyncio
import collections
import copy
import dataclasses
from collections.abc import Awaitable, Callable, Container, Sequence
from typing import Any, Final, Self

import orjson
from graphql import GraphQLError, GraphQLObjectType, OperationType

from connectors.guard.record import Record, recorded
from connectors.terms import Terms
from connectors.turns import in_line
from gateway.demand.client import Admission
from gateway.demand.told import budget_of
from gateway.execution import run
from gateway.limits.own import Own
from gateway.limits.refusal import refusal
from gateway.limits.settings import LimitSettings
from gateway.operations.answers import MAX_BYTES, Answers, Question
from gateway.operations.outcome import Outcome, Ran, refused
from gateway.operations.planning import Planned, Planning
from gateway.operations.prepared import Prepared
from gateway.operations.sources import told as told_of
from gateway.plan.cost import ADMITTING
from gateway.plan.plan import Plan
from gateway.policy.asker import Asker
from gateway.policy.policies import policies_of
from gateway.policy.view import view_of
from resolvers.context import Context, Graph
from resolvers.failures import TooCostly
from resolvers.graph import CustomerGraph
from schema.policy import Audience
from schema.source import Source

Admit = Callable[[frozenset[str], int], Awaitable[Admission | None]]
"""
Lets in an operation that reads these personal fields, at that estimated cost, until its answer is written.

Raises TooCostly, and whatever else its caller is to hear.
"""

MAX_UNDER: Final = 16
"""Different limits that documents of one audience may have of their own, before the first ones are worked out anew."""

REMEMBERED = 1
"""What an operation is estimated at whose answer was remembered: it is not planned, and nothing is asked."""


class Operations:
    """
    Prepares, plans and executes operations of one schema for one audience; without *audience*, for everybody all of it.

    What was answered from kept calls alone is remembered (`gateway.operations.answers`), for all callers of this
    kind together. With *shows_graph* off, callers may not ask for the graph itself, and mistakes are told in their own
    words. *pseudonyms* is the secret behind the names that partners see; *sharing*, how many share the bounds of
    memory. Raises UngovernedError where a field of the schema has no policy.
    """

    def __init__(
        self,
        schema: CustomerGraph,
        *,
        limits: LimitSettings,
        shows_graph: bool = True,
        audience: Audience | None = None,
        pseudonyms: bytes = b"",
        sharing: int = 1,
    ) -> None:
        whole = schema._schema  # noqa: SLF001 - its graphql-core schema
        policies = policies_of(whole)
        view = whole if audience is None else view_of(whole, policies, audience)
        source = view.type_map.get(Source.__name__)
        shown = source.fields.keys() if isinstance(source, GraphQLObjectType) else frozenset()
        self.names_systems = "system" in shown
        """Whether its callers may know what systems there are: as the graph itself shows it to them."""

        self._tells_sources = {"system", "operation"} <= shown
        self._view = view
        self._sharing = sharing
        self._answers = Answers(view, max_bytes=MAX_BYTES // sharing)
        self._under: collections.OrderedDict[Own, Self] = collections.OrderedDict()
        self._planning = Planning(
            view,
            policies,
            limits=limits,
            shows_graph=shows_graph,
            pseudonyms=pseudonyms,
            sharing=sharing,
            admitting=ADMITTING.get(audience),
        )

    def under(self, own: Own) -> Self:
        """
        The same for documents that have limits of their *own*: documents, plans and answers are kept apart.

        What a document is found to be there holds for nobody who asks the same text under other limits.
        """
        found = self._under.get(own)
        if found is None:
            found = self._under[own] = copy.copy(self)
            found._set_apart(own)  # noqa: SLF001 - it is one of us
            if len(self._under) > MAX_UNDER:
                # It is made anew when somebody asks, and its documents are worked out as they come.
                self._under.popitem(last=False)
        else:
            self._under.move_to_end(own)
        return found

    def _set_apart(self, own: Own) -> None:
        self._planning = self._planning.under(own)
        self._answers = Answers(self._view, max_bytes=MAX_BYTES // self._sharing // MAX_UNDER)
        self._under = collections.OrderedDict()

    def prepare(self, text: str) -> Prepared:
        """The document of *text*, within the limits and valid, or the errors that say why not. Never raises."""
        return self._planning.prepare(text)

    def plan(
        self, prepared: Prepared, *, name: str | None, variables: dict[str, Any] | None, asker: Asker | None = None
    ) -> Planned | Outcome:
        """The operation called *name* with its variables, or why it is refused (`Planning.plan`). Never raises."""
        return self._planning.plan(prepared, name=name, variables=variables, asker=asker)

    def outlook(self, prepared: Prepared, *, name: str | None) -> Plan | None:
        """The plan of an operation while nothing is known of its variables; None when there is no such operation."""
        return self._planning.outlook(prepared, name=name)

    def pin(self, text: str) -> Sequence[GraphQLError]:
        """Work out every operation of *text* now and keep it for good; what it is refused for, if it is."""
        return self._planning.pin(text)

    async def run(self, planned: Planned, *, context: Context) -> Outcome:
        """Execute what was planned with a context made for it. Never raises for what the caller wrote."""
        try:
            result = await run(planned.plan.completion, variables=planned.given, context=context, values=planned.values)
        except asyncio.CancelledError:
            context.give_up()
            raise
        if not result.errors:
            # Where there are errors, resolvers of fields that were given up may still be under way.
            context.let_go()
        errors = planned.prepared.here((*map(self._planning.told, result.errors or ()), *context.gaps))
        if context.reach is not None:
            # In the order of the question: that in which fields failed tells who is known, who is refused later.
            errors = tuple(sorted(errors, key=_place))
        # Errors without a path stopped the operation before any field ran.
        executed = result.data is not None or any(each.path for each in errors)
        return Outcome(data=result.data, errors=errors, executed=executed)

    async def execute(
        self,
        prepared: Prepared,
        *,
        name: str | None,
        variables: dict[str, Any] | None,
        graph: Graph,
        within: Terms,
        asker: Asker | None = None,
        admit: Admit | None = None,
        sources: bool = False,
    ) -> Outcome:
        """
        Plan and run the operation called *name* with a context of its own, or give what that would come to.

        Without an *asker* it may read everything, about everybody. With *sources* every call behind the answer is told,
        to those who see in the graph itself which systems and operations there are.
        *admit* is asked before anything else is, and may raise; what it finds too costly is refused.
        """
        # What was asked of which system also tells how far somebody was found whom its caller may not read about.
        sources = sources and self._tells_sources
        # A long document is not worth hashing, as it is prepared anew each time anyway. What was remembered tells
        # neither how old each part of it is nor which calls were behind it.
        remembers = not (prepared.is_long or sources or within.max_age_s is not None)
        if asker is not None and asker.reach_changes:
            remembers = False
        whose = b"" if asker is None else asker.whose
        question = self._answers.question(*prepared.meaning(name), variables, whose) if remembers else None
        if question is not None and (found := await self._answers.recall(question, graph)) is not None:
            if admit is not None and found.ran is not None:
                await admit(found.ran.gist.personal, REMEMBERED)
            return found
        planned = self.plan(prepared, name=name, variables=variables, asker=asker)
        if isinstance(planned, Outcome):
            return planned
        try:
            admission = None if admit is None else await admit(planned.plan.personal, planned.cost)
        except TooCostly as why:
            return refused(refusal(why.reason, TooCostly))
        context = planned.context(graph, within=within, asker=asker)
        if admission is not None:
            context.budget = lambda: budget_of(admission, graph.clock.now())
        outcome, record = await self._recorded(planned, context, admission)
        if planned.plan.kind is OperationType.QUERY and not outcome.errors:
            outcome = dataclasses.replace(outcome, fresh_until=record.fresh_until)
            if question is not None and not planned.wanted.has_age and self._answers.may_remember(planned.plan):
                outcome = self._remembered(outcome, question, context, record)
        return dataclasses.replace(outcome, extensions=told_of(record.given, context)) if sources else outcome

    async def _recorded(
        self, planned: Planned, context: Context, admission: Admission | None
    ) -> tuple[Outcome, Record]:
        with in_line(), recorded(most_calls=None if admission is None else admission.most_calls) as record:
            if admission is not None:
                admission.record = record
            outcome = await self.run(planned, context=context)
        return dataclasses.replace(outcome, ran=_ran(planned, record, context)), record

    def _remembered(self, outcome: Outcome, question: Question, context: Context, record: Record) -> Outcome:
        relied = record.whole
        if not relied or outcome.data is None:
            return outcome
        try:
            written = orjson.dumps(outcome.data)
        except TypeError:
            return outcome  # As whoever writes the response will find out.
        outcome = dataclasses.replace(outcome, data=orjson.Fragment(written))
        self._answers.remember(
            question, outcome, size=len(written), relied=relied, graph=context.graph, began=context.started_at
        )
        return outcome

    def pinned(self) -> frozenset[str]:
        """The texts of all documents that are kept for good."""
        return self._planning.pinned().union(*(each.pinned() for each in self._under.values()))

    def release(self, *, but: Container[str]) -> None:
        """Keep what was pinned no longer than other documents, apart from these texts."""
        self._planning.release(but=but)
        for each in self._under.values():
            each.release(but=but)


def _place(error: GraphQLError) -> tuple[list[tuple[int, int]], list[tuple[bool, int, str]]]:
    locations = [(at.line, at.column) for at in error.locations or ()]
    path = [(True, key, "") if isinstance(key, int) else (False, 0, key) for key in error.path or ()]
    return locations, path


def _ran(planned: Planned, record: Record, context: Context) -> Ran:
    return Ran(
        planned.plan.gist,
        about=frozenset(record.about),
        systems=frozenset(each.system for each in record.given),
        basis=() if context.reach is None else tuple(context.reach.basis),
    )
