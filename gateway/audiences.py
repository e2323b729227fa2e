"""The graph for each audience; and for a gateway that does not want to know who asks, one for everybody."""

import hmac
from collections.abc import Mapping

from connectors.environment import Reporter
from gateway.demand.documents import limits_of
from gateway.operations.operation import Operations
from gateway.operations.warm_up import warm_up
from gateway.policy.policies import known_scopes
from gateway.settings import Settings
from resolvers.graph import CustomerGraph
from schema.policy import Audience


def for_everybody(schema: CustomerGraph, settings: Settings, *, report: Reporter) -> Operations:
    """The whole graph, with the operations that are known to come worked out."""
    found = Operations(schema, limits=settings.limits, shows_graph=settings.shows_graph)
    warm_up([found], settings.plans.warm_up, report=report)
    return found


def for_audiences(schema: CustomerGraph, settings: Settings, *, report: Reporter) -> Mapping[Audience, Operations]:
    """
    The views of the audiences of which there is a client.

    The operations that are known to come are worked out in each of them in which they mean something.
    """
    assert settings.access is not None  # noqa: S101 - without it there are no clients.
    audiences = {Audience(each.audience) for each in settings.access.clients.values()}
    pseudonyms = hmac.digest(secrets(settings)[0], b"switchboard pseudonyms of partners v1", "sha256")
    found = {
        each: Operations(
            schema,
            limits=limits_of(each.value, settings.limits),
            shows_graph=settings.shows_graph and each.value in settings.access.introspection,
            audience=each,
            pseudonyms=pseudonyms,
            sharing=len(audiences),
        )
        for each in audiences
    }
    warm_up(found.values(), settings.plans.warm_up, report=report)
    return found


def secrets(settings: Settings) -> list[bytes]:
    """The secrets that seal ids, the one that seals new ones first."""
    return [each.get_secret_value().encode() for each in settings.ids.secrets]


def scopes_of(schema: CustomerGraph) -> frozenset[str]:
    """The scopes that mean something in the graph."""
    return known_scopes(schema._schema)  # noqa: SLF001 - its graphql-core schema
