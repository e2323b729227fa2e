"""A process that writes records until it is killed, and tells over a pipe which were acknowledged."""

import asyncio
import json
import os
import pathlib
import sys

from connectors.clock import SystemClock
from connectors.guard.subject import line
from gateway.audit.opening import audit_of
from gateway.audit.settings import AuditSettings
from tests.gateway.audit.making import Noted, entry


async def main(settings: AuditSettings, first: int, count: int, at_once: int) -> None:
    audit = audit_of(settings, clock=SystemClock(), report=Noted())
    audit.start()
    numbers = iter(range(first, first + count))

    async def work() -> None:
        for number in numbers:
            await audit.written(entry([line(f"9996{number:07}")]))
            os.write(1, f"{number}\n".encode())

    await asyncio.gather(*(work() for _ in range(at_once)))
    await audit.aclose()


if __name__ == "__main__":
    said = AuditSettings.model_validate(json.loads(pathlib.Path(sys.argv[1]).read_text()))
    asyncio.run(main(said, *map(int, sys.argv[2:])))
