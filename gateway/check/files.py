"""The files that the settings name: whether this process can read them, and whether everybody else can read secrets."""

import pathlib
import stat
from collections.abc import Iterator, Mapping

from pydantic import BaseModel

from connectors.paths import BASE_FOLDER
from gateway.check.rows import Finding, State
from gateway.settings import AnySystem
from gateway.settings_written import Written

Named = tuple[str, pathlib.Path]
"""A setting, with dots, and the file it names."""


def unreadable(name: str, system: AnySystem) -> list[tuple[Named, Finding]]:
    """The files of one system that exist and cannot be read: WSDLs, imports, certificates, keys."""
    found = []
    for place, path in _files(f"systems.{name}", system):
        try:
            with path.open("rb") as file:
                file.read(1)
        except OSError as exc:
            why = f"The file {path.name} cannot be read ({exc.strerror or type(exc).__name__})."
            do = "Let the user that this gateway runs as read it (chown, chmod), or name another file."
            found.append(((place, path), Finding(why, do)))
    return found


def open_to_all(written: Written) -> list[Named]:
    """The files with secrets and keys that every user of this machine can read."""
    named = [(place, value.removeprefix("file:")) for place, value in _texts((), written.data) if _is_secret(value)]
    keys = [(place, value) for place, value in _texts((), written.data) if place.endswith(".client_key_file")]
    base = pathlib.Path(str(written.context[BASE_FOLDER]))
    return [
        (place, path) for place, name in named + keys if _others_read(path := base / pathlib.Path(name).expanduser())
    ]


def warning(found: list[Named]) -> Finding | None:
    """One warning for all of them, with the command that mends it; None when there are none."""
    if not found:
        return None
    files = dict.fromkeys(str(path.resolve()) for _, path in found)
    how_many = "A file with a secret" if len(files) == 1 else f"{len(files)} files with secrets"
    return Finding(
        f"{how_many} can be read by every user of this machine.",
        f"Take that right away, unless nobody else can come here: chmod o-r {' '.join(files)}",
        State.WARNING,
    )


def _files(place: str, value: object) -> Iterator[Named]:
    if isinstance(value, pathlib.Path):
        yield place, value
    elif isinstance(value, BaseModel):
        for name, below in value:
            yield from _files(f"{place}.{name}", below)
    elif isinstance(value, Mapping):
        for name, below in value.items():
            yield from _files(f"{place}.{name}", below)


def _texts(place: tuple[str, ...], value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield ".".join(place), value
    elif isinstance(value, Mapping):
        for name, below in value.items():
            yield from _texts((*place, str(name)), below)
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _texts((*place, str(number)), below)


def _is_secret(value: str) -> bool:
    # Only secrets are written so; an address says file:// and is no setting of ours.
    return value.startswith("file:") and value != "file:"


def _others_read(path: pathlib.Path) -> bool:
    try:
        return bool(path.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
