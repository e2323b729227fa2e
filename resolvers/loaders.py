"""Every loader of one operation, named value-by-key. Keys name the system where an id or another answer said which."""

import datetime as dt
from typing import NamedTuple

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.clock import Clock
from connectors.routes import Routes
from connectors.terms import Terms
from resolvers.lazily import lazily
from resolvers.loader import Loader, all_at_once, one_by_one
from resolvers.memory import IdentityMemory
from resolvers.needs import parts_by_system
from resolvers.several import Found, Merged, each_part, only, the_one_that_knows
from schema.billing import AccountBalance, Bill, Payment
from schema.customer import Customer, PartyRef
from schema.network import NetworkProfile
from schema.parts import BillingPart, CustomerPart, Part
from schema.party import Party
from schema.recharge import Accumulator, Balance, PrepaidAccount, Recharge


class AccountKey(NamedTuple):
    """An account of one billing system, by its number."""

    system: str
    number: str


class AccountRef(NamedTuple):
    """An account as billing itself gave it: with the system's own key beside the number."""

    system: str
    number: str
    key: str


class Loaders:
    """Built for one operation: the parts it needs and its deadline go into every question. Made at first use, each."""

    def __init__(
        self,
        routes: Routes,
        *,
        parts: frozenset[Part],
        within: Terms,
        now: dt.datetime,
        history: dt.timedelta,
        memory: IdentityMemory | None = None,
        preceding: frozenset[tuple[str, str]] = frozenset(),
        clock: Clock | None = None,
        others_lines: bool = True,
    ) -> None:
        self._routes = routes
        self._parts = parts_by_system(parts)
        self._within = within
        self._now = now
        self._history = history
        self._memory = memory
        self._preceding = preceding
        self._clock = clock
        self.others_lines = others_lines
        """Whether lines may be told of that hang on accounts of another customer whom billing takes for the same."""

        self._customers: dict[str, Loader[str, Customer]] = {}
        self._parties: dict[str, Loader[PartyRef, Party]] = {}

    def let_go(self) -> None:
        """
        Forget what was loaded: nobody will ask any more. Calls that are still under way end by themselves.

        A loader's question refers to the others here, in circles that only the garbage collector would find, and with
        them all that the systems said.
        """
        self._customers.clear()
        self._parties.clear()
        for name in [name for name, each in vars(self).items() if isinstance(each, Loader)]:
            delattr(self, name)

    def give_up(self) -> None:
        """Stop every question that was begun. Calls end with it, as far as no other operation shares them."""
        for each in (*self._customers.values(), *self._parties.values(), *vars(self).values()):
            if isinstance(each, Loader):
                each.give_up()

    def _within_of(self, capability: str, operation: str) -> Terms:
        """
        The terms of a question that tells who or what is meant.

        Where others wait for its answer, it leaves them some of the time. Questions that are asked for their own sake
        have all of it.
        """
        if self._clock is None or (capability, operation) not in self._preceding:
            return self._within
        return self._within.before_others(self._clock)

    def customer_by_id(self, system: str) -> Loader[str, Customer]:
        """Customers of one CRM by its own ids."""
        if system not in self._customers:
            crm = self._routes.customers[system]
            self._customers[system] = all_at_once(
                lambda ids: crm.customers(
                    ids, parts=self._parts.customer, within=self._within_of("customers", "customers")
                ),
                system=system,
            )
        return self._customers[system]

    def party_by_ref(self, system: str) -> Loader[PartyRef, Party]:
        """Parties of one CRM."""
        if system not in self._parties:
            crm = self._routes.customers[system]
            self._parties[system] = all_at_once(
                lambda refs: crm.parties(refs, parts=self._parts.party, within=self._within), system=system
            )
        return self._parties[system]

    def systems_of_account(self, account_number: str) -> tuple[str, ...]:
        """The billing systems that may have an account that the CRM names."""
        return self._routes.billing.of_account(account_number)

    def accounts_of_number(self, account_number: str) -> tuple[AccountKey, ...]:
        """The accounts that a number of the CRM's may mean, one in each billing system that may have it."""
        return tuple([AccountKey(system, account_number) for system in self.systems_of_account(account_number)])

    async def profile_of_account(self, account_number: str) -> Found[BillingProfile]:
        """What the billing system that has this account says of its customer."""
        found = await the_one_that_knows(
            self.systems_of_account(account_number),
            lambda system: self.profile_by_account.load(AccountKey(system, account_number)),
        )
        self.remember(found.system, found.value)
        return found

    def remember(self, system: str, profile: BillingProfile) -> None:
        """Keep what one billing answer says about all its accounts and lines, so that none is asked for again."""
        parts = self._parts.billing
        if BillingPart.ACCOUNTS in parts:
            for account in profile.accounts:
                self.profile_by_account.prime(AccountKey(system, account.account_number), profile)
        if BillingPart.SUBSCRIBERS in parts:
            for subscriber in profile.subscribers:
                self.profile_by_number.prime(subscriber.msisdn, Found(system, profile))

    @lazily
    def customers_by_party(self) -> Loader[str, tuple[Customer, ...]]:
        """Every customer that a party is."""
        return one_by_one(self._customers_of_party)

    async def _customers_of_party(self, party_id: str) -> tuple[Customer, ...]:
        crm = self._routes.customers
        parts = self._parts.customer
        within = self._within_of("customers", "customers_of_party")
        return (await crm[crm.name].customers_of_party(party_id, parts=parts, within=within)).value

    @lazily
    def customers_by_accounts(self) -> Loader[tuple[str, ...], tuple[Customer, ...]]:
        """Every customer that one of several accounts belongs to."""
        return Loader(self._customers_of)

    async def _customers_of(self, groups: list[tuple[str, ...]]) -> list[tuple[Customer, ...] | BaseException]:
        # Many customers found by their numbers become one question: whose are all these accounts?
        crm = self._routes.customers
        # To tell afterwards whose is whose, the answer has to say which accounts each customer has.
        parts = self._parts.customer | ({CustomerPart.ACCOUNTS} if len(groups) > 1 else set())
        numbers = list(dict.fromkeys(number for group in groups for number in group))
        within = self._within_of("customers", "customers_of_accounts")
        answer = await crm[crm.name].customers_of_accounts(numbers, parts=parts, within=within)
        if len(groups) == 1:
            return [answer.value]
        return [tuple(found for found in answer.value if set(group) & set(found.account_numbers)) for group in groups]

    @lazily
    def profile_by_number(self) -> Loader[str, Found[BillingProfile]]:
        """What the billing system that has a line says of its customer."""
        return one_by_one(self._profile_of_number)

    async def _profile_of_number(self, msisdn: str) -> Found[BillingProfile]:
        key = BillingKey(BillingKeyKind.MSISDN, msisdn)
        systems = self._routes.billing.of_number(msisdn)
        return await the_one_that_knows(systems, lambda system: self._profile(system, key))

    @lazily
    def profile_by_account(self) -> Loader[AccountKey, BillingProfile]:
        """What one billing system says of an account's customer."""
        return one_by_one(self._profile_of_account)

    async def _profile_of_account(self, key: AccountKey) -> BillingProfile:
        return await self._profile(key.system, BillingKey(BillingKeyKind.ACCOUNT, key.number))

    async def _profile(self, system: str, key: BillingKey) -> BillingProfile:
        billing = self._routes.billing[system]
        within = self._within_of("billing", "profile")
        profile = (await billing.profile(key, parts=self._parts.billing, within=within)).value
        if self._memory is not None:
            asked = key.value if key.kind is BillingKeyKind.ACCOUNT else None
            self._memory.learn_profile(system, profile, parts=self._parts.billing, asked=asked)
        return profile

    @lazily
    def bills_by_account(self) -> Loader[AccountKey, tuple[Bill, ...]]:
        """Bills of one account, newest first."""
        return one_by_one(self._bills)

    async def _bills(self, key: AccountKey) -> tuple[Bill, ...]:
        billing = self._routes.billing[key.system]
        return (await billing.bills(key.number, period=self._period, within=self._within)).value

    @lazily
    def payments_by_account(self) -> Loader[AccountKey, tuple[Payment, ...]]:
        """Payments onto one account, newest first."""
        return one_by_one(self._payments)

    async def _payments(self, key: AccountKey) -> tuple[Payment, ...]:
        billing = self._routes.billing[key.system]
        return (await billing.payments(key.number, period=self._period, within=self._within)).value

    @lazily
    def balance_by_account(self) -> Loader[AccountRef, AccountBalance]:
        """What is on one account now."""
        return one_by_one(self._balance)

    async def _balance(self, account: AccountRef) -> AccountBalance:
        billing = self._routes.billing[account.system]
        return (await billing.balance(account.number, account_key=account.key, within=self._within)).value

    @lazily
    def network_by_line(self) -> Loader[str, NetworkProfile]:
        """The network's subscription of a number."""
        return one_by_one(self._network_of_line)

    async def _network_of_line(self, msisdn: str) -> NetworkProfile:
        network, within = self._routes.network, self._within
        systems = network.of_number(msisdn)
        return (await only(systems, lambda system: network[system].profile_by_msisdn(msisdn, within=within))).value

    @lazily
    def network_by_imsi(self) -> Loader[str, Found[NetworkProfile]]:
        """The subscription of a SIM in the network that knows it."""
        return one_by_one(self._network_of_sim)

    async def _network_of_sim(self, imsi: str) -> Found[NetworkProfile]:
        network, within = self._routes.network, self._within_of("network", "profile_by_imsi")

        async def of(system: str) -> NetworkProfile:
            return (await network[system].profile_by_imsi(imsi, within=within)).value

        return await the_one_that_knows(network.of_imsi(imsi), of)

    @lazily
    def balances_by_line(self) -> Loader[str, tuple[Balance, ...]]:
        """Prepaid balances of a number."""
        return one_by_one(self._balances)

    async def _balances(self, msisdn: str) -> tuple[Balance, ...]:
        recharging, within = self._routes.recharging, self._within
        systems = recharging.of_number(msisdn)
        return (await only(systems, lambda system: recharging[system].balances(msisdn, within=within))).value

    @lazily
    def prepaid_by_line(self) -> Loader[str, PrepaidAccount]:
        """The prepaid account behind a number."""
        return one_by_one(self._prepaid_account)

    async def _prepaid_account(self, msisdn: str) -> PrepaidAccount:
        recharging, parts, within = self._routes.recharging, self._parts.prepaid, self._within
        found = await only(
            recharging.of_number(msisdn),
            lambda system: recharging[system].prepaid_account(msisdn, parts=parts, within=within),
        )
        return found.value

    @lazily
    def accumulators_by_line(self) -> Loader[str, tuple[Accumulator, ...]]:
        """Usage counters of a number."""
        return one_by_one(self._accumulators)

    async def _accumulators(self, msisdn: str) -> tuple[Accumulator, ...]:
        recharging, within = self._routes.recharging, self._within
        systems = recharging.of_number(msisdn)
        return (await only(systems, lambda system: recharging[system].accumulators(msisdn, within=within))).value

    @lazily
    def recharges_by_line(self) -> Loader[str, Merged[tuple[Recharge, ...]]]:
        """Recharges of a number, a part for each system that has a history of it."""
        return one_by_one(self._recharges)

    async def _recharges(self, msisdn: str) -> Merged[tuple[Recharge, ...]]:
        async def of(system: str) -> tuple[Recharge, ...]:
            return (await history[system].recharges(msisdn, period=self._period, within=self._within)).value

        # Not the one that knows: a line that moved from one system to another has a past in both.
        history = self._routes.recharge_history
        return await each_part(history.of_number(msisdn), of)

    @lazily
    def _period(self) -> Period:
        # From the beginning of a day until whenever it is asked: all questions of a day are about the same period, so
        # that an answer that may be given again can be found again.
        return Period(start=(self._now - self._history).replace(hour=0, minute=0, second=0, microsecond=0))
