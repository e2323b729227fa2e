"""Routes: which system answers for which capability. One system each for now; ids already carry their system."""

import dataclasses
from collections.abc import Mapping
from typing import Generic, TypeVar

from connectors.capabilities import Billing, Customers, Network, RechargeHistory, Recharging

T = TypeVar("T")


class NoSuchSystemError(LookupError):
    """An id names a system that this gateway does not route to (any more)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Systems(Generic[T]):
    """The systems behind one capability, by name."""

    by_name: Mapping[str, T]

    @property
    def name(self) -> str:
        """The name of the system that is asked when nothing says which."""
        return next(iter(self.by_name))

    def __getitem__(self, name: str) -> T:
        try:
            return self.by_name[name]
        except KeyError:
            raise NoSuchSystemError from None


@dataclasses.dataclass(frozen=True, slots=True)
class Routes:
    """Every capability and the systems that offer it."""

    customers: Systems[Customers]
    billing: Systems[Billing]
    network: Systems[Network]
    recharging: Systems[Recharging]
    recharge_history: Systems[RechargeHistory]
