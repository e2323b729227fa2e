"""
`switchboard audit`: whether the records are as they were written, and what they say.

Only the sections `audit` and `numbering` of the settings are looked into: an auditor needs no other secret.
"""

import argparse
import datetime as dt
import pathlib
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from gateway.mistakes import SettingsError

KINDS = ("line", "customer", "account", "sim", "party", "token", "text")
"""Whom a record can name. Written down again: where they are defined takes long to import."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    audit = commands.add_parser(
        "audit",
        help="who saw what of whom, and whether the records of it can be believed",
        epilog="exit code: 0 all is well; 1 something is wrong, nothing is on record, or no record can be read; 2 the "
        "settings are wrong",
    )
    what = audit.add_subparsers(required=True, metavar="WHAT")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", type=pathlib.Path, required=True, help="settings file, with the section [audit]")
    times = argparse.ArgumentParser(add_help=False)
    times.add_argument("--from", dest="start", type=_instant, metavar="TIME", help="from then on, such as 2026-03-01")
    times.add_argument("--to", dest="end", type=_instant, metavar="TIME", help="before then")

    verify = what.add_parser(
        "verify",
        parents=[common],
        help="whether every record is there as it was written",
        description="Goes through all records. Keep what `audit heads` prints somewhere else, every day, and hand it "
        "over with --heads: only that finds what is cut off by somebody who can write to all tables.",
    )
    verify.add_argument("--heads", type=pathlib.Path, metavar="FILE", help="what `audit heads` printed earlier")
    verify.set_defaults(command=_run, does="verified")

    subject = what.add_parser(
        "subject",
        parents=[common, times],
        help="the records about somebody, as JSON lines",
        description="A key on the command line is seen by everybody who can list processes: write - instead, and it is "
        "read from standard input. Run `audit verify` to know whether to believe the answer.",
    )
    subject.add_argument("key", help="a number, a customer's or account's number, an IMSI, or - for standard input")
    subject.add_argument("--kind", choices=KINDS, help="what the key is; left out: whatever it may be")
    subject.set_defaults(command=_run, does="subject")

    export = what.add_parser("export", parents=[common, times], help="all records, as JSON lines")
    export.set_defaults(command=_run, does="exported")

    heads = what.add_parser("heads", parents=[common], help="where every chain ends now, as JSON lines, to be kept")
    heads.set_defaults(command=_run, does="heads")

    prune = what.add_parser(
        "prune",
        parents=[common],
        help="take away records that are old enough",
        description="Takes away the oldest part of each chain, and leaves a signed statement of it, by which `audit "
        "verify` tells it from theft. Reads all records first, and leaves chains in which anything is wrong. Needs the "
        "right to delete. Export what you must keep before.",
    )
    prune.add_argument("--before", type=_instant, metavar="TIME", help="left out: what audit.keep_days says")
    prune.add_argument("--why", required=True, help="kept for good; name a ticket, and no subscriber")
    prune.set_defaults(command=_prune)

    tables = what.add_parser("tables", parents=[common], help="the SQL that makes the tables in PostgreSQL")
    tables.set_defaults(command=_tables)


def _run(options: argparse.Namespace) -> int:
    from gateway.audit import asked  # noqa: PLC0415 - takes long, and other commands of this command line need none of it

    return _done(getattr(asked, options.does), options, cannot="read")


def _prune(options: argparse.Namespace) -> int:
    from gateway.audit.pruned import pruned  # noqa: PLC0415 - as above

    return _done(pruned, options, cannot="taken away")


def _done(does: Callable[..., Coroutine[Any, Any, int]], options: argparse.Namespace, *, cannot: str) -> int:
    import asyncio  # noqa: PLC0415 - as above

    from gateway.audit.asked import settings_in  # noqa: PLC0415 - as above
    from gateway.audit.store import StoreAway  # noqa: PLC0415 - as above

    settings = settings_in(options.config)
    try:
        return asyncio.run(does(settings, options, _print))
    except StoreAway as exc:
        print(f"The records cannot be {cannot} ({exc}).", file=sys.stderr)  # noqa: T201 - the answer to a person
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # Whoever read has seen enough; Python would tell of it once more at its end.
        return 1


def _tables(options: argparse.Namespace) -> int:
    from gateway.audit import asked  # noqa: PLC0415 - as above
    from gateway.audit.postgres_tables import script  # noqa: PLC0415 - as above

    settings = asked.settings_in(options.config).audit
    if settings.postgresql is None:
        raise SettingsError(f"{options.config}: audit.postgresql is not set; a SQLite file makes its own tables.")
    _print(script(settings.postgresql.username))
    return 0


def _print(line: str) -> None:
    print(line)  # noqa: T201 - what the command is for


def _instant(text: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write a time such as 2026-03-01 or 2026-03-01T12:00:00+01:00") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
