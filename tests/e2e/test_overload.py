"""A gateway that is asked more than it can work on: who is refused and how, who is not, and how much is answered."""

import asyncio
import collections
import contextlib
import dataclasses
import itertools
import json
import os
import random
import statistics
import time
import urllib.parse
from collections.abc import Iterator

import pytest

from bench import tools
from bench.contestants import Systems, filled, switchboard
from bench.places import LOGS, REPLIES
from bench.upstream import upstream
from sandbox.population.numbering import LineKey
from tests.conftest import RunningGateway, running
from tests.e2e.open_loop import Callers, Came, Request, get, p99, part, per_second, post, turns

IS_SOAK = bool(os.environ.get("SWITCHBOARD_SOAK"))
CLASSES = ("agent", "self_care", "partner", "batch")
CALLERS, SECONDS = (120, 6) if IS_SOAK else (60, 3)
BURST = 1000 if IS_SOAK else 200
ROUNDS = 5
FLOOD_S, SETTLED_S, PROBE_S = 12.0, 2.0, 8.0
# Work for the processor and for nobody else: the pretend operator shares the machine. What was asked in the same words
# before would be remembered, so each is worded anew.
QUESTION = "{{ a{}: __schema {{ types {{ name fields {{ name type {{ name }} args {{ name }} }} }} }} }}"

# A gateway that counts as overloaded where a machine of any speed and any other load can do it.
EASILY = {
    "CALLERS__CLASS_HEADER": "X-Caller-Class",
    "SERVER__ADMISSION__LEAST": "1",
    "SERVER__ADMISSION__TURN_S": "0.002",
    "SERVER__ADMISSION__WAIT_S": "0.2",
    "SERVER__ADMISSION__BURST_S": "0.1",
}


async def _crowd(url: str, seconds: float) -> list[Came]:
    """Callers who ask again as soon as they have an answer, one of ten an agent; one asks for the health meanwhile."""
    callers, came = Callers(url), list[Came]()
    end = time.monotonic() + seconds
    numbers = itertools.count()

    async def one(number: int) -> None:
        label = CLASSES[0 if number % 10 == 0 else 1 + number % 3]
        while time.monotonic() < end:
            body = json.dumps({"query": QUESTION.format(next(numbers))}).encode()
            came.append(await callers.ask(post("/graphql", body, label=label, headers=[("X-Caller-Class", label)])))
            if came[-1].status == 503:
                await asyncio.sleep(0.02)

    async def health() -> None:
        while time.monotonic() < end:
            came.append(await callers.ask(get("/health/live", label="health")))
            came.append(await callers.ask(get("/metrics", label="metrics")))
            await asyncio.sleep(0.1)

    await asyncio.gather(*map(one, range(CALLERS)), health())
    callers.close()
    return came


@contextlib.contextmanager
def _easily_overloaded(*arguments: str) -> Iterator[RunningGateway]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in EASILY.items():
            patch.setenv(f"SWITCHBOARD_{name}", value)
        with running(*arguments) as gateway:
            yield gateway


def _refused(gateway: RunningGateway) -> float:
    """How many the gateway counts."""
    text = asyncio.run(_get(gateway.url, "/metrics")).body.decode()
    lines = [line for line in text.splitlines() if line.startswith("switchboard_questions_refused_total{")]
    assert len(lines) == 4
    return sum(float(line.rpartition(" ")[2]) for line in lines)


async def _get(url: str, path: str) -> Came:
    callers = Callers(url)
    came = await callers.ask(get(path))
    callers.close()
    return came


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_whoever_is_refused_is_told_so_agents_least_of_all_and_health_is_always_answered(workers: int) -> None:
    with _easily_overloaded("--workers", str(workers)) as gateway:
        came = asyncio.run(_crowd(gateway.url, SECONDS))
        counted = _refused(gateway)
        gateway.log.wait_for("overload_ended", seconds=20)
        whole = gateway.ask(QUESTION.format(""))

    statuses: dict[str, collections.Counter[int]] = collections.defaultdict(collections.Counter)
    for each in came:
        statuses[each.label][each.status] += 1
    refused = [each for each in came if each.status == 503]
    lost = {label: statuses[label][503] / statuses[label].total() for label in CLASSES}
    print(workers, "workers:", {label: dict(found) for label, found in statuses.items()})  # noqa: T201 - figures to read

    assert {200, 503} == {status for found in statuses.values() for status in found}
    assert [{200}, {200}] == [set(statuses[label]) for label in ("health", "metrics")]
    assert all(_is_well_told(each) for each in refused)
    assert len(refused) == counted
    assert lost["agent"] < min(lost["partner"], lost["batch"])
    assert "errors" not in whole


