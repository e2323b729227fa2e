"""The SQLite file of the audit's records: can it be made, opened and written to, and is there room on its disk."""

import asyncio
import contextlib
import functools
import os
import pathlib
import shutil
import sqlite3
import urllib.parse
from collections.abc import Iterator
from typing import Final

from gateway.audit.secrets import Secrets
from gateway.audit.sqlite import head_of, kind_of
from gateway.audit.sqlite_tables import OTHER_LAYOUT, make_within, rolled_back
from gateway.audit.store import StoreAway
from gateway.audit.thread import OneThread
from gateway.check.audit_ends import ENDS
from gateway.check.audit_ends import finding as of_ends
from gateway.check.rows import Finding, State

_LONGEST_S: Final = 5.0
_PATIENCE_S: Final = 1.0
_LITTLE_BYTES: Final = 2 << 30
_TOO_LITTLE_BYTES: Final = 256 << 20

_TRIAL: Final = "INSERT INTO audit_heads VALUES ('switchboard check', 1, X'', 0, '')"

# By the beginning of SQLite's name for it (sqlite.org/rescode.html); the first that fits.
_TOLD: Final = {
    "SQLITE_BUSY": ("Somebody holds it, and lets nobody write.", "See which process has it open: fuser {path}"),
    "SQLITE_READONLY": ("This user may not write to it.", "Let the user that the gateway runs as write to {path}"),
    "SQLITE_CANTOPEN": ("It cannot be opened.", "Let the user that the gateway runs as read and write {path}"),
    "SQLITE_NOTADB": ("It is no file of records.", "Name another file in `audit.sqlite`."),
    "SQLITE_CORRUPT": ("It is damaged.", "Keep it for an investigation, and name another file in `audit.sqlite`."),
    "SQLITE_FULL": ("Its disk is full.", "Make room on the disk of {path}"),
    OTHER_LAYOUT: (
        "Another release of Switchboard wrote it, in another way.",
        "Keep it, read it with that release, and name another file in `audit.sqlite`.",
    ),
}


async def findings(path: pathlib.Path, secrets: Secrets) -> list[Finding]:
    """What can be said of the file at *path*: at least one thing. A disk that hangs is waited for, but not for long."""
    thread = OneThread("check of the audit")
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await thread.run(functools.partial(_findings, path, secrets))
    except TimeoutError:
        return [Finding("Its disk does not answer.", f"Look at the disk of {path}")]
    finally:
        thread.end()


def _findings(path: pathlib.Path, secrets: Secrets) -> list[Finding]:
    try:
        return [_opened(path, secrets) if path.exists() else _to_be_made(path.parent), *_around(path)]
    except (StoreAway, sqlite3.Error, OSError) as exc:
        kind = str(exc) if isinstance(exc, StoreAway) else kind_of(exc)
        told = next((told for begin, told in _TOLD.items() if kind.startswith(begin)), None)
        why, do = told or (f"It cannot be used ({kind}).", "Look at the disk of {path}")
        return [Finding(why, do.format(path=path))]


def _opened(path: pathlib.Path, secrets: Secrets) -> Finding:
    address = f"file:{urllib.parse.quote(str(path.absolute()))}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)
    with contextlib.closing(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            make_within(connection)
            ends = [(head_of(found), last) for *found, last in connection.execute(ENDS)]
            connection.execute(_TRIAL)
        finally:
            rolled_back(connection)
    return of_ends(ends, secrets)


def _to_be_made(folder: pathlib.Path) -> Finding:
    if not folder.is_dir():
        return Finding("The folder of its file is not there.", f"Make it, for the gateway's user alone: {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("This user may make no file in its folder.", f"Let the gateway's user write to {folder}")
    return Finding("There is no file yet; the gateway makes it.", state=State.OK)


def _around(path: pathlib.Path) -> Iterator[Finding]:
    if path.exists() and path.stat().st_mode & 0o077:
        yield Finding("Others on this machine may read it, or write to it.", f"chmod 600 {path}", State.WARNING)
    free = shutil.disk_usage(path.parent).free if path.parent.is_dir() else _LITTLE_BYTES
    if free < _LITTLE_BYTES:
        why = f"Its disk has {free >> 20} MB left. When it is full, nothing personal is answered any more."
        is_ill = free < _TOO_LITTLE_BYTES
        yield Finding(why, f"Make room on the disk of {path}", State.ERROR if is_ill else State.WARNING)
