"""Customers with their lines and accounts, derived from traits. Every system reads these records, so they agree."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

from sandbox.population.numbering import AccountKey, LineKey
from sandbox.population.traits import Addition, PaymentMode, Traits


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One subscription: a number and a SIM. *activated* is None for a line that was never used."""

    key: LineKey
    mode: PaymentMode
    activated: dt.datetime | None
    accounts: tuple[AccountKey, ...]
    additions: tuple[Addition, ...]
    barred: bool

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
        return self.lines[place] if place < len(self.lines) else None

    def account(self, place: int) -> Account | None:
        """The account at that place, or None."""
        return self.accounts[place] if place < len(self.accounts) else None

    def lines_of(self, account: AccountKey) -> tuple[Line, ...]:
        """The lines that use an account."""
        return tuple(line for line in self.lines if account in line.accounts)


def derive_customer(index: int, traits: Traits, *, suspended: bool) -> Customer:
    """The customer that *traits* describe."""
    has_bill = any(mode is not PaymentMode.PREPAID for mode in traits.modes)
    has_balance = any(mode is not PaymentMode.POSTPAID for mode in traits.modes)
    name = traits.name_in_billing or traits.display_name
    accounts = tuple(
        Account(key=AccountKey(index, place), postpaid=postpaid, prepaid=prepaid, name=name)
        for place, (postpaid, prepaid) in enumerate(_account_kinds(has_bill, has_balance, one=traits.one_account))
    )
    lines = tuple(_lines(index, traits, accounts, suspended=suspended))
    return Customer(index=index, traits=traits, lines=lines, accounts=accounts)


def _lines(index: int, traits: Traits, accounts: tuple[Account, ...], *, suspended: bool) -> Iterator[Line]:
    for place, mode in enumerate(traits.modes):
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
    if one:
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
