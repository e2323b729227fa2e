"""One operation, ready to be executed: its collected fields, and the generated functions for what is plain in it."""

import dataclasses

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from gateway.execution.calls import Call, call
from gateway.execution.collected import Collected, Place
from gateway.execution.compiler import Compiler, Work
from gateway.log import logger
from resolvers.errors import where


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """The fields of an object some of which, or all, need a resolver."""

    plain: Work
    """Gives the plain fields at once, with None for each of the others."""

    calls: tuple[Call, ...]
    nullable: bool
    """Whether each of the calls may give null, so that no error goes further up."""


class Compiled:
    """
    What is known of one operation and one set of values for its `@skip` and `@include`.

    Filled at need, but only for groups of fields that it owns itself: identities of others may come back as something
    else. Holds nothing of any request.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        collected: Collected,
        compiler: Compiler,
        definitions: dict[str, FragmentDefinitionNode],
    ) -> None:
        self._schema = schema
        self.collected = collected
        self.definitions = definitions
        self._compiler = compiler
        self._functions: dict[Place, Work | None] = {}
        self._levels: dict[int, Level | None] = {}

    def function(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Work | None:
        """The function that completes an object or a list; None when graphql-core has to."""
        place = (id(kind), id(details))
        try:
            return self._functions[place]
        except KeyError:
            return self._new_function(place, kind, details)

    def level(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> Level | None:
        """How the fields of an object are divided; None when graphql-core has to execute all of them one by one."""
        try:
            return self._levels[id(fields)]
        except KeyError:
            return self._new_level(kind, fields)

    def _new_function(self, place: Place, kind: GraphQLOutputType, details: FieldDetailsList) -> Work | None:
        if self.collected.parent(details) is None:
            return None
        try:
            found = self._compiler.function(kind, details)
        except Exception as exc:  # noqa: BLE001 - a mistake of ours costs speed, and no answer.
            found = None
            _tell(exc)
        self._functions[place] = found
        return found

    def _new_level(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> Level | None:
        if not self.collected.has_set(fields):
            return None
        try:
            found = self._divided(kind, fields)
        except Exception as exc:  # noqa: BLE001 - a mistake of ours costs speed, and no answer.
            found = None
            _tell(exc)
        self._levels[id(fields)] = found
        return found

    def _divided(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> Level | None:
        plain, left_out = self._compiler.plain_part(kind, fields)
        calls = [call(self._schema, kind, key, fields[key]) for key in left_out]
        # An object that is plain as a whole comes here only after its function has given up.
        if not calls or None in calls:
            return None
        nullable = not any(is_non_null_type(each.field.type) for each in calls if each)
        return Level(plain or _nothing_of(tuple(fields)), tuple(each for each in calls if each), nullable)


def _nothing_of(keys: tuple[str, ...]) -> Work:
    return lambda _value, _context: dict.fromkeys(keys)


def _tell(exc: Exception) -> None:
    logger().warning("completion_not_made", kind=type(exc).__name__, where=where(exc))
