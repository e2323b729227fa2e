"""The graph on paper: all of it, one audience's view, or the table of its policies."""

from graphql import print_schema

from gateway.policy.policies import policies_of
from gateway.policy.table import table
from gateway.policy.view import view_of
from resolvers.graph import build
from schema.policy import Audience


def schema(*, audience: str | None, policies: bool, scopes: bool) -> str:
    """What `switchboard schema` prints, without the last line break."""
    graph = build()
    whole = graph._schema  # noqa: SLF001 - its graphql-core schema
    if policies:
        return table(whole).removesuffix("\n")
    if audience is not None:
        return print_schema(view_of(whole, policies_of(whole), Audience(audience)))
    return graph.with_scopes() if scopes else graph.as_str()
