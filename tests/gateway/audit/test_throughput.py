"""Group commit on real disks: how many operations a second, alone and together. Told by `make soak`, with `-s`."""

import asyncio
import os
import time
from typing import Any

import pytest

from tests.gateway.audit.making import auditing, entry
from tests.gateway.audit.places import Place

EACH = 300 if os.environ.get("SWITCHBOARD_SOAK") else 10


async def _per_second(place: Place, at_once: int) -> tuple[float, float]:
    """Operations a second, and how many there were to a commit."""
    store: Any = place.store()
    commits = 0
    append = store.append

    async def counted(*given: object) -> None:
        nonlocal commits
        commits += 1
        await append(*given)

    store.append = counted
    async with auditing(store, timeout_s=10, name=f"c{at_once}".format) as audit:
        await audit.written(entry())
        commits, start = 0, time.perf_counter()

        async def work() -> None:
            for _ in range(EACH):
                await audit.written(entry())

        await asyncio.gather(*(work() for _ in range(at_once)))
        return at_once * EACH / (time.perf_counter() - start), at_once * EACH / commits


async def test_operations_that_wait_together_share_a_commit(place: Place) -> None:
    found = {at_once: await _per_second(place, at_once) for at_once in (1, 16, 64)}

    for at_once, (per_second, together) in found.items():
        print(  # noqa: T201 - what it is for
            f"{type(place).__name__}: {at_once} at once: {per_second:.0f}/s, {together:.1f} to a commit"
        )
    assert pytest.approx(1) == found[1][1]
    assert 8 < found[16][1] <= 16
    assert 32 < found[64][1] <= 64
