"""What was measured, and how it is kept: one JSON file that the page is written from. No measuring here."""

import dataclasses
import json
import pathlib
from collections.abc import Collection, Iterator
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """
    One round of load on one contestant.

    *group* says what kind of measurement it belongs to, *point* which concurrency or which place on a curve. *cpu_ms*
    is per request, *calls* are upstream calls per request, *wrong* are answers that were refused, broken off or of
    another size than the checked one. *rss_mb* has one entry for each process of the server.
    """

    group: str
    contestant: str
    point: int
    round: int
    requests: int
    cpu_ms: float
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    bytes_each: float
    calls: float
    wrong: int
    rss_mb: list[float]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """CPU milliseconds of one thing done in this process, round by round, beside others of its *group*."""

    group: str
    name: str
    cpu_ms: list[float]


@dataclasses.dataclass(slots=True)
class Results:
    """Everything that one run found. *about* holds the date, the versions and the machine, *notes* what went wrong."""

    about: dict[str, str] = dataclasses.field(default_factory=dict)
    samples: list[Sample] = dataclasses.field(default_factory=list)
    timings: list[Timing] = dataclasses.field(default_factory=list)
    idle_mb: dict[str, float] = dataclasses.field(default_factory=dict)
    memory: list[tuple[int, float]] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    def of(self, group: str, contestant: str, point: int | None = None) -> list[Sample]:
        """The samples of one contestant in a group, at one point or at all, in the order of rounds."""
        # A turn in which nothing was answered measured nothing.
        found = (s for s in self.samples if s.group == group and s.contestant == contestant and s.requests)
        return [sample for sample in found if point is None or sample.point == point]

    def contestants(self, group: str) -> list[str]:
        """Who was measured in a group, in the order of the measuring."""
        return list(dict.fromkeys(sample.contestant for sample in self.samples if sample.group == group))

    def points(self, group: str) -> list[int]:
        """At which points a group was measured."""
        return sorted({sample.point for sample in self.samples if sample.group == group})

    def forget(self, part: str, groups: Collection[str]) -> None:
        """Leave out what an earlier run found in *groups* and noted about the *part* that measures them."""
        self.samples = [sample for sample in self.samples if sample.group not in groups]
        self.notes = [note for note in self.notes if not note.startswith(part)]

    def timing(self, group: str, name: str) -> list[float]:
        """The rounds of one thing; empty when it was not measured."""
        return next((each.cpu_ms for each in self.timings if (each.group, each.name) == (group, name)), [])

    def wrong(self) -> Iterator[str]:
        """A line for each round with wrong answers."""
        for sample in self.samples:
            if not sample.requests:
                yield f"{sample.group}, {sample.contestant}, {sample.point}: nothing was answered in a turn"
            elif sample.wrong:
                where = f"{sample.group}, {sample.contestant}, {sample.point}, round {sample.round + 1}"
                yield f"{where}: {sample.wrong} of {sample.requests} answers were wrong"

    def save(self, path: pathlib.Path) -> None:
        """Write everything to *path*."""
        path.write_text(json.dumps(dataclasses.asdict(self), indent=1), encoding="utf-8")


def load(path: pathlib.Path) -> Results:
    """What `save` wrote."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    data["samples"] = [Sample(**each) for each in data["samples"]]
    data["timings"] = [Timing(**each) for each in data["timings"]]
    data["memory"] = [(requests, rss) for requests, rss in data["memory"]]
    return Results(**data)
