"""The ratios that the project promises, each with its target and whether this run met it. Pure."""

import dataclasses
from collections.abc import Callable, Iterator

from bench import rights
from bench.micro import leaves, recall, soap
from bench.results import Results, Sample
from bench.stats import Spread, ratio, spread

_CALLERS = 16
_FEW = 4

CALLS = 4
"""What the question asks of the systems, once each; `headline.check_answers` holds that it does."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One promise. *found* is None when the run did not measure it."""

    what: str
    target: float
    at_least: bool = False
    found: Spread | None

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None when it was not measured."""
        if self.found is None:
            return None
        return self.found.median >= self.target if self.at_least else self.found.median <= self.target


def verdicts(results: Results) -> list[Verdict]:
    """Every promise, in the order of the page."""
    return list(_all(results))


def _all(results: Results) -> Iterator[Verdict]:
    hive = _cheaper(results, "cold", "hive", "hive jit")
    yield _cpu("cold, CPU per request: ours ÷ Hive Gateway (the cheaper of its two ways)", 0.25, results, "cold", hive)
    yield _cpu("cold, CPU per request: ours ÷ hand-written Node.js", 0.6, results, "cold", "node")
    yield Verdict(
        what="everything asked before, CPU per request: our call cache ÷ Hive's response cache",
        target=0.7,
        found=_ratio(results, ("cached", "switchboard cached"), ("cached", "hive cached"), _cpu_of),
    )
    yield Verdict(
        what="everything asked before, CPU per request: ours ÷ our own cold",
        target=0.2,
        found=_ratio(results, ("cached", "switchboard cached"), ("cold", "switchboard"), _cpu_of),
    )
    yield Verdict(
        what="the calls of the question given from what is kept, CPU in the guard: ÷ our own cold question",
        target=0.05,
        found=_recalls(results),
    )
    yield _waits("50 ms systems, 4 callers, customer unknown: p50 ÷ 100 ms", 1.2, results, "unknown", 100)
    yield _waits("50 ms systems, 4 callers, customer known: p50 ÷ 50 ms", 1.4, results, "known", 50)
    yield Verdict(
        what="cold, CPU per request: token, rights, masks, budget and record ÷ a gateway for everybody",
        target=1.1,
        found=_ratio(results, (rights.GROUP, rights.RECORDED), (rights.GROUP, rights.OPEN), _cpu_of),
    )
    yield _timed(
        "10,000 leaves of plain data, CPU: ours ÷ graphql-core", results, leaves.GROUP, "switchboard", "graphql-core"
    )
    yield _timed("SOAP decode, CPU: our records ÷ zeep", results, soap.GROUP, "records", "zeep")
    yield Verdict(
        what="requests per second: two workers ÷ one, load and systems on the same two cores",
        target=1.6,
        at_least=True,
        found=_ratio(results, ("workers", "switchboard 2 workers"), ("workers", "switchboard"), lambda s: s.per_second),
    )
    yield Verdict(what="memory of a worker after load, MB", target=160, found=_memory(results))


def _cpu(what: str, target: float, results: Results, group: str, other: str) -> Verdict:
    return Verdict(what=what, target=target, found=_ratio(results, (group, "switchboard"), (group, other), _cpu_of))


def _cpu_of(sample: Sample) -> float:
    return sample.cpu_ms


def _ratio(
    results: Results, ours: tuple[str, str], theirs: tuple[str, str], value: Callable[[Sample], float]
) -> Spread | None:
    one, other = (list(map(value, results.of(*who, _CALLERS))) for who in (ours, theirs))
    return ratio(one, other) if one and other else None


def _cheaper(results: Results, group: str, *names: str) -> str:
    """Which of *names* takes less CPU; the first when neither was measured."""
    measured = {name: results.of(group, name, _CALLERS) for name in names}
    medians = {name: spread(map(_cpu_of, found)).median for name, found in measured.items() if found}
    return min(medians, key=lambda name: medians[name]) if medians else names[0]


def _waits(what: str, target: float, results: Results, group: str, floor_ms: float) -> Verdict:
    found = [sample.p50_ms / floor_ms for sample in results.of(group, "switchboard", _FEW)]
    return Verdict(what=what, target=target, found=spread(found) if found else None)


def _timed(what: str, results: Results, group: str, ours: str, theirs: str) -> Verdict:
    one, other = results.timing(group, ours), results.timing(group, theirs)
    return Verdict(what=what, target=0.1, found=ratio(one, other) if one and other else None)


def _recalls(results: Results) -> Spread | None:
    recalled = results.timing(recall.GROUP, "recalled")
    cold = [sample.cpu_ms for sample in results.of("cold", "switchboard", _CALLERS)]
    if not recalled or not cold:
        return None
    question = spread(cold).median
    return spread([CALLS * each / recall.EACH / question for each in recalled])


def _memory(results: Results) -> Spread | None:
    loaded = [
        *results.of("cold", "switchboard"),
        *results.of("cached", "switchboard cached"),
        *results.of("workers", "switchboard 2 workers"),
    ]
    # With several workers the first process is the parent, which serves nobody.
    found = [max(sample.rss_mb) for sample in loaded if sample.rss_mb]
    return spread([max(found)]) if found else None
