"""Whether memory grows: 200,000 requests of 10,000 different operations, and what the process holds on the way."""

import time

from bench import contestants
from bench.contestants import Systems
from bench.load import offer
from bench.results import Results
from bench.rounds import Entry, entered, say, warm, with_body, wrong
from bench.upstream import Upstream

REQUESTS = 200_000
OPERATIONS = 10_000
TIMES = REQUESTS // OPERATIONS
"""
Each operation comes so often in a row: it is prepared, compiled, used and forgotten. If each request asked another one
than the request before, nearly all of the time would go into preparing, and the run would take hours.
"""

_SLICE_S = 15
_LONGEST_S = 24 * 60
_CALLERS = 16
_CUSTOMERS = 64
_TELL_EVERY = 10_000


def growth(results: Results, up: Upstream, *, requests: int = REQUESTS, longest_s: float = _LONGEST_S) -> None:
    """Memory after each slice of the load. Answers come from the call cache: what is asked for is the plans' memory."""
    with entered([contestants.switchboard(kept=True)], Systems.behind("at-once", up.at_once), results) as entries:
        warm(entries, customers=_CUSTOMERS)
        (asked,) = with_body(entries, lambda each: each.body(contestants.varied(each.question), label="varied"))
        results.memory = [(0, sum(asked.server.rss_mb()))]
        done, told, end = 0, 0, time.monotonic() + longest_s
        while done < requests and time.monotonic() < end:
            done += _slice(results, asked, done)
            results.memory.append((done, sum(asked.server.rss_mb())))
            if done // _TELL_EVERY > told:
                told = done // _TELL_EVERY
                say(f"memory: {done:,} of {requests:,} requests, {results.memory[-1][1]:.0f} MB")
        if done < requests:
            results.notes.append(
                f"memory ended early: {done:,} of {requests:,} requests in {longest_s / 60:.0f} minutes"
            )


def _slice(results: Results, asked: Entry, done: int) -> int:
    """Some seconds of the load, from where the last one ended; how many were answered."""
    load = asked.load(_SLICE_S, _CALLERS, customers=_CUSTOMERS, operations=OPERATIONS, shift=done, times=TIMES)
    served = offer(asked.server.url, load)
    if bad := wrong(served, asked.size):
        results.notes.append(f"memory: {bad:,} wrong answers after {done:,} requests")
    return served.requests
