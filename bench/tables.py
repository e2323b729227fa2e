"""Markdown tables of what was measured. Pure."""

from collections.abc import Callable, Iterable, Sequence

from bench.results import Results, Sample
from bench.stats import Spread, spread
from bench.verdicts import Verdict


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; every column but the first is set to the right."""
    lines = [_row(head), _row(["---", *["---:"] * (len(head) - 1)])]
    return "\n".join([*lines, *map(_row, rows)]) + "\n"


def promises(found: Sequence[Verdict]) -> str:
    """The table of the promised ratios."""
    return table(("what", "target", "found", "least to most", ""), map(_promise, found))


def load(results: Results, group: str) -> str:
    """Cost, throughput and waiting of each contestant at each concurrency."""
    points = results.points(group)
    head = ["", "callers", "CPU ms per request", "least to most", "requests/s", "p50 ms", "p95 ms", "p99 ms"]
    rows = [
        [name, str(point), *_figures(results.of(group, name, point))]
        for name in results.contestants(group)
        for point in points
    ]
    return table(head, rows)


def curve(results: Results, group: str, place: str, *, value: Callable[[Sample], float], digits: int = 2) -> str:
    """One value of each contestant along a curve."""
    names = results.contestants(group)
    rows = [
        [f"{point:,}", *(cell(results.of(group, name, point), value, digits) for name in names)]
        for point in results.points(group)
    ]
    return table([place, *names], rows)


def waits(results: Results, group: str, places: dict[int, str]) -> str:
    """Throughput and waiting of each contestant in each of the named cases."""
    head = ["", "case", "requests/s", "p50 ms", "p95 ms", "p99 ms"]
    rows = []
    for name in results.contestants(group):
        for point, place in places.items():
            found = results.of(group, name, point)
            values = (lambda s: s.per_second, lambda s: s.p50_ms, lambda s: s.p95_ms, lambda s: s.p99_ms)
            rows.append([name, place, *(cell(found, value, 1) for value in values)])
    return table(head, rows)


def memory(results: Results) -> str:
    """What each contestant held before any load, and at most after it."""
    rows = []
    for name, idle in results.idle_mb.items():
        loaded = [sum(s.rss_mb) for s in results.samples if s.contestant == name and s.group in {"cold", "cached"}]
        if loaded:
            rows.append([name, f"{idle:.0f}", f"{max(loaded):.0f}"])
    return table(("", "idle MB", "after load MB"), rows)


def timings(results: Results, group: str) -> str:
    """Ways to do one thing, the cheapest first."""
    found = [(spread(each.cpu_ms), each.name) for each in results.timings if each.group == group]
    rows = [
        [name, number(each.median), f"{number(each.low)} to {number(each.high)}"]
        for each, name in sorted(found, key=lambda pair: pair[0].median)
    ]
    return table(("", "CPU ms", "least to most"), rows) if rows else ""


def growth(results: Results, *, rows: int = 12) -> str:
    """Memory along the requests, at about as many places as *rows*."""
    found = results.memory
    step = max(1, len(found) // rows)
    chosen = [*found[:-1:step], found[-1]]
    return table(("requests", "MB"), ([f"{requests:,}", f"{rss:.0f}"] for requests, rss in chosen))


def number(value: float) -> str:
    """A figure with as many digits as it deserves."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _promise(verdict: Verdict) -> list[str]:
    target = f"{'≥' if verdict.at_least else '≤'} {verdict.target:g}"
    if verdict.found is None:
        return [verdict.what, target, "not measured", "", ""]
    said = {True: "met", False: "**missed**", None: ""}[verdict.met]
    return [verdict.what, target, number(verdict.found.median), _range(verdict.found), said]


def _figures(found: Sequence[Sample]) -> list[str]:
    if not found:
        return ["-"] * 6
    cpu = spread(sample.cpu_ms for sample in found)
    medians = [
        spread(values).median
        for values in (
            [s.per_second for s in found],
            [s.p50_ms for s in found],
            [s.p95_ms for s in found],
            [s.p99_ms for s in found],
        )
    ]
    wrong = " (wrong answers)" if any(sample.wrong for sample in found) else ""
    return [number(cpu.median) + wrong, _range(cpu), *map(number, medians)]


def cell(found: Sequence[Sample], value: Callable[[Sample], float], digits: int = 2) -> str:
    """The median of one value of some rounds."""
    if not found:
        return "-"
    if any(sample.wrong for sample in found):
        return "wrong answers"
    return f"{spread(map(value, found)).median:,.{digits}f}"


def _range(found: Spread) -> str:
    return f"{number(found.low)} to {number(found.high)}" if found.rounds > 1 else ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
