"""The assembled graph: every word with its edges, as one schema."""

import re
from collections.abc import Iterable

from graphql import GraphQLInputObjectType
from strawberry import federation
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

# Importing these modules adds their edges to the words; the schema is built below, after them.
from resolvers import account, customer, directives, entities, ids_of_things, line, service, source, totals, viewer  # noqa: F401
from resolvers.query import Query
from schema.freshness import FreshElse
from schema.scalars import SCALARS

_SCOPES = re.compile(r" @requiresScopes\(scopes: \[\[[^()]*\]\]\)")
_SCOPES_IMPORTED = re.compile(r'"@requiresScopes", ')


class CustomerGraph(federation.Schema):
    """The schema. Errors are reported by `resolvers.errors`, so Strawberry's own logging of them is silent."""

    def as_str(self) -> str:
        """
        The graph, as a subgraph.

        Without `@requiresScopes`: the routers that do not know it refuse the whole supergraph rather than pass it over.
        """
        return _SCOPES_IMPORTED.sub("", _SCOPES.sub("", self.with_scopes()))

    def with_scopes(self) -> str:
        """The graph for routers that enforce `@requiresScopes` themselves."""
        return super().as_str()

    def process_errors(self, errors: object, execution_context: ExecutionContext | None = None) -> None:
        """Nothing: an error's message may quote what the caller wrote, and that belongs in no log."""


def build(extensions: Iterable[type[SchemaExtension]] = ()) -> CustomerGraph:
    """The schema of the graph. Built once per process: federation schemas share state."""
    graph = CustomerGraph(
        query=Query,
        types=[FreshElse],
        extensions=list(extensions),
        config=StrawberryConfig(scalar_map=SCALARS),
        # The newest version that today's composers know.
        federation_version="2.9",
    )
    _tell_one_of(graph)
    directives.add_to(graph._schema)  # noqa: SLF001 - its graphql-core schema
    return graph


def _tell_one_of(graph: CustomerGraph) -> None:
    # Strawberry does not tell graphql-core which inputs are oneOf, so two keys would pass validation and fail later,
    # as the field's error instead of the request's.
    for found in graph._schema.type_map.values():  # noqa: SLF001 - its graphql-core schema
        definition = found.extensions.get("strawberry-definition")
        if isinstance(found, GraphQLInputObjectType) and definition is not None:
            found.is_one_of = definition.is_one_of
