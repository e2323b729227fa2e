"""Whether memory grows: 200,000 requests of 10,000 different operations, and what the process holds on the way."""

from bench import contestants
from bench.contestants import Systems
from bench.load import offer
from bench.results import Results
from bench.rounds import entered, say, with_body
from bench.upstream import Upstream

REQUESTS = 200_000
OPERATIONS = 10_000
_SLICE_S = 15
_CALLERS = 16


def growth(results: Results, up: Upstream, *, requests: int = REQUESTS) -> None:
    """Memory after each slice of the load. Answers come from the call cache: what is asked for is the plans' memory."""
    with entered([contestants.switchboard(kept=True)], Systems.behind("at-once", up.at_once), results) as entries:
        (asked,) = with_body(entries, lambda each: each.body(contestants.named(each.question), label="named"))
        done, told = 0, 0
        results.memory = [(0, sum(asked.server.rss_mb()))]
        while done < requests:
            load = asked.load(_SLICE_S, _CALLERS, customers=64, operations=OPERATIONS, shift=done)
            done += offer(asked.server.url, load).requests
            results.memory.append((done, sum(asked.server.rss_mb())))
            if done // 20_000 > told:
                told = done // 20_000
                say(f"memory: {done} of {requests} requests, {results.memory[-1][1]:.0f} MB")
