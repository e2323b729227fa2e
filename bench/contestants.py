"""Who is measured: each with its command, what it is asked, and how its answer is read."""

import contextlib
import dataclasses
import json
import pathlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bench import npm, sameness
from bench.places import CACHE, HERE, LOGS, PEERS, ROOT, free_ports
from bench.processes import GATEWAY_CORE, Server, running
from bench.switchboard import Gateway, token
from bench.upstream import Door

_SECRET = "bench-secret"  # noqa: S105 - the benchmark's upstream takes any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Systems:
    """Where the legacy systems are: billing may have a port of its own."""

    name: str
    port: int
    billing: int

    @classmethod
    def behind(cls, name: str, door: Door, *, billing: int | None = None) -> "Systems":
        """All behind one door, or billing behind another port."""
        return cls(name=name, port=door.port, billing=door.port if billing is None else billing)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One server that answers the question. *common* brings its data to the form in which answers are compared."""

    name: str
    question: str
    variables: Mapping[str, str]
    common: Callable[[Mapping[str, Any]], dict[str, Any]]
    command: Callable[[Systems, int], list[str]]
    cwd: pathlib.Path = ROOT
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    token: Callable[[], str] | None = None
    """Makes the access token that it is asked with; None where nobody needs one."""

    def body(self, question: str | None = None, *, label: str = "question") -> pathlib.Path:
        """A file with the request's body, with places for the customer and the operation's number."""
        path = CACHE / f"{label}.{self.name.replace(' ', '-').replace('+', 'and')}.json"
        written = self.question if question is None else question
        path.write_text(json.dumps({"query": written, "variables": dict(self.variables)}), encoding="utf-8")
        return path

    def one(self, number: int = 1) -> bytes:
        """The request's body about one customer."""
        return filled(self.body(), number)

    @contextlib.contextmanager
    def serving(self, systems: Systems, *, core: str | None = GATEWAY_CORE) -> Iterator[Server]:
        """The server, answering, until the end of the block."""
        port = free_ports(1)[0]
        environment = {
            "PORT": str(port),
            "UPSTREAM": str(systems.port),
            "BILLING": str(systems.billing),
            "BENCH_SECRET": _SECRET,
            "BENCH_AUDIT": _SECRET * 4,
            "NODE_ENV": "production",
            **self.environment,
        }
        log = LOGS / f"{self.name.replace(' ', '-')}.{systems.name}.log"
        command = self.command(systems, port)
        url = f"http://127.0.0.1:{port}/graphql"
        token = None if self.token is None else self.token()
        with running(
            command, url=url, cwd=self.cwd, environment=environment, log=log, core=core, token=token
        ) as server:
            server.wait_until_it_answers(self.one())
            yield server


def filled(body: pathlib.Path, number: int) -> bytes:
    """What the load would send about customer *number*."""
    text = body.read_text(encoding="utf-8")
    places = {"@CUSTOMER@": f"2{number:06d}", "@NATIONAL@": f"60{number:06d}", "@OPERATION@": "00000"}
    for place, value in places.items():
        text = text.replace(place, value)
    return text.encode()


_VARIABLES = {"customer": "@CUSTOMER@", "msisdn": "999@NATIONAL@"}
_QUESTION = (HERE / "question.graphql").read_text(encoding="utf-8")


def switchboard(*, kept: bool = False, workers: int = 1) -> Contestant:
    """This project; *kept* lets its call cache answer."""

    def command(systems: Systems, port: int) -> list[str]:
        name = f"switchboard-{systems.name}-{'kept' if kept else 'cold'}-{workers}"
        gateway = Gateway(name=name, upstream=systems.port, billing=systems.billing, kept=kept, workers=workers)
        return gateway.command(port)

    return Contestant(
        name="switchboard cached" if kept else "switchboard" if workers == 1 else f"switchboard {workers} workers",
        question=_QUESTION,
        variables=_VARIABLES,
        common=sameness.plain,
        command=command,
    )


def guarded(name: str, *, scopes: Sequence[str] = (), audit: bool = False) -> Contestant:
    """This project where it wants to know who asks: an agent with these *scopes*, and, with *audit*, on record."""

    def gateway(systems: Systems) -> Gateway:
        settings = f"switchboard-{systems.name}-{name.replace(' ', '-').replace(',', '')}"
        return Gateway(name=settings, upstream=systems.port, billing=systems.billing, access=True, audit=audit)

    return Contestant(
        name=name,
        question=_QUESTION,
        variables=_VARIABLES,
        common=sameness.plain,
        command=lambda systems, port: gateway(systems).command(port),
        token=lambda: token(scopes),
    )


def strawberry() -> Contestant:
    """Strawberry with zeep and httpx, as their documentation shows."""
    return Contestant(
        name="strawberry",
        question=_QUESTION,
        variables=_VARIABLES,
        common=sameness.plain,
        command=lambda _, __: [sys.executable, "-m", "bench.peers.strawberry.server"],
    )


def node(*, cached: bool = False) -> Contestant:
    """The Node.js server written by hand."""
    folder = npm.fetch("node")
    return Contestant(
        name="node cached" if cached else "node",
        question=_QUESTION,
        variables=_VARIABLES,
        common=sameness.plain,
        command=lambda _, __: [npm.node(folder), "server.mjs"],
        cwd=folder,
        environment={"CACHE": "1" if cached else "0"},
    )


def hive(*, jit: bool = False, cached: bool = False) -> Contestant:
    """Hive Gateway with GraphQL Mesh."""
    folder = npm.fetch("hive")
    npm.compose(folder)
    program = folder / "node_modules" / "@graphql-hive" / "gateway" / "dist" / "bin.js"

    def command(systems: Systems, _: int) -> list[str]:
        supergraph = _supergraph(folder, systems)
        return [npm.node(folder), str(program), "supergraph", str(supergraph), "-c", "gateway.config.mjs"]

    return Contestant(
        name="hive" + (" jit" if jit else "") + (" cached" if cached else ""),
        question=(PEERS / "hive" / "question.graphql").read_text(encoding="utf-8"),
        variables={**_VARIABLES, "national": "@NATIONAL@"},
        common=sameness.mesh,
        command=command,
        cwd=folder,
        environment={"JIT": "1" if jit else "0", "CACHE": "1" if cached else "0"},
    )


def named(question: str) -> str:
    """The question with a place for a number in its name: with each number it is called otherwise."""
    return question.replace("CustomerAtAGlance", "CustomerAtAGlance@OPERATION@")


def varied(question: str) -> str:
    """The question with a place for a number in its name and in an alias: with each it is another operation."""
    return re.sub(r"\bname(\s+)status\b", r"name\1status@OPERATION@: status", named(question), count=1)


def _supergraph(folder: pathlib.Path, systems: Systems) -> pathlib.Path:
    text = npm.compose(folder)
    text = text.replace(npm.UPSTREAM_PLACE, f"127.0.0.1:{systems.port}")
    text = text.replace(npm.BILLING_PLACE, f"127.0.0.1:{systems.billing}")
    target = folder / f"supergraph.{systems.name}.graphql"
    target.write_text(text, encoding="utf-8")
    return target
