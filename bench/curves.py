"""How cost grows: with the answer's size, the customers in one question, and the number of different operations."""

import json
import pathlib
from collections.abc import Callable, Sequence

from bench import contestants
from bench.contestants import Contestant, Systems
from bench.pace import Pace
from bench.places import CACHE
from bench.results import Results
from bench.rounds import Bench, entered, say, warm, with_body
from bench.upstream import SIZES, Upstream

_KNOWN_OPERATIONS = 1_000
_BILLS_OF_MANY = """query Several($keys: [CustomerKey!]!) {
  customers(by: $keys) {
    customerNumber
    name
    bills(first: 12) { nodes { billNumber amount { amount currency } lines { number amount { amount currency } } } }
  }
}"""


def sizes(results: Results, pace: Pace, up: Upstream) -> None:
    """The question about customers who have from ten to ten thousand bill lines; one caller at a time."""
    everybody = [contestants.switchboard(), contestants.node(), contestants.hive(), contestants.strawberry()]
    bench = _bench(results, pace, up)
    with entered(everybody, Systems.behind("at-once", up.at_once), results) as entries:
        warm(entries, customers=1)
        for lines in pace.sizes:
            say(f"size: {lines} bill lines")
            first = SIZES[lines][0]
            for each in with_body(entries, Contestant.body, number=first):
                seconds = bench.long_enough(each, first)
                for number in range(bench.rounds):
                    bench.turn("size", each, each.load(seconds, 1, first=first), point=lines, number=number)


def customers(results: Results, pace: Pace, up: Upstream) -> None:
    """One question about several customers with their bills: one call to the CRM, one to billing for each."""
    bench = _bench(results, pace, up)
    with entered([contestants.switchboard()], Systems.behind("at-once", up.at_once), results) as entries:
        for size in pace.groups:
            say(f"customers: {size}")
            asked = with_body(entries, lambda each, size=size: _several(each, size))  # type: ignore[misc]
            warm(asked, customers=1)
            seconds = bench.long_enough(asked[0], 1)
            for number in range(bench.rounds):
                bench.turn("customers", asked[0], asked[0].load(seconds, 1), point=size, number=number)


def operations(results: Results, pace: Pace, up: Upstream) -> None:
    """So many different operations: what a server keeps for each, and what a new one costs it."""
    everybody = [*_ours(), contestants.node(), contestants.hive()]
    _many_operations(results, pace, up, everybody, group="operations", vary=contestants.varied)


def names(results: Results, pace: Pace, up: Upstream) -> None:
    """The same operation under so many names, which ours works out once."""
    _many_operations(results, pace, up, _ours(), group="names", vary=contestants.named)


def _ours() -> list[Contestant]:
    return [contestants.switchboard(), contestants.switchboard(kept=True)]


def _many_operations(
    results: Results,
    pace: Pace,
    up: Upstream,
    everybody: Sequence[Contestant],
    *,
    group: str,
    vary: Callable[[str], str],
) -> None:
    bench = _bench(results, pace, up)
    with entered(everybody, Systems.behind("at-once", up.at_once), results) as entries:
        asked = with_body(entries, lambda each: each.body(vary(each.question), label=group))
        for count in pace.operations:
            say(f"{group}: {count}")
            # Ten thousand are not to be known: there, a question is mostly a new one.
            if count <= _KNOWN_OPERATIONS:
                warm(asked, customers=64, operations=count)
            for number in range(bench.rounds):
                for each in asked:
                    load = each.load(bench.seconds, 4, customers=64, operations=count, shift=number * 2_000 + 1_000)
                    bench.turn(group, each, load, point=count, number=number)


def _several(contestant: Contestant, size: int) -> pathlib.Path:
    keys = [{"id": f"2{number:06d}"} for number in range(1, size + 1)]
    path = CACHE / f"several-{size}.{contestant.name}.json"
    path.write_text(json.dumps({"query": _BILLS_OF_MANY, "variables": {"keys": keys}}), encoding="utf-8")
    return path


def _bench(results: Results, pace: Pace, up: Upstream) -> Bench:
    return Bench(results, up.at_once, pace.seconds, pace.longest_s, pace.curve_rounds)
