"""Every loader of one operation, named value-by-key. Keys name the system where an id or another answer said which."""

import datetime as dt
from typing import NamedTuple

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.clock import Deadline
from connectors.routes import Routes
from resolvers.loader import Loader, all_at_once, one_by_one
from resolvers.selection import of_kind
from schema.billing import AccountBalance, Bill, Payment
from schema.customer import Customer, PartyRef
from schema.network import NetworkProfile
from schema.parts import BillingPart, CustomerPart, Part, PartyPart, PrepaidPart
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

    def remember(self, system: str, profile: BillingProfile) -> None:
        """Keep what one billing answer says about all its accounts and lines, so that none is asked for again."""
        if BillingPart.ACCOUNTS in self._billing_parts:
            for account in profile.accounts:
                self.profile_by_account.prime(AccountKey(system, account.account_number), profile)
        if BillingPart.SUBSCRIBERS in self._billing_parts:
            for subscriber in profile.subscribers:
                self.profile_by_number.prime(subscriber.msisdn, profile)

    def _make_customer_loaders(self) -> None:
        within, crm = self._within, self._routes.customers
        parts = self._customer_parts
        self.customers_by_party: Loader[str, tuple[Customer, ...]] = one_by_one(
            lambda party_id: crm[crm.name].customers_of_party(party_id, parts=parts, within=within)
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
        self.profile_by_number: Loader[str, BillingProfile] = one_by_one(
            lambda msisdn: billing[billing.name].profile(
                BillingKey(BillingKeyKind.MSISDN, msisdn), parts=parts, within=within
            )
        )
        self.profile_by_account: Loader[AccountKey, BillingProfile] = one_by_one(
            lambda key: billing[key.system].profile(
                BillingKey(BillingKeyKind.ACCOUNT, key.number), parts=parts, within=within
            )
        )
        self.bills_by_account: Loader[AccountKey, tuple[Bill, ...]] = one_by_one(
            lambda key: billing[key.system].bills(key.number, period=period, within=within)
        )
        self.payments_by_account: Loader[AccountKey, tuple[Payment, ...]] = one_by_one(
            lambda key: billing[key.system].payments(key.number, period=period, within=within)
        )
        self.balance_by_account: Loader[AccountRef, AccountBalance] = one_by_one(
            lambda account: billing[account.system].balance(account.number, account_key=account.key, within=within)
        )

    def _make_line_loaders(self) -> None:
        within, routes = self._within, self._routes
        network, recharging, history = routes.network, routes.recharging, routes.recharge_history
        self.network_by_line: Loader[str, NetworkProfile] = one_by_one(
            lambda msisdn: network[network.name].profile_by_msisdn(msisdn, within=within)
        )
        self.network_by_imsi: Loader[str, NetworkProfile] = one_by_one(
            lambda imsi: network[network.name].profile_by_imsi(imsi, within=within)
        )
        self.balances_by_line: Loader[str, tuple[Balance, ...]] = one_by_one(
            lambda msisdn: recharging[recharging.name].balances(msisdn, within=within)
        )
        self.prepaid_by_line: Loader[str, PrepaidAccount] = one_by_one(
            lambda msisdn: recharging[recharging.name].prepaid_account(msisdn, parts=self._prepaid_parts, within=within)
        )
        self.accumulators_by_line: Loader[str, tuple[Accumulator, ...]] = one_by_one(
            lambda msisdn: recharging[recharging.name].accumulators(msisdn, within=within)
        )
        self.recharges_by_line: Loader[str, tuple[Recharge, ...]] = one_by_one(
            lambda msisdn: history[history.name].recharges(msisdn, period=self._period, within=within)
        )
