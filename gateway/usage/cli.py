"""`switchboard usage`: which fields each client of a running gateway asks, and which nobody does."""

import argparse
import json
import pathlib
import sys

from gateway.control.client import NotDone, socket_of, told
from gateway.usage.table import lines, together


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    usage = commands.add_parser(
        "usage",
        help="which fields of the graph each client asks, and which nobody does",
        description="Asks the running gateway. Counted are operations, by the fields that they may come to, since each "
        "process started; arguments and input fields are not.",
        epilog="exit code: 0 every process answered; 1 one did not, or no gateway answers; 2 the settings are wrong",
    )
    usage.add_argument("--config", type=pathlib.Path, required=True, help="settings file, which names the socket")
    usage.add_argument("--client", metavar="NAME", help="the fields that this client asks")
    usage.add_argument("--field", metavar="TYPE.FIELD", help="the clients that ask this field")
    usage.add_argument("--unused", action="store_true", help="the fields that nobody asks, or that --client does not")
    usage.add_argument("--json", action="store_true", help="the numbers for scripts")
    usage.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    command = {"do": "usage", "client": options.client, "field": options.field, "unused": options.unused}
    try:
        said = told(socket_of(options.config), command)
    except NotDone as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
        return 1
    answers = [each["answer"] for each in said if "answer" in each]
    if not options.json:
        print("\n".join(lines(said)))  # noqa: T201 - what the command is for
    elif answers:
        print(json.dumps(together(answers)))  # noqa: T201 - as above
    return 0 if len(answers) == len(said) else 1
