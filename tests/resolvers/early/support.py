"""An operator whose systems answer in waves, and what is compared of two of them."""

from typing import Any

from gateway.operations.outcome import Outcome
from tests.resolvers.support import ACCOUNT, MSISDN, FakeOperator, presented
from tests.resolvers.waves import Waves, in_waves

NAMED = "query ($by: CustomerKey!) { customer(by: $by) { customerNumber bills { nodes { accountNumber } } } }"


class Operator(FakeOperator):
    """An operator whose systems answer in waves."""

    def __init__(self, *, sleep_s: float = 0.0) -> None:
        self.waves = Waves(sleep_s=sleep_s)
        super().__init__(in_waves(self.waves))
        self.always_confirm = False

    async def levels(self, query: str, **variables: Any) -> tuple[int, Outcome]:
        """How many calls one after the other a question takes, and what comes."""
        return await self.waves.levels(self.ask_as(query, variables, always_confirm=self.always_confirm))

    async def well(self, query: str, **variables: Any) -> Any:
        """The data of a question without errors; calls are counted anew after it."""
        _, outcome = await self.levels(query, **variables)
        assert [] == presented(outcome)
        self.counted()
        return outcome.data


def recycle(operator: FakeOperator) -> None:
    """MSISDN moves to another customer with another account."""
    operator.crm.accounts = {"1000042": (ACCOUNT,), "2000000": ("B1",)}
    operator.billing.lines = {ACCOUNT: (), "B1": (MSISDN,)}


def total(calls: dict[str, dict[str, int]]) -> int:
    """How many calls those are in all."""
    return sum(number for of in calls.values() for number in of.values())


def told_of(outcome: Outcome) -> list[dict[str, Any]]:
    """The errors in the order of their places: which of two systems fails first is not the question's."""
    return sorted(presented(outcome), key=lambda error: str(error.get("path")))


def no_more(calls: dict[str, dict[str, int]], than: dict[str, dict[str, int]]) -> bool:
    """Whether no operation of any system was asked more often."""
    return all(
        number <= than.get(system, {}).get(operation, 0)
        for system, of in calls.items()
        for operation, number in of.items()
    )
