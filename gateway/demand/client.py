"""One client's demand: its operations are let in one by one, and told of when they have ended."""

from types import TracebackType
from typing import Final, Self

from connectors.clock import Clock
from connectors.guard.record import Record
from gateway.demand.actual import actual_cost
from gateway.demand.budget import Admitted, Refused
from gateway.demand.concurrency import RETRY_AFTER_S, Slots, part
from gateway.demand.purse import Purse
from gateway.demand.refusal import RateLimited
from gateway.demand.settings import Audience, DemandChanges, DemandLimits
from gateway.demand.tally import Tally
from gateway.demand.watch import DemandWatch, Reason
from resolvers.failures import TooCostly

LEAST: Final = 1
"""What every operation is estimated at, at least: also one that asks nobody is work."""


class ClientDemand:
    """The demand of one client in this process. *purse* is what it has to spend; None where it has no budget."""

    def __init__(
        self,
        name: str,
        audience: Audience,
        limits: DemandLimits,
        *,
        purse: Purse | None,
        tally: Tally,
        watch: DemandWatch,
        clock: Clock,
        parts: int,
    ) -> None:
        self.name = name
        self.audience = audience
        self.limits = limits
        self.slots = Slots(None if limits.concurrent is None else part(limits.concurrent, parts))
        self.purse = purse
        self._dearest = 0
        self.tally = tally
        self._watch = watch
        self.clock = clock

    async def admit(self, cost: int, *, own: DemandChanges | None = None) -> "Admission":
        """
        Let in one operation that is estimated to cost so much; it has to be left, in whatever way it ends.

        What is said in its *own* limits goes before those of all the client's operations.

        Raises TooCostly for what is too much for one operation, and RateLimited for what is for now. Where limits are
        only measured, nothing is raised.
        """
        limits, slots, cost = self._limits_of(own), self.slots, max(LEAST, cost)
        self.tally.comes(at_once=slots.taken + 1)
        if limits.most is not None and cost > limits.most:
            self.note(Reason.COST)
            if not limits.measure_only:
                raise TooCostly(
                    f"The question costs {cost}, and at most {limits.most} is accepted here. "
                    "Ask for less, or in several requests."
                )
            return self._let_in(cost, None, limits)
        if not slots.has_room:
            self._refuse(Reason.CONCURRENCY, retry_after_s=RETRY_AFTER_S)
        if self.purse is None:
            return self._let_in(cost, None, limits)
        # Held while the shared budget is asked, so that no more come in meanwhile than there is room for.
        slots.enter()
        try:
            found = await self.purse.admit(cost)
            if isinstance(found, Refused):
                self._refuse(Reason.BUDGET, retry_after_s=found.retry_after_s)
                return self._let_in(cost, None, limits)
            return self._let_in(cost, found, limits)
        finally:
            slots.leave()

    def note(self, reason: Reason) -> None:
        """Something was refused, or would have been."""
        self.tally.refused(reason)
        self._watch.refused(self.name, self.audience, reason, measured=self.limits.measure_only)

    def ended(self, *, estimated: int, actual: int) -> None:
        """An operation has ended."""
        self.slots.leave()
        self.tally.cost(estimated=estimated, actual=actual)
        self._watch.cost(self.name, self.audience, estimated=estimated, actual=actual)

    def change(self, limits: DemandLimits, *, purse: Purse | None, parts: int) -> None:
        """From now on other *limits* hold, also beside what is under way."""
        self.limits = limits
        self.slots.most = None if limits.concurrent is None else part(limits.concurrent, parts)
        self.purse = purse
        self._dearest = 0
        self.tally.measure_only = limits.measure_only

    def _limits_of(self, own: DemandChanges | None) -> DemandLimits:
        usual = self.limits
        if own is None:
            return usual
        limits = own.over(usual)
        rate, bucket, most = limits.rate, limits.bucket, limits.most
        if self.purse is None or rate is None or bucket is None or most is None:
            return limits
        if most > max(self._dearest, usual.most or 0):
            # This process's part may have been too small for it, and it would never be let in.
            self.purse.change(rate=rate, bucket=bucket, most=most)
            self._dearest = most
        return limits

    def _let_in(self, cost: int, admitted: Admitted | None, limits: DemandLimits) -> "Admission":
        self.slots.enter()
        return Admission(self, cost, admitted, limits)

    def _refuse(self, reason: Reason, *, retry_after_s: float) -> None:
        self.note(reason)
        if not self.limits.measure_only:
            raise RateLimited(reason, retry_after_s=retry_after_s, limits=self.limits)


class Admission:
    """
    One operation that was let in, until its block is left, in whatever way.

    Whoever runs it sets *record* and *written*. Where nothing was set it has cost what was estimated.
    """

    __slots__ = ("_admitted", "_client", "_is_over", "cost", "limits", "record", "written")

    def __init__(self, client: ClientDemand, cost: int, admitted: Admitted | None, limits: DemandLimits) -> None:
        self._client = client
        self._admitted = admitted
        self._is_over = False
        self.cost = cost
        """As it was estimated."""

        self.limits = limits
        """Those that it was let in by."""

        self.record: Record | None = None
        """Of the calls made for it, once it runs; it is made with *most_calls*."""

        self.written: int | None = None
        """The bytes of its answer, once they are known."""

    @property
    def most_calls(self) -> int | None:
        """How often it may call one system: what its record is to be made with (`connectors.guard.record`)."""
        return None if self.limits.measure_only else self.limits.max_calls_per_system

    @property
    def actual(self) -> int | None:
        """What it has cost until now; None while nobody has said anything. Its estimate where calls must not show."""
        if self.record is None and self.written is None:
            return None
        if self.record is not None and not self.record.tells_cost:
            return self.cost
        return actual_cost(self.record, self.written or 0)

    @property
    def reserved(self) -> Admitted | None:
        """What was reserved for it by its estimate; None without a budget, and where there was not enough in it."""
        return self._admitted

    @property
    def left(self) -> float | None:
        """What its client's budget has left beside it; None without a budget, and where there was not enough in it."""
        if self._admitted is None:
            return None
        return max(0.0, self._admitted.left + self._spared)

    @property
    def reset_s(self) -> float:
        """After so many seconds without any operation the whole budget is there."""
        return 0.0 if self._admitted is None else max(0.0, self._admitted.used - self._spared) / self._admitted.rate

    @property
    def free_slots(self) -> int | None:
        """How many more operations of its client may be under way here; None for any number."""
        slots = self._client.slots
        return None if slots.most is None else max(0, slots.most - slots.taken)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()

    def leave(self) -> None:
        """It has ended. A second time does nothing."""
        if self._is_over:
            return
        self._is_over = True
        actual = self.actual
        cost = self.cost if actual is None else actual
        if self._admitted is not None:
            self._admitted.by.settle(self._client.clock.monotonic(), reserved=self.cost, actual=cost)
        if self.record is not None and self._asked_too_often(self.record):
            self._client.note(Reason.CALLS)
        self._client.ended(estimated=self.cost, actual=cost)

    @property
    def _spared(self) -> int:
        """What it has not cost of its estimate."""
        actual = self.actual
        return 0 if actual is None else self.cost - actual

    def _asked_too_often(self, record: Record) -> bool:
        most = self.limits.max_calls_per_system
        if most is None or not self.limits.measure_only:
            return record.was_refused
        return any(asked > most for asked in record.asked.values())
