"""Publishing: operations from a folder or a build's manifest, checked, and put where a gateway picks them up."""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from connectors.paths import BASE_FOLDER, path_from
from gateway.limits.settings import LimitSettings
from gateway.mistakes import SettingsError
from gateway.operations.operation import Operations
from gateway.settings_written import Written
from gateway.trusted import manifest
from gateway.trusted.checking import Problem, problems
from gateway.trusted.limits import RegisteredLimits
from gateway.trusted.manifest import ManifestError, Registered
from gateway.trusted.register import Register, load
from resolvers.graph import build

_OWN: Final = TypeAdapter(dict[str, RegisteredLimits])
_MODE = 0o644
"""Of a new file: a gateway of another user reads it. It holds nothing secret."""


class PublishError(Exception):
    """Nothing was published. The text says why, a line for each operation, and quotes none."""


def checked(
    source: pathlib.Path, *, limits: LimitSettings, own: Mapping[str, RegisteredLimits] | None = None
) -> Register:
    """
    The operations at *source*, all of them valid and within *limits*, or their own ones. Raises PublishError.

    *own* are those that the settings say, by name or hash; they are no part of what is published.
    """
    try:
        register = load(source)
    except ManifestError as exc:
        raise PublishError(f"{source}: {exc}.") from None
    found = list(problems(register.limited(own or {}).documents, Operations(build(), limits=limits)))
    if found:
        raise PublishError("\n".join(_lines(found)))
    return register


def replace(target: pathlib.Path, documents: Iterable[Registered]) -> None:
    """
    Write the manifest of *documents* to *target*, whole or not at all: whoever reads it sees the old one or the new.

    Raises PublishError.
    """
    if target.is_dir():
        raise PublishError(f"{target} is a folder; name a file, or put the operations' own files there.")
    try:
        _write(target, manifest.write(documents).encode())
    except OSError as exc:
        raise PublishError(f"{target}: cannot be written ({exc.strerror or type(exc).__name__}).") from exc


def limits_of(written: Written | None) -> LimitSettings:
    """The limits of the settings, or the usual ones. Raises SettingsError."""
    try:
        return LimitSettings() if written is None else LimitSettings.model_validate(written.data.get("limits", {}))
    except ValidationError:
        raise SettingsError("limits: they are wrong; `switchboard check` tells how to correct them.") from None


def path_of(written: Written, client: str) -> pathlib.Path:
    """Where the settings say that the operations of *client* are; nothing else is read. Raises SettingsError."""
    clients = _section(_section(written.data, "access"), "clients")
    if client not in clients:
        raise SettingsError(f"{written.path}: access.clients: there is no client of that name; check the spelling.")
    said = _section(clients, client).get("operations")
    path = said.get("path") if isinstance(said, Mapping) else said
    if not isinstance(path, str) or not path:
        raise SettingsError(f"{written.path}: the client has no `operations`; name their manifest there, or use --to.")
    return path_from(written.context[BASE_FOLDER], path)


def own_limits_of(written: Written | None, client: str) -> Mapping[str, RegisteredLimits]:
    """The limits that the settings say of single operations of *client*. Raises SettingsError."""
    if written is None:
        return {}
    said = _section(_section(_section(_section(written.data, "access"), "clients"), client), "operations").get("limits")
    try:
        return _OWN.validate_python(said or {})
    except ValidationError:
        place = f"access.clients.{client}.operations.limits"
        raise SettingsError(f"{place}: they are wrong; `switchboard check` tells how to correct them.") from None


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _lines(found: Iterable[Problem]) -> Iterable[str]:
    told = {f"{each.document.name or 'an operation without a name'}: {each.why}." for each in found}
    return sorted(told)


def _write(target: pathlib.Path, data: bytes) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else _MODE
    # Beside it: a file is replaced in one step only within a file system. Hidden: folders of operations are read.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        pathlib.Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            pathlib.Path(name).unlink()
        raise
