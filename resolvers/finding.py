"""
From a name to the customer or the line: which systems are asked, in which order, and when an answer is ambiguous.

For a caller that may not read about everybody it is the same walk whether somebody is there or not: where a system
knows nobody, the next ones are asked about a stand-in (`resolvers.stand_ins`), and what they say of it is passed over.
That a system is ill, slow, or asked at all so tells nothing about whoever is meant.
"""

import contextlib
from collections.abc import Awaitable
from typing import NamedTuple, TypeVar

from connectors.capabilities import BillingProfile
from connectors.errors import NotKnown, Rejected, TooManyCalls
from connectors.routes import NoSuchSystemError
from resolvers.context import Context
from resolvers.failures import AmbiguousIdentity, NotFound
from resolvers.loaders import AccountKey
from resolvers.names import LINE, By, Name
from schema.customer import Customer
from schema.line import Line
from schema.source import Ref, Source

T = TypeVar("T")

_NOBODY = (NotKnown, NotFound, AmbiguousIdentity)
"""What is raised where a key leads to nobody, or to several."""


def line_of(msisdn: str) -> Line:
    """The line of a number in E.164 digits. No system is asked: whether anybody knows it shows at its edges."""
    return Line(ref=Ref(LINE, "", (msisdn,)), msisdn=msisdn)  # type: ignore[arg-type]


class Finding:
    """
    Asks the systems. With *hides* its caller may not learn who is there.

    Who somebody was found to be not long ago is not asked again, unless the caller's identities are always confirmed.
    """

    def __init__(self, context: Context, *, hides: bool) -> None:
        self._graph = context.graph
        self._loaders = context.loaders
        self._recollection = context.recollection
        self._hides = hides
        self.silent: dict[Name, Exception] = {}
        """By name: why the first of several systems did not say whether it knows it, though another one does."""

    async def customer(self, name: Name) -> Customer:
        """The customer behind *name*. Raises NotFound, AmbiguousIdentity, or ConnectorError."""
        try:
            return await self._customer(name)
        except NotKnown:
            raise NotFound from None

    async def line(self, name: Name) -> Line:
        """The line behind *name*. Only an IMSI costs a question. Raises as `customer`."""
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
            accounts, sources = await self._accounts(name)
            found = _only(await self._further(self._loaders.customers_by_accounts.load(accounts)))
        except _NOBODY:
            self._recollection.forget(name)
            raise
        self._loaders.customer_by_id(found.ref.system).prime(found.customer_number, found)
        self._recollection.learn(name, found, accounts=accounts, sources=sources)
        return found

    async def _accounts(self, name: Name) -> tuple[tuple[str, ...], list[Source]]:
        try:
            profile, sources = await self._profile(name)
            return _account_numbers(profile), sources
        except _NOBODY:
            await self._ask_crm_about_nobody(name)
            raise

    async def _profile(self, name: Name) -> tuple[BillingProfile, list[Source]]:
        sources: list[Source] = []
        if name.by is By.ACCOUNT:
            found = await self._loaders.profile_of_account(name.value)
        else:
            msisdn = name.value
            if name.by is By.IMSI:
                # Together with the number's customer: both were right at one time, not each at its own.
                subscription = await self._subscription(name)
                msisdn, sources = subscription.msisdn, [subscription.source]
            asked = self._loaders.profile_by_number.load(msisdn)
            found = await (self._further(asked) if name.by is By.IMSI else asked)
            self._loaders.remember(found.system, found.value)
        if found.failures:
            self.silent.setdefault(name, found.failures[0])
        return found.value, [*sources, *(account.source for account in found.value.accounts)]

    async def _subscription(self, name: Name) -> "_Subscription":
        try:
            return await self._network(name)
        except _NOBODY:
            await self._ask_billing_about_nobody(name)
            raise

    async def _network(self, name: Name) -> "_Subscription":
        try:
            found = await self._loaders.network_by_imsi.load(name.value)
        except NotKnown:
            self._recollection.forget(name)
            raise
        network = found.value
        if found.failures:
            self.silent[name] = found.failures[0]
        if network.msisdn is None:
            self._recollection.forget(name)
            raise NotFound
        self._loaders.network_by_line.prime(network.msisdn, network)
        self._recollection.learn_sim(name.value, network.msisdn, network.source)
        return _Subscription(network.msisdn, network.source)

    async def _ask_billing_about_nobody(self, name: Name) -> None:
        if not self._hides:
            return
        # By an account: a number of the plan could be somebody's. Which system would be asked the number alone could
        # say, or the operator.
        stand_ins, billing = self._graph.stand_ins, self._graph.routes.billing
        systems = billing.of_imsi(name.value) or tuple(billing.by_name)
        key = AccountKey(stand_ins.one_of(name, systems), stand_ins.account(name))
        with contextlib.suppress(Rejected, TooManyCalls):
            await self._loaders.profile_by_account.load(key)

    async def _ask_crm_about_nobody(self, name: Name) -> None:
        if not self._hides:
            return
        with contextlib.suppress(Rejected, TooManyCalls):
            await self._loaders.customers_by_accounts.load((self._graph.stand_ins.account(name),))

    async def _further(self, asked: Awaitable[T]) -> T:
        """
        What another system says of somebody whom one has found.

        Where the operation may not ask it any more, whoever may not read about everybody must not learn that one has.
        """
        try:
            return await asked
        except TooManyCalls:
            if not self._hides:
                raise
            raise NotFound from None


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
