"""
The command line: `run`, `serve`, `check`, `control`, `token`, `operations`, `usage`, `audit`, `plan` and `schema`.

Each command imports what it needs when it runs: all of it together takes seconds, which whoever tells a gateway
something in an outage should not wait for.
"""

import argparse
import json
import pathlib
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gateway.access import cli as token
from gateway.audit import cli as audit
from gateway.control import cli as control
from gateway.mistakes import SettingsError
from gateway.trusted import cli as trusted
from gateway.usage import cli as usage

if TYPE_CHECKING:
    from gateway.settings_file import Source

ROOT = pathlib.Path(__file__).resolve().parent.parent
AUDIENCES = ("partner", "self_care", "agent", "operator")
"""As `schema.policy` has them; importing that takes a second, which commands that need none should not wait for."""

SANDBOX_CONFIG = ROOT / "deploy" / "sandbox.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command.

    The exit code is 0 when it went well, 1 when a check or the workers did not, 2 when the settings are wrong.
    """
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except SettingsError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
        return 2
    except KeyboardInterrupt:
        return 0
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="switchboard", description="One customer graph over your OSS and BSS.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="the gateway in front of a pretend operator, to try it out")
    run.add_argument("--port", type=int, help="port of the graph (default 8000)")
    run.add_argument("--customers", type=int, default=1000, help="how many customers the pretend operator has")
    run.add_argument(
        "--control-port", type=int, help="port that controls the pretend operator (default SANDBOX_PORT or 8090)"
    )
    run.add_argument("--workers", type=_workers, metavar="N", help=_WORKERS)
    run.add_argument("--tokens", action="store_true", help="answer nobody without a token of `switchboard token issue`")
    run.set_defaults(command=_run)

    serving = commands.add_parser("serve", help="the gateway in front of your own systems")
    serving.add_argument("--config", type=pathlib.Path, required=True, help="settings file, TOML or YAML")
    serving.add_argument("--host", help="address to listen on, instead of the file's")
    serving.add_argument("--port", type=int, help="port to listen on, instead of the file's")
    serving.add_argument("--workers", type=_workers, metavar="N", help=f"{_WORKERS}, instead of the file's")
    serving.set_defaults(command=_serve)

    checking = commands.add_parser(
        "check",
        help="whether settings, files and every system are as they should be",
        description="Loads settings, WSDLs, certificates and secrets, asks every system one harmless question, and "
        "tells what is wrong, where, why, and what to do.",
        epilog="exit code: 0 all is well; 1 a system does not answer as it should (or, with --strict, a warning); "
        "2 the settings cannot be used",
    )
    checking.add_argument("--config", type=pathlib.Path, required=True, help="settings file, TOML or YAML")
    checking.add_argument("--json", action="store_true", help="the same rows for scripts")
    checking.add_argument("--strict", action="store_true", help="let warnings count: exit code 1")
    checking.add_argument(
        "--timeout", type=_seconds, default=10.0, metavar="S", help="seconds that all systems get together (default 10)"
    )
    checking.set_defaults(command=_check)

    control.add_to(commands)
    token.add_to(commands, sandbox=SANDBOX_CONFIG)
    trusted.add_to(commands)
    usage.add_to(commands)
    audit.add_to(commands)

    planning = commands.add_parser(
        "plan", help="what an operation means here: its cost, what it asks of which system, what in it is personal"
    )
    planning.add_argument("file", type=pathlib.Path, help="a GraphQL document")
    planning.add_argument("--operation", metavar="NAME", help="which of its operations; needless when there is one")
    planning.add_argument("--variables", type=_variables, metavar="JSON", help="what sizes and keys hang on")
    planning.set_defaults(command=_plan)

    schema = commands.add_parser(
        "schema",
        help="print the graph's schema or who may read what of it, or compare it with an earlier one",
        epilog="exit code with --against: 0 nothing breaks clients that heed @deprecated; 1 something does",
    )
    which = schema.add_mutually_exclusive_group()
    which.add_argument("--audience", choices=AUDIENCES, help="only what is there for one audience, without directives")
    which.add_argument("--scopes", action="store_true", help="with @requiresScopes, for routers that enforce it")
    which.add_argument("--policies", action="store_true", help="the policies of all fields, as a table")
    which.add_argument(
        "--against", metavar="FILE|REF", help="tell what has changed since the schema in a file, or at a ref of git"
    )
    schema.set_defaults(command=_schema)
    return parser


def _run(options: argparse.Namespace) -> int:
    import asyncio
    import importlib

    from gateway import loop, pretend

    async def both() -> int:
        # What serves takes as long to import as the operator takes to start.
        importing = asyncio.create_task(asyncio.to_thread(importlib.import_module, "gateway.server"))
        async with pretend.operator(customers=options.customers, control_port=options.control_port) as operator:
            await importing
            from gateway.settings_file import Source

            overrides = {**operator.overrides, **_server(port=options.port, workers=options.workers)}
            if options.tokens:
                overrides["access"] = pretend.access(options.port)
            return await _serve_until_stopped(Source(SANDBOX_CONFIG, overrides), operator.welcome)

    return loop.run(both())


def _serve(options: argparse.Namespace) -> int:
    from gateway import loop
    from gateway.settings_file import Source

    source = Source(options.config, _server(host=options.host, port=options.port, workers=options.workers))
    return loop.run(_serve_until_stopped(source))


def _check(options: argparse.Namespace) -> int:
    import asyncio

    from gateway.check import as_json, as_text, check, exit_code

    rows = asyncio.run(check(options.config, timeout_s=options.timeout))
    if options.json:
        told = as_json(rows, strict=options.strict)
    else:
        told = as_text(rows, width=shutil.get_terminal_size().columns, strict=options.strict)
    print(told)  # noqa: T201 - what the command is for
    return exit_code(rows, strict=options.strict)


def _plan(options: argparse.Namespace) -> int:
    from gateway.operations.explain import ExplainError, explain

    try:
        print(explain(options.file, name=options.operation, variables=options.variables))  # noqa: T201 - what it is for
    except ExplainError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
        return 1
    return 0


def _schema(options: argparse.Namespace) -> int:
    if options.against is not None:
        return _compare(options.against)
    from gateway.policy import printed

    print(printed.schema(audience=options.audience, policies=options.policies, scopes=options.scopes))  # noqa: T201 - what the command is for
    return 0


def _compare(against: str) -> int:
    from gateway.evolution.against import AgainstError, since

    try:
        told, breaks = since(against)
    except AgainstError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
        return 1
    print(told)  # noqa: T201 - what the command is for
    if breaks:
        why = "Clients would break. Mark what is to go @deprecated, release that, and take it away in a later release."
        print(why, file=sys.stderr)  # noqa: T201 - as above
    return int(breaks)


async def _serve_until_stopped(source: "Source", welcome: str = "") -> int:
    from gateway import log
    from gateway.server import serve
    from gateway.workers.supervisor import WorkersFailed

    settings = source.load()
    log.configure(settings.log)

    def ready(url: str) -> None:
        print(f"The graph answers at {url}\n{welcome}", file=sys.stderr, flush=True)  # noqa: T201 - for a person

    try:
        await serve(settings, on_ready=ready, source=source)
    except WorkersFailed as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
        return 1
    return 0


def _variables(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise argparse.ArgumentTypeError('write a JSON object, such as {"first": 20}')
    return found


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 600:  # Also refuses what is no number at all: nan.
        raise argparse.ArgumentTypeError("write seconds, more than 0 and at most 600")
    return seconds


_WORKERS = "how many processes serve, or `auto` for one for each core"


def _workers(text: str) -> int | str:
    return text if text == "auto" else int(text)


def _server(**options: object) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    return {"server": given} if given else {}
