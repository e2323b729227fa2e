"""The headline measurements: the question cold and cached, with slow upstreams, by one caller, and by two processes."""

from bench import contestants
from bench.contestants import Systems
from bench.pace import Pace
from bench.results import Results
from bench.rounds import Bench, Entry, entered, entry, say, warm
from bench.upstream import CUSTOMERS, Door, Upstream, upstream

CACHED_CUSTOMERS = 64
KNOWN_CUSTOMERS = 64
_FEW = 4


def cold(results: Results, pace: Pace, up: Upstream) -> None:
    """Nothing is kept: every question is asked of the four systems. Unique callers, then one caller."""
    everybody = [
        contestants.switchboard(),
        contestants.node(),
        contestants.hive(),
        contestants.hive(jit=True),
        contestants.strawberry(),
    ]
    bench = _bench(results, pace, up.at_once)
    with entered(everybody, Systems.behind("at-once", up.at_once), results) as entries:
        check_answers(entries, bench)
        warm(entries, customers=1)
        bench.interleaved("cold", entries, pace.concurrencies, customers=CUSTOMERS)
        bench.interleaved("one caller", [e for e in entries if e.contestant.name != "strawberry"], (16,), customers=1)


def cached(results: Results, pace: Pace, up: Upstream) -> None:
    """Everything was asked before: ours answers from its call cache, the peers from their response caches."""
    everybody = [
        contestants.switchboard(kept=True),
        contestants.node(cached=True),
        contestants.hive(cached=True),
    ]
    bench = _bench(results, pace, up.at_once)
    with entered(everybody, Systems.behind("at-once", up.at_once), results) as entries:
        warm(entries, customers=CACHED_CUSTOMERS)
        bench.interleaved("cached", entries, pace.concurrencies, customers=CACHED_CUSTOMERS)
    _check_that_caches_answered(results)


def slow_systems(results: Results, pace: Pace, up: Upstream) -> None:
    """Each upstream call takes 50 ms, and the question has two levels of them."""
    everybody = [contestants.switchboard(), contestants.node(), contestants.hive(), contestants.strawberry()]
    bench = _bench(results, pace, up.after_50_ms)
    systems = Systems.behind("after-50-ms", up.after_50_ms)
    with entered(everybody, systems, results) as entries:
        warm(entries, customers=1)
        bench.interleaved("50 ms", entries, (_FEW, 16), customers=CUSTOMERS)
    for number in range(pace.rounds):
        _unknown_and_known(bench, systems, number)


def two_workers(results: Results, pace: Pace) -> None:
    """One process and two, on cores that they share with the load and the upstream; nothing is pinned."""
    with upstream(core=None) as up:
        bench = _bench(results, pace, up.at_once)
        systems = Systems.behind("unpinned", up.at_once)
        both = [contestants.switchboard(), contestants.switchboard(workers=2)]
        with entered(both, systems, results, core=None) as entries:
            warm(entries, customers=1)
            for number in range(pace.rounds):
                say(f"workers: round {number + 1} of {pace.rounds}")
                for each in entries if number % 2 else entries[::-1]:
                    load = each.load(pace.seconds, 16, customers=CUSTOMERS, core=None)
                    bench.turn("workers", each, load, point=16, number=number)


def check_answers(entries: list[Entry], bench: Bench) -> None:
    """That all give the same answer by the same four calls; RuntimeError when not."""
    expected = None
    for each in entries:
        name, server = each.contestant.name, each.server
        before = bench.door.asked()
        answer = server.answer(each.contestant.one(_FEW))
        asked = bench.door.asked() - before
        if sorted(asked.values()) != [1, 1, 1, 1]:
            raise RuntimeError(f"{name} asked the systems {dict(asked)}, not each of the four once")
        common = each.contestant.common(answer)
        expected = common if expected is None else expected
        if common != expected:
            raise RuntimeError(f"{name} answers something else than {entries[0].contestant.name}")


def _unknown_and_known(bench: Bench, systems: Systems, number: int) -> None:
    # A fresh gateway knows nobody; each customer is asked about once, then the first of them again.
    contestant = contestants.switchboard()
    with contestant.serving(systems) as server:
        say(f"unknown and known customers: round {number + 1}")
        one = entry(contestant, server, bench.results)
        # The code is warm before it counts; these customers are not asked about again.
        _compile(one)
        seconds = min(bench.seconds * 2, CUSTOMERS / 2 / (_FEW / 0.1))
        bench.turn("unknown", one, one.load(seconds, _FEW, customers=CUSTOMERS), point=_FEW, number=number)
        bench.turn("known", one, one.load(bench.seconds, _FEW, customers=KNOWN_CUSTOMERS), point=_FEW, number=number)


def _compile(one: Entry) -> None:
    for number in range(CUSTOMERS - 20, CUSTOMERS):
        one.server.ask(one.contestant.one(number))


def _check_that_caches_answered(results: Results) -> None:
    for name in results.contestants("cached"):
        calls = max(sample.calls for sample in results.of("cached", name))
        if calls > 0.02:
            told = f"the systems were asked {calls:.2f} times per question, not every call came from the cache"
            results.notes.append(f"cached, {name}: {told}")


def _bench(results: Results, pace: Pace, door: Door) -> Bench:
    return Bench(results, door, pace.seconds, pace.longest_s, pace.rounds)
