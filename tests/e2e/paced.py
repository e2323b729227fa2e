"""Callers of several classes who come at a steady rate, whatever becomes of those before them, and what they are told."""

import asyncio
import collections
import dataclasses
import itertools
import time
from collections.abc import Mapping, Sequence

from tests.e2e.asking import Asking

MOST_AT_ONCE = 300
"""Questions under way of all callers together. A machine that cannot answer so many is not sent more."""


@dataclasses.dataclass(frozen=True)
class Told:
    """How often each class was told what ("ok" or the code of the first error), and how soon it was refused."""

    codes: dict[str, collections.Counter[str]] = dataclasses.field(
        default_factory=lambda: collections.defaultdict(collections.Counter)
    )
    refused_in_s: list[float] = dataclasses.field(default_factory=list)


class Callers:
    """They put one question about a line, each about another one, to these gateways in turn."""

    def __init__(self, asking: Asking, urls: Sequence[str], question: str) -> None:
        self._asking = asking
        self._urls = itertools.cycle(urls)
        self._question = question
        self._numbers = itertools.count()
        self._under_way = 0
        self.told = Told()

    async def come(self, per_s: Mapping[str, int], *, seconds: float) -> None:
        """So many of each class per second, for some seconds; returns when all of them were told something."""
        await asyncio.gather(*(self._class(name, rate, seconds) for name, rate in per_s.items()))

    async def _class(self, criticality: str, per_s: int, seconds: float) -> None:
        began, tasks = time.monotonic(), []
        for number in range(int(per_s * seconds)):
            # A busy machine cannot send as many as it is told to; what is counted is what came.
            await asyncio.sleep(max(0.0, began + number / per_s - time.monotonic()))
            if self._under_way < MOST_AT_ONCE or criticality == "agent":
                tasks.append(asyncio.create_task(self._ask(criticality)))
        await asyncio.gather(*tasks)

    async def _ask(self, criticality: str) -> None:
        # Other numbers each time, or equal questions under way would be one. Most belong to nobody, which costs a call.
        variables = {"n": f"9996{next(self._numbers) % 10_000_000:07d}"}
        began = time.monotonic()
        headers = {"X-Caller-Class": criticality}
        self._under_way += 1
        answer = await self._asking.ask(next(self._urls), self._question, variables, headers=headers)
        self._under_way -= 1
        errors = answer.get("errors", [{"extensions": {"code": "ok"}}])
        code = errors[0]["extensions"]["code"]
        self.told.codes[criticality][code] += 1
        if code == "UPSTREAM_BUSY":
            assert errors[0]["extensions"].get("retryAfterMs", 1) > 0
            self.told.refused_in_s.append(time.monotonic() - began)
