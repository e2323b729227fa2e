"""
The lines of one generated function: how a value of a type is completed, from the object down to its leaves.

A function gives what graphql-core would give, or raises; whoever called it then asks graphql-core. So it gives up
wherever it is not sure, and an exception of an attribute or of a computed field passes through it.
"""

import contextlib
import itertools
from collections.abc import Iterator
from typing import Any, Protocol

from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from gateway.execution.leaves import Leaf, LeafType
from gateway.execution.memory import Memory
from gateway.execution.reading import Attribute, Computed, classes_of, is_cast, may_be_cast
from gateway.execution.transforms import Transform
from gateway.execution.writing import Lines, Names

MAX_NESTED = 8
"""Objects and lists in each other within one function. Python allows 20 loops; what is deeper gets its own function."""

SHARED = frozenset({"Source"})
"""Types of which many objects in one list are the same object, which is completed once."""

TYPENAME = "__typename"


class NotPlainError(Exception):
    """Something here needs its resolver, or only graphql-core can judge it."""


class Workshop(Protocol):
    """What bodies ask of the compiler."""

    names: Names

    def reading(self, field: GraphQLField | None) -> Attribute | Computed:
        """How *field* is read. Raises NotPlainError when by its resolver."""

    def fields(self, kind: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        """The fields asked of an object. Raises NotPlainError when only graphql-core can tell."""

    def descends(self, classes: tuple[type, ...]) -> str:
        """The name of the function that tells whether a value is of a subclass of *classes*."""

    def leaf(self, kind: LeafType) -> Leaf:
        """How leaves of *kind* are written."""

    def transform(self, parent: str, field: str) -> Transform | None:
        """What is done to the value of a leaf."""

    def place(self, kind: GraphQLObjectType, fields: GroupedFieldSet) -> int | None:
        """The place at which objects that give *fields* are remembered with what they gave; None where they are not."""

    def memory(self) -> Memory:
        """Where they are remembered."""

    def name_of_function(self, kind: GraphQLOutputType, details: FieldDetailsList) -> str:
        """The name of the function for values of *kind*. Raises NotPlainError when there can be none."""


class Body:
    """Lines that complete the value in the variable `v`, with the context in `c`."""

    def __init__(self, workshop: Workshop) -> None:
        self.lines = Lines()
        self._workshop = workshop
        self._numbers = itertools.count()
        self._nested = 0
        self._loops = 0
        self._remembered = False

    def present(self, kind: GraphQLOutputType, details: FieldDetailsList, v: str, transform: Transform | None) -> None:
        """Complete the variable *v*, which is not to be null; null is one of the surprises."""
        if is_leaf_type(kind):
            self.lines.add(*self._workshop.leaf(kind).written(v))
        elif is_abstract_type(kind) or self._nested >= MAX_NESTED:
            self.lines.add(f"{v} = {self._workshop.name_of_function(kind, details)}({v}, c)")
        elif is_object_type(kind):
            with self._deeper():
                self._object(kind, details, v)
        elif is_list_type(kind):
            with self._deeper():
                self._list(kind, details, v, transform)

    def check_class(self, kind: GraphQLObjectType, v: str) -> None:
        """Give up unless the variable *v* is certainly an object of *kind*."""
        classes = classes_of(kind)
        if not classes:
            raise NotPlainError
        name = self._workshop.names.of
        unfit = " and ".join(f"type({v}) is not {name(each)}" for each in classes)
        # Where graphql-core looks at the class itself, a subclass may mean something else to it.
        more = f" or {name(is_cast)}({v})" if may_be_cast(kind) else f" and not {self._workshop.descends(classes)}({v})"
        self.lines.add(f"if {unfit}{more}: raise Surprise")

    def field(self, parent: GraphQLObjectType, details: FieldDetailsList, o: str) -> str:
        """Complete one field of the object in the variable *o*, and give the expression of what it is."""
        name = details[0].node.name.value
        if name == TYPENAME:
            return repr(parent.name)
        definition = parent.fields.get(name)
        read = self._workshop.reading(definition)
        assert definition is not None  # noqa: S101 - what has a reading is there.
        v = self._fresh("v")
        if isinstance(read, Computed):
            self.lines.add(f"{v} = {self._workshop.names.of(read.work)}({o}, c)")
        else:
            self.lines.add(f"{v} = {o}.{read.name}")
        self._value(definition.type, details, v, self._workshop.transform(parent.name, name))
        return v

    def _value(self, kind: GraphQLOutputType, details: FieldDetailsList, v: str, transform: Transform | None) -> None:
        if is_non_null_type(kind):
            self._transformed(kind.of_type, v, transform)
            self.present(kind.of_type, details, v, transform)
            return
        with self.lines.block(f"if {v} is not None:"):
            changed = self._transformed(kind, v, transform)
            # A transform may hide a value altogether.
            with self.lines.block(f"if {v} is not None:") if changed else contextlib.nullcontext():
                self.present(kind, details, v, transform)

    def _transformed(self, kind: GraphQLOutputType, v: str, transform: Transform | None) -> bool:
        if transform is None or not is_leaf_type(kind):
            return False
        self.lines.add(*self._workshop.leaf(kind).transformed(v, transform))
        return True

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList, v: str) -> None:
        if kind.name not in SHARED or not self._loops:
            self._each_object(kind, details, v)
            return
        # The object is remembered with what it gave: as long as it lives, no other has its identity.
        memory, known = self._workshop.names.fresh("m"), self._fresh("r")
        self.lines.first(f"{memory} = {{}}")
        self.lines.add(f"{known} = {memory}.get(id({v}))")
        with self.lines.block(f"if {known} is None:"):
            thing = self._fresh("v")
            self.lines.add(f"{thing} = {v}")
            self._each_object(kind, details, v)
            self.lines.add(f"{memory}[id({thing})] = ({thing}, {v})")
        self.lines.add(f"else: {v} = {known}[1]")

    def _each_object(self, kind: GraphQLObjectType, details: FieldDetailsList, v: str) -> None:
        self.check_class(kind, v)
        fields = self._workshop.fields(kind, details)
        place = None if self._remembered else self._workshop.place(kind, fields)
        if place is None:
            self._displayed(kind, fields, v)
            return
        with self._recalled(place, v):
            self._displayed(kind, fields, v)

    def _displayed(self, kind: GraphQLObjectType, fields: GroupedFieldSet, v: str) -> None:
        items = [(key, self.field(kind, each, v)) for key, each in fields.items()]
        self.lines.add(f"{v} = {display(items)}")

    @contextlib.contextmanager
    def _recalled(self, place: int, v: str) -> Iterator[None]:
        """Lines that turn the object in *v* into what it gives, run only where it is not remembered at *place*."""
        memory, name = self._workshop.memory(), self._workshop.names.of
        known, thing = self._fresh("r"), self._fresh("v")
        self.lines.add(f"{known} = {name(memory.recall)}(({place}, id({v})))")
        self.lines.add(f"if {known} is not None and {known}() is {v}: {v} = {known}.result")
        # What is inside goes with it, and needs no place of its own.
        self._remembered = True
        with self.lines.block("else:"):
            self.lines.add(f"{thing} = {v}")
            try:
                yield
            finally:
                self._remembered = False
            self.lines.add(f"{v} = {name(memory.kept)}({place}, {thing}, {v})")

    def _list(self, kind: GraphQLList[Any], details: FieldDetailsList, v: str, transform: Transform | None) -> None:
        self.lines.add(f"if type({v}) is not list and type({v}) is not tuple: raise Surprise")
        if not transform and (short := self._comprehension(kind.of_type, v)):
            self.lines.add(short)
            return
        items, add, item = self._fresh("v"), self._fresh("a"), self._fresh("v")
        self.lines.add(f"{items} = []", f"{add} = {items}.append")
        self._loops += 1
        try:
            with self.lines.block(f"for {item} in {v}:"):
                self._value(kind.of_type, details, item, transform)
                self.lines.add(f"{add}({item})")
        finally:
            self._loops -= 1
        self.lines.add(f"{v} = {items}")

    def _comprehension(self, kind: GraphQLOutputType, v: str) -> str | None:
        nullable = not is_non_null_type(kind)
        inner = kind.of_type if is_non_null_type(kind) else kind
        leaf = self._workshop.leaf(inner) if is_leaf_type(inner) else None
        as_it_is = leaf.condition("x") if leaf else None
        if leaf is None or as_it_is is None:
            return None
        fits = f"x is None or {as_it_is}" if nullable else as_it_is
        return f"{v} = [x if {fits} else {leaf.long_way('x')} for x in {v}]"

    @contextlib.contextmanager
    def _deeper(self) -> Iterator[None]:
        self._nested += 1
        try:
            yield
        finally:
            self._nested -= 1

    def _fresh(self, letter: str) -> str:
        return f"{letter}{next(self._numbers)}"


def display(items: list[tuple[str, str]]) -> str:
    """The expression of a dict of *items*: keys, and the expressions of their values."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in items) + "}"
