"""The page about performance: the words of `page.md` with the tables of one run. What was not measured is told."""

import string
from collections.abc import Callable

from bench import faults, rights, tables
from bench.micro import leaves, parsers, soap
from bench.places import HERE
from bench.results import Results
from bench.verdicts import verdicts

SOAP_BYTES = "SOAP decode"
"""Where `about` keeps how large the reply of that measurement is."""

_NOTHING = "Not measured in this run."
_CASES = {
    faults.HEALTHY: "billing is well",
    faults.SLOW: "billing takes 2 s",
    faults.REFUSED: "billing refuses connections",
}


def page(results: Results) -> str:
    """The whole page in Markdown."""
    words = string.Template((HERE / "page.md").read_text(encoding="utf-8"))
    return words.substitute({name: part(results).strip() for name, part in _PARTS.items()}).replace("\n\n\n", "\n")


def _wrong(results: Results) -> str:
    told = [*results.notes, *results.wrong()]
    return "**What went wrong in this run:**\n\n" + "\n".join(f"- {line}" for line in told) if told else ""


def _about(results: Results) -> str:
    return tables.table(("", ""), ([name, value] for name, value in results.about.items()))


def _load(group: str) -> Callable[[Results], str]:
    return lambda results: tables.load(results, group) if results.contestants(group) else _NOTHING


def _curve(group: str, place: str) -> Callable[[Results], str]:
    def part(results: Results) -> str:
        return tables.curve(results, group, place, value=lambda sample: sample.cpu_ms)

    return lambda results: part(results) if results.contestants(group) else _NOTHING


def _timings(group: str) -> Callable[[Results], str]:
    return lambda results: tables.timings(results, group) or _NOTHING


def _customers(results: Results) -> str:
    if not results.contestants("customers"):
        return _NOTHING
    rows = [
        [
            f"{point:,}",
            *(tables.cell(results.of("customers", "switchboard", point), value) for value in _COST_AND_CALLS),
        ]
        for point in results.points("customers")
    ]
    return tables.table(("customers", "CPU ms", "upstream calls"), rows)


_COST_AND_CALLS = (lambda sample: sample.cpu_ms, lambda sample: sample.calls)


def _levels(results: Results) -> str:
    rows = [
        [words, *(f"{sample.p50_ms:.1f}" for sample in results.of(group, "switchboard"))]
        for group, words in (("unknown", "never asked about before"), ("known", "asked about before"))
    ]
    rounds = max(map(len, rows)) - 1
    return tables.table(["customer", *(f"round {n + 1}" for n in range(rounds))], rows) if rounds else _NOTHING


def _billing(results: Results) -> str:
    return tables.waits(results, "billing", _CASES) if results.contestants("billing") else _NOTHING


_PARTS: dict[str, Callable[[Results], str]] = {
    "wrong": _wrong,
    "about": _about,
    "promises": lambda results: tables.promises(verdicts(results)),
    "cold": _load("cold"),
    "one_customer": _load("one caller"),
    "cached": _load("cached"),
    "workers": _load("workers"),
    "rights": _load(rights.GROUP),
    "slow": _load("50 ms"),
    "levels": _levels,
    "size": _curve("size", "bill lines"),
    "customers": _customers,
    "operations": _curve("operations", "operations"),
    "names": _curve("names", "names"),
    "billing": _billing,
    "memory": lambda results: tables.memory(results) if results.idle_mb else _NOTHING,
    "growth": lambda results: tables.growth(results) if results.memory else _NOTHING,
    "leaves": _timings(leaves.GROUP),
    "soap": _timings(soap.GROUP),
    "soap_bytes": lambda results: results.about.get(SOAP_BYTES, "about 34 KB"),
    "parsers": _timings(parsers.GROUP),
}
