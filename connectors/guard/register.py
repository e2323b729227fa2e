"""The register of who holds how many places at a system. The guard says what it must do; the gateway hands one in."""

import dataclasses
from collections.abc import Mapping
from typing import Protocol

from connectors.guard.division import Wants


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a process says of itself."""

    held: int
    """Places that it holds, and will not pass before it is answered."""

    more: int
    """Places that it asks for beyond these."""

    wants: Wants
    whole: int
    """The places that there are for all processes together."""

    at_once: int
    """What it may have in all while the register is younger than *lives_s*, if it holds nothing from an earlier one."""

    met: float | None
    """When the register began that this process met first; None: it has met none."""

    lives_s: float
    """How long this holds unless it reports again."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a process is answered."""

    granted: int
    """How many more places it got, out of those that nobody holds."""

    me: str
    """Its name among *wants*."""

    wants: Mapping[str, Wants]
    """What each process wants, by a name that says nothing."""

    began_s: float
    """Since when there is this register. After a loss others may hold what is not booked yet."""

    at_s: float
    """The time by the register's clock, the same for all."""


class Register(Protocol):
    """Books for each process what it holds, so that nobody is granted what somebody else has."""

    async def report(self, system: str, report: Report) -> Booked | None:
        """
        Book what this process holds at *system*, and as much more as it asks for and nobody holds.

        None at once, or within about a second, where the register cannot be reached; nothing is raised. It may have
        been booked then nevertheless.
        """
        ...

    async def leave(self, system: str) -> None:
        """This process holds nothing any more. Where that cannot be said, it is known when its report has ended."""
        ...
