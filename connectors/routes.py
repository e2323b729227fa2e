"""
Routes: which systems answer for which capability, and which of them to ask about a number, an account or a SIM.

An operator may have one billing and one recharge system per province. Each says by prefixes what it serves; where
prefixes do not tell, every system that may know is asked.
"""

import dataclasses
from collections.abc import Mapping
from typing import Generic, TypeVar

from connectors.capabilities import Billing, Customers, Network, RechargeHistory, Recharging

T = TypeVar("T")


class NoSuchSystemError(LookupError):
    """An id names a system that this gateway does not route to (any more)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Serves:
    """
    What one system answers for, as beginnings of keys: numbers in E.164 digits, account numbers, IMSIs.

    An empty tuple means that beginnings of this kind tell nothing: the system may know any.
    """

    numbers: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    imsis: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Systems(Generic[T]):
    """The systems behind one capability by name, in the operator's order, and what each serves."""

    by_name: Mapping[str, T]
    serves: Mapping[str, Serves] = dataclasses.field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the system that is asked when nothing says which."""
        return next(iter(self.by_name))

    def of_number(self, msisdn: str) -> tuple[str, ...]:
        """Names of the systems that may know a number (E.164 digits); empty when none does."""
        return self._closest(msisdn, {name: self._serves(name).numbers for name in self.by_name})

    def of_account(self, account_number: str) -> tuple[str, ...]:
        """Names of the systems that may know an account; empty when none does."""
        return self._closest(account_number, {name: self._serves(name).accounts for name in self.by_name})

    def of_imsi(self, imsi: str) -> tuple[str, ...]:
        """Names of the systems that may know a SIM; empty when none does."""
        return self._closest(imsi, {name: self._serves(name).imsis for name in self.by_name})

    def __getitem__(self, name: str) -> T:
        try:
            return self.by_name[name]
        except KeyError:
            raise NoSuchSystemError from None

    def _serves(self, name: str) -> Serves:
        return self.serves.get(name, Serves())

    @staticmethod
    def _closest(key: str, beginnings: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        if len(beginnings) == 1:
            ((name, told),) = beginnings.items()
            return (name,) if not told or key.startswith(told) else ()
        # The longest beginning wins, as in number portability: 99961 may have moved out of 9996 to another system.
        reach = {
            name: max((len(beginning) for beginning in told or ("",) if key.startswith(beginning)), default=-1)
            for name, told in beginnings.items()
        }
        best = max(reach.values(), default=-1)
        return tuple(name for name, length in reach.items() if length == best and length >= 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Routes:
    """Every capability and the systems that offer it."""

    customers: Systems[Customers]
    billing: Systems[Billing]
    network: Systems[Network]
    recharging: Systems[Recharging]
    recharge_history: Systems[RechargeHistory]
