"""
What one operation may make of the memory of identities: whom a name led to, and whether that still counts as confirmed.

Without a memory nothing is remembered and everything is confirmed by its systems.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from connectors.guard.record import RECORD
from resolvers.memory import CustomerNumber, IdentityMemory, Resolved, Sim
from resolvers.names import By, Name
from schema.customer import Customer
from schema.source import Source


@dataclasses.dataclass(frozen=True, slots=True)
class Recollection:
    """One operation's view of the memory, at the time it began."""

    memory: IdentityMemory | None
    now: dt.datetime
    always_confirm: bool
    """Whether this caller's identities are confirmed anew each time."""

    profiles: bool
    """Whether the operation asks billing for the customer anyway: asking by the same key confirms it at no cost."""

    max_age_s: float | None = None
    """What was confirmed longer ago is of no use to this caller; None where the memory alone decides."""

    def resolved(self, name: Name) -> Resolved | None:
        """Where *name* led, however long ago."""
        return self.memory.resolved(name) if self.memory is not None else None

    def sim(self, imsi: str) -> Sim | None:
        """The number that a SIM had, however long ago."""
        return self.memory.sim(imsi) if self.memory is not None else None

    def trusted(self, name: Name) -> CustomerNumber | None:
        """The customer behind *name*, when billing need not be asked again who it is."""
        found = self.resolved(name)
        trusted = found is not None and not self.profiles and self._recent(found.confirmed_at)
        who = found.customer if found is not None and trusted else None
        self._note(Recollection.trusted, name, who, found)
        return who

    def trusted_sim(self, imsi: str) -> str | None:
        """The number of a SIM, when the network need not be asked again."""
        found = self.sim(imsi)
        msisdn = found.msisdn if found is not None and self._recent(found.confirmed_at) else None
        self._note(Recollection.trusted_sim, imsi, msisdn, found)
        return msisdn

    def learn(self, name: Name, customer: Customer, *, accounts: tuple[str, ...], sources: Iterable[Source]) -> None:
        """Remember that the systems of *sources* have just led from *name*, over its *accounts*, to *customer*."""
        if self.memory is None:
            return
        who = CustomerNumber(customer.ref.system, customer.customer_number)
        self.memory.learn_name(name, Resolved(who, accounts, self._confirmed_at((*sources, customer.source))))
        self.memory.learn_customer(customer)

    def met(self, customer: Customer) -> None:
        """Remember what hangs on a customer whose name needed no confirming."""
        if self.memory is not None:
            self.memory.learn_customer(customer)

    def learn_sim(self, imsi: str, msisdn: str, source: Source) -> None:
        """Remember that the network has just told the number of a SIM."""
        if self.memory is not None:
            self.memory.learn_sim(imsi, Sim(msisdn, self._confirmed_at((source,))))

    def forget(self, name: Name) -> None:
        """Forget where *name* led: it leads nowhere, or elsewhere."""
        if self.memory is None:
            return
        if name.by is By.IMSI:
            self.memory.forget_sim(name.value)
        self.memory.forget(name)

    def _note(
        self,
        ask: "Callable[[Recollection, Any], object]",
        name: Name | str,
        found: object,
        known: Resolved | Sim | None,
    ) -> None:
        record = RECORD.get()
        if record is None or self.memory is None:
            return
        record.relies(Trusted(self, ask, name, found))
        if found is not None and known is not None:
            record.ends(known.confirmed_at + self.memory.max_age)

    def _recent(self, confirmed_at: dt.datetime) -> bool:
        if self.memory is None or self.always_confirm:
            return False
        # A calendar clock can be set back; what was confirmed in the future is confirmed again.
        age = self.now - confirmed_at
        if self.max_age_s is not None and age.total_seconds() > self.max_age_s:
            return False
        return dt.timedelta() <= age <= self.memory.max_age

    def _confirmed_at(self, sources: Iterable[Source]) -> dt.datetime:
        # An answer from the cache, or to a question of before this operation began, confirms nothing newer than itself.
        return min((self.now, *(source.fetched_at for source in sources)))


class Trusted:
    """What an operation took on trust, or did not: the same question to the memory is put again at another time."""

    __slots__ = ("_ask", "_found", "_name", "_of")

    def __init__(
        self, of: Recollection, ask: Callable[[Recollection, Any], object], name: Name | str, found: object
    ) -> None:
        self._of = of
        self._ask = ask
        self._name = name
        self._found = found

    async def holds(self) -> bool:
        """Whether the memory would say the same now."""
        memory = self._of.memory
        if memory is None:
            return False
        return self._ask(dataclasses.replace(self._of, now=memory.now()), self._name) == self._found

    def tell(self) -> None:
        """Nobody watches what is taken on trust."""

    def watch(self, gone: Callable[[], object]) -> None:
        """Trust ends with time; nobody hears of it."""
