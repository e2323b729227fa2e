"""
Calls started early: what a question will ask about somebody who is remembered, asked while who it is gets confirmed.

Nothing here gives an answer. A call that was started lies in its loader under its key; the resolver that comes to ask
the same finds it under way, and what no resolver asks for is never seen, nor is its failure. So a memory that is wrong
costs calls and changes no answer. One that is right costs none: only what the resolvers will ask is asked, and where
several customers share a call, all of them have to be remembered. And nothing is asked about somebody whom the caller
may turn out not to reach.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from resolvers.failures import BadInput
from resolvers.loaders import AccountRef, Loaders
from resolvers.memory import AccountFacts, CustomerNumber, IdentityMemory
from resolvers.names import By, Name, customer_name, line_name
from resolvers.needs import Foreseen, Needs
from resolvers.reach import Reach
from resolvers.recollection import Recollection
from schema.customer import PartyRef

if TYPE_CHECKING:
    from resolvers.context import Graph


_UNKNOWN: Final = AccountFacts()


@dataclasses.dataclass(frozen=True, slots=True)
class KnownLine:
    """A line of a customer who is remembered."""

    msisdn: str = dataclasses.field(repr=False)
    of_customer: bool = True
    """Whether it hangs on a customer: the answer that tells so also tells what billing knows of the line."""


@dataclasses.dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer as the systems knew them."""

    system: str
    confirms: tuple[str, ...] = dataclasses.field(repr=False)
    """The accounts with which the CRM is asked to confirm who it is; none when it is not asked so."""

    msisdn: str | None = dataclasses.field(repr=False)
    """The number with which billing is asked, where the network has to tell it first."""

    party: tuple[PartyRef | None] | None = dataclasses.field(repr=False)
    accounts: Mapping[str, AccountFacts] = dataclasses.field(repr=False)
    """By number, in the CRM's order; none when it was never asked for them."""

    def msisdns(self) -> tuple[str, ...] | None:
        """The customer's lines in the order of the graph; None unless those of all accounts are known."""
        each = [account.msisdns for account in self.accounts.values()]
        if None in each:
            return None
        return tuple(dict.fromkeys(msisdn for msisdns in each for msisdn in msisdns or ()))


class Early:
    """Starts the early calls of one operation."""

    def __init__(
        self,
        graph: "Graph",
        loaders: Loaders,
        recollection: Recollection,
        memory: IdentityMemory,
        *,
        reach: Reach | None = None,
    ) -> None:
        self.graph = graph
        self._reach = reach
        self.loaders = loaders
        self.parties = True
        """Whether the parties of all customers are known, who share one call."""

        self.comes_along: set[str] = set()
        """Accounts whose profile the answer to a confirming question brings along."""

        self.networks_come_along: set[str] = set()
        """Numbers whose network profile the answer to a confirming question brings along."""

        self._recollection = recollection
        self._memory = memory

    def begin(self, needs: Needs, variables: Mapping[str, Any]) -> None:
        """Start what the operation will ask about those it names, if all customers among them are remembered."""
        found: list[tuple[Foreseen, tuple[Any, ...]]] = []
        for root in needs.foreseen:
            given = root.arguments.read(variables)
            things = root.early(self, given) if given is not None else ()
            if things is None:
                return
            found.append((root, things))
        self._confirm([thing for _, things in found for thing in things if isinstance(thing, KnownCustomer)])
        for root, things in found:
            self._start(root, things, variables)

    def customers(self, keys: Iterable[Mapping[str, Any]]) -> tuple[KnownCustomer, ...] | None:
        """The customers of *keys*, without those that mean nothing; None when somebody is not remembered or reached."""
        found: list[KnownCustomer] = []
        for key in keys:
            try:
                known = self._customer(*_only(key))
            except BadInput:
                continue  # Its field will fail by itself.
            if known is None:
                return None
            found.append(known)
        return tuple(found)

    def lines(self, key: Mapping[str, Any]) -> tuple[KnownLine, ...]:
        """The line of a key, if something is remembered of it and it is within reach. Raises BadInput."""
        name = line_name(*_only(key), self.graph)
        if name.by is not By.IMSI:
            msisdn: str | None = name.value
        else:
            msisdn = self._recollection.trusted_sim(name.value) or self._msisdn(name.value)
        return (KnownLine(msisdn, of_customer=False),) if msisdn is not None and self._reaches_line(msisdn) else ()

    def account(self, line: KnownLine) -> AccountRef | None:
        """The account that a line is charged to, if it is remembered."""
        found = self._memory.line(line.msisdn)
        return AccountRef(found.system, found.account_number, found.account_key) if found is not None else None

    def profiles(self, customer: KnownCustomer) -> None:
        """Ask billing for the customer by each account, except where that comes along."""
        for number in customer.accounts:
            if number not in self.comes_along:
                for key in self.loaders.accounts_of_number(number):
                    self.loaders.profile_by_account.start(key)

    def _customer(self, member: str, value: str) -> KnownCustomer | None:
        name = customer_name(member, value, self.graph)
        if name.by is By.NUMBER:
            who = CustomerNumber(name.system, name.value)
            return self._known(who) if self._reaches(who) else None
        resolved = self._recollection.resolved(name)
        if resolved is None or not self._reaches(resolved.customer):
            return None
        if name.by is By.PARTY or self._recollection.trusted(name) is not None:
            return self._known(resolved.customer)
        msisdn = self._msisdn(name.value) if name.by is By.IMSI else None
        return self._known(resolved.customer, confirms=resolved.accounts, msisdn=msisdn)

    def _reaches(self, who: CustomerNumber) -> bool:
        return self._reach is None or self._reach.foresees(who.system, who.number)

    def _reaches_line(self, msisdn: str) -> bool:
        if self._reach is None:
            return True
        resolved = self._recollection.resolved(Name(By.MSISDN, msisdn))
        return resolved is not None and self._reaches(resolved.customer)

    def _msisdn(self, imsi: str) -> str | None:
        """The remembered number of a SIM that the network is being asked about."""
        sim = self._recollection.sim(imsi)
        if sim is None:
            return None
        self.networks_come_along.add(sim.msisdn)
        return sim.msisdn

    def _known(
        self, who: CustomerNumber, *, confirms: tuple[str, ...] = (), msisdn: str | None = None
    ) -> KnownCustomer:
        facts = self._memory.customer(who)
        found = {number: self._memory.account(number) for number in facts.account_numbers or ()}
        return KnownCustomer(
            system=who.system,
            confirms=confirms,
            msisdn=msisdn,
            party=facts.party,
            accounts={number: account or _UNKNOWN for number, account in found.items()},
        )

    def _confirm(self, customers: list[KnownCustomer]) -> None:
        self.parties = all(customer.party is not None for customer in customers)
        for customer in customers:
            if customer.confirms:
                # The resolver asks this when billing has answered; its answer brings these accounts along.
                self.comes_along.update(customer.confirms)
                self.loaders.customers_by_accounts.start(customer.confirms)
                if customer.msisdn is not None:
                    self.loaders.profile_by_number.start(customer.msisdn)

    def _start(self, field: Foreseen, things: tuple[Any, ...], variables: Mapping[str, Any]) -> None:
        for below in field.below if things else ():
            given = below.arguments.read(variables)
            if given is not None:
                for thing in things:
                    self._start(below, tuple(below.early(self, thing, given)), variables)


def _only(key: Mapping[str, Any]) -> tuple[str, str]:
    ((member, value),) = key.items()
    return member, str(value)
