"""The three collections CRM offers, and how each finds candidates for a query without walking everybody."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Final

from sandbox.crm.documents import (
    CUSTOMER_BASE,
    PARTY_BASE,
    Document,
    customer_document,
    party_document,
    related_customer,
)
from sandbox.crm.queries import Query
from sandbox.population import Customer, Population
from sandbox.population.numbering import account_of_code, customer_of_id, customer_of_party, line_of_msisdn
from sandbox.stories.lives import FORMER_OWNER, RECYCLED_NUMBER

_COMMON_REFERENCE: Final = ("id", "name", "role")
_CUSTOMER_PATHS: Final = frozenset(
    {
        "id", "name", "status", "statusReason", "validFor.startDateTime", "characteristic.name", "characteristic.value",
        "creditProfile.creditRiskRating", "creditProfile.creditScore", "account.id", "account.name", "@type",
        *(f"{party}.{name}" for party in ("engagedParty", "relatedParty") for name in _COMMON_REFERENCE),
    }
)  # fmt: skip
_PARTY_PATHS: Final = frozenset(
    {
        "id", "status", "contactMedium.mediumType", "@type",
        *(
            f"contactMedium.characteristic.{name}"
            for name in ("emailAddress", "phoneNumber", "city", "postCode", "country", "street1", "contactType")
        ),
    }
)  # fmt: skip
_INDIVIDUAL_PATHS: Final = _PARTY_PATHS | {
    "givenName", "familyName", "fullName", "birthDate", "individualIdentification.identificationId",
}  # fmt: skip
_ORGANIZATION_PATHS: Final = _PARTY_PATHS | {
    "name", "tradingName", "organizationType", "organizationIdentification.identificationId",
}  # fmt: skip

Locator = Callable[[str, Population], Iterable[int | None]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One collection: its path, what may be filtered by, and from which filter values a customer's index follows."""

    name: str
    path: str
    known: frozenset[str]
    indexed: dict[str, Locator]
    by_id: Callable[[str], int | None]
    render: Callable[[Customer, str], Document]
    holds: Callable[[Customer], bool]
    everybody: bool = False
    """Whether every customer is in it, so that an unfiltered list is arithmetic."""

    def candidates(self, query: Query, people: Population) -> Iterable[int]:
        """Indexes that can match: few when an indexed filter is present, else everybody's."""
        for path, locate in self.indexed.items():
            values = query.values_of(path)
            if values is not None:
                return sorted({index for value in values for index in locate(value, people) if index})
        return range(1, people.size + 1)


def _of_account(code: str, _: Population) -> list[int | None]:
    key = account_of_code(code)
    return [key.customer if key else None]


def _of_related(party: str, _: Population) -> list[int | None]:
    index = customer_of_party(party)
    return [related_customer(index) if index else None]


def _of_phone(number: str, people: Population) -> list[int | None]:
    """Who lists a number: its owner, and for the recycled one its former owner too."""
    key = line_of_msisdn(number.strip().removeprefix("+"))
    holder = people.holder(key)
    if key is None or holder is None:
        return []
    return [holder.customer, FORMER_OWNER if key.customer == RECYCLED_NUMBER else None]


def _one(of: Callable[[str], int | None]) -> Locator:
    return lambda value, _: [of(value)]


_PARTY_INDEX: Final[dict[str, Locator]] = {
    "id": _one(customer_of_party),
    "contactMedium.characteristic.phoneNumber": _of_phone,
}

RESOURCES: Final = (
    Resource(
        name="customer",
        path=f"{CUSTOMER_BASE}/customer",
        known=_CUSTOMER_PATHS,
        indexed={
            "id": _one(customer_of_id),
            "engagedParty.id": _one(customer_of_party),
            "account.id": _of_account,
            "relatedParty.id": _of_related,
        },
        by_id=customer_of_id,
        render=customer_document,
        holds=lambda _: True,
        everybody=True,
    ),
    Resource(
        name="individual",
        path=f"{PARTY_BASE}/individual",
        known=_INDIVIDUAL_PATHS,
        indexed=_PARTY_INDEX,
        by_id=customer_of_party,
        render=party_document,
        holds=lambda customer: customer.traits.company is None,
    ),
    Resource(
        name="organization",
        path=f"{PARTY_BASE}/organization",
        known=_ORGANIZATION_PATHS,
        indexed=_PARTY_INDEX,
        by_id=customer_of_party,
        render=party_document,
        holds=lambda customer: customer.traits.company is not None,
    ),
)
