"""Whom a caller is to the graph: which view of it, with which rights, and by which names it knows things."""

import collections
import dataclasses
import datetime as dt
import hmac
from collections.abc import Callable, Mapping, Sequence

from connectors.terms import Criticality, Terms
from gateway.access.client_settings import ClientSettings
from gateway.access.gatekeeper import Caller
from gateway.access.settings import AccessSettings
from gateway.consent import Ledger
from gateway.demand.client import ClientDemand
from gateway.demand.demand import Demand
from gateway.demand.settings import DemandChanges, DemandSettings
from gateway.operations.operation import Operations
from gateway.policy.asker import Asker
from gateway.policy.by_consent import reach_of_partner
from gateway.policy.own import OwnCustomer, OwnCustomerWith
from gateway.policy.rights import UNMASKING, Rights, rights_of
from resolvers.context import Graph
from resolvers.ids import IdCodec
from resolvers.reach import Reach
from resolvers.stand_ins import StandIns
from schema.policy import Audience, DataClass
from schema.viewer import Viewer

MAX_REMEMBERED = 4096
"""Callers whose rights are worked out. Of customers who ask themselves there may be more; it takes microseconds."""


@dataclasses.dataclass(frozen=True, slots=True)
class Who:
    """Who asks, and all that hangs on it."""

    criticality: Criticality
    operations: Operations
    graph: Graph
    asker: Asker | None = None
    client_id: str | None = None
    """The client's name in the registry; None where clients are not told apart."""

    demand: ClientDemand | None = None
    """How much it may ask; None: as much as it likes."""


class Askers:
    """The registered clients' places in the graph. *graphs* has a view of it for each audience that a client is of."""

    def __init__(
        self,
        settings: AccessSettings,
        graphs: Mapping[Audience, Operations],
        graph: Graph,
        *,
        scopes: frozenset[str],
        secrets: Sequence[bytes],
        ledger: Ledger,
        demand: Demand,
        demands: DemandSettings,
    ) -> None:
        self._ledger = ledger
        self._clients = settings.clients
        self._clear = {
            purpose: frozenset(DataClass[name.upper()] for name in each.unmasks)
            for purpose, each in settings.purposes.items()
        }
        self._graphs = graphs
        # By the same secret for all of them: whoever is asked about by two clients is asked about by the same stand-in.
        forms = settings.stand_ins
        graph = dataclasses.replace(graph, stand_ins=StandIns(secrets[0], party=forms.party, account=forms.account))
        # A token may hold scopes that mean nothing here. Those are not to make its rights other than another one's.
        self._scopes = scopes | set(UNMASKING)
        self._by_client = {name: self._graph_of(name, each, graph, secrets) for name, each in settings.clients.items()}
        self._demands = demands
        self._of = demand.of
        self._demand = {name: self._limited(name, None) for name in settings.clients}
        self._known: collections.OrderedDict[Caller, Who] = collections.OrderedDict()

    def who(self, caller: Caller) -> Who:
        """Who *caller* is to the graph. It is one of the registered clients."""
        found = self._known.get(caller)
        if found is None:
            found = self._known[caller] = self._worked_out(caller)
            if len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(caller)
        return found

    def limit(self, changes: Mapping[str, DemandChanges]) -> None:
        """From now on the clients of these *changes*, and no others, may ask other than the settings say."""
        for name in self._clients:
            self._limited(name, changes.get(name))

    def _limited(self, name: str, changes: DemandChanges | None) -> ClientDemand:
        client = self._clients[name]
        usual = self._demands.of(client.audience, client.demand)
        # The same object each time: operations that are under way are counted on.
        return self._of(name, client.audience, usual if changes is None else changes.over(usual))

    def _worked_out(self, caller: Caller) -> Who:
        client = self._clients[caller.client_id]
        audience = Audience(client.audience)
        rights = rights_of(
            audience,
            caller.scopes & self._scopes,
            # Also a purpose that the client may not name bounds what is seen: a token for it is one for little else.
            clear_for_purpose=self._clear_for(caller.purposes | caller.other_purposes),
            pseudonymous=caller.client_id if audience is Audience.PARTNER else None,
        )
        graph = self._by_client[caller.client_id]
        reach = self._reach(caller, client, graph)
        asker = Asker(
            rights,
            whose=_whose(rights, caller),
            reach=reach,
            reach_changes=audience is Audience.PARTNER,
            refuses=client.forbidden == "refuse",
            viewer=_viewer(caller, rights),
            subject=caller.subject,
            case=caller.case,
            purpose=" ".join(sorted(caller.purposes)) or None,
        )
        name = caller.client_id
        return Who(caller.criticality, self._graphs[audience], graph, asker, name, self._demand[name])

    def _reach(self, caller: Caller, client: ClientSettings, graph: Graph) -> Callable[[Terms], Reach] | None:
        own = None if caller.customer is None else OwnCustomer(caller.customer, graph.routes.customers.name)
        if client.audience != "partner":
            return own
        partners = reach_of_partner(
            caller.client_id, client, caller.purposes, self._ledger, not_its_own=caller.other_purposes
        )
        return partners if own is None else OwnCustomerWith(own, partners)

    def _clear_for(self, purposes: frozenset[str]) -> frozenset[DataClass] | None:
        if not purposes:
            return None
        nothing: frozenset[DataClass] = frozenset()
        # Of several purposes none may be stretched by another.
        return frozenset.intersection(*(self._clear.get(each, nothing) for each in purposes))

    def _graph_of(self, name: str, client: ClientSettings, graph: Graph, secrets: Sequence[bytes]) -> Graph:
        if client.audience != "partner":
            return graph
        # Ids are sealed for the partner alone: to every other they are strange, and nobody can put lists together.
        purpose = b"switchboard ids of a partner v1\0" + name.encode()
        return dataclasses.replace(graph, ids=IdCodec([hmac.digest(each, purpose, "sha256") for each in secrets]))


def _whose(rights: Rights, caller: Caller) -> bytes:
    told = (
        rights.audience.value,
        sorted(rights.scopes),
        sorted(rights.clear),
        caller.client_id if rights.audience is Audience.PARTNER else None,
        sorted(caller.purposes),
        caller.customer,
    )
    return repr(told).encode()


def _viewer(caller: Caller, rights: Rights) -> Viewer:
    return Viewer(
        client_id=caller.client_id,
        audience=rights.audience.value,
        scopes=sorted(rights.scopes),
        purposes=sorted(caller.purposes),
        unmasked=[each.name.lower() for each in sorted(rights.clear)],
        expires_at=dt.datetime.fromtimestamp(caller.expires_at, dt.UTC),
    )
