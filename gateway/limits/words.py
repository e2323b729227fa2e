"""
The words in which graphql-core's complaints about a question reach the caller.

Its messages quote values, which may be personal, print some of them as Python does, and help with names that are alike.
Where the graph is not shown they must not even name types, arguments and members that the caller did not write.
"""

import re
from collections.abc import Mapping

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
)

from gateway.limits.refusal import retold

# Each stands at the end of a message; tests pin the forms.
_ECHO = re.compile(r"(?:[,.;]? (?:[Ff]ound: |but encountered error ).*|(?<= cannot represent)([^:]*): .*)\Z", re.DOTALL)
_SUGGESTION = re.compile(r"\.? Did you mean .*\Z", re.DOTALL)

_WHAT: Mapping[type[Node], str] = {
    FieldNode: "The field",
    ArgumentNode: "The argument",
    ObjectFieldNode: "The member",
    VariableNode: "The variable",
    VariableDefinitionNode: "The variable",
    DirectiveNode: "The directive",
    FragmentDefinitionNode: "The fragment",
    FragmentSpreadNode: "The fragment",
    InlineFragmentNode: "The fragment",
    NamedTypeNode: "The type",
    OperationDefinitionNode: "The operation",
}


def in_the_callers_words(error: GraphQLError) -> GraphQLError:
    """The same mistake at the same place, named by what stands there and nothing else."""
    return retold(error, _sentence(error.nodes[0] if error.nodes else None))


def plain(error: GraphQLError, *, suggestions: bool) -> GraphQLError:
    """The same mistake without the value it is about, and without names that are alike unless *suggestions* is set."""
    message = _ECHO.sub(r"\1", error.message)
    if not suggestions:
        message = _SUGGESTION.sub("", message)
    message = message.replace("not to be None", "not to be null")
    return retold(error, message if message.endswith((".", "?")) else f"{message}.")


def _sentence(node: Node | None) -> str:
    what = _WHAT.get(type(node), "The value") if node is not None else "A value"
    name = getattr(getattr(node, "variable", node), "name", None)
    return f"{what} does not fit." if name is None else f"{what} `{name.value}` does not fit."
