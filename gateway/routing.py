"""
The settings of routes: which systems answer for which capability, and for which numbers, accounts or SIMs.

`billing = "cbs"` is one system for everything. Several are a list of tables, each with the beginnings of what it
serves.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from connectors.routes import Serves

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
Beginning = Annotated[str, Field(min_length=1, max_length=64)]


class Route(BaseModel):
    """One system behind a capability, and what it serves there. Beginnings that are left out tell nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str = Field(description="Name of the system.")
    numbers: tuple[Digits, ...] = Field(default=(), description="Beginnings of numbers, with country code, no plus.")
    accounts: tuple[Beginning, ...] = Field(default=(), description="Beginnings of account numbers.")
    imsis: tuple[Digits, ...] = Field(default=(), description="Beginnings of IMSIs.")

    def serves(self) -> Serves:
        """What the system serves, as routes use it."""
        return Serves(numbers=self.numbers, accounts=self.accounts, imsis=self.imsis)


def _as_tables(value: object) -> object:
    entries = value if isinstance(value, list | tuple) else [value]
    return tuple({"system": entry} if isinstance(entry, str) else entry for entry in entries)


def _told_apart_by(*kinds: str) -> Callable[[tuple[Route, ...]], tuple[Route, ...]]:
    def check(routes: tuple[Route, ...]) -> tuple[Route, ...]:
        _no_duplicates(routes)
        for route in routes:
            for kind in {"numbers", "accounts", "imsis"}.difference(kinds):
                if getattr(route, kind):
                    raise ValueError(f"`{kind}` tells nothing here; remove it from `{route.system}`")
        return routes

    return check


def _no_duplicates(routes: tuple[Route, ...]) -> None:
    names = [route.system for route in routes]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"duplicate route: `{name}` is named twice; keep one and give it all beginnings")
    for kind in ("numbers", "accounts", "imsis"):
        owners: dict[str, str] = {}
        for route in routes:
            for beginning in getattr(route, kind):
                if beginning in owners:
                    raise ValueError(
                        f"duplicate route: {kind} that begin with `{beginning}` lead to `{owners[beginning]}` and to "
                        f"`{route.system}`; keep one"
                    )
                owners[beginning] = route.system


_AnyRoutes = Annotated[tuple[Route, ...], BeforeValidator(_as_tables), Field(min_length=1)]


class RouteSettings(BaseModel):
    """Which systems answer for which capability."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customers: str = Field(description="The system that knows customers and parties; there is one.")
    # Nobody is found in billing by an IMSI; it says which system is asked about a stand-in for a SIM nobody knows.
    billing: Annotated[_AnyRoutes, AfterValidator(_told_apart_by("numbers", "accounts", "imsis"))]
    network: Annotated[_AnyRoutes, AfterValidator(_told_apart_by("numbers", "imsis"))]
    recharging: Annotated[_AnyRoutes, AfterValidator(_told_apart_by("numbers"))]
    recharge_history: Annotated[_AnyRoutes, AfterValidator(_told_apart_by("numbers"))]
    consent: str | None = Field(
        default=None,
        description="The system that knows what customers have agreed to; there is one. Not given: nobody has agreed.",
    )

    def by_capability(self) -> dict[str, tuple[Route, ...]]:
        """Every capability and its routes; none for one that is left out."""
        return {
            "customers": (Route(system=self.customers),),
            "billing": self.billing,
            "network": self.network,
            "recharging": self.recharging,
            "recharge_history": self.recharge_history,
            "consent": () if self.consent is None else (Route(system=self.consent),),
        }
