"""Fields that need a resolver, prepared once per operation: nodes, arguments, and the way to the resolver."""

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import FieldDetailsList
from strawberry.types.field import StrawberryField

from gateway.execution.arguments import Conversion, NotCommonError, conversions, converted
from gateway.execution.literals import Arguments, arguments
from gateway.execution.reading import converts_exceptions, definition_of


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One field of an object, at one place of an operation."""

    key: str
    details: FieldDetailsList
    nodes: list[FieldNode]
    field: GraphQLField
    arguments: Arguments
    """The arguments as graphql-core gives them to a resolver, by the variables. Raises GraphQLError."""

    resolve: Callable[..., Any]


def call(schema: GraphQLSchema, parent: GraphQLObjectType, key: str, details: FieldDetailsList) -> Call | None:
    """The call of the field at *details*; None for one that graphql-core has to execute itself."""
    field = parent.fields.get(details[0].node.name.value)
    if field is None or field.resolve is None:
        return None
    nodes = [each.node for each in details]
    return Call(key, details, nodes, field, arguments(field, nodes[0]), _resolver(schema, field))


def _resolver(schema: GraphQLSchema, field: GraphQLField) -> Callable[..., Any]:
    """The resolver that Strawberry has made for *field*, or the same without what this field does not use of it."""
    assert field.resolve is not None  # noqa: S101 - the caller has seen it.
    definition = definition_of(field)
    strawberry_schema: Any = getattr(schema, "_strawberry_schema", None)
    if definition is None or definition.extensions or converts_exceptions(schema):
        return field.resolve
    resolver = definition.base_resolver
    if resolver is None or resolver.self_parameter or type(definition).get_result is not StrawberryField.get_result:
        return field.resolve
    function: Any = resolver.wrapped_func
    if not inspect.iscoroutinefunction(function) or getattr(field.resolve, "__name__", "") != "_async_resolver":
        return field.resolve
    try:
        taken = conversions(definition, strawberry_schema.config, strawberry_schema.schema_converter.scalar_registry)
    except NotCommonError:
        return field.resolve
    sources = [each.name for each in (resolver.parent_parameter, resolver.root_parameter) if each]
    return _direct(function, field.resolve, definition, taken, sources, strawberry_schema.config.info_class)


def _direct(
    function: Callable[..., Any],
    stock: Callable[..., Any],
    definition: StrawberryField,
    taken: tuple[Conversion, ...],
    sources: list[str],
    info_class: Callable[..., Any],
) -> Callable[..., Any]:
    resolver: Any = definition.base_resolver
    info_name = resolver.info_parameter.name if resolver.info_parameter else None

    def resolve(source: Any, info: Any, **values: Any) -> Any:
        # Nothing of the function runs before it is awaited, so what is raised here is raised again by Strawberry's.
        try:
            given = converted(taken, values)
            for name in sources:
                given[name] = source
            if info_name is not None:
                given[info_name] = info_class(_raw_info=info, _field=definition)
            return function(**given)
        except Exception:  # noqa: BLE001 - it has its place where the resolver is awaited.
            return stock(source, info, **values)

    return resolve
