"""Customers with their lines and accounts, derived from traits. Every system reads these records, so they agree."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

from sandbox.population.numbering import ACCOUNTS_PER_PROVINCE, LINES_PER_PROVINCE, AccountKey, LineKey
from sandbox.population.provinces import Province
from sandbox.population.traits import Addition, PaymentMode, Traits


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One subscription: a number and a SIM. *activated* is None for a line that was never used.

    Its number is that of its key, unless it traded: then that of the line it traded with.
    """

    key: LineKey
    mode: PaymentMode
    activated: dt.datetime | None
    accounts: tuple[AccountKey, ...]
    additions: tuple[Addition, ...]
    barred: bool
    traded: LineKey | None = None

    @property
    def national(self) -> str:
        """National significant number."""
        return (self.traded or self.key).national

    @property
    def msisdn(self) -> str:
        """International number without plus."""
        return (self.traded or self.key).msisdn

    @property
    def prepaid(self) -> bool:
        """Whether the recharge system knows this line."""
        return self.mode is not PaymentMode.POSTPAID


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """
    One billing account: *postpaid* when it gets bills, *prepaid* when it holds balances, and it may do both.

    *name* is the name that billing has, which may not be CRM's.
    """

    key: AccountKey
    postpaid: bool
    prepaid: bool
    name: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer: index from 1, traits, lines and accounts."""

    index: int
    traits: Traits
    lines: tuple[Line, ...]
    accounts: tuple[Account, ...]

    def line(self, place: int) -> Line | None:
        """The line at that place, or None."""
        return next((line for line in self.lines if line.key.place == place), None)

    def account(self, place: int) -> Account | None:
        """The account at that place, or None."""
        return next((account for account in self.accounts if account.key.place == place), None)

    def lines_of(self, account: AccountKey) -> tuple[Line, ...]:
        """The lines that use an account."""
        return tuple(line for line in self.lines if account in line.accounts)

    def within(self, province: Province) -> "Customer":
        """The same customer with the lines and accounts of one province only."""
        return dataclasses.replace(
            self,
            lines=tuple(line for line in self.lines if line.key.province is province),
            accounts=tuple(account for account in self.accounts if account.key.province is province),
        )


def derive_customer(index: int, traits: Traits, *, suspended: bool) -> Customer:
    """The customer that *traits* describe."""
    at_home = tuple(_accounts(index, traits, traits.modes, first=0))
    on_islands = tuple(_accounts(index, traits, traits.island_modes, first=ACCOUNTS_PER_PROVINCE))
    lines = (
        *_lines(index, traits, traits.modes, at_home, first=0, suspended=suspended),
        *_lines(index, traits, traits.island_modes, on_islands, first=LINES_PER_PROVINCE, suspended=suspended),
    )
    return Customer(index=index, traits=traits, lines=lines, accounts=at_home + on_islands)


def _accounts(index: int, traits: Traits, modes: tuple[PaymentMode, ...], *, first: int) -> Iterator[Account]:
    """The accounts that lines of these modes in one province need, from place *first* on."""
    has_bill = any(mode is not PaymentMode.PREPAID for mode in modes)
    has_balance = any(mode is not PaymentMode.POSTPAID for mode in modes)
    name = traits.name_in_billing or traits.display_name
    kinds = _account_kinds(has_bill, has_balance, one=traits.one_account)
    for place, (postpaid, prepaid) in enumerate(kinds, start=first):
        yield Account(key=AccountKey(index, place), postpaid=postpaid, prepaid=prepaid, name=name)


def _lines(
    index: int,
    traits: Traits,
    modes: tuple[PaymentMode, ...],
    accounts: tuple[Account, ...],
    *,
    first: int,
    suspended: bool,
) -> Iterator[Line]:
    """The lines of one province, one for each mode, from place *first* on; *accounts* are those they may use."""
    for place, mode in enumerate(modes, start=first):
        yield Line(
            key=LineKey(index, place),
            mode=mode,
            activated=_activation(index, place, traits.since),
            accounts=tuple(account.key for account in accounts if _serves(account, mode)),
            additions=traits.additions if place == 0 else (),
            barred=suspended,
        )


def _account_kinds(has_bill: bool, has_balance: bool, *, one: bool) -> list[tuple[bool, bool]]:  # noqa: FBT001
    """Postpaid and prepaid of each account: one for bills and one for balances, or *one* for both."""
    if one and (has_bill or has_balance):
        return [(has_bill, has_balance)]
    return [(True, False)] * has_bill + [(False, True)] * has_balance


def _serves(account: Account, mode: PaymentMode) -> bool:
    if mode is PaymentMode.HYBRID:
        return True
    return account.postpaid if mode is PaymentMode.POSTPAID else account.prepaid


def _activation(index: int, place: int, since: dt.date) -> dt.datetime | None:
    # A second line in 97 was sold but never used: billing then says its "unset" date.
    if index % 97 == 5 and place == 1:
        return None
    return dt.datetime.combine(since, dt.time(9 + place, index % 60, place * 7))
