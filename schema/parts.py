"""Parts: what a system can be asked for separately, and what a value says when a part was not asked for.

Fields of the graph name the parts they need (`schema.field`); connectors translate parts into TMF `fields=`, CBS bit
masks and UCIP flags. Nothing here knows a vendor's name for a part.
"""

import enum
from typing import Any, Final, NoReturn


class CustomerPart(enum.Enum):
    """Parts of a customer in CRM. The id is always present and is not a part."""

    NAME = "name"
    STATUS = "status"
    VALIDITY = "validity"
    CHARACTERISTICS = "characteristics"
    CREDIT = "credit"
    PARTY = "party"
    ACCOUNTS = "accounts"


class PartyPart(enum.Enum):
    """Parts of a party (the person or organisation behind a customer)."""

    NAME = "name"
    DEMOGRAPHICS = "demographics"
    CONTACTS = "contacts"


class BillingPart(enum.Enum):
    """Parts of what billing knows about one customer as a whole."""

    ACCOUNTS = "accounts"
    SUBSCRIBERS = "subscribers"
    OFFERINGS = "offerings"


class PrepaidPart(enum.Enum):
    """Parts of a prepaid account in the recharge system."""

    ACCOUNT = "account"
    OFFERS = "offers"


Part = CustomerPart | PartyPart | BillingPart | PrepaidPart


class PartNotFetchedError(Exception):
    """A value was read whose part was not asked for. Always a mistake of ours, never of the caller."""


class Absent:
    """The value of a field whose part was not fetched: not null, not empty, and loud when used."""

    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        raise PartNotFetchedError("this part of the object was not fetched; name it in the field's parts")

    def __getattr__(self, name: str) -> NoReturn:
        self._refuse(name)

    __bool__ = __iter__ = __len__ = __eq__ = __hash__ = __str__ = _refuse

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final[Any] = Absent()