def _is_well_told(came: Came) -> bool:
    (error,) = json.loads(came.body)["errors"]
    named = dict(line.split(": ", 1) for line in came.head.decode().splitlines()[1:])
    headers = {name.lower(): value for name, value in named.items()}
    return (
        "OVERLOADED" == error["extensions"]["code"]
        and "too much to do" in error["message"]
        and headers["x-request-id"] == error["extensions"]["requestId"]
        and {"agent": "1", "self_care": "2", "partner": "4", "batch": "8"}[came.label] == headers["retry-after"]
    )


async def test_a_burst_of_equal_questions_is_answered_whole(running_gateway: RunningGateway) -> None:
    """Nobody is refused for a moment in which many come: an agent desk begins its day at one o'clock sharp."""
    running_gateway.fault("recharge", "slow", ms=300)
    body = json.dumps(
        {
            "query": "query ($n: MSISDN!) { line(by: {msisdn: $n}) { balances { name } } }",
            "variables": {"n": LineKey(30, 0).msisdn},
        }
    ).encode()
    callers = Callers(running_gateway.url)

    came = await asyncio.gather(*(callers.ask(post("/graphql", body)) for _ in range(BURST)))

    callers.close()
    assert {200: BURST} == collections.Counter(each.status for each in came)
    assert 1 == len({each.body for each in came if each.good})


@pytest.mark.soak
@pytest.mark.skipif(bool(tools.missing()) or not (REPLIES / "customer").is_dir(), reason="wants what `make bench` uses")
def test_at_four_times_the_peak_four_fifths_of_it_are_answered_and_as_soon() -> None:
    """
    An open loop of cold questions, on the other core of two: callers who know nothing of each other, so that some come
    together. Before each flood it is found out how many can be answered.

    Systems that answer at once (nginx), so that the processor is all that there is too little of.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    contestant = switchboard()
    with upstream() as doors, contestant.serving(Systems.behind("at-once", doors.at_once)) as server:
        path = urllib.parse.urlsplit(server.url).path
        requests = [post(path, filled(contestant.body(), number)) for number in range(1, 1000)]
        rounds = asyncio.run(_rounds(server.url, requests))

    for each in rounds:
        print(each)  # noqa: T201 - figures to read
    # Machines are noisy: what is compared is of the same minute.
    assert statistics.median(each.goodput / each.peak for each in rounds) >= 0.8
    assert statistics.median(each.admitted_ms / each.near_ms for each in rounds) <= 2
    assert statistics.median(each.refused_ms for each in rounds) < 20


@dataclasses.dataclass(frozen=True, slots=True)
class _Round:
    """Answers a second at the peak and in the flood; p99 near the peak, of the admitted, and of refusals."""

    peak: float
    goodput: float
    near_ms: float
    admitted_ms: float
    refused_ms: float


async def _rounds(url: str, requests: list[Request]) -> list[_Round]:
    await _offered(url, requests, 30, 5)
    return [await _round(url, requests) for _ in range(ROUNDS)]


async def _round(url: str, requests: list[Request]) -> _Round:
    peak = per_second(await _asked_again(url, requests, PROBE_S), PROBE_S)
    near = await _offered(url, requests, 0.9 * peak, PROBE_S)
    flooded = await _offered(url, requests, 4 * peak, FLOOD_S)
    assert {200, 503} == {each.status for each in flooded}
    settled = [each for each in flooded if each.at_s > SETTLED_S]
    return _Round(
        peak=round(peak, 1),
        goodput=round(per_second(settled, FLOOD_S - SETTLED_S), 1),
        near_ms=_ms(p99(part(near, lambda each: each.good))),
        admitted_ms=_ms(p99(part(settled, lambda each: each.good))),
        refused_ms=_ms(p99(part(settled, lambda each: each.status == 503))),
    )


async def _asked_again(url: str, requests: list[Request], seconds: float) -> list[Came]:
    """What came to sixteen callers who ask again when they are answered: the most that can be, and nobody is refused."""
    callers, came, coming = Callers(url), list[Came](), itertools.cycle(requests)
    end = time.monotonic() + seconds

    async def one() -> None:
        while time.monotonic() < end:
            came.append(await callers.ask(next(coming)))

    await asyncio.gather(*(one() for _ in range(16)))
    callers.close()
    return came


async def _offered(url: str, requests: list[Request], rate: float, seconds: float) -> list[Came]:
    callers = Callers(url)
    came = await callers.come(turns(requests, int(rate * seconds)), per_s=rate, dice=random.Random(7))
    callers.close()
    # The overload of one turn is over before the next one.
    await asyncio.sleep(4)
    return came


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
