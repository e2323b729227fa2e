"""
Whether the code that compiled completion reaches into is the code that it was written for.

Neither graphql-core nor Strawberry promises to keep it, and both are pinned. Should another version run nevertheless,
operations are executed by graphql-core alone: slower, and not wrong.
"""

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql.execution import collect_fields, values
from graphql.execution.executor import Executor
from graphql.execution.incremental.incremental_executor import IncrementalExecutor
from graphql.pyutils import gather_with_cancel
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import CustomGraphQLEnumType, GraphQLCoreConverter, get_arguments
from strawberry.types.arguments import convert_argument, convert_arguments
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from gateway.log import logger


def _reached() -> Iterable[Callable[..., Any]]:
    for name in [
        "__init__",
        "build_response",
        "collect_and_execute_subfields",
        "collect_subfields",
        "complete_abstract_value",
        "complete_awaitable_value",
        "complete_iterable_value",
        "complete_leaf_value",
        "complete_list_item_value",
        "complete_list_value",
        "complete_object_value",
        "complete_value",
        "ensure_valid_runtime_type",
        "execute_field",
        "execute_fields",
        "execute_fields_serially",
        "execute_operation",
        "execute_root_grouped_field_set",
        "handle_field_error",
        "settle_in_background",
    ]:
        yield getattr(Executor, name)
    for name in ("__init__", "build_response", "execute_collected_root_fields", "execute_collected_subfields"):
        yield getattr(IncrementalExecutor, name)
    yield from (
        StrawberryGraphQLCoreExecutionContext,
        collect_fields.collect_fields,
        collect_fields.collect_subfields,
        collect_fields.visit_selection_sets,
        values.get_argument_values,
        values.get_variable_values,
        gather_with_cancel,
        optimized_is_awaitable,
        CustomGraphQLEnumType.coerce_output_value,
        convert_argument,
        convert_arguments,
        get_arguments,
        GraphQLCoreConverter.from_interface,
        GraphQLCoreConverter.from_object,
        GraphQLCoreConverter.from_resolver,
        StrawberryField.get_result,
        StrawberryField.is_basic_field.fget,  # type: ignore[attr-defined]
        StrawberryObjectDefinition.is_implemented_by,
        StrawberryUnion.get_type_resolver,
    )


def digests() -> Mapping[str, str]:
    """The name of each piece of code that is reached into, with a digest of its text."""
    return {each.__qualname__: _digest(each) for each in _reached()}


KNOWN: Mapping[str, str] = {
    "CustomGraphQLEnumType.coerce_output_value": "0ab0f2b66b042d33",
    "Executor.__init__": "4c233ed418b6abbc",
    "Executor.build_response": "359e0df231fccf21",
    "Executor.collect_and_execute_subfields": "4b4e8b98b97ddff9",
    "Executor.collect_subfields": "8bc4cdacba5115fa",
    "Executor.complete_abstract_value": "6b93311c8ea7e4e1",
    "Executor.complete_awaitable_value": "9c296f947a592029",
    "Executor.complete_iterable_value": "f81336c2a274b846",
    "Executor.complete_leaf_value": "3c7fd1b9dd455afd",
    "Executor.complete_list_item_value": "20ec46596fec3fb8",
    "Executor.complete_list_value": "8b67f786537f443f",
    "Executor.complete_object_value": "6b00a4a3409e3551",
    "Executor.complete_value": "7c49aeb4157421e6",
    "Executor.ensure_valid_runtime_type": "2e49408dd2706b62",
    "Executor.execute_field": "4eceb1550e300b57",
    "Executor.execute_fields": "1662b6766e3e46d8",
    "Executor.execute_fields_serially": "3f08dbe77b68f551",
    "Executor.execute_operation": "3318f90db199b6ef",
    "Executor.execute_root_grouped_field_set": "e3c12076174fb996",
    "Executor.handle_field_error": "932c6b2febfc1098",
    "Executor.settle_in_background": "3ee7f61dbd78a802",
    "GraphQLCoreConverter.from_interface": "6b8e7ec694cd0d02",
    "GraphQLCoreConverter.from_object": "3dac6459deaa1953",
    "GraphQLCoreConverter.from_resolver": "2a0a11be06c77f92",
    "IncrementalExecutor.__init__": "c4751b52f596da96",
    "IncrementalExecutor.build_response": "f29d7cc23b1f14ba",
    "IncrementalExecutor.execute_collected_root_fields": "6d5594f1c8f58feb",
    "IncrementalExecutor.execute_collected_subfields": "7c7ac89f6d719b5b",
    "StrawberryField.get_result": "2e22918f85fabc55",
    "StrawberryField.is_basic_field": "502eff0c3bb1a70e",
    "StrawberryGraphQLCoreExecutionContext": "e2c36e3fc450e24f",
    "StrawberryObjectDefinition.is_implemented_by": "1d99d97fee2c3307",
    "StrawberryUnion.get_type_resolver": "0973b9d0d5a9ad31",
    "collect_fields": "42cc2e6fb48977f0",
    "collect_subfields": "4ae425d0d815f216",
    "convert_argument": "79056c6dee51644a",
    "convert_arguments": "fca686512d37d459",
    "gather_with_cancel": "3c13b983a33feacc",
    "get_argument_values": "5c459ee29ca7d002",
    "get_arguments": "3625908a8642d2e8",
    "get_variable_values": "d7ce1b5ecd9e2202",
    "optimized_is_awaitable": "b7c1488725fa04e9",
    "visit_selection_sets": "a23f07e429864047",
}
"""As of graphql-core 3.3.2 and strawberry-graphql 0.341.2."""


@functools.cache
def changed() -> tuple[str, ...]:
    """What is not as it was when this package was written. One warning names it."""
    try:
        found = digests()
    except (AttributeError, OSError) as exc:  # It is gone, or its text is: then nothing can be compared.
        found = {str(exc): ""}
    names = tuple(sorted(name for name in {**KNOWN, **found} if KNOWN.get(name) != found.get(name)))
    if names:
        logger().warning("completion_not_compiled", changed=names)
    return names


def is_as_known() -> bool:
    """Whether operations may be compiled."""
    return not changed()


def _digest(code: Callable[..., Any]) -> str:
    # The text holds the signature, too.
    return hashlib.blake2b(inspect.getsource(code).encode(), digest_size=8).hexdigest()
