"""
The arguments of one selected field, made ready once: what stands in the document is coerced, variables come later.

The quick way serves arguments that are constants or plain variables; everything else is left to graphql-core.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.type import get_nullable_type

from resolvers.edge import UNKNOWN


class _Late(NamedTuple):
    """An argument whose value is a variable, or an object of which one member is one."""

    argument: str
    member: str | None
    variable: str


class Arguments:
    """The arguments of one field of one operation, as a function of the operation's variables."""

    __slots__ = ("_field", "_fixed", "_late", "_node", "varies")

    def __init__(self, field: GraphQLField, node: FieldNode) -> None:
        self._field = field
        self._node = node
        late = [each for each in node.arguments or () if any(_variables(each.value))]
        self.varies = bool(late)
        """Whether a variable has a say in them."""

        self._late = _all_late(field, late)
        names = {each.name.value for each in late}
        kept = {name: argument for name, argument in field.args.items() if name not in names}
        self._fixed = _coerced(GraphQLField(field.type, args=kept), node, {})

    def read(self, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The arguments with the operation's coerced *variables*; None when the executor would refuse them."""
        if not self.varies:
            return self._fixed
        if self._late is None or self._fixed is None:
            return _coerced(self._field, self._node, variables)
        found = dict(self._fixed)
        for argument, member, variable in self._late:
            value = variables.get(variable)
            if value is None:
                # Whether null or nothing may stand there is for graphql-core to say.
                return _coerced(self._field, self._node, variables)
            found[argument] = value if member is None else {member: value}
        return found

    def written(self) -> Mapping[str, Any]:
        """The arguments as they stand in the document, UNKNOWN where there is a variable."""
        nodes = self._node.arguments or ()
        unknown = {name: UNKNOWN for each in nodes for name in _variables(each.value)}
        return {each.name.value: value_from_ast_untyped(each.value, unknown) for each in nodes}


def _coerced(field: GraphQLField, node: FieldNode, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
    # graphql-core's own functions want coerced values in their wrapper.
    wrapped = VariableValues(sources={}, coerced=cast("dict[str, Any]", variables))
    try:
        return get_argument_values(field, node, wrapped)
    except GraphQLError:
        return None


def _all_late(field: GraphQLField, nodes: list[ArgumentNode]) -> tuple[_Late, ...] | None:
    found = [_late(field.args.get(node.name.value), node) for node in nodes]
    return None if None in found else tuple(each for each in found if each is not None)


def _late(argument: GraphQLArgument | None, node: ArgumentNode) -> _Late | None:
    if argument is None:
        return None
    name = argument.out_name or node.name.value
    match node.value:
        case VariableNode(name=variable):
            return _Late(name, None, variable.value)
        case ObjectValueNode(fields=(only,)) if isinstance(only.value, VariableNode):
            kind = get_nullable_type(argument.type)
            if isinstance(kind, GraphQLInputObjectType) and kind.is_one_of:
                member = kind.fields[only.name.value].out_name or only.name.value
                return _Late(name, member, only.value.name.value)
    return None


def _variables(node: ValueNode) -> Iterator[str]:
    match node:
        case VariableNode():
            yield node.name.value
        case ListValueNode():
            for item in node.values:
                yield from _variables(item)
        case ObjectValueNode():
            for member in node.fields:
                yield from _variables(member.value)
