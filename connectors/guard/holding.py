"""
Holding: keeps one process's allotment of places at a system in step with what others want, beside the calls.

No call waits for it that finds a place. It reports once a second, and soon when calls wait, or when there is something
to give back. It grows only by what the register grants, and shrinks by itself as calls end, so what is booked is
never less than what is used. It begins with the first call.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol

from connectors.clock import Clock
from connectors.guard.allotment import Allotment
from connectors.guard.division import Wants, divide, wants
from connectors.guard.register import Booked, Register, Report
from connectors.guard.shares import Shares

if TYPE_CHECKING:
    from connectors.environment import Reporter

_SOON_S: Final = 0.1
"""Between two reports at least."""

_PERIOD_S: Final = 1.0
"""Between two reports at most."""

_TURN_S: Final = 2.0
"""How long what cannot be divided evenly stays with one process."""


class Seats(Protocol):
    """Whoever gives the places of this process to calls."""

    @property
    def in_use(self) -> int:
        """Calls that have a place."""
        ...

    @property
    def most(self) -> int:
        """Places that could be used if there were no other process."""
        ...

    def demand(self) -> Sequence[int]:
        """By class, the calls that have a place or want one; those that were refused since it was asked last too."""
        ...

    def fit(self) -> None:
        """The places of this process may be others now."""
        ...


class Holding:
    """One process's places at *system*, of *whole* that there are; *part* of them where nothing is agreed."""

    def __init__(
        self,
        *,
        system: str,
        register: Register,
        whole: int,
        part: int,
        call_s: float,
        shares: Shares,
        clock: Clock,
        report: "Reporter | None" = None,
    ) -> None:
        self._system = system
        self._register = register
        self._whole = whole
        self._shares = shares
        self._clock = clock
        self._tells = report
        self._allotment = Allotment(part=part, call_s=call_s)
        self._seats: Seats | None = None
        self._hurried = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def places(self) -> int:
        """How many this process may use now."""
        return self._allotment.places

    def serves(self, seats: Seats) -> None:
        """Told once, before anything else: for whom the places are."""
        self._seats = seats

    def resize(self, *, whole: int, part: int) -> None:
        """There are other places in all, and in the part of this process. What is held too much is given back soon."""
        self._whole = whole
        self._allotment.part = part
        self._hurried.set()

    def hurry(self) -> None:
        """A call found no place."""
        self._hurried.set()
        if self._seats is not None and (self._keeper is None or self._keeper.done()):
            # It serves all calls, so it belongs to no caller's context.
            keep = self._keep(self._seats)
            self._keeper = asyncio.create_task(keep, context=contextvars.Context())

    async def aclose(self) -> None:
        """Give all places back. No call must be under way any more."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            await self._register.leave(self._system)

    async def _keep(self, seats: Seats) -> None:
        task = asyncio.current_task()
        # A client of Redis may answer a cancellation with an error of its own, which is none here.
        while task is None or not task.cancelling():
            self._hurried.clear()
            is_settled = await self._settled(seats)
            seats.fit()
            await asyncio.sleep(_SOON_S)
            if is_settled:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_PERIOD_S - _SOON_S):
                        await self._hurried.wait()

    async def _settled(self, seats: Seats) -> bool:
        try:
            return await self.settle(seats)
        except Exception as exc:  # noqa: BLE001 - whatever it is, it is tried again: what is held must go on being booked
            if self._tells is not None:
                self._tells.warning("places_not_settled", system=self._system, kind=type(exc).__name__)
            self._allotment.unheard(self._clock.monotonic())
            return True

    async def settle(self, seats: Seats) -> bool:
        """Report and act on the answer. False: there is something to get or to give back soon."""
        allotment, began = self._allotment, self._clock.monotonic()
        allotment.passes(began)
        demand = seats.demand()
        allotment.needs(sum(demand))
        wanted = wants(demand, shares=self._shares, most=seats.most, in_hand=allotment.in_hand)
        held = allotment.held(seats.in_use)
        booked = await self._register.report(self._system, self._report(held, 0, wanted))
        if booked is None:
            allotment.unheard(self._clock.monotonic())
            return True
        allotment.meets(booked.began_s, asked_at=began)
        target = self._target(booked)
        if target <= held:
            # What was booked for it and is used no more is told with the next report.
            allotment.told(target, asked_at=began)
            return target == held >= sum(wanted[:-1])
        held = allotment.held(seats.in_use)
        booked = await self._register.report(self._system, self._report(held, target - held, wanted))
        if booked is None:
            allotment.unheard(self._clock.monotonic())
            return True
        allotment.told(held + booked.granted, asked_at=began)
        return allotment.places >= sum(wanted[:-1])

    def _report(self, held: int, more: int, wanted: Wants) -> Report:
        allotment = self._allotment
        return Report(
            held=held,
            more=more,
            wants=wanted,
            whole=self._whole,
            at_once=allotment.part,
            met=allotment.met,
            lives_s=allotment.lives_s,
        )

    def _target(self, booked: Booked) -> int:
        return divide(booked.wants, whole=self._whole, turn=int(booked.at_s / _TURN_S))[booked.me]
