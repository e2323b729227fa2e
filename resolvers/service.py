"""`_service`: what this graph tells a federation router about itself. Who may ask is decided in `gateway.limits`."""

import functools
from typing import Any

import strawberry
from strawberry.schema import BaseSchema
from strawberry.types import Info

from resolvers.edge import edge
from resolvers.query import Query
from schema.policy import OPERATORS, DataClass, governed


@governed(DataClass.PUBLIC, audiences=OPERATORS)
@strawberry.type(name="_Service", description="What this graph tells a federation router about itself.")
class Service:
    """The graph, as a subgraph (Apollo Federation, subgraph specification)."""

    sdl: str = strawberry.field(description="The graph's schema, with its federation directives.")


# Printing takes some 20 ms in which nobody else is served; the text never changes.
@functools.lru_cache(maxsize=1)
def _printed(schema: BaseSchema) -> str:
    return schema.as_str()


@edge(Query, name="_service", description="For federation routers and composers: this graph as a subgraph.")
def _service(info: Info[Any, Any]) -> Service:
    return Service(sdl=_printed(info.schema))
