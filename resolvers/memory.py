"""
What identities resolved to, remembered to start calls early: never an answer, and never proof of who somebody is.

Keys are keyed hashes, so that numbers cannot be looked up in what is kept; the values are what the next question to a
system needs. Everything has an end and the whole has a bound; the oldest goes first. Nothing leaves the process.
"""

import collections
import dataclasses
import datetime as dt
import hashlib
import math
import secrets
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeVar, cast

from connectors.capabilities import BillingProfile
from connectors.clock import Clock
from connectors.guard import Subject, subject
from connectors.guard.drops import Drops
from resolvers.names import By, Name
from schema.customer import Customer, PartyRef
from schema.parts import ABSENT, BillingPart

T = TypeVar("T")

MAX_ACCOUNTS: Final = 50
"""A customer with more accounts is not remembered by them."""

MAX_LINES: Final = 200
"""Lines remembered of one account: the most that a page can hold."""

MAX_LINES_BY_NUMBER: Final = 20
"""Lines of one customer that are remembered by themselves: what a page holds when nobody says."""


class CustomerNumber(NamedTuple):
    """A customer by the CRM's own id."""

    system: str
    number: str

    def __repr__(self) -> str:
        return f"CustomerNumber({self.system})"


@dataclasses.dataclass(frozen=True, slots=True)
class Resolved:
    """The customer that a name led to, and billing's accounts on the way, at the time they were confirmed."""

    customer: CustomerNumber = dataclasses.field(repr=False)
    accounts: tuple[str, ...] = dataclasses.field(repr=False)
    confirmed_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Sim:
    """The number that a SIM had at the time it was confirmed."""

    msisdn: str = dataclasses.field(repr=False)
    confirmed_at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What hangs on a customer in the CRM. None where it was never asked for."""

    account_numbers: tuple[str, ...] | None = dataclasses.field(default=None, repr=False)
    party: tuple[PartyRef | None] | None = dataclasses.field(default=None, repr=False)
    """In a tuple, because a customer may be known to have none."""


_NOTHING: Final = CustomerFacts()


@dataclasses.dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the billing system that has an account knows of it. None where it was never asked for."""

    system: str | None = None
    key: str | None = dataclasses.field(default=None, repr=False)
    msisdns: tuple[str, ...] | None = dataclasses.field(default=None, repr=False)
    """All lines of the account's customer, in billing's order."""


@dataclasses.dataclass(frozen=True, slots=True)
class LineFacts:
    """The account that a line is charged to, with billing's own key of it."""

    system: str
    account_number: str = dataclasses.field(repr=False)
    account_key: str = dataclasses.field(repr=False)


Fact = Resolved | Sim | CustomerFacts | AccountFacts | LineFacts
"""Whatever is remembered."""


def _named(name: tuple[str, ...], fact: Fact) -> Iterator[Subject]:
    """Everybody whom a fact and the name that it is remembered by tell of."""
    match fact:
        case Resolved():
            yield _BY[By(name[0])](name[1])
            yield subject.customer(fact.customer.number)
            yield from map(subject.account, fact.accounts)
        case Sim():
            yield subject.sim(name[0])
            yield subject.line(fact.msisdn)
        case CustomerFacts():
            yield subject.customer(CustomerNumber(*name).number)
            yield from map(subject.account, fact.account_numbers or ())
            yield from (subject.party(party.party_id) for party in fact.party or () if party is not None)
        case AccountFacts():
            yield subject.account(name[0])
            yield from map(subject.line, fact.msisdns or ())
        case LineFacts():
            yield subject.line(name[0])
            yield subject.account(fact.account_number)


_BY: Final = {
    By.NUMBER: subject.customer,
    By.PARTY: subject.party,
    By.MSISDN: subject.line,
    By.IMSI: subject.sim,
    By.ACCOUNT: subject.account,
}


Tags = Callable[[Iterable[Subject]], Iterable[Hashable]]
"""The names by which subjects are told of where nobody should read who they are."""


