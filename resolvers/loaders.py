"""Every loader of one operation, named value-by-key. Keys name the system where an id or another answer said which."""

import datetime as dt
import functools
from typing import NamedTuple

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.clock import Deadline
from connectors.routes import Routes
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
        within: Deadline,
        now: dt.datetime,
        history: dt.timedelta,
        memory: IdentityMemory | None = None,
    ) -> None:
        self._routes = routes
        self._parts = parts_by_system(parts)
        self._within = within
        self._now = now
        self._history = history
        self._memory = memory
        self._customers: dict[str, Loader[str, Customer]] = {}
        self._parties: dict[str, Loader[PartyRef, Party]] = {}

    def customer_by_id(self, system: str) -> Loader[str, Customer]:
        """Customers of one CRM by its own ids."""
        if system not in self._customers:
            crm = self._routes.customers[system]
            self._customers[system] = all_at_once(
                lambda ids: crm.customers(ids, parts=self._parts.customer, within=self._within), system=system
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

    def accounts_of_number(self, account_number: str) -> tuple[AccountKey, ...]:
        """The accounts that a number of the CRM's may mean, one in each billing system that may have it."""
        return tuple(AccountKey(system, account_number) for system in self._routes.billing.of_account(account_number))

    async def profile_of_account(self, account_number: str) -> Found[BillingProfile]:
        """What the billing system that has this account says of its customer."""
        found = await the_one_that_knows(
            self._routes.billing.of_account(account_number),
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

    @functools.cached_property
    def customers_by_party(self) -> Loader[str, tuple[Customer, ...]]:
        """Every customer that a party is."""
        crm = self._routes.customers

        async def ask(party_id: str) -> tuple[Customer, ...]:
            parts = self._parts.customer
            return (await crm[crm.name].customers_of_party(party_id, parts=parts, within=self._within)).value

        return one_by_one(ask)

    @functools.cached_property
    def customers_by_accounts(self) -> Loader[tuple[str, ...], tuple[Customer, ...]]:
        """Every customer that one of several accounts belongs to."""
        return Loader(self._customers_of)

    async def _customers_of(self, groups: list[tuple[str, ...]]) -> list[tuple[Customer, ...] | BaseException]:
        # Many customers found by their numbers become one question: whose are all these accounts?
        crm = self._routes.customers
        # To tell afterwards whose is whose, the answer has to say which accounts each customer has.
        parts = self._parts.customer | ({CustomerPart.ACCOUNTS} if len(groups) > 1 else set())
        numbers = list(dict.fromkeys(number for group in groups for number in group))
        answer = await crm[crm.name].customers_of_accounts(numbers, parts=parts, within=self._within)
        if len(groups) == 1:
            return [answer.value]
        return [tuple(found for found in answer.value if set(group) & set(found.account_numbers)) for group in groups]

    @functools.cached_property
    def profile_by_number(self) -> Loader[str, Found[BillingProfile]]:
        """What the billing system that has a line says of its customer."""
        billing = self._routes.billing

        async def ask(msisdn: str) -> Found[BillingProfile]:
            key = BillingKey(BillingKeyKind.MSISDN, msisdn)
            return await the_one_that_knows(billing.of_number(msisdn), lambda system: self._profile(system, key))

        return one_by_one(ask)

    @functools.cached_property
    def profile_by_account(self) -> Loader[AccountKey, BillingProfile]:
        """What one billing system says of an account's customer."""
        return one_by_one(lambda key: self._profile(key.system, BillingKey(BillingKeyKind.ACCOUNT, key.number)))

    async def _profile(self, system: str, key: BillingKey) -> BillingProfile:
        billing = self._routes.billing[system]
        profile = (await billing.profile(key, parts=self._parts.billing, within=self._within)).value
        if self._memory is not None:
            asked = key.value if key.kind is BillingKeyKind.ACCOUNT else None
            self._memory.learn_profile(system, profile, parts=self._parts.billing, asked=asked)
        return profile

    @functools.cached_property
    def bills_by_account(self) -> Loader[AccountKey, tuple[Bill, ...]]:
        """Bills of one account, newest first."""

        async def ask(key: AccountKey) -> tuple[Bill, ...]:
            billing = self._routes.billing[key.system]
            return (await billing.bills(key.number, period=self._period, within=self._within)).value

        return one_by_one(ask)

    @functools.cached_property
    def payments_by_account(self) -> Loader[AccountKey, tuple[Payment, ...]]:
        """Payments onto one account, newest first."""

        async def ask(key: AccountKey) -> tuple[Payment, ...]:
            billing = self._routes.billing[key.system]
            return (await billing.payments(key.number, period=self._period, within=self._within)).value

        return one_by_one(ask)

    @functools.cached_property
    def balance_by_account(self) -> Loader[AccountRef, AccountBalance]:
        """What is on one account now."""

        async def ask(account: AccountRef) -> AccountBalance:
            billing = self._routes.billing[account.system]
            return (await billing.balance(account.number, account_key=account.key, within=self._within)).value

        return one_by_one(ask)

    @functools.cached_property
    def network_by_line(self) -> Loader[str, NetworkProfile]:
        """The network's subscription of a number."""
        network = self._routes.network

        async def of(system: str, msisdn: str) -> NetworkProfile:
            return (await network[system].profile_by_msisdn(msisdn, within=self._within)).value

        return one_by_one(lambda msisdn: only(network.of_number(msisdn), lambda system: of(system, msisdn)))

    @functools.cached_property
    def network_by_imsi(self) -> Loader[str, NetworkProfile]:
        """The network's subscription of a SIM."""
        network = self._routes.network

        async def of(system: str, imsi: str) -> NetworkProfile:
            return (await network[system].profile_by_imsi(imsi, within=self._within)).value

        return one_by_one(lambda imsi: only(network.of_imsi(imsi), lambda system: of(system, imsi)))

    @functools.cached_property
    def balances_by_line(self) -> Loader[str, tuple[Balance, ...]]:
        """Prepaid balances of a number."""
        recharging = self._routes.recharging

        async def of(system: str, msisdn: str) -> tuple[Balance, ...]:
            return (await recharging[system].balances(msisdn, within=self._within)).value

        return one_by_one(lambda msisdn: only(recharging.of_number(msisdn), lambda system: of(system, msisdn)))

    @functools.cached_property
    def prepaid_by_line(self) -> Loader[str, PrepaidAccount]:
        """The prepaid account behind a number."""
        recharging = self._routes.recharging

        async def of(system: str, msisdn: str) -> PrepaidAccount:
            parts = self._parts.prepaid
            return (await recharging[system].prepaid_account(msisdn, parts=parts, within=self._within)).value

        return one_by_one(lambda msisdn: only(recharging.of_number(msisdn), lambda system: of(system, msisdn)))

    @functools.cached_property
    def accumulators_by_line(self) -> Loader[str, tuple[Accumulator, ...]]:
        """Usage counters of a number."""
        recharging = self._routes.recharging

        async def of(system: str, msisdn: str) -> tuple[Accumulator, ...]:
            return (await recharging[system].accumulators(msisdn, within=self._within)).value

        return one_by_one(lambda msisdn: only(recharging.of_number(msisdn), lambda system: of(system, msisdn)))

    @functools.cached_property
    def recharges_by_line(self) -> Loader[str, Merged[tuple[Recharge, ...]]]:
        """Recharges of a number, a part for each system that has a history of it."""
        history = self._routes.recharge_history

        async def of(system: str, msisdn: str) -> tuple[Recharge, ...]:
            return (await history[system].recharges(msisdn, period=self._period, within=self._within)).value

        # Not the one that knows: a line that moved from one system to another has a past in both.
        return one_by_one(lambda msisdn: each_part(history.of_number(msisdn), lambda system: of(system, msisdn)))

    @functools.cached_property
    def _period(self) -> Period:
        # From the beginning of a day until whenever it is asked: all questions of a day are about the same period, so
        # that an answer that may be given again can be found again.
        return Period(start=(self._now - self._history).replace(hour=0, minute=0, second=0, microsecond=0))
