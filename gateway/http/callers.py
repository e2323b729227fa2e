"""Who sends a request: by its access token where tokens are wanted, else by what the operator's proxy says of it."""

from typing import Protocol

from starlette.types import Scope

from connectors.terms import Criticality
from gateway.access.gatekeeper import AccessRefused, Gatekeeper
from gateway.askers import Askers, Who
from gateway.callers import CallerSettings, Classes
from gateway.http.fields import text
from gateway.http.origins import Origins
from gateway.http.presented import presented_of
from gateway.operations.operation import Operations
from resolvers.context import Graph


class Callers(Protocol):
    """Tells who sends a request."""

    async def who(self, scope: Scope) -> Who:
        """Who sends the request of *scope*. Nothing of its body is read. Raises AccessRefused."""


class Anybody:
    """Whoever reaches the address: all may ask everything, and differ by their class alone."""

    def __init__(self, operations: Operations, graph: Graph, settings: CallerSettings) -> None:
        self._classes = Classes(settings)
        self._who = {each: Who(each, operations, graph) for each in Criticality}

    async def who(self, scope: Scope) -> Who:
        """Somebody of the class that the request's header says, if a header says it."""
        header = self._classes.header
        return self._who[self._classes.of(None if header is None else text(scope, header))]


class Registered:
    """Clients that the operator knows, by their access tokens."""

    def __init__(self, gatekeeper: Gatekeeper, askers: Askers, origins: Origins) -> None:
        self._gatekeeper = gatekeeper
        self._askers = askers
        self._origins = origins

    async def who(self, scope: Scope) -> Who:
        """The client whose token the request shows."""
        caller = await self._gatekeeper.caller(presented_of(scope))
        if not self._origins.is_of(caller.client_id, scope):
            # A token of one client in a page of another has been taken from it.
            raise AccessRefused(403, "FORBIDDEN")
        return self._askers.who(caller)
