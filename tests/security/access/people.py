"""Some people of the pretend operator, and every name by which each can be asked about."""

import dataclasses
import time
from typing import Any, Final

from tests.security.access.world import GIVEN, GIVEN_TOO, KNOWS_ALL, WITHDRAWN, World, codes, flat

_WELL_AGAIN_S: Final = 30.0

EVERYTHING: Final = """query ($by: CustomerKey!) { customer(by: $by) {
  id customerNumber name
  party { partyId name givenName familyName birthDate contactMedia { phoneNumber emailAddress street postCode } }
  accounts { id accountNumber name payments { edges { cursor node { id paymentNumber } } } }
  bills(first: 3) { edges { cursor node { id billNumber accountNumber } } }
  payments(first: 3) { edges { cursor node { id } } }
  lines { edges { cursor node { id msisdn network { imsi } recharges(first: 3) { edges { cursor node { id } } } balances { id } } } }
  recharges(first: 3) { edges { cursor } }
} }"""


@dataclasses.dataclass(frozen=True)
class Person:
    """Somebody, as an agent sees them in clear."""

    customer: Any

    @property
    def number(self) -> str:
        """The CRM's number of the customer."""
        found: str = self.customer["customerNumber"]
        return found

    @property
    def line(self) -> Any:
        """The first line."""
        return self.customer["lines"]["edges"][0]["node"]

    @property
    def account(self) -> Any:
        """The first account."""
        return self.customer["accounts"][0]

    @property
    def bill(self) -> Any:
        """The newest bill."""
        return self.customer["bills"]["edges"][0]["node"]

    @property
    def keys(self) -> dict[str, dict[str, str]]:
        """Every CustomerKey that means them."""
        return {
            "id": {"id": self.customer["id"]},
            "number": {"id": self.number},
            "party": {"partyId": self.customer["party"]["partyId"]},
            "msisdn": {"msisdn": self.line["msisdn"]},
            "imsi": {"imsi": self.line["network"]["imsi"]},
            "account": {"accountNumber": self.account["accountNumber"]},
        }

    @property
    def line_keys(self) -> dict[str, dict[str, str]]:
        """Every LineKey that means their line."""
        return {
            "id": {"id": self.line["id"]},
            "msisdn": {"msisdn": self.line["msisdn"]},
            "imsi": {"imsi": self.line["network"]["imsi"]},
        }

    @property
    def representations(self) -> dict[str, dict[str, str]]:
        """Every way to name what is theirs as an entity."""
        return {
            "customer by id": {"__typename": "Customer", "id": self.customer["id"]},
            "customer by number": {"__typename": "Customer", "customerNumber": self.number},
            "line by id": {"__typename": "Line", "id": self.line["id"]},
            "line by number": {"__typename": "Line", "msisdn": self.line["msisdn"]},
            "account": {"__typename": "BillingAccount", "id": self.account["id"]},
            "bill": {"__typename": "Bill", "id": self.bill["id"]},
        }

    @property
    def values(self) -> set[str]:
        """What identifies them, long enough to be found."""
        skipped = {"cursor", "id"}

        def without(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: without(each) for name, each in value.items() if name not in skipped}
            return [without(each) for each in value] if isinstance(value, list) else value

        return {each for each in flat(without(self.customer)) if len(each) > 6}


@dataclasses.dataclass(frozen=True)
class People:
    """Two who have agreed with partner A, and one who has withdrawn it."""

    a: Person
    b: Person
    withdrawn: Person


def met(world: World) -> People:
    """The people, asked about while every system is well."""
    end = time.monotonic() + _WELL_AGAIN_S

    def person(number: str) -> Person:
        while "errors" in (answer := world.ask(KNOWS_ALL, EVERYTHING, by={"id": number})):
            assert time.monotonic() < end, codes(answer)
            time.sleep(0.2)
        return Person(answer["data"]["customer"])

    return People(person(GIVEN), person(GIVEN_TOO), person(WITHDRAWN))