class IdentityMemory:
    """
    At most *max_entries* entries of this process, each for *remember_s* seconds after it was last learned.

    *tags* are what others name somebody by who has changed, without saying whom. While this process is not
    *in_touch* with them, identities are taken on trust for *apart_s* seconds at most.
    """

    def __init__(
        self,
        *,
        remember_s: float,
        max_age_s: float,
        max_entries: int,
        clock: Clock,
        tags: Tags | None = None,
        in_touch: Callable[[], bool] = lambda: True,
        apart_s: float = math.inf,
    ) -> None:
        self._max_age = dt.timedelta(seconds=max_age_s)
        self._apart = dt.timedelta(seconds=min(max_age_s, apart_s))
        self._in_touch = in_touch
        self._tags = tags or self._digests
        self._remember_s = remember_s
        self._max_entries = max_entries
        self._clock = clock
        self._keyed = hashlib.blake2b(key=secrets.token_bytes(32), digest_size=16)
        self._entries: collections.OrderedDict[bytes, tuple[float, float, Any]] = collections.OrderedDict()
        self._forgotten = Drops(remembered_s=remember_s)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def max_age(self) -> dt.timedelta:
        """For how long a confirmed identity may serve without being confirmed anew."""
        return self._max_age if self._in_touch() else self._apart

    def now(self) -> dt.datetime:
        """The time by which what is remembered grows old."""
        return self._clock.now()

    def resolved(self, name: Name) -> Resolved | None:
        """The customer that *name* led to."""
        return self._get(Resolved, *name)

    def sim(self, imsi: str) -> Sim | None:
        """The number of a SIM."""
        return self._get(Sim, imsi)

    def customer(self, who: CustomerNumber) -> CustomerFacts:
        """What hangs on a customer; nothing for one that is not remembered."""
        return self._get(CustomerFacts, *who) or _NOTHING

    def account(self, number: str) -> AccountFacts | None:
        """What is known of an account number."""
        return self._get(AccountFacts, number)

    def line(self, msisdn: str) -> LineFacts | None:
        """The account of a line."""
        return self._get(LineFacts, msisdn)

    def learn_name(self, name: Name, resolved: Resolved) -> None:
        """Remember where *name* led. A customer with too many accounts is forgotten instead."""
        if len(resolved.accounts) > MAX_ACCOUNTS:
            self.forget(name)
        else:
            self._put(resolved, *name)

    def learn_sim(self, imsi: str, sim: Sim) -> None:
        """Remember the number of a SIM."""
        self._put(sim, imsi)

    def learn_customer(self, customer: Customer) -> None:
        """Remember what hangs on *customer*, as far as its parts were asked for."""
        who = CustomerNumber(customer.ref.system, customer.customer_number)
        numbers, party = customer.account_numbers, customer.party_ref
        digest = self._digest(CustomerFacts, who)
        old: CustomerFacts = self._under(digest, who) or _NOTHING
        if numbers is ABSENT:
            numbers = old.account_numbers  # type: ignore[assignment]
        elif len(numbers) > MAX_ACCOUNTS:
            numbers = None  # type: ignore[assignment]
        self._keep(digest, CustomerFacts(numbers, old.party if party is ABSENT else (party,)))

    def learn_profile(
        self, system: str, profile: BillingProfile, *, parts: frozenset[BillingPart], asked: str | None = None
    ) -> None:
        """Remember what a billing system said of a customer's accounts, or of the account *asked* alone."""
        msisdns: tuple[str, ...] | None = None
        if BillingPart.SUBSCRIBERS in parts:
            msisdns = tuple(dict.fromkeys(each.msisdn for each in profile.subscribers))[:MAX_LINES]
        keys: dict[str, str | None] = {asked: None} if asked is not None else {}
        if BillingPart.ACCOUNTS in parts:
            keys |= {account.account_number: account.key for account in profile.accounts[:MAX_ACCOUNTS]}
        for number, key in keys.items():
            self._learn_account(number, AccountFacts(system, key, msisdns))
        if {BillingPart.ACCOUNTS, BillingPart.SUBSCRIBERS} <= parts:
            self._learn_lines(system, profile)

    def _learn_lines(self, system: str, profile: BillingProfile) -> None:
        numbers = {account.key: account.account_number for account in profile.accounts}
        for line in profile.subscribers[:MAX_LINES_BY_NUMBER]:
            key = next((key for key in line.account_keys if key in numbers), None)
            if key is not None:
                self._put(LineFacts(system, numbers[key], key), line.msisdn)

    def _learn_account(self, number: str, facts: AccountFacts) -> None:
        old = self.account(number)
        if old is not None and old.system == facts.system:
            msisdns = facts.msisdns if facts.msisdns is not None else old.msisdns
            facts = AccountFacts(facts.system, facts.key or old.key, msisdns)
        self._put(facts, number)

    def forget(self, name: Name) -> None:
        """Forget where *name* led: it was wrong."""
        self._entries.pop(self._digest(Resolved, name), None)

    def forget_sim(self, imsi: str) -> None:
        """Forget the number of a SIM."""
        self._entries.pop(self._digest(Sim, (imsi,)), None)

    def forget_about(self, subjects: Iterable[Subject]) -> None:
        """
        Forget whatever tells of one of *subjects*, as a name or on the way.

        Who somebody is does not become known again by what was confirmed before. What is remembered is looked at when
        it is asked for, so this takes no longer the more there is.
        """
        self._forgotten.note(self._tags(subjects), now=self._now_s())

    def forget_tagged(self, tags: Collection[Hashable]) -> None:
        """Forget whatever tells of somebody under one of *tags*, as `forget_about` does."""
        self._forgotten.note(tags, now=self._now_s())

    def forget_all(self) -> None:
        """Forget everything, and what was confirmed before."""
        self._entries.clear()
        self._forgotten.note_all(now=self._now_s())

    def _digests(self, subjects: Iterable[Subject]) -> Iterator[bytes]:
        return (self._digest(Subject, (about.kind.value, about.key)) for about in subjects)

    def _get(self, kind: type[T], *name: str) -> T | None:
        return cast("T | None", self._under(self._digest(kind, name), name))

    def _under(self, digest: bytes, name: tuple[str, ...]) -> Any:
        entry = self._entries.get(digest)
        if entry is None:
            return None
        end, as_of_s, found = entry
        if end <= self._clock.monotonic() or self._is_forgotten(name, found, as_of_s):
            del self._entries[digest]
            return None
        return found

    def _is_forgotten(self, name: tuple[str, ...], fact: Fact, as_of_s: float) -> bool:
        now = self._now_s()
        if not self._forgotten.any_since(as_of_s, now=now):
            return False
        return self._forgotten.spoil(self._tags(_named(name, fact)), asked_at=as_of_s, now=now)

    def _now_s(self) -> float:
        # By the calendar: an identity may have been confirmed elsewhere.
        return self._clock.now().timestamp()

    def _put(self, value: object, *name: str) -> None:
        self._keep(self._digest(type(value), name), value)

    def _keep(self, digest: bytes, value: object) -> None:
        # What was confirmed before somebody was forgotten, and is learned after it, is as old as its confirmation.
        as_of_s = value.confirmed_at.timestamp() if isinstance(value, Resolved | Sim) else self._now_s()
        self._entries[digest] = (self._clock.monotonic() + self._remember_s, as_of_s, value)
        self._entries.move_to_end(digest)
        if len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def _digest(self, kind: type, name: tuple[str, ...]) -> bytes:
        # Lengths make it one-to-one: ("a", "bc") is not ("ab", "c").
        text = f"{kind.__name__}:" + "".join([f"{len(part)}:{part}" for part in name])
        # The key went in once, when the memory was made.
        digest = self._keyed.copy()
        digest.update(text.encode())
        return digest.digest()
