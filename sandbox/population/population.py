"""The pretend operator's customers, found by any identifier, made when asked for, the same for one seed and day."""

import dataclasses
import datetime as dt
import functools
import random
from collections.abc import Callable

from sandbox.population import bills, numbering, purses
from sandbox.population.numbering import AccountKey, LineKey
from sandbox.population.people import Account, Customer, Line, derive_customer
from sandbox.population.traits import Status, Traits, draw_traits, renamed

FixedTraits = Callable[[int, dt.date], Traits | None]
"""Gives the traits that a story fixes for a customer on a day, or None for an ordinary customer."""


class Population:
    """
    *customers* people, each derived from the seed, their index and the day alone.

    A million of them cost nothing until they are asked for; a few hundred of the latest are kept.
    """

    def __init__(self, *, customers: int, seed: int, today: dt.date, fixed: FixedTraits) -> None:
        self.size = customers
        self.today = today
        self._seed = seed
        self._fixed = fixed
        # Whose number a line has by now, and which line has a number by now: of those that traded.
        self._traded: dict[LineKey, LineKey] = {}
        self._holders: dict[LineKey, LineKey] = {}
        self._changed: dict[int, Traits] = {}
        self._made = functools.lru_cache(maxsize=1024)(self._make)
        self.bills = functools.lru_cache(maxsize=256)(self._bills)
        self._recharged = functools.lru_cache(maxsize=512)(self._recharge)

    def customer(self, index: int | None) -> Customer | None:
        """The customer with that index, or None."""
        return self._made(index) if index is not None and 1 <= index <= self.size else None

    def change(self, index: int, *, name: str | None = None, status: Status | None = None) -> Customer | None:
        """The customer with that index, who has this name and this status from now on; None where there is nobody."""
        before = self.customer(index)
        if before is None:
            return None
        traits = before.traits if name is None else renamed(before.traits, name)
        self._changed[index] = traits if status is None else dataclasses.replace(traits, status=status)
        self._made.cache_clear()
        return self._made(index)

    def line(self, key: LineKey | None) -> Line | None:
        """The line with that key, or None."""
        owner = self.customer(key.customer) if key else None
        return owner.line(key.place) if owner and key else None

    def account(self, key: AccountKey | None) -> Account | None:
        """The account with that key, or None."""
        owner = self.customer(key.customer) if key else None
        return owner.account(key.place) if owner and key else None

    def line_by_national(self, number: str) -> Line | None:
        """The line with that national significant number, or None."""
        return self.line(self.holder(numbering.line_of_national(number)))

    def line_by_msisdn(self, number: str) -> Line | None:
        """The line with that international number (no plus), or None."""
        return self.line(self.holder(numbering.line_of_msisdn(number)))

    def line_by_imsi(self, imsi: str) -> Line | None:
        """The line with that IMSI, or None."""
        return self.line(numbering.line_of_imsi(imsi))

    def holder(self, key: LineKey | None) -> LineKey | None:
        """The key of the line that has, by now, the number that *key* began with."""
        return self._holders.get(key, key) if key is not None else None

    def trade(self, one: Line, other: Line) -> None:
        """Two lines trade their numbers; everything else stays where it is. ValueError across provinces."""
        if one.key.province is not other.key.province:
            raise ValueError("Numbers do not leave their province.")
        for line, number in ((one.key, other.traded or other.key), (other.key, one.traded or one.key)):
            self._traded[line] = number
            self._holders[number] = line
        self._made.cache_clear()

    def owner(self, key: LineKey | AccountKey) -> Customer:
        """The customer a known line or account belongs to."""
        return self._made(key.customer)

    def payments(self, account: Account) -> tuple[bills.Payment, ...]:
        """The payments of an account, newest first."""
        return bills.payments_for(self._draw(account.key.customer, f"payments{account.key.place}"), self.bills(account))

    def unbilled(self, account: Account) -> int:
        """What an account has used since its last bill, in 1/100."""
        draw = self._draw(account.key.customer, f"unbilled{account.key.place}")
        return draw.randint(0, 3000) if account.postpaid else 0

    def recharges(self, line: Line) -> tuple[purses.Recharge, ...]:
        """The recharges of a line in the last twelve months, oldest first; none for a postpaid line."""
        return self._recharged(line)[1] if line.prepaid else ()

    def purse(self, line: Line) -> purses.Purse:
        """What a line holds now. A postpaid line has a data allowance too, and no money."""
        main = self._recharged(line)[0] if line.prepaid else 0
        draw = self._draw(line.key.customer, f"purse{line.key.place}")
        left = self.owner(line.key).traits.data_left_bytes if line.key.place == 0 else None
        return purses.draw_purse(draw, main=main, today=self.today, data_left_bytes=left)

    def _make(self, index: int) -> Customer:
        traits = self._changed.get(index) or self._fixed(index, self.today)
        if traits is None:
            traits = draw_traits(self._draw(index), customer=index, today=self.today)
        made = derive_customer(index, traits, suspended=traits.status is Status.SUSPENDED)
        if not self._traded:
            return made
        lines = (dataclasses.replace(line, traded=self._traded.get(line.key)) for line in made.lines)
        return dataclasses.replace(made, lines=tuple(lines))

    def _bills(self, account: Account) -> tuple[bills.Bill, ...]:
        draw = self._draw(account.key.customer, f"bills{account.key.place}")
        if not account.postpaid:
            return bills.prepaid_bills(draw, account.key, today=self.today)
        extra = self.owner(account.key).traits.charges_on_newest_bill
        return bills.postpaid_bills(draw, account.key, today=self.today, newest_extra=extra)

    def _recharge(self, line: Line) -> tuple[int, tuple[purses.Recharge, ...]]:
        traits = self.owner(line.key).traits
        draw = self._draw(line.key.customer, f"recharges{line.key.place}")
        return purses.draw_recharges(draw, since=traits.since, today=self.today, least=traits.least_recharges)

    def _draw(self, index: int, purpose: str = "") -> random.Random:
        return random.Random(f"{self._seed}:{index}:{purpose}" if purpose else f"{self._seed}:{index}")
