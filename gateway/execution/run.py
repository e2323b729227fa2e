"""Executes an operation straight on graphql-core's executor. Strawberry's extensions do not run."""

import functools
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import default_field_resolver, default_type_resolver, execute
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gateway.execution.compiled import Compiled
from gateway.execution.completion import Completion
from gateway.execution.executor import (
    CompiledExecutor,
    CompiledTransformingExecutor,
    TransformingExecutor,
)
from gateway.execution.shape import is_as_known

MAX_COERCION_ERRORS = 50
"""graphql-core's own default."""


async def run(
    completion: Completion, *, variables: dict[str, Any] | None, context: Any, values: VariableValues | None = None
) -> ExecutionResult:
    """
    What executing the operation with these *variables*, as JSON gave them, comes to.

    *values* are the same variables as `get_variable_values` coerces them, where the caller has done it already.

    Errors are graphql-core's; those without a path stopped the operation before any field ran. Nothing is raised but
    a cancellation.
    """
    try:
        return await _run(completion, variables, context, values)
    except Exception as error:  # noqa: BLE001 - as Strawberry does: nobody further up knows what to do with it.
        told = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        return ExecutionResult(None, [told])


async def _run(
    completion: Completion, variables: dict[str, Any] | None, context: Any, values: VariableValues | None
) -> ExecutionResult:
    coerced = _coerced(completion, variables) if values is None else values
    if isinstance(coerced, list):
        return ExecutionResult(None, coerced)
    compiled = completion.compiled(coerced.coerced)
    if compiled is None:
        return await _by_graphql_core_alone(completion, variables, context)
    return await _completed(_executor(completion, compiled, coerced, context), compiled)


def _coerced(completion: Completion, variables: dict[str, Any] | None) -> VariableValues | list[GraphQLError]:
    definitions = completion.operation.variable_definitions or ()
    return get_variable_values(completion.schema, definitions, variables or {}, max_errors=MAX_COERCION_ERRORS)


async def _completed(executor: CompiledExecutor, compiled: Compiled) -> ExecutionResult:
    # As graphql-core's own `execute_operation`, with the root's fields collected beforehand.
    data: dict[str, Any] | None
    try:
        found = executor.execute_root_grouped_field_set(
            compiled.collected.root_type,
            executor.root_value,
            compiled.collected.root,
            executor.operation.operation is OperationType.MUTATION,
            None,
        )
        data = found if isinstance(found, dict) else await found
    except GraphQLError as error:
        executor.collected_errors.add(error, None)
        data = None
    if not executor.collected_errors.errors:
        # It refers back to the executor. Without it all that was executed is freed at once, and not by the collector.
        del executor.async_helpers
    return ExecutionResult(data, executor.collected_errors.errors or None)


def _executor(completion: Completion, compiled: Compiled, values: VariableValues, context: Any) -> CompiledExecutor:
    kind: Any = CompiledExecutor
    if completion.transforms is not None:
        kind = functools.partial(CompiledTransformingExecutor, transforms=completion.transforms)
    found: CompiledExecutor = kind(
        completion.schema,
        compiled.definitions,
        compiled.collected.fragments,
        None,
        context,
        completion.operation,
        values,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        is_awaitable=optimized_is_awaitable,
        compiled=compiled,
    )
    return found


async def _by_graphql_core_alone(
    completion: Completion, variables: dict[str, Any] | None, context: Any
) -> ExecutionResult:
    if completion.transforms is not None and not is_as_known():
        # Where values are completed is not known here, so nobody could vouch that none is shown as it is.
        raise RuntimeError("values cannot be transformed with this version of graphql-core")
    name = completion.operation.name
    more: dict[str, Any] = {"is_awaitable": optimized_is_awaitable}
    if completion.transforms is None:
        more["executor_class"] = StrawberryGraphQLCoreExecutionContext
    else:
        more |= {"executor_class": TransformingExecutor, "transforms": completion.transforms}
    found = execute(
        completion.schema,
        completion.document,
        context_value=context,
        variable_values=variables,
        operation_name=name.value if name else None,
        **more,
    )
    return found if isinstance(found, ExecutionResult) else await found
