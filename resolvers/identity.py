"""How a key becomes a customer or a line: which systems are asked, in which order, and when an answer is ambiguous."""

from connectors.capabilities import BillingProfile
from connectors.errors import NotKnown
from connectors.numbering import NotInPlanError
from connectors.routes import NoSuchSystemError
from resolvers.context import Graph
from resolvers.failures import AmbiguousIdentity, BadInput, NotFound
from resolvers.ids import ForeignIdError
from resolvers.keys import CustomerKey, LineKey, given
from resolvers.loaders import Loaders
from schema.customer import Customer
from schema.line import Line
from schema.source import Ref

CUSTOMER = "customer"
LINE = "line"


def line_of(msisdn: str) -> Line:
    """The line of a number in E.164 digits. No system is asked: whether anybody knows it shows at its edges."""
    return Line(ref=Ref(LINE, "", (msisdn,)), msisdn=msisdn)  # type: ignore[arg-type]


class Identity:
    """Finds out who is meant. One operation's loaders keep every answer on the way for the edges that follow."""

    def __init__(self, graph: Graph, loaders: Loaders) -> None:
        self._graph = graph
        self._loaders = loaders

    async def customer(self, key: CustomerKey) -> Customer:
        """
        The customer that *key* names.

        id and party id: CRM. Number, account: billing, then CRM by the account. IMSI: HSS, billing, CRM.
        Raises NotFound, AmbiguousIdentity, BadInput or a ConnectorError.
        """
        kind, value = given(key)
        try:
            match kind:
                case "id":
                    return await self._customer_by_id(value)
                case "party_id":
                    return _only(await self._loaders.customers_by_party.load(value))
                case "msisdn":
                    return await self._customer_by_msisdn(self._normalised(value))
                case "imsi":
                    return await self._customer_by_msisdn(await self._msisdn_of(value))
                case _:
                    return await self._customer_by_account(value)
        except NotKnown:
            raise NotFound from None

    async def line(self, key: LineKey) -> Line:
        """The line that *key* names. Only an IMSI costs a question, to the HSS."""
        kind, value = given(key)
        match kind:
            case "id":
                ref = self._opened(value, LINE)
                if ref is None:
                    raise BadInput("This is not an id of a line. Use the `id` that this graph gave.")
                return line_of(ref.key[0])
            case "msisdn":
                return line_of(self._normalised(value))
            case _:
                try:
                    return line_of(await self._msisdn_of(value))
                except NotKnown:
                    raise NotFound from None

    async def _customer_by_id(self, text: str) -> Customer:
        ref = self._opened(text, CUSTOMER)
        system, number = (ref.system, ref.key[0]) if ref else (self._graph.routes.customers.name, text)
        try:
            return await self._loaders.customer_by_id(system).load(number)
        except NoSuchSystemError:
            raise NotFound from None

    async def _customer_by_msisdn(self, msisdn: str) -> Customer:
        found = await self._loaders.profile_by_number.load(msisdn)
        self._loaders.remember(found.system, found.value)
        return await self._customer_of(found.value)

    async def _customer_by_account(self, number: str) -> Customer:
        return await self._customer_of((await self._loaders.profile_of_account(number)).value)

    async def _customer_of(self, profile: BillingProfile) -> Customer:
        account_numbers = tuple(account.account_number for account in profile.accounts)
        if not account_numbers:
            raise NotFound
        found = _only(await self._loaders.customers_by_accounts.load(account_numbers))
        self._loaders.customer_by_id(found.ref.system).prime(found.customer_number, found)
        return found

    async def _msisdn_of(self, imsi: str) -> str:
        network = await self._loaders.network_by_imsi.load(imsi)
        if network.msisdn is None:
            raise NotFound
        self._loaders.network_by_line.prime(network.msisdn, network)
        return network.msisdn

    def _normalised(self, msisdn: str) -> str:
        try:
            return self._graph.numbering.normalise(msisdn)
        except NotInPlanError as exc:
            raise BadInput(str(exc)) from None

    def _opened(self, text: str, kind: str) -> Ref | None:
        try:
            ref = self._graph.ids.open(text)
        except ForeignIdError:
            raise BadInput("This id was not made by this gateway. Use an `id` that this graph gave.") from None
        if ref is not None and ref.kind != kind:
            raise BadInput(f"This is the id of something else; an id of a {kind} is needed.")
        return ref


def _only(customers: tuple[Customer, ...]) -> Customer:
    found = {customer.customer_number: customer for customer in customers}
    if len(found) > 1:
        raise AmbiguousIdentity
    if not found:
        raise NotFound
    return next(iter(found.values()))
