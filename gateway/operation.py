"""One GraphQL operation: its document prepared once, then executed. Knows nothing of HTTP."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension

from gateway.documents import Documents, Prepared
from gateway.limits.settings import LimitSettings
from gateway.limits.variables import check_variables
from gateway.limits.words import in_the_callers_words, plain
from resolvers.context import Context
from resolvers.errors import by_caller
from resolvers.graph import CustomerGraph


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation came to. `data` is None also when a null went all the way up; `executed` tells which."""

    data: Mapping[str, Any] | None
    errors: Sequence[GraphQLError]
    executed: bool


class UsePrepared(SchemaExtension):
    """Gives Strawberry the document that is already parsed and validated."""

    def on_parse(self) -> Iterator[None]:
        """Put the prepared document where the parsed one would go."""
        self.execution_context.graphql_document = self.execution_context.context.document
        yield

    def on_validate(self) -> Iterator[None]:
        """No rules are left to check."""
        self.execution_context.validation_rules = ()
        yield


class Operations:
    """
    Prepares and executes operations of one schema for one kind of caller.

    With *shows_graph* off, callers may not ask for the graph itself, and mistakes are told in their own words.
    """

    def __init__(self, schema: CustomerGraph, *, limits: LimitSettings, shows_graph: bool = True) -> None:
        self._schema = schema
        self._limits = limits
        self._shows_graph = shows_graph
        self._documents = Documents(
            schema._schema,  # noqa: SLF001 - its graphql-core schema
            limits=limits,
            shows_graph=shows_graph,
        )

    def prepare(self, text: str) -> Prepared:
        """The document of *text*, within the limits and valid, or the errors that say why not. Never raises."""
        return self._documents.prepare(text)

    async def execute(
        self, prepared: Prepared, *, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> Outcome:
        """Execute the operation called *name* with a context made for it. Never raises for what the caller wrote."""
        if prepared.document is None:
            return Outcome(data=None, errors=prepared.errors, executed=False)
        if prepared.operation_type(name) is None:
            return _refused(GraphQLError("Name one of the document's operations in `operationName`."))
        if beyond := check_variables(variables, self._limits):
            return _refused(beyond)
        result = await self._schema.execute(
            prepared.text,
            variable_values=variables,
            context_value=context,
            operation_name=name,
        )
        errors = (*map(self._told, result.errors or ()), *context.gaps)
        # Errors without a path stopped the operation before any field ran (variables, for one).
        return Outcome(data=result.data, errors=errors, executed=result.data is not None or any(e.path for e in errors))

    def _told(self, error: GraphQLError) -> GraphQLError:
        if not by_caller(error):
            return error
        if not self._shows_graph:
            return in_the_callers_words(error)
        return plain(error, suggestions=self._limits.suggestions)


def _refused(error: GraphQLError) -> Outcome:
    return Outcome(data=None, errors=(error,), executed=False)
