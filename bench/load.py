"""Load on one server by wrk, and what came of it. What it cost the server is read beside it, in `rounds`."""

import dataclasses
import json
import pathlib
import subprocess
import urllib.parse

from bench.places import HERE
from bench.processes import LOAD_CORE, pinned

_MARK = "MEASURED "


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """
    What is asked: the question in *body*, by so many callers at once, for so many seconds.

    It goes round through *customers* from number *first* on, beginning after *shift* of them, and through as many
    different *operations*, each of which comes *times* times in a row.
    """

    body: pathlib.Path
    concurrency: int
    seconds: float
    first: int = 1
    customers: int = 1
    operations: int = 1
    shift: int = 0
    times: int = 1
    core: str | None = LOAD_CORE
    token: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What wrk counted. Latencies are those of answered requests; *bytes* are whole answers with headers."""

    requests: int
    microseconds: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    bytes: int
    bad_status: int
    broken: int

    @property
    def per_second(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.microseconds * 1e6 if self.microseconds else 0.0

    @property
    def bytes_each(self) -> float:
        """Bytes of one answer on average."""
        return self.bytes / self.requests if self.requests else 0.0


def offer(url: str, load: Load) -> Served:
    """Make the load and wait for its end. Raises RuntimeError when wrk tells nothing."""
    with start(url, load) as process:
        told, _ = process.communicate()
    return read(told)


def start(url: str, load: Load) -> "subprocess.Popen[str]":
    """Begin the load; its output is for `read`."""
    parts = urllib.parse.urlsplit(url)
    command = [
        "wrk",
        "-t1",
        f"-c{load.concurrency}",
        f"-d{load.seconds:g}s",
        "--timeout",
        "30s",
        "-s",
        str(HERE / "load.lua"),
        f"{parts.scheme}://{parts.netloc}",
        "--",
        *map(str, (load.body, parts.path, load.first, load.customers, load.operations, load.shift, load.times)),
        *([] if load.token is None else [load.token]),
    ]
    return subprocess.Popen(pinned(load.core, command), stdout=subprocess.PIPE, text=True)  # noqa: S603


def read(told: str) -> Served:
    """What wrk told at its end."""
    for line in told.splitlines():
        if line.startswith(_MARK):
            return Served(**json.loads(line.removeprefix(_MARK)))
    raise RuntimeError(f"wrk measured nothing: {told[-300:]}")
