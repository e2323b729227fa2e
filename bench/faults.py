"""What others pay while billing is ill: questions about lines only, beside questions that need billing."""

import pathlib

from bench import contestants
from bench.contestants import Contestant, Systems
from bench.load import Load, read, start
from bench.pace import Pace
from bench.places import HERE, PEERS
from bench.results import Results
from bench.rounds import Bench, Entry, entered, say, warm, with_body
from bench.upstream import Upstream

HEALTHY, SLOW, REFUSED = 0, 1, 2
"""Points of the group `billing`: as always, every call takes two seconds, nobody listens."""

_CALLERS = 8


def billing(results: Results, pace: Pace, up: Upstream) -> None:
    """Eight callers ask about lines, eight others about customers with bills; only the former are measured."""
    cases = {
        HEALTHY: Systems.behind("at-once", up.at_once),
        SLOW: Systems.behind("slow-billing", up.at_once, billing=up.slow_billing.port),
        REFUSED: Systems.behind("no-billing", up.at_once, billing=up.nobody),
    }
    bench = Bench(results, up.at_once, pace.seconds, pace.longest_s, pace.curve_rounds)
    for case, systems in cases.items():
        say(f"billing: {systems.name}")
        everybody = [contestants.switchboard(), contestants.node(), contestants.hive()]
        with entered(everybody, systems, results) as whole:
            lines = with_body(whole, _about_a_line)
            warm(lines, customers=1)
            for number in range(bench.rounds):
                for asked, beside in zip(lines, whole, strict=True):
                    _turn(bench, asked, beside, case=case, number=number)


def _turn(bench: Bench, asked: Entry, beside: Entry, *, case: int, number: int) -> None:
    seconds = bench.seconds + 4
    # The others begin first and end last.
    others = start(beside.server.url, _load(beside, seconds + 3))
    bench.turn("billing", asked, _load(asked, seconds), point=case, number=number)
    read(others.communicate()[0])


def _load(entry: Entry, seconds: float) -> Load:
    return entry.load(seconds, _CALLERS, customers=512)


def _about_a_line(contestant: Contestant) -> pathlib.Path:
    folder = PEERS / "hive" if contestant.name.startswith("hive") else HERE
    return contestant.body((folder / "line.graphql").read_text(encoding="utf-8"), label="line")
