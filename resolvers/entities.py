"""
`_entities`: things of this graph that another subgraph names by one of their keys (Apollo Federation).

All representations are looked up side by side through the operation's loaders, so fifty customers cost what `customers`
with fifty keys costs. One that is wrong or unknown is null with an error at its own place, and spoils no other.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.federation.schema import FederationAny
from strawberry.types import Info

from connectors.errors import NotKnown
from connectors.numbering import NotInPlanError
from connectors.routes import NoSuchSystemError
from resolvers.context import Closed, Graph, context, operation
from resolvers.edge import Ask, edge
from resolvers.failures import BadInput, NotFound, TooCostly, Withheld
from resolvers.identity import CUSTOMER, LINE, Identity, line_of
from resolvers.ids import ForeignIdError
from resolvers.keys import OWNER
from resolvers.loaders import AccountKey, Loaders
from resolvers.query import Query
from resolvers.representations import Kind, Representation, kind_of, read
from schema.billing import Bill, BillingAccount
from schema.customer import Customer
from schema.line import Line
from schema.parts import BillingPart, Part
from schema.policy import OURS, any_of
from schema.scalars import read_msisdn
from schema.source import Ref

MAX_REPRESENTATIONS = 1000

_REF_KINDS = {Kind.CUSTOMER: CUSTOMER, Kind.LINE: LINE, Kind.ACCOUNT: "account", Kind.BILL: "bill"}

Entity = Annotated[
    Customer | Line | BillingAccount | Bill, strawberry.union("_Entity", description="What another subgraph can name.")
]


class Entities:
    """Finds what representations mean, with one operation's loaders."""

    def __init__(self, graph: Graph, loaders: Loaders, identity: Identity, *, closed: Closed) -> None:
        self._graph = graph
        self._loaders = loaders
        self._identity = identity
        self._closed = closed

    async def entity(self, value: object) -> Customer | Line | BillingAccount | Bill:
        """
        What the representation *value* means.

        A customer: CRM. An account: billing, QueryCustomerInfo. A bill: billing, QueryInvoice. A line: nobody is asked.
        Raises BadInput, NotFound, a ConnectorError or what the caller's reach has against it. Of a kind of which the
        caller may read nothing it raises Withheld, and asks nobody: that there is one says something of somebody, too.
        """
        named = read(value)
        if (missing := self._closed.get(named.kind.value)) is not None:
            raise Withheld(missing)
        ref = self._ref(named)
        if named.kind is not Kind.CUSTOMER:
            await self._admit_owner(named.kind, ref)
        try:
            match named.kind:
                case Kind.CUSTOMER:
                    return await self._customer(ref)
                case Kind.LINE:
                    return line_of(ref.key[0])
                case Kind.ACCOUNT:
                    return await self._account(ref)
                case Kind.BILL:
                    return await self._bill(ref)
        except (NotKnown, NoSuchSystemError):
            raise NotFound from None

    async def _customer(self, ref: Ref) -> Customer:
        return await self._identity.customer_numbered(ref.system, ref.key[0])

    async def _admit_owner(self, kind: Kind, ref: Ref) -> None:
        if kind is Kind.LINE:
            await self._identity.admit_owner_of_line(ref.key[0])
        else:
            await self._identity.admit_owner_of_account(ref.key[0])

    async def _account(self, ref: Ref) -> BillingAccount:
        number = ref.key[0]
        profile = await self._loaders.profile_by_account.load(AccountKey(ref.system, number))
        found = next((account for account in profile.accounts if account.account_number == number), None)
        if found is None:
            raise NotFound
        return found

    async def _bill(self, ref: Ref) -> Bill:
        # Billing has no question for one bill that takes the bill's own key; the account's bills hold it.
        bills = await self._loaders.bills_by_account.load(AccountKey(ref.system, ref.key[0]))
        found = next((bill for bill in bills if bill.ref == ref), None)
        if found is None:
            raise NotFound
        return found

    def _ref(self, named: Representation) -> Ref:
        refs = [*self._ref_of_id(named), *self._ref_of_other_key(named)]
        if len({ref.key for ref in refs}) > 1:
            raise BadInput(f"The keys of this representation of {named.kind.value} contradict each other.")
        return refs[0]

    def _ref_of_id(self, named: Representation) -> Iterator[Ref]:
        if named.id is None:
            return
        try:
            ref = self._graph.ids.open(named.id)
        except ForeignIdError:
            ref = None
        # A plain number of the CRM's, which `customer(by:)` takes as an id, is no `id` here: it would not come back.
        if ref is None:
            raise BadInput("This id was not made by this gateway. Use an `id` that this graph gave.")
        if ref.kind != _REF_KINDS[named.kind]:
            raise BadInput(f"This is the id of something else; an id of a {named.kind.value} is needed.")
        yield ref

    def _ref_of_other_key(self, named: Representation) -> Iterator[Ref]:
        if named.other is None:
            return
        if named.kind is Kind.LINE:
            yield line_of(self._normalised(named.other)).ref
        else:
            yield Ref(CUSTOMER, self._graph.routes.customers.name, (named.other,))

    def _normalised(self, text: str) -> str:
        try:
            return self._graph.numbering.normalise(read_msisdn(text))
        except (GraphQLError, NotInPlanError) as exc:
            raise BadInput(str(exc)) from None


def _parts(arguments: Mapping[str, Any]) -> frozenset[Part]:
    """What finding the entities needs of billing: the accounts themselves, where one is meant."""
    representations = arguments["representations"]
    if any(kind_of(each) is Kind.ACCOUNT for each in representations[:MAX_REPRESENTATIONS]):
        return frozenset({BillingPart.ACCOUNTS})
    return frozenset()


# Strawberry's own field of this name fails as a whole for one bad representation and tells Python's texts.
@edge(
    Query,
    name="_entities",
    description="For federation routers: things named by one of their keys. What cannot be given is null, with an "
    "error of its own.",
    asks=(Ask("customers", "customers"), Ask("billing", "profile"), Ask("billing", "bills")),
    whose=OWNER,
    parts_of_arguments=_parts,
    scopes=(any_of("customer:read", "line:read", "billing:read"),),
    audiences=OURS,
)
async def _entities(info: Info[Any, Any], representations: list[FederationAny]) -> list[Entity | None]:
    operation(info).representations += len(representations)
    await asyncio.sleep(0)  # By then every `_entities` of the operation has counted its own, and nobody has been asked.
    if operation(info).representations > MAX_REPRESENTATIONS:
        raise TooCostly(f"At most {MAX_REPRESENTATIONS} representations can be resolved at once; send them in parts.")
    here = context(info)
    entities = Entities(here.graph, here.loaders, Identity(here), closed=here.closed)
    # An exception in the list becomes an error at that place and leaves the others alone.
    found: list[Any] = await asyncio.gather(*map(entities.entity, representations), return_exceptions=True)
    return found
