"""Every loader of one operation, named value-by-key. Keys name the system where an id or another answer said which."""

import datetime as dt
from collections.abc import Awaitable
from typing import NamedTuple, TypeVar

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.clock import Deadline
from connectors.guard import Answer
from connectors.routes import Routes
from resolvers.loader import Loader, all_at_once, one_by_one
from resolvers.selection import of_kind
from resolvers.several import Found, Merged, each_part, only, the_one_that_knows
from schema.billing import AccountBalance, Bill, Payment
from schema.customer import Customer, PartyRef
from schema.network import NetworkProfile
from schema.parts import BillingPart, CustomerPart, Part, PartyPart, PrepaidPart
from schema.party import Party
from schema.recharge import Accumulator, Balance, PrepaidAccount, Recharge

V = TypeVar("V")


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
    """Built for one operation: the parts it needs and its deadline go into every question."""

    def __init__(
        self, routes: Routes, *, parts: frozenset[Part], within: Deadline, now: dt.datetime, history: dt.timedelta
    ) -> None:
        self._routes = routes
        self._within = within
        self._period = Period(start=now - history, end=now)
        self._customer_parts = of_kind(parts, CustomerPart)
        self._party_parts = of_kind(parts, PartyPart)
        self._billing_parts = of_kind(parts, BillingPart)
        self._prepaid_parts = of_kind(parts, PrepaidPart)
        self._customers: dict[str, Loader[str, Customer]] = {}
        self._parties: dict[str, Loader[PartyRef, Party]] = {}
        self._make_customer_loaders()
        self._make_billing_loaders()
        self._make_line_loaders()

    def customer_by_id(self, system: str) -> Loader[str, Customer]:
        """Customers of one CRM by its own ids."""
        if system not in self._customers:
            crm = self._routes.customers[system]
            self._customers[system] = all_at_once(
                lambda ids: crm.customers(ids, parts=self._customer_parts, within=self._within), system=system
            )
        return self._customers[system]

    def party_by_ref(self, system: str) -> Loader[PartyRef, Party]:
        """Parties of one CRM."""
        if system not in self._parties:
            crm = self._routes.customers[system]
            self._parties[system] = all_at_once(
                lambda refs: crm.parties(refs, parts=self._party_parts, within=self._within), system=system
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
        if BillingPart.ACCOUNTS in self._billing_parts:
            for account in profile.accounts:
                self.profile_by_account.prime(AccountKey(system, account.account_number), profile)
        if BillingPart.SUBSCRIBERS in self._billing_parts:
            for subscriber in profile.subscribers:
                self.profile_by_number.prime(subscriber.msisdn, Found(system, profile))

    def _make_customer_loaders(self) -> None:
        within, crm = self._within, self._routes.customers
        parts = self._customer_parts
        self.customers_by_party: Loader[str, tuple[Customer, ...]] = one_by_one(
            lambda party_id: _value(crm[crm.name].customers_of_party(party_id, parts=parts, within=within))
        )
        self.customers_by_accounts: Loader[tuple[str, ...], tuple[Customer, ...]] = Loader(self._customers_of)

    async def _customers_of(self, groups: list[tuple[str, ...]]) -> list[tuple[Customer, ...] | BaseException]:
        # Many customers found by their numbers become one question: whose are all these accounts?
        crm = self._routes.customers
        # To tell afterwards whose is whose, the answer has to say which accounts each customer has.
        parts = self._customer_parts | ({CustomerPart.ACCOUNTS} if len(groups) > 1 else set())
        numbers = list(dict.fromkeys(number for group in groups for number in group))
        answer = await crm[crm.name].customers_of_accounts(numbers, parts=parts, within=self._within)
        if len(groups) == 1:
            return [answer.value]
        return [tuple(found for found in answer.value if set(group) & set(found.account_numbers)) for group in groups]

    def _make_billing_loaders(self) -> None:
        billing, within, period, parts = self._routes.billing, self._within, self._period, self._billing_parts
        self.profile_by_number: Loader[str, Found[BillingProfile]] = one_by_one(
            lambda msisdn: the_one_that_knows(
                billing.of_number(msisdn),
                lambda system: _value(
                    billing[system].profile(BillingKey(BillingKeyKind.MSISDN, msisdn), parts=parts, within=within)
                ),
            )
        )
        self.profile_by_account: Loader[AccountKey, BillingProfile] = one_by_one(
            lambda key: _value(
                billing[key.system].profile(BillingKey(BillingKeyKind.ACCOUNT, key.number), parts=parts, within=within)
            )
        )
        self.bills_by_account: Loader[AccountKey, tuple[Bill, ...]] = one_by_one(
            lambda key: _value(billing[key.system].bills(key.number, period=period, within=within))
        )
        self.payments_by_account: Loader[AccountKey, tuple[Payment, ...]] = one_by_one(
            lambda key: _value(billing[key.system].payments(key.number, period=period, within=within))
        )
        self.balance_by_account: Loader[AccountRef, AccountBalance] = one_by_one(
            lambda account: _value(
                billing[account.system].balance(account.number, account_key=account.key, within=within)
            )
        )

    def _make_line_loaders(self) -> None:
        within, routes = self._within, self._routes
        network, recharging = routes.network, routes.recharging
        self.network_by_line: Loader[str, NetworkProfile] = one_by_one(
            lambda msisdn: only(
                network.of_number(msisdn),
                lambda system: _value(network[system].profile_by_msisdn(msisdn, within=within)),
            )
        )
        self.network_by_imsi: Loader[str, NetworkProfile] = one_by_one(
            lambda imsi: only(
                network.of_imsi(imsi), lambda system: _value(network[system].profile_by_imsi(imsi, within=within))
            )
        )
        self.balances_by_line: Loader[str, tuple[Balance, ...]] = one_by_one(
            lambda msisdn: only(
                recharging.of_number(msisdn), lambda system: _value(recharging[system].balances(msisdn, within=within))
            )
        )
        self.prepaid_by_line: Loader[str, PrepaidAccount] = one_by_one(
            lambda msisdn: only(
                recharging.of_number(msisdn),
                lambda system: _value(
                    recharging[system].prepaid_account(msisdn, parts=self._prepaid_parts, within=within)
                ),
            )
        )
        self.accumulators_by_line: Loader[str, tuple[Accumulator, ...]] = one_by_one(
            lambda msisdn: only(
                recharging.of_number(msisdn),
                lambda system: _value(recharging[system].accumulators(msisdn, within=within)),
            )
        )
        self.recharges_by_line: Loader[str, Merged[tuple[Recharge, ...]]] = one_by_one(self._recharges)

    async def _recharges(self, msisdn: str) -> Merged[tuple[Recharge, ...]]:
        # Not the one that knows: a line that moved from one system to another has a past in both.
        history = self._routes.recharge_history
        return await each_part(
            history.of_number(msisdn),
            lambda system: _value(history[system].recharges(msisdn, period=self._period, within=self._within)),
        )


async def _value(answer: Awaitable[Answer[V]]) -> V:
    return (await answer).value
