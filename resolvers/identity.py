"""How a key becomes a customer or a line: which systems are asked, in which order, and when an answer is ambiguous."""

from collections.abc import Awaitable
from typing import NamedTuple, TypeVar

from connectors.capabilities import BillingProfile
from connectors.errors import NotKnown, TooManyCalls
from connectors.guard import subject
from connectors.guard.record import RECORD
from connectors.routes import NoSuchSystemError
from resolvers.context import Context
from resolvers.failures import AmbiguousIdentity, GraphFailure, NotFound
from resolvers.keys import CustomerKey, LineKey, given
from resolvers.names import CUSTOMER, LINE, By, Name, customer_name, line_name
from resolvers.reach import Reach
from schema.customer import Customer
from schema.line import Line
from schema.source import Ref, Source

__all__ = ["CUSTOMER", "LINE", "Identity", "line_of"]

T = TypeVar("T")


def line_of(msisdn: str) -> Line:
    """The line of a number in E.164 digits. No system is asked: whether anybody knows it shows at its edges."""
    return Line(ref=Ref(LINE, "", (msisdn,)), msisdn=msisdn)  # type: ignore[arg-type]


class Identity:
    """
    Finds out who is meant. One operation's loaders keep every answer on the way for the edges that follow.

    Who somebody was found to be not long ago is not asked again, unless the caller's identities are always confirmed.
    """

    def __init__(self, context: Context) -> None:
        self._graph = context.graph
        self._reach = context.reach
        self._loaders = context.loaders
        self._recollection = context.recollection

    async def customer(self, key: CustomerKey) -> Customer:
        """
        The customer that *key* names.

        id and party id: CRM. Number, account: billing, then CRM by the account. IMSI: HSS, billing, CRM.
        Raises NotFound, AmbiguousIdentity, BadInput, a ConnectorError or what the caller's reach has against it.
        """
        return await self._within_reach(customer_name(*given(key), self._graph))

    async def line(self, key: LineKey) -> Line:
        """
        The line that *key* names. Only an IMSI costs a question, to the HSS.

        For a caller that may not read about everybody it is found out whose line it is, as `customer` does.
        """
        by_imsi = given(key)[0] == "imsi"
        try:
            line = await self._line(key)
        except NotFound as failure:
            raise self._unknown(failure) from None
        _concerns(subject.line(line.msisdn))
        admitting = self.admit_owner_of_line(line.msisdn)
        await (self._further(admitting) if by_imsi else admitting)
        return line

    async def customer_numbered(self, system: str, number: str) -> Customer:
        """The customer that one CRM has under this number. Raises as `customer`."""
        return await self._within_reach(Name(By.NUMBER, number, system))

    async def admit_owner_of_line(self, msisdn: str) -> None:
        """Raise when the caller may not read about the customer whose line it is. Asks billing and CRM."""
        _concerns(subject.line(msisdn))
        if self._reach is not None:
            await self._within_reach(Name(By.MSISDN, msisdn))

    async def admit_owner_of_account(self, number: str) -> None:
        """Raise when the caller may not read about the customer whose account has this *number*. Asks CRM."""
        if self._reach is not None:
            await self._within_reach(Name(By.ACCOUNT, number))

    async def _within_reach(self, name: Name) -> Customer:
        try:
            found = await self._known_customer(name)
        except (NotFound, AmbiguousIdentity) as failure:
            raise self._unknown(failure) from None
        _concerns(subject.customer(found.customer_number))
        if self._reach is not None:
            await self._admit(found, self._reach)
        return found

    async def _admit(self, found: Customer, reach: Reach) -> None:
        try:
            await reach.admit(found)
        except Exception:
            _tell_no_cost()
            raise

    def _unknown(self, failure: GraphFailure) -> GraphFailure:
        if self._reach is None:
            return failure
        _tell_no_cost()
        return self._reach.unknown(failure)

    async def _further(self, asked: Awaitable[T]) -> T:
        """
        What another system says of somebody whom one has found.

        Where the operation may not ask it any more, whoever may not read about everybody must not learn that one has.
        """
        try:
            return await asked
        except TooManyCalls:
            if self._reach is None:
                raise
            raise self._unknown(NotFound()) from None

    async def _known_customer(self, name: Name) -> Customer:
        try:
            return await self._customer(name)
        except NotKnown:
            raise NotFound from None

    async def _line(self, key: LineKey) -> Line:
        name = line_name(*given(key), self._graph)
        if name.by is not By.IMSI:
            return line_of(name.value)
        try:
            return line_of(self._recollection.trusted_sim(name.value) or (await self._network(name)).msisdn)
        except NotKnown:
            raise NotFound from None

    async def _customer(self, name: Name) -> Customer:
        if name.by is By.NUMBER:
            return await self._by_number(name.system, name.value)
        if name.by is By.PARTY:
            return await self._by_party(name)
        return await self._trusted(name) or await self._confirmed(name)

    async def _by_number(self, system: str, number: str) -> Customer:
        try:
            found = await self._loaders.customer_by_id(system).load(number)
        except NoSuchSystemError:
            raise NotFound from None
        self._recollection.met(found)
        return found

    async def _by_party(self, name: Name) -> Customer:
        try:
            found = _only(await self._loaders.customers_by_party.load(name.value))
        except (NotKnown, NotFound, AmbiguousIdentity):
            self._recollection.forget(name)
            raise
        self._recollection.learn(name, found, accounts=(), sources=())
        return found

    async def _trusted(self, name: Name) -> Customer | None:
        who = self._recollection.trusted(name)
        if who is None:
            return None
        try:
            return await self._by_number(who.system, who.number)
        except (NotKnown, NotFound):
            self._recollection.forget(name)
            return None

    async def _confirmed(self, name: Name) -> Customer:
        try:
            profile, sources = await self._profile(name)
            accounts = _account_numbers(profile)
            found = _only(await self._further(self._loaders.customers_by_accounts.load(accounts)))
        except (NotKnown, NotFound, AmbiguousIdentity):
            self._recollection.forget(name)
            raise
        self._loaders.customer_by_id(found.ref.system).prime(found.customer_number, found)
        self._recollection.learn(name, found, accounts=accounts, sources=sources)
        return found

    async def _profile(self, name: Name) -> tuple[BillingProfile, list[Source]]:
        sources: list[Source] = []
        if name.by is By.ACCOUNT:
            found = await self._loaders.profile_of_account(name.value)
        else:
            if name.by is not By.IMSI:
                found = await self._loaders.profile_by_number.load(name.value)
            else:
                # Together with the number's customer: both were right at one time, not each at its own.
                subscription = await self._network(name)
                sources = [subscription.source]
                found = await self._further(self._loaders.profile_by_number.load(subscription.msisdn))
            self._loaders.remember(found.system, found.value)
        return found.value, [*sources, *(account.source for account in found.value.accounts)]

    async def _network(self, name: Name) -> "_Subscription":
        try:
            network = await self._loaders.network_by_imsi.load(name.value)
        except NotKnown:
            self._recollection.forget(name)
            raise
        if network.msisdn is None:
            self._recollection.forget(name)
            raise NotFound
        self._loaders.network_by_line.prime(network.msisdn, network)
        self._recollection.learn_sim(name.value, network.msisdn, network.source)
        return _Subscription(network.msisdn, network.source)


def _tell_no_cost() -> None:
    # Which systems were asked, and how often, tells how far on the way somebody was found.
    record = RECORD.get()
    if record is not None:
        record.tells_cost = False


def _concerns(who: subject.Subject) -> None:
    record = RECORD.get()
    if record is not None:
        record.concerns(who)


class _Subscription(NamedTuple):
    """The number of a SIM, as the network has just told it."""

    msisdn: str
    source: Source


def _account_numbers(profile: BillingProfile) -> tuple[str, ...]:
    if not profile.accounts:
        raise NotFound
    return tuple(account.account_number for account in profile.accounts)


def _only(customers: tuple[Customer, ...]) -> Customer:
    found = {customer.customer_number: customer for customer in customers}
    if len(found) > 1:
        raise AmbiguousIdentity
    if not found:
        raise NotFound
    return next(iter(found.values()))
