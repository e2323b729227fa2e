"""`python -m bench`: measures and writes the page. `make bench` calls it."""

import argparse
import functools
import sys
from collections.abc import Callable, Mapping, Sequence

from bench import curves, faults, headline, memory, rights, tools
from bench.about import about
from bench.micro import leaves, parsers, recall, soap
from bench.npm import SetupError
from bench.pace import FULL, QUICK, Pace
from bench.page import SOAP_BYTES, page
from bench.places import CACHE, LOGS, PAGE, RESULTS
from bench.recording import record
from bench.replies import Replies
from bench.results import Results, load
from bench.rounds import say
from bench.upstream import Upstream, upstream, write_replies

_Measure = Callable[[Results, Pace, Upstream], None]

_PARTS: Mapping[str, _Measure] = {
    "cold": headline.cold,
    "cached": headline.cached,
    "slow": headline.slow_systems,
    "sizes": curves.sizes,
    "customers": curves.customers,
    "operations": curves.operations,
    "names": curves.names,
    "billing": faults.billing,
    rights.GROUP: rights.rights,
}
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "cold": ("cold", "one caller"),
    "slow": ("50 ms", "unknown", "known"),
    "sizes": ("size",),
}
"""Groups of the parts that are not named like their group."""

_MICRO, _WORKERS, _MEMORY = "micro", "workers", "memory"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 when all went well, 1 when answers were wrong, 2 when something is missing."""
    options = _parser().parse_args(arguments)
    absent = tools.missing()
    if absent:
        sys.stderr.write(f"{tools.advice(absent)}\n")
        return 2
    if tools.cores() < 2:
        sys.stderr.write("The benchmark needs two cores: one for the servers, one for load and systems.\n")
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    try:
        results = load(RESULTS) if options.page_only or (options.add and RESULTS.is_file()) else Results()
        if not options.page_only:
            _measure(results, QUICK if options.quick else FULL, options.parts)
    except (SetupError, FileNotFoundError) as exc:
        sys.stderr.write(f"{exc}\n")
        return 2
    target = CACHE / "performance.md" if options.quick or options.draft else PAGE
    target.write_text(page(results), encoding="utf-8")
    wrong = [*results.wrong(), *results.notes]
    sys.stderr.write("".join(f"{line}\n" for line in wrong) + f"Written: {target}\n")
    return 1 if wrong else 0


def _measure(results: Results, pace: Pace, parts: Sequence[str]) -> None:
    results.about |= about(pace.name)
    recorded = record()
    write_replies(recorded)
    if _MICRO in parts:
        _part(_MICRO, results, functools.partial(_micro, results, pace, recorded))
    with upstream() as up:
        for name, measure in _PARTS.items():
            if name in parts:
                _part(name, results, functools.partial(measure, results, pace, up))
        if _MEMORY in parts:
            _part(_MEMORY, results, functools.partial(memory.growth, results, up))
    if _WORKERS in parts:
        _part(_WORKERS, results, functools.partial(headline.two_workers, results, pace))


def _part(name: str, results: Results, measure: Callable[[], None]) -> None:
    """One part of the run; what ends it is noted, and the others go on."""
    say(name)
    results.forget(name, _GROUPS.get(name, (name,)))
    try:
        measure()
    except (OSError, RuntimeError, ValueError) as exc:
        results.notes.append(f"{name} ended early: {exc}")
    results.save(RESULTS)


def _micro(results: Results, pace: Pace, recorded: Replies) -> None:
    results.timings = leaves.measure(rounds=pace.micro_rounds)
    size, timings = soap.measure(recorded, rounds=pace.micro_rounds)
    results.about[SOAP_BYTES] = f"{size / 1000:.0f} KB"
    results.timings += timings + parsers.measure()[1] + recall.measure(rounds=pace.micro_rounds)


def _parser() -> argparse.ArgumentParser:
    every = [_MICRO, *_PARTS, _WORKERS]
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures Switchboard beside its peers.")
    parser.add_argument(
        "--quick", action="store_true", help="a few minutes; the page goes to .cache/bench instead of docs"
    )
    parser.add_argument("--draft", action="store_true", help="the page goes to .cache/bench instead of docs")
    parser.add_argument("--add", action="store_true", help="keep what earlier runs found of other parts")
    parser.add_argument(
        "--page-only", action="store_true", help="measure nothing, write the page from the last results"
    )
    parser.add_argument(
        "--parts",
        nargs="+",
        choices=[*every, _MEMORY],
        default=every,
        help="which parts; memory takes long and is extra",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
