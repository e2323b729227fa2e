"""What one province's systems know of the population: its lines and accounts, and nothing else of anybody."""

import datetime as dt

from sandbox.population import numbering
from sandbox.population.bills import Bill, Payment
from sandbox.population.numbering import AccountKey, LineKey
from sandbox.population.people import Account, Customer, Line
from sandbox.population.population import Population
from sandbox.population.provinces import Province
from sandbox.population.purses import Purse, Recharge


class Residents:
    """The population as a *province* sees it; for a customer of both, only the part that is there."""

    def __init__(self, people: Population, province: Province) -> None:
        self.province = province
        self._people = people

    @property
    def today(self) -> dt.date:
        """The day that it is."""
        return self._people.today

    def customer(self, index: int | None) -> Customer | None:
        """The customer with that index and what is theirs here, or None when nothing is."""
        found = self._people.customer(index)
        part = found.within(self.province) if found else None
        return part if part and part.lines else None

    def line(self, key: LineKey | None) -> Line | None:
        """The line with that key, or None."""
        return self._people.line(key) if key and key.province is self.province else None

    def account(self, key: AccountKey | None) -> Account | None:
        """The account with that key, or None."""
        return self._people.account(key) if key and key.province is self.province else None

    def line_by_national(self, number: str) -> Line | None:
        """The line with that national significant number, or None."""
        return self.line(self._people.holder(numbering.line_of_national(number)))

    def owner(self, key: LineKey | AccountKey) -> Customer:
        """The customer a known line or account belongs to, and what is theirs here."""
        return self._people.owner(key).within(self.province)

    def bills(self, account: Account) -> tuple[Bill, ...]:
        """The bills of an account, oldest first."""
        return self._people.bills(account)

    def payments(self, account: Account) -> tuple[Payment, ...]:
        """The payments of an account, newest first."""
        return self._people.payments(account)

    def unbilled(self, account: Account) -> int:
        """What an account has used since its last bill, in 1/100."""
        return self._people.unbilled(account)

    def recharges(self, line: Line) -> tuple[Recharge, ...]:
        """The recharges of a line in the last twelve months, oldest first."""
        return self._people.recharges(line)

    def purse(self, line: Line) -> Purse:
        """What a line holds now."""
        return self._people.purse(line)
