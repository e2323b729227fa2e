"""GraphQL operations: prepared and planned once, then executed. Knows nothing of HTTP."""

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from graphql.execution.values import VariableValues, get_variable_values

from connectors.guard.record import Record, recorded
from connectors.terms import Terms
from connectors.turns import in_line
from gateway.answers import Answers, Question
from gateway.documents import Documents
from gateway.execution import run
from gateway.limits.refusal import refusal
from gateway.limits.settings import LimitSettings
from gateway.limits.variables import check_variables
from gateway.limits.words import in_the_callers_words, plain
from gateway.plan.plan import Plan
from gateway.plan.planner import Planner
from gateway.plan.plans import Plans
from gateway.plan.wishes import NOTHING, Wanted
from gateway.prepared import Prepared
from gateway.sources import told as told_of
from resolvers.context import Context, Graph
from resolvers.errors import by_caller
from resolvers.failures import BadInput, TooCostly
from resolvers.graph import CustomerGraph

MAX_VARIABLE_ERRORS = 50
"""graphql-core's own default."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """
    What an operation came to. `data` is None also when a null went all the way up; `executed` tells which.

    It is a mapping, or a fragment where it is written already because it was or may be given again.
    """

    data: Any
    errors: Sequence[GraphQLError]
    executed: bool
    fresh_until: dt.datetime | None = None
    """Until when all of it is fresh; None where something has no fresh time, and where there are errors."""

    extensions: dict[str, Any] | None = None


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

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values as resolvers see them."""
        return self.values.coerced

    @property
    def cost(self) -> int:
        """What it costs (`gateway.plan.cost`)."""
        return self.plan.cost(self.variables)

    def context(self, graph: Graph, *, within: Terms) -> Context:
        """A context to run it with, for a caller that has *within* unless the document wants less."""
        return Context(
            graph,
            needs=self.plan.needs,
            variables=self.variables,
            within=self.wanted.terms(within, graph.clock),
            ages=self.wanted.ages,
        )


