"""
Routes: which systems answer for which capability, and which of them to ask about a number, an account or a SIM.

An operator may have one billing and one recharge system per province. Each says by prefixes what it serves; where
prefixes do not tell, every system that may know is asked.
"""

import dataclasses
from collections.abc import Mapping
from typing import Generic, TypeVar

from connectors.capabilities import Billing, Consents, Customers, Network, RechargeHistory, Recharging

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


class _Beginnings:
    """Which systems serve a key, by the beginnings that each tells: the longest that fits wins."""

    __slots__ = ("_by_beginning", "_lengths")

    def __init__(self, told: Mapping[str, tuple[str, ...]]) -> None:
        # The longest beginning wins, as in number portability: 99961 may have moved out of 9996 to another system.
        # The empty one, of a system that tells nothing, fits every key.
        found: dict[str, list[str]] = {}
        for name, beginnings in told.items():
            for beginning in dict.fromkeys(beginnings or ("",)):
                found.setdefault(beginning, []).append(name)
        self._by_beginning = {beginning: tuple(names) for beginning, names in found.items()}
        self._lengths = sorted({len(beginning) for beginning in found}, reverse=True)

    def of(self, key: str) -> tuple[str, ...]:
        """Names of the systems that may know *key*, in the operator's order."""
        for length in self._lengths:
            # A shorter key is looked for whole: no longer beginning fits it.
            names = self._by_beginning.get(key[:length])
            if names is not None:
                return names
        return ()


@dataclasses.dataclass(frozen=True, slots=True)
class Systems(Generic[T]):
    """The systems behind one capability by name, in the operator's order, and what each serves."""

    by_name: Mapping[str, T]
    serves: Mapping[str, Serves] = dataclasses.field(default_factory=dict)
    _numbers: _Beginnings = dataclasses.field(init=False, repr=False, compare=False)
    _accounts: _Beginnings = dataclasses.field(init=False, repr=False, compare=False)
    _imsis: _Beginnings = dataclasses.field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the beginnings of each kind of key together, once."""
        each = {name: self.serves.get(name, Serves()) for name in self.by_name}
        object.__setattr__(self, "_numbers", _Beginnings({name: told.numbers for name, told in each.items()}))
        object.__setattr__(self, "_accounts", _Beginnings({name: told.accounts for name, told in each.items()}))
        object.__setattr__(self, "_imsis", _Beginnings({name: told.imsis for name, told in each.items()}))

    @property
    def name(self) -> str:
        """The name of the system that is asked when nothing says which."""
        return next(iter(self.by_name))

    def of_number(self, msisdn: str) -> tuple[str, ...]:
        """Names of the systems that may know a number (E.164 digits); empty when none does."""
        return self._numbers.of(msisdn)

    def of_account(self, account_number: str) -> tuple[str, ...]:
        """Names of the systems that may know an account; empty when none does."""
        return self._accounts.of(account_number)

    def of_imsi(self, imsi: str) -> tuple[str, ...]:
        """Names of the systems that may know a SIM; empty when none does."""
        return self._imsis.of(imsi)

    def __getitem__(self, name: str) -> T:
        try:
            return self.by_name[name]
        except KeyError:
            raise NoSuchSystemError from None


@dataclasses.dataclass(frozen=True, slots=True)
class Routes:
    """Every capability and the systems that offer it; there may be none that knows consents."""

    customers: Systems[Customers]
    billing: Systems[Billing]
    network: Systems[Network]
    recharging: Systems[Recharging]
    recharge_history: Systems[RechargeHistory]
    consent: Systems[Consents] | None = None
