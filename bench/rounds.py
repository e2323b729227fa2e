"""Interleaved rounds: each contestant in turn, again and again, and what every turn cost its server."""

import contextlib
import dataclasses
import pathlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from bench.contestants import Contestant, Systems, filled
from bench.load import Load, Served, offer
from bench.processes import GATEWAY_CORE, LOAD_CORE, Server
from bench.results import Results, Sample
from bench.upstream import Door

T = TypeVar("T")

_TOLERANCE = 0.02
_DRAIN_S = 4.0
_WARM_S = 4
_LONGEST_WARM_S = 60.0
_ENOUGH = 12
"""Turns answer so many requests for each of their callers: then what is under way at their end counts little."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contestant that is running, what it is asked, and how large a right answer is."""

    contestant: Contestant
    server: Server
    body: pathlib.Path
    size: int

    def load(
        self,
        seconds: float,
        concurrency: int,
        *,
        first: int = 1,
        customers: int = 1,
        operations: int = 1,
        shift: int = 0,
        times: int = 1,
        core: str | None = LOAD_CORE,
    ) -> Load:
        """The load of one turn."""
        return Load(
            body=self.body,
            concurrency=concurrency,
            seconds=max(1, round(seconds)),
            first=first,
            customers=customers,
            operations=operations,
            shift=shift,
            times=times,
            core=core,
            token=self.server.token,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """What every measurement needs: where results go, which door of the upstream is asked, and how long."""

    results: Results
    door: Door
    seconds: float
    longest_s: float
    rounds: int

    def turn(self, group: str, entry: Entry, load: Load, *, point: int, number: int) -> Sample:
        """One turn of one contestant, kept in the results."""
        settle(entry.server)
        calls, cpu = self.door.requests(), entry.server.cpu_ms()
        served = offer(entry.server.url, load)
        spent, asked = entry.server.cpu_ms() - cpu, self.door.requests() - calls - 1
        sample = Sample(
            group=group,
            contestant=entry.contestant.name,
            point=point,
            round=number,
            requests=served.requests,
            cpu_ms=spent / max(served.requests, 1),
            per_second=served.per_second,
            p50_ms=served.p50_ms,
            p95_ms=served.p95_ms,
            p99_ms=served.p99_ms,
            bytes_each=served.bytes_each,
            calls=asked / max(served.requests, 1),
            wrong=wrong(served, entry.size),
            rss_mb=entry.server.rss_mb(),
        )
        self.results.samples.append(sample)
        return sample

    def interleaved(
        self, group: str, entries: Sequence[Entry], concurrencies: Sequence[int], *, customers: int
    ) -> None:
        """All contestants at each concurrency, round after round, each round in another order."""
        rates = {entry.contestant.name: self._rate(entry, customers) for entry in entries}
        for number in range(self.rounds):
            say(f"{group}: round {number + 1} of {self.rounds}")
            for concurrency in concurrencies:
                for entry in rotated(entries, number):
                    seconds = self._seconds(concurrency, rates[entry.contestant.name])
                    if seconds is not None:
                        load = entry.load(seconds, concurrency, customers=customers, shift=number * 97)
                        self.turn(group, entry, load, point=concurrency, number=number)

    def long_enough(self, entry: Entry, customer: int) -> float:
        """How long a turn has to be for a few answers about one *customer*, who may take long."""
        body = filled(entry.body, customer)
        began = time.monotonic()
        entry.server.ask(body)
        return min(max(self.seconds, 6 * (time.monotonic() - began)), 2 * self.longest_s)

    def _rate(self, entry: Entry, customers: int) -> float:
        load = entry.load(1, 4, customers=customers)
        settle(entry.server)
        return max(offer(entry.server.url, load).per_second, 0.5)

    def _seconds(self, concurrency: int, rate: float) -> float | None:
        """How long a turn has to be; None when it would take too long to say anything."""
        needed = concurrency * _ENOUGH / rate
        return None if needed > 3 * self.longest_s else min(max(self.seconds, needed), self.longest_s)


@contextlib.contextmanager
def entered(
    contestants: Sequence[Contestant], systems: Systems, results: Results, *, core: str | None = GATEWAY_CORE
) -> Iterator[list[Entry]]:
    """The contestants, running, until the end of the block."""
    with contextlib.ExitStack() as stack:
        yield [entry(each, stack.enter_context(each.serving(systems, core=core)), results) for each in contestants]


def entry(contestant: Contestant, server: Server, results: Results) -> Entry:
    """A running contestant with the size of its answer; its memory before any load is kept."""
    body = contestant.body()
    size = len(server.ask(filled(body, 1)))
    results.idle_mb.setdefault(contestant.name, sum(server.rss_mb()))
    return Entry(contestant=contestant, server=server, body=body, size=size)


def rotated(those: Sequence[T], by: int) -> list[T]:
    """*those* in another order for each round."""
    at = by % len(those)
    return [*those[at:], *those[:at]]


def warm(entries: Sequence[Entry], *, customers: int, operations: int = 1) -> None:
    """Ask each for every customer and operation once at least, and for some seconds: compilers and caches need it."""
    for each in entries:
        needed, end, asked = max(customers, operations) * 1.1, time.monotonic() + _LONGEST_WARM_S, 0
        while asked < needed or asked == 0:
            load = each.load(_WARM_S, 16, customers=customers, operations=operations, shift=asked)
            asked += offer(each.server.url, load).requests
            if time.monotonic() > end:
                break


def settle(server: Server) -> None:
    """Wait until the server has nothing left to do: callers that went away may still be served."""
    end, before = time.monotonic() + _DRAIN_S, server.cpu_ms()
    while time.monotonic() < end:
        time.sleep(0.12)
        now = server.cpu_ms()
        if now - before < 20:
            return
        before = now


def say(text: str) -> None:
    """Tell the person who waits."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)  # noqa: T201


def with_body(entries: Sequence[Entry], body: Callable[[Contestant], pathlib.Path], *, number: int = 1) -> list[Entry]:
    """The same contestants asked something else, with the size of that answer about customer *number*."""
    found = []
    for each in entries:
        path = body(each.contestant)
        settle(each.server)
        size = len(each.server.ask(filled(path, number)))
        found.append(dataclasses.replace(each, body=path, size=size))
    return found


def wrong(served: Served, size: int) -> int:
    """How many of the answers were not what they should be; all of them when their size on average was not."""
    bad = served.bad_status + served.broken
    # What wrk counts as bytes holds the headers too, which are a few hundred at most.
    headers = 1200
    off = served.requests and not size * (1 - _TOLERANCE) <= served.bytes_each <= size * (1 + _TOLERANCE) + headers
    return bad or (served.requests if off else 0)
