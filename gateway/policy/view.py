"""
The graph as one audience knows it: what is not for it is not there, in validation, introspection and execution alike.

Whoever asks for something outside of their view is told what anybody is told who asks for what does not exist.
"""

from graphql import GraphQLSchema

from gateway.policy.policies import Policies
from gateway.policy.rebuilding import Gone, rebuilt
from schema.policy import Audience, DataClass


def view_of(schema: GraphQLSchema, policies: Policies, audience: Audience) -> GraphQLSchema:
    """The part of *schema* that is there for *audience*."""

    def fate(coordinate: str) -> Gone | None:
        policy = policies[coordinate]
        return None if audience in policy.audiences and policy.data is not DataClass.SECRET else Gone.GONE

    return rebuilt(schema, fate)