class Operations:
    """
    Prepares, plans and executes operations of one schema for one kind of caller.

    What was answered from kept calls alone is remembered (`gateway.answers`), for all callers of this kind together.
    With *shows_graph* off, callers may not ask for the graph itself, and mistakes are told in their own words.
    """

    def __init__(self, schema: CustomerGraph, *, limits: LimitSettings, shows_graph: bool = True) -> None:
        self._schema = schema._schema  # noqa: SLF001 - its graphql-core schema
        self._limits = limits
        self._shows_graph = shows_graph
        self._plans = Plans(Planner(self._schema))
        self._answers = Answers(self._schema)
        self._documents = Documents(
            self._schema,
            limits=limits,
            shows_graph=shows_graph,
            forgotten=lambda prepared: self._plans.forget(prepared.outlines.values()),
        )

    def prepare(self, text: str) -> Prepared:
        """The document of *text*, within the limits and valid, or the errors that say why not. Never raises."""
        return self._documents.prepare(text)

    def plan(self, prepared: Prepared, *, name: str | None, variables: dict[str, Any] | None) -> Planned | Outcome:
        """The operation called *name* with its variables, or the outcome that says why it is refused. Never raises."""
        if prepared.document is None:
            return Outcome(data=None, errors=prepared.errors, executed=False)
        outline = prepared.outlines.get(name)
        if outline is None:
            return _refused(GraphQLError("Name one of the document's operations in `operationName`."))
        if beyond := check_variables(variables, self._limits):
            return _refused(beyond)
        values = get_variable_values(
            self._schema,
            outline.operation.variable_definitions or (),
            variables or {},
            max_errors=MAX_VARIABLE_ERRORS,
        )
        if not isinstance(values, VariableValues):
            return _refused(*prepared.here(map(self._told, values)))
        try:
            plan = self._plans.plan(outline, outline.booleans(variables), keep=not prepared.is_long)
            wanted = NOTHING if plan.wishes is None else plan.wishes.read(values)
        except RecursionError:
            why = "The document is nested too deeply."
        except BadInput as wrong:
            why = wrong.reason
        else:
            return self._affordable(Planned(prepared, plan, given=variables, values=values, wanted=wanted))
        return _refused(refusal(why))

    def outlook(self, prepared: Prepared, *, name: str | None) -> Plan | None:
        """The plan of an operation while nothing is known of its variables; None when there is no such operation."""
        outline = prepared.outlines.get(name)
        return None if outline is None else self._plans.plan(outline, outline.defaults)

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
        errors = planned.prepared.here((*map(self._told, result.errors or ()), *context.gaps))
        # Errors without a path stopped the operation before any field ran.
        return Outcome(data=result.data, errors=errors, executed=result.data is not None or any(e.path for e in errors))

    async def execute(
        self,
        prepared: Prepared,
        *,
        name: str | None,
        variables: dict[str, Any] | None,
        graph: Graph,
        within: Terms,
        sources: bool = False,
    ) -> Outcome:
        """
        Plan and run the operation called *name* with a context of its own, or give what that would come to.

        With *sources* every call behind the answer is told.
        """
        # A long document is not worth hashing, as it is prepared anew each time anyway. What was remembered tells
        # neither how old each part of it is nor which calls were behind it.
        remembers = not (prepared.is_long or sources or within.max_age_s is not None)
        question = self._answers.question(*prepared.meaning(name), variables) if remembers else None
        if question is not None and (found := await self._answers.recall(question, graph)) is not None:
            return Outcome(orjson.Fragment(found.written), errors=(), executed=True, fresh_until=found.fresh_until)
        planned = self.plan(prepared, name=name, variables=variables)
        if isinstance(planned, Outcome):
            return planned
        context = planned.context(graph, within=within)
        with in_line(), recorded() as record:
            outcome = await self.run(planned, context=context)
        if planned.plan.kind is OperationType.QUERY and not outcome.errors:
            outcome = dataclasses.replace(outcome, fresh_until=record.fresh_until)
            if question is not None and not planned.wanted.has_age and self._answers.may_remember(planned.plan):
                outcome = self._remembered(outcome, question, context, record)
        return dataclasses.replace(outcome, extensions=told_of(record.given, context)) if sources else outcome

    def _remembered(self, outcome: Outcome, question: Question, context: Context, record: Record) -> Outcome:
        relied = record.whole
        if not relied or outcome.data is None:
            return outcome
        try:
            written = orjson.dumps(outcome.data)
        except TypeError:
            return outcome  # As whoever writes the response will find out.
        self._answers.remember(
            question,
            written,
            relied=relied,
            graph=context.graph,
            began=context.started_at,
            fresh_until=outcome.fresh_until,
        )
        return dataclasses.replace(outcome, data=orjson.Fragment(written))

    def pin(self, text: str) -> Sequence[GraphQLError]:
        """
        Work out every operation of *text* now and keep it for good; what it is refused for, if it is.

        An operation that `@skip` or `@include` steer is worked out for the defaults of its variables.
        """
        prepared = self.prepare(text)
        try:
            plans = [self._plans.pin(outline) for outline in prepared.outlines.values()]
        except RecursionError:
            return (refusal("The document is nested too deeply."),)
        for plan in plans:
            plan.completion.prepare()
        if plans:
            self._documents.pin(prepared)
        return prepared.errors

    def _affordable(self, planned: Planned) -> Planned | Outcome:
        most = self._limits.max_cost
        if most is None or (cost := planned.cost) <= most:
            return planned
        why = f"The question costs {cost}, and at most {most} is accepted here. Ask for less, or in several requests."
        return _refused(refusal(why, TooCostly))

    def _told(self, error: GraphQLError) -> GraphQLError:
        if not by_caller(error):
            return error
        if not self._shows_graph:
            return in_the_callers_words(error)
        return plain(error, suggestions=self._limits.suggestions)


def _refused(*errors: GraphQLError) -> Outcome:
    return Outcome(data=None, errors=errors, executed=False)
