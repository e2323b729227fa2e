"""
Thousands of requests that nobody would send: each is answered as it should be or refused, and nobody else waits.

A failure names the seed and the place of the request; `shot(seed, place, questions)` makes it again.
"""

import asyncio
import contextlib
import os
import pathlib
import re
import time
from collections.abc import Iterator

import pytest

from tests.bars import bar
from tests.conftest import ROOT, Lines, RunningGateway
from tests.security.fuzz.shots import Shot, shot
from tests.security.fuzz.verdict import wrong
from tests.security.probe import probed
from tests.security.server.conftest import starting_with
from tests.security.server.raw import address

SEED = int(os.environ.get("SWITCHBOARD_FUZZ_SEED", "20261122"))
AT_ONCE = 4
ILLNESSES = [
    None,
    ("hss", "off"),
    ("billing", "garbage"),
    ("crm", "fault"),
    ("recharge", "html"),
    ("billing", "cut"),
    None,
]
QUICK = {"HEADER_TIMEOUT_S": "1", "BODY_TIMEOUT_S": "1", "KEEP_ALIVE_S": "1"}
ANSWERED_S = 10.0


@pytest.fixture(scope="module")
def fuzzed() -> Iterator[RunningGateway]:
    """A gateway of its own, which waits for little, so that half a request does not take ten seconds."""
    with starting_with(QUICK, "run", "--port", "0", "--control-port", "0", "--customers", "50") as (lines, pid):
        yield _running(lines, pid)


def _running(lines: Lines, pid: int) -> RunningGateway:
    url = lines.wait_for("The graph answers at ").rpartition(" ")[2].strip()
    sandbox = lines.wait_for("Its control port: ").rpartition(" ")[2].strip()
    return RunningGateway(url=url, sandbox_url=sandbox, ports={}, log=lines, pid=pid)


def _questions(gateway: RunningGateway) -> list[str]:
    readme = re.findall(r"```graphql\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return [*(story["question"] for story in gateway.stories().values()), *readme]


async def _fire(gateway: RunningGateway, fired: Shot) -> str | None:
    """What is wrong with the answer to one request; None when nothing is."""
    heard = bytearray()
    try:
        async with asyncio.timeout(ANSWERED_S):
            reader, writer = await asyncio.open_connection(*address(gateway.url), limit=2**20)
            writer.write(fired.data)
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(2**20):
                    heard += data
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
    except TimeoutError:
        return f"neither answered nor closed within {ANSWERED_S} s"
    return wrong(bytes(heard))


async def _fire_all(gateway: RunningGateway, places: range) -> list[str]:
    """What went wrong, a line for each request."""
    questions = await asyncio.to_thread(_questions, gateway)
    waiting = iter(places)
    faults: list[str] = []

    async def gunner() -> None:
        for place in waiting:
            fired = shot(SEED, place, questions)
            if said := await _fire(gateway, fired):
                faults.append(f"seed {SEED}, place {place}, {fired.kind}: {said}")

    await asyncio.gather(*(gunner() for _ in range(AT_ONCE)))
    return faults


def _resident_mib(gateway: RunningGateway) -> float:
    status = pathlib.Path(f"/proc/{gateway.pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmRSS:\s*([0-9]+)", status)[0]) / 1024


def _told(gateway: RunningGateway) -> None:
    log = "".join(gateway.log.kept)
    assert "Traceback" not in log
    assert "Exception in ASGI" not in log


async def test_three_hundred_odd_requests_are_answered_or_refused_and_nobody_waits(fuzzed: RunningGateway) -> None:
    async with probed(address(fuzzed.url), path="/health/live", pid=fuzzed.pid) as probe:
        faults = await _fire_all(fuzzed, range(300))

    assert [] == faults
    assert probe.p99_s < bar(0.3)
    _told(fuzzed)


async def test_odd_requests_are_answered_or_refused_also_while_systems_are_ill(fuzzed: RunningGateway) -> None:
    fuzzed.fault("hss", "off")
    fuzzed.fault("billing", "garbage")
    try:
        faults = await _fire_all(fuzzed, range(300, 350))
    finally:
        fuzzed.heal()

    assert [] == faults
    _told(fuzzed)


@pytest.mark.soak
async def test_ten_thousand_odd_requests_are_answered_or_refused_without_a_stall_or_a_leak(
    fuzzed: RunningGateway,
) -> None:
    # Remembered documents fill up to their bound first.
    faults = await _fire_all(fuzzed, range(1000, 4000))
    warm = _resident_mib(fuzzed)
    began = time.monotonic()
    async with probed(address(fuzzed.url), path="/health/live", pid=fuzzed.pid) as probe:
        for turn, ill in enumerate(ILLNESSES):
            if ill:
                fuzzed.fault(ill[0], ill[1])
            faults += await _fire_all(fuzzed, range(4000 + turn * 1000, 5000 + turn * 1000))
            fuzzed.heal()
    grown = _resident_mib(fuzzed) - warm

    print(  # noqa: T201 - figures to read
        f"{time.monotonic() - began:.0f} s for the last 7,000; the probe's p99 {probe.p99_s * 1000:.0f} ms, "
        f"longest {probe.max_s * 1000:.0f} ms; memory {warm:.0f} MiB, then {grown:+.0f} MiB"
    )
    assert [] == faults
    assert probe.max_s < 0.3
    assert grown < 32
    _told(fuzzed)
