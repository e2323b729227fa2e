"""One GraphQL operation: its document prepared once, then executed. Knows nothing of HTTP."""

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationType,
    get_operation_ast,
    parse,
    validate,
)
from strawberry.extensions import SchemaExtension

from resolvers.context import Context
from resolvers.graph import CustomerGraph

MAX_DOCUMENTS = 1000
MAX_REMEMBERED = 20_000
"""Longer documents are prepared each time, so that remembered ones stay within 20 MB."""

_TOO_DEEP = "The document is nested too deeply."


@dataclasses.dataclass(frozen=True, slots=True)
class Prepared:
    """A document, parsed and validated, or the errors that say why it cannot be executed."""

    text: str
    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

    def operation_type(self, name: str | None) -> OperationType | None:
        """The type of the operation of that name, or of the only one; None when there is no such operation."""
        operation = get_operation_ast(self.document, name) if self.document else None
        return operation.operation if operation else None


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
    """Prepares and executes operations of one schema."""

    def __init__(self, schema: CustomerGraph, *, max_tokens: int) -> None:
        self._schema = schema
        self._max_tokens = max_tokens
        # By text: hashing a syntax tree costs about as much as validating it again.
        self._remembered = functools.lru_cache(maxsize=MAX_DOCUMENTS)(self._prepare)

    def prepare(self, text: str) -> Prepared:
        """The document of *text*; bounded in tokens, and refused rather than followed into endless nesting."""
        return self._remembered(text) if len(text) <= MAX_REMEMBERED else self._prepare(text)

    def _prepare(self, text: str) -> Prepared:
        try:
            document = parse(text, max_tokens=self._max_tokens)
            errors = validate(self._schema._schema, document, max_errors=20)  # noqa: SLF001 - its graphql-core schema
        except GraphQLSyntaxError as error:
            return Prepared(text, None, errors=(error,))
        except RecursionError:
            return Prepared(text, None, errors=(GraphQLError(_TOO_DEEP),))
        return Prepared(text, None if errors else document, errors=tuple(errors))

    async def execute(
        self, prepared: Prepared, *, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> Outcome:
        """Execute the operation called *name* with a context made for it. Never raises for what the caller wrote."""
        if prepared.document is None:
            return Outcome(data=None, errors=prepared.errors, executed=False)
        if prepared.operation_type(name) is None:
            missing = GraphQLError("Name one of the document's operations in `operationName`.")
            return Outcome(data=None, errors=(missing,), executed=False)
        result = await self._schema.execute(
            prepared.text,
            variable_values=variables,
            context_value=context,
            operation_name=name,
        )
        errors = tuple(result.errors or ())
        # Errors without a path stopped the operation before any field ran (variables, for one).
        return Outcome(data=result.data, errors=errors, executed=result.data is not None or any(e.path for e in errors))
