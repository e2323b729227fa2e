"""`switchboard control`: what a person or a script tells a running gateway, and how its answer is shown."""

import argparse
import itertools
import json
import pathlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.control import cli_overrides, status_table
from gateway.control.client import NotDone, socket_of, told
from gateway.control.status_table import name_of

SUBJECTS: Mapping[str, str] = {
    "customer": "a customer, by the CRM's id",
    "account": "an account, by its number",
    "line": "a line, by its number",
    "sim": "a SIM, by its IMSI",
    "party": "a party, by its id",
    "agreement": "a privacy agreement, by its id",
}
"""Whom an invalidation may be about. The guard's own words, written down again: the guard takes long to import."""

MAX_SUBJECTS = 1000
"""Of one command, as `gateway.control.commands` has it; written down again for the same reason."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    control = commands.add_parser(
        "control",
        help="tell a running gateway something: its state, what to forget, what is forbidden for now, new credentials",
        epilog="exit code: 0 every process did it; 1 one did not, or no gateway answers; 2 the settings are wrong",
    )
    what = control.add_subparsers(required=True, metavar="WHAT")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=pathlib.Path, required=True, help="settings file, which names the socket")
    common.add_argument("--json", action="store_true", help="the answer for scripts")

    status = what.add_parser("status", parents=[common], help="how the gateway is: systems, what is kept, Redis")
    status.set_defaults(command=_run, told=lambda _: {"do": "status"}, shown=status_table.lines)

    reload = what.add_parser(
        "reload",
        parents=[common],
        help="have what is written in the settings file now hold, and look at files of credentials and certificates",
        description="No question is lost meanwhile. What cannot be changed without a restart is named and stays as it "
        "was; settings that cannot be used are refused as a whole.",
    )
    reload.add_argument("--why", help="put on record first who has them reloaded, and why")
    reload.set_defaults(command=_run, told=lambda _: {"do": "reload"}, noted=cli_overrides.reloaded)

    breaker = what.add_parser("breaker", parents=[common], help="keep a system's breaker open or closed")
    breaker.add_argument("system", help="name of the system")
    breaker.add_argument("state", choices=("open", "closed", "auto"), help="open: it is not asked; auto: as it was")
    breaker.add_argument("--class", dest="operation_class", metavar="NAME", help="one class of its operations alone")
    breaker.add_argument("--why", help="have it hold on every replica, until it is taken back; it is kept and logged")
    breaker.set_defaults(command=_run, told=_breaker)

    cli_overrides.add_to(what, common, run=_run)

    invalidate = what.add_parser(
        "invalidate",
        parents=[common],
        help="forget what is kept about somebody, or all that a system gave",
        description="A key on the command line is seen by everybody who can list processes: write - instead, and the "
        "keys are read from standard input, one a line; more than 1,000 are told in several commands.",
    )
    for kind, meaning in SUBJECTS.items():
        invalidate.add_argument(f"--{kind}", action="append", default=[], metavar="KEY", help=meaning)
    invalidate.add_argument("--system", metavar="NAME", help="all that this system gave")
    invalidate.add_argument("--why", help="put on record first that it was done, by whom and why; not about whom")
    invalidate.set_defaults(command=_run, told=_invalidate, noted=cli_overrides.invalidated)


def _breaker(options: argparse.Namespace) -> dict[str, Any]:
    of_class = options.operation_class
    if options.why is not None:
        return cli_overrides.breaker(options)
    return {"do": "breaker", "system": options.system, "state": options.state, "operation_class": of_class}


def _invalidate(options: argparse.Namespace) -> dict[str, Any]:
    subjects = [{"kind": kind, "key": key} for kind in SUBJECTS for key in _keys(getattr(options, kind))]
    return {"do": "invalidate", "subjects": subjects, "system": options.system}


def _keys(given: list[str]) -> Iterator[str]:
    for key in given:
        if key == "-":
            yield from (line.strip() for line in sys.stdin if line.strip())
        else:
            yield key


def _run(options: argparse.Namespace) -> int:
    path = socket_of(options.config)
    shown = getattr(options, "shown", _lines)
    try:
        if getattr(options, "noted", None) is not None and options.why is not None:
            told(path, options.noted(options))
        said = _together([told(path, part) for part in _parts(options.told(options))])
    except NotDone as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
        return 1
    print(json.dumps(said) if options.json else "\n".join(shown(said)))  # noqa: T201 - what the command is for
    return 1 if any("error" in each for each in said) else 0


def _parts(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """*command* as several that are small enough each. What a system gave is forgotten with the first of them."""
    subjects = command.get("subjects", ())
    yield {**command, "subjects": subjects[:MAX_SUBJECTS]} if subjects else command
    for start in range(MAX_SUBJECTS, len(subjects), MAX_SUBJECTS):
        yield {**command, "subjects": subjects[start : start + MAX_SUBJECTS], "system": None}


def _together(parts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What each process said to all *parts* of a command: its first error, or how many subjects it forgot."""
    found: dict[int | None, dict[str, Any]] = {}
    for each in itertools.chain.from_iterable(parts):
        before = found.setdefault(each.get("worker"), each)
        if "error" in before or before is each:
            continue
        if "error" in each:
            found[each.get("worker")] = each
        else:
            before["answer"]["subjects"] += each["answer"]["subjects"]
    return list(found.values())


def _lines(said: list[dict[str, Any]]) -> Iterator[str]:
    for each in said:
        who = name_of(each)
        if "error" in each:
            yield f"{who}: NOT DONE: {each['error']}"
        else:
            yield f"{who}: done"
            yield from (f"  {line}" for line in _shown(each["answer"]))


def _shown(answer: Mapping[str, Any]) -> Iterator[str]:
    for name, value in answer.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{name}:"
            yield from (f"  {_pairs(row)}" for row in value)
        elif isinstance(value, dict):
            yield f"{name}: {_pairs(value)}"
        elif value not in ([], None):
            yield f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"


def _pairs(row: Mapping[str, Any]) -> str:
    return "  ".join(f"{name}={value}" for name, value in row.items() if value is not None)
