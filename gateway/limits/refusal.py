"""How the limits say no, and how other complaints are put into other words: errors that keep no syntax tree."""

from graphql import GraphQLError

from resolvers.errors import by_caller
from resolvers.failures import BadInput


def refusal(reason: str, kind: type[BadInput] = BadInput) -> GraphQLError:
    """An error whose sentence is shown to the caller as it is, with the code of *kind*."""
    return GraphQLError(reason, original_error=kind(reason))


def retold(error: GraphQLError, message: str) -> GraphQLError:
    """The same error at the same place with another *message*."""
    # A field's error is told from a mistake of ours by its nodes. Others go without the tree: they are remembered.
    told = GraphQLError(
        message,
        nodes=error.nodes if error.path else None,
        path=error.path,
        original_error=None if by_caller(error) else error.original_error,
    )
    told.locations = error.locations
    return told
