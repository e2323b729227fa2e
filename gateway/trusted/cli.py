"""`switchboard operations`: registers what a client may ask. Works on files; a running gateway picks them up."""

import argparse
import pathlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.trusted.manifest import Registered
    from gateway.trusted.register import Register


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    operations = commands.add_parser("operations", help="register the operations that a client may ask, or list them")
    what = operations.add_subparsers(required=True, metavar="WHAT")
    config = "settings file, which says where the client's operations are"

    publish = what.add_parser(
        "publish",
        help="check operations and write the client's manifest",
        description="Checks every operation against the graph and the limits, and replaces the manifest in one step. A "
        "running gateway uses it a few seconds later. Where one operation cannot be asked, nothing is written.",
        epilog="exit code: 0 it is published; 1 it is not; 2 the settings are wrong",
    )
    publish.add_argument("source", type=pathlib.Path, help="a folder of *.graphql files, or a manifest of your build")
    publish.add_argument("--client", required=True, metavar="NAME", help="the client, as access.clients calls it")
    publish.add_argument("--config", type=pathlib.Path, help=config)
    publish.add_argument("--to", type=pathlib.Path, metavar="FILE", help="write it there instead")
    publish.set_defaults(command=_publish)

    listing = what.add_parser("list", help="what is registered: hash, type and name of each operation")
    listing.add_argument("path", type=pathlib.Path, nargs="?", help="a manifest, or a folder of *.graphql files")
    listing.add_argument("--client", metavar="NAME", help="what this client may ask; needs --config")
    listing.add_argument("--config", type=pathlib.Path, help=config)
    listing.set_defaults(command=_list)


def _publish(options: argparse.Namespace) -> int:
    from gateway.settings_written import read
    from gateway.trusted.publish import PublishError, checked, limits_of, own_limits_of, path_of, replace

    written = read(options.config) if options.config else None
    target = options.to or (path_of(written, options.client) if written else None)
    if target is None:
        return _tell("say where to write it: --to FILE, or --config FILE with the client's `operations` in it")
    try:
        own = own_limits_of(written, options.client)
        register = checked(options.source, limits=limits_of(written), own=own)
        replace(target, register.documents)
    except PublishError as exc:
        return _tell(f"{exc}\nNothing was written for {options.client}.")
    _print(*_rows(register), f"{len(register)} documents for {options.client} are written to {target}.")
    return 0


def _list(options: argparse.Namespace) -> int:
    from gateway.settings_written import read
    from gateway.trusted.manifest import ManifestError
    from gateway.trusted.publish import path_of
    from gateway.trusted.register import load

    path = options.path
    if path is None:
        if options.client is None or options.config is None:
            return _tell("name a manifest or a folder, or --client NAME with --config FILE")
        path = path_of(read(options.config), options.client)
    try:
        register = load(path)
    except ManifestError as exc:
        return _tell(f"{path}: {exc}.")
    _print(*_rows(register))
    return 0


def _rows(register: "Register") -> list[str]:
    from gateway.trusted.manifest import kind_of

    rows = sorted((each.name, each.digest, kind_of(each.text), _limits(each)) for each in register.documents)
    return [f"{digest}  {kind:<12}  {name or '(no name)'}{limits}" for name, digest, kind, limits in rows]


def _limits(document: "Registered") -> str:
    # In sight: whoever wrote the manifest may ask more by these than others do.
    if document.limits is None:
        return ""
    return "  with " + ", ".join(f"{name} {most}" for name, most in document.limits.named.items())


def _print(*lines: str) -> None:
    print("\n".join(lines))  # noqa: T201 - what the command is for


def _tell(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201 - the answer to a person at a terminal
    return 1
