"""Generated functions of one operation: one for each place of plain data that graphql-core comes to, made at need."""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from gateway.execution.body import TYPENAME, Body, NotPlainError, display
from gateway.execution.collected import Collected, Place
from gateway.execution.leaves import SPACE, Leaf, LeafType
from gateway.execution.memory import Memory
from gateway.execution.reading import (
    Attribute,
    Computed,
    class_within,
    comes_from_a_system,
    converts_exceptions,
    descends_from,
    is_cast,
    reading,
)
from gateway.execution.transforms import Transform, Transforms, coordinate
from gateway.execution.writing import Names, Surprise

Work = Callable[[Any, Any], Any]
"""A generated function: from a value and the context to what is given for it. Raises where graphql-core must decide."""


class Compiler:
    """Makes the functions of one operation, each at most once."""

    def __init__(
        self,
        schema: GraphQLSchema,
        collected: Collected,
        transforms: Transforms,
        memory: Memory | None = None,
        *,
        alike: bool = True,
    ) -> None:
        self.names = Names()
        self.names.space.update(SPACE)
        self._schema = schema
        self._collected = collected
        self._transforms = transforms
        self._memory = memory
        self._leaves: dict[str, Leaf] = {}
        self._descent: dict[tuple[type, ...], str] = {}
        self._made: dict[Place, str | None] = {}
        self._alike = alike
        self._only_resolvers = converts_exceptions(schema)

    def function(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Work | None:
        """The function for values of *kind* at the group of fields *details*; None when its subtree is not plain."""
        try:
            name = self.name_of_function(kind, details)
        except NotPlainError:
            return None
        found: Work = self.names.space[name]
        return found

    def plain_part(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> tuple[Work | None, tuple[str, ...]]:
        """
        The function that gives the plain ones of an object's *fields*, and the keys of those that it leaves out.

        It gives every key at its place, None for those left out. There is none when no field is plain.
        """
        body = Body(self)
        items: list[tuple[str, str]] = []
        left_out: list[str] = []
        try:
            body.check_class(kind, "v")
        except NotPlainError:
            return None, tuple(fields)
        for key, details in fields.items():
            try:
                with body.lines.all_or_none():
                    items.append((key, body.field(kind, details, "v")))
            except NotPlainError:
                items.append((key, "None"))
                left_out.append(key)
        if len(left_out) == len(fields):
            return None, tuple(left_out)
        name = body.lines.function(self.names, returns=display(items))
        return self.names.space[name], tuple(left_out)

    def name_of_function(self, kind: GraphQLOutputType, details: FieldDetailsList) -> str:
        """The name of the function for values of *kind*. Raises NotPlainError when there can be none."""
        place = (id(kind), id(details))
        if place not in self._made:
            self._made[place] = self._make(kind, details)
        name = self._made[place]
        if name is None:
            raise NotPlainError
        return name

    def reading(self, field: GraphQLField | None) -> Attribute | Computed:
        """How *field* is read. Raises NotPlainError when by its resolver."""
        found = None if self._only_resolvers else reading(field)
        if found is None or (isinstance(found, Computed) and found.placed and not self._alike):
            raise NotPlainError
        return found

    def fields(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """The fields asked of an object. Raises NotPlainError when only graphql-core can tell."""
        found = self._collected.subfields(kind, details)
        if found is None:
            raise NotPlainError
        return found.grouped_field_set

    def place(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> int | None:
        """The place at which objects that give *fields* are remembered; None where nothing is."""
        if self._memory is None or not comes_from_a_system(kind):
            return None
        return self._memory.new_place() if all(self._is_stable(kind, each) for each in fields.values()) else None

    def memory(self) -> Memory:
        """Where completed objects are remembered."""
        assert self._memory is not None  # noqa: S101 - who has a place has seen it.
        return self._memory

    def descends(self, classes: tuple[type, ...]) -> str:
        """The name of the function that tells whether a value is of a subclass of *classes*."""
        if classes not in self._descent:
            self._descent[classes] = self.names.of(descends_from(classes))
        return self._descent[classes]

    def leaf(self, kind: LeafType) -> Leaf:
        """How leaves of *kind* are written."""
        if kind.name not in self._leaves:
            self._leaves[kind.name] = Leaf(kind, self.names)
        return self._leaves[kind.name]

    def transform(self, parent: str, field: str) -> Transform | None:
        """What is done to the value of a leaf."""
        return self._transforms(coordinate(parent, field))

    def _make(self, kind: GraphQLOutputType, details: FieldDetailsList) -> str | None:
        try:
            if is_abstract_type(kind):
                return self.names.of(self._dispatch(kind, details))
            body = Body(self)
            body.present(kind, details, "v", self._transform_of(details))
        except NotPlainError:
            return None
        return body.lines.function(self.names, returns="v")

    def _is_stable(self, parent: GraphQLObjectType, details: FieldDetailsList) -> bool:
        """Whether what a plain field gives depends on nothing but the object. Raises NotPlainError."""
        name = details[0].node.name.value
        if name == TYPENAME:
            return True
        definition = parent.fields.get(name)
        read = self.reading(definition)
        assert definition is not None  # noqa: S101 - what has a reading is there.
        if isinstance(read, Computed) and not read.stable:
            return False
        kind = get_named_type(definition.type)
        if is_object_type(kind):
            return all(self._is_stable(kind, each) for each in self.fields(kind, details).values())
        return is_leaf_type(kind) and self.transform(parent.name, name) is None

    def _transform_of(self, details: FieldDetailsList) -> Transform | None:
        parent = self._collected.parent(details)
        return self.transform(parent.name, details[0].node.name.value) if parent else None

    def _dispatch(self, kind: GraphQLAbstractType, details: FieldDetailsList) -> Work:
        # If one of the possible types is not plain, trying would be in vain for a whole list of them.
        table = {
            class_within(each, kind): self.function(each, details) for each in self._schema.get_possible_types(kind)
        }

        def complete(value: Any, context: Any) -> Any:
            work = table.get(type(value))
            if work is None or is_cast(value):
                raise Surprise
            return work(value, context)

        if None in table or None in table.values():
            raise NotPlainError
        return complete
