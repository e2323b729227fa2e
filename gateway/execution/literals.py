"""
The arguments of a field as graphql-core gives them to a resolver, worked out once but for the values of variables.

graphql-core puts the value of a variable into a literal as it is, unless it is null or missing, which mean something of
their own. So the arguments are worked out with marks in the place of values, and a request puts its values there.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLField, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues, get_argument_values

Arguments = Callable[[VariableValues], dict[str, Any]]
_Fill = Callable[[Mapping[str, Any]], Any]


class _Mark:
    """Stands for the value of one variable."""

    def __init__(self, name: str) -> None:
        self.name = name


def arguments(field: GraphQLField, node: FieldNode) -> Arguments:
    """A function from an operation's variables to the arguments of *field* at *node*, which raises GraphQLError."""

    def by_graphql_core(variables: VariableValues) -> dict[str, Any]:
        return get_argument_values(field, node, variables)

    if not field.args and not node.arguments:
        return lambda _: {}
    marks = {name: _Mark(name) for name in _variables(node)}
    try:
        shape = by_graphql_core(VariableValues(sources={}, coerced=dict(marks)))
    except GraphQLError:
        return by_graphql_core  # It is raised again where the error has its place.
    if {id(mark) for mark in marks.values()} != {id(mark) for mark in _marks_in(shape)}:
        return by_graphql_core
    fill = _filling(shape)

    def filled(variables: VariableValues) -> dict[str, Any]:
        values = variables.coerced
        for name in marks:
            if values.get(name) is None:
                return by_graphql_core(variables)
        found: dict[str, Any] = fill(values)
        return found

    return filled


def _variables(node: FieldNode) -> list[str]:
    finder = _Finder()
    for argument in node.arguments or ():
        visit(argument, finder)
    return finder.names


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.names.append(node.name.value)


def _marks_in(shape: Any) -> list[_Mark]:
    if isinstance(shape, _Mark):
        return [shape]
    inside = shape.values() if type(shape) is dict else shape if type(shape) is list else ()
    return [mark for each in inside for mark in _marks_in(each)]


def _filling(shape: Any) -> _Fill:
    """A function that makes *shape* anew, with values instead of marks."""
    if isinstance(shape, _Mark):
        name = shape.name
        return lambda values: values[name]
    if type(shape) is dict:
        members = [(key, _filling(each)) for key, each in shape.items()]
        return lambda values: {key: fill(values) for key, fill in members}
    if type(shape) is list:
        items = [_filling(each) for each in shape]
        return lambda values: [fill(values) for fill in items]
    return lambda _: shape
