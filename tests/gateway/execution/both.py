"""One execution by graphql-core alone and one with compiled completion, and what of them must be the same."""

import asyncio
import dataclasses
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode, get_operation_ast, parse
from graphql.execution import execute
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution import Completion, run

_ADDRESS = re.compile(r"0x[0-9a-f]+")


def _plain(value: object) -> Any:
    # What is remembered is text already; the order of its keys counts, too.
    return json.loads(orjson.dumps(value)) if isinstance(value, orjson.Fragment) else repr(value)


@dataclasses.dataclass(frozen=True)
class Told:
    """What a caller sees: data with the order of its keys, and errors in their order with all they say."""

    data: str
    errors: list[Any]

    @classmethod
    def by(cls, result: ExecutionResult) -> "Told":
        return cls(
            json.dumps(result.data, default=_plain),
            [
                (_ADDRESS.sub("0x", error.message), error.path, error.locations, type(error.original_error))
                for error in result.errors or ()
            ],
        )


async def by_graphql_core(
    schema: GraphQLSchema, question: str | DocumentNode, variables: dict[str, Any], context: Any, **more: Any
) -> ExecutionResult:
    """The execution that everything is held against."""
    found = execute(
        schema,
        parse(question) if isinstance(question, str) else question,
        context_value=context,
        variable_values=variables,
        **{"is_awaitable": optimized_is_awaitable, "executor_class": StrawberryGraphQLCoreExecutionContext, **more},
    )
    return found if isinstance(found, ExecutionResult) else await found


def completion_of(schema: GraphQLSchema, text: str, variables: dict[str, Any], **more: Any) -> Completion:
    """The prepared completion of the only operation in *text*, for the values that *variables* have."""
    document = parse(text)
    operation = get_operation_ast(document)
    assert isinstance(operation, OperationDefinitionNode)
    values = get_variable_values(schema, operation.variable_definitions or (), variables)
    booleans = (
        {name: value for name, value in values.coerced.items() if isinstance(value, bool)}
        if isinstance(values, VariableValues)
        else {}
    )
    made = Completion(schema, document, operation, booleans, **more)
    made.prepare()
    return made


async def both(
    schema: GraphQLSchema,
    text: str,
    variables: dict[str, Any] | None = None,
    context: Callable[[], Any] = lambda: None,
) -> tuple[Told, Told]:
    """What graphql-core alone makes of *text*, and what compiled completion does, each with a fresh context."""
    given = variables or {}
    alone = await by_graphql_core(schema, text, given, context())
    compiled = await run(completion_of(schema, text, given), variables=given, context=context())
    return Told.by(alone), Told.by(compiled)


async def same(
    schema: GraphQLSchema,
    text: str,
    variables: dict[str, Any] | None = None,
    context: Callable[[], Any] = lambda: None,
) -> Told:
    """What both make of *text*; they must make the same of it."""
    alone, compiled = await both(schema, text, variables, context)
    assert alone == compiled
    return compiled


def in_a_loop_of_its_own(work: Coroutine[Any, Any, object]) -> None:
    """
    Do *work*, and let fields end that were given up meanwhile: graphql-core leaves them to the loop, which ends here.

    Python would warn of what never began in them, in whichever test the garbage collector comes upon it.
    """

    async def whole() -> None:
        await work
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            _, late = await asyncio.wait(left, timeout=5)
            assert not late

    asyncio.run(whole())
