"""What the settings file (TOML or YAML) and the environment say, put together. What it means is in `settings_file`."""

import copy
import dataclasses
import json
import os
import pathlib
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from connectors.paths import BASE_FOLDER
from gateway.mistakes import Mistake, SettingsError

ENVIRONMENT_PREFIX = "SWITCHBOARD_"

SECTIONS = frozenset(
    [
        "server",
        "graphiql",
        "limits",
        "callers",
        "access",
        "demand",
        "audit",
        "numbering",
        "ids",
        "systems",
        "routes",
        "cache",
        "history",
        "identity",
        "plans",
        "log",
        "telemetry",
        "control",
        "events",
        "check",
    ]
)
"""The sections there are. `Settings` knows them too, and takes seconds to import: every command reads variables."""


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """What the file and the environment say, not yet looked into. Unprinted: a secret may stand where none belongs."""

    path: pathlib.Path
    environment: Mapping[str, Any] = dataclasses.field(repr=False)
    data: Mapping[str, Any] = dataclasses.field(repr=False)

    @property
    def context(self) -> dict[str, object]:
        """What validation has to know: where relative paths start."""
        return {BASE_FOLDER: self.path.resolve().parent}

    def origin(self, steps: Sequence[str]) -> str:
        """Who says what stands at *steps*: the file, or the name of a variable."""
        section: Any = self.environment
        for step in steps:
            section = section.get(step) if isinstance(section, Mapping) else None
        return str(self.path) if section is None or not steps else ENVIRONMENT_PREFIX + "__".join(steps).upper()


def read(
    path: pathlib.Path,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Written:
    """The file at *path*, changed as `load` says but not looked into. Raises SettingsError when it cannot be read."""
    data = _read(path)
    environment = _from_environment(os.environ if environ is None else environ, data)
    return Written(path, environment, _merged(_merged(data, environment), overrides or {}))


def _read(path: pathlib.Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.safe_load(text) if path.suffix in {".yaml", ".yml"} else tomllib.loads(text)
    except OSError as exc:
        why = f"cannot be read ({exc.strerror})"
        raise SettingsError(Mistake(str(path), "", why, "name a settings file with --config")) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as exc:
        kind = path.suffix.lstrip(".").upper() or "TOML"
        why = f"is not valid {kind}: {_syntax_mistake(exc)}"
        raise SettingsError(Mistake(str(path), "", why, "correct it there and try again")) from None
    if not isinstance(data, dict):
        why = "holds no settings"
        raise SettingsError(Mistake(str(path), "", why, "it must hold sections such as [server] and [systems.crm]"))
    return data


def _syntax_mistake(exc: ValueError | yaml.YAMLError) -> str:
    # What stands at the mistake is left out: it may be a secret.
    if isinstance(exc, tomllib.TOMLDecodeError):
        return str(exc).splitlines()[0]
    mark = getattr(exc, "problem_mark", None)
    return f"check line {mark.line + 1}" if mark else "save it as UTF-8 text"


def _from_environment(environ: Mapping[str, str], written: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in environ.items():
        if _is_setting(name):
            *sections, key = _place(name, written)
            section = found
            for step in sections:
                section = section.setdefault(step, {})
                if not isinstance(section, dict):
                    raise _twice(name, "another variable sets what it is a part of")
            if isinstance(section.get(key), dict):
                raise _twice(name, "another variable sets a part of it")
            section[key] = _value(name, text)
    return found


def _is_setting(name: str) -> bool:
    # Other variables may begin with our name; one that is called like a whole section must not be passed over.
    found, rest = name.startswith(ENVIRONMENT_PREFIX), name.removeprefix(ENVIRONMENT_PREFIX)
    return found and ("__" in rest or rest.lower() in SECTIONS)


def _twice(name: str, why: str) -> SettingsError:
    return SettingsError(Mistake(name, "", why, "keep one of the two"))


def _place(name: str, written: Mapping[str, Any]) -> list[str]:
    # Variables cannot have a dash in their name: `RECHARGE_HISTORY` means the file's `recharge-history`.
    place: list[str] = []
    below: Any = written
    for step in name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__"):
        keys = [str(key) for key in below] if isinstance(below, Mapping) else []
        found = step if step in keys else next((key for key in keys if key.replace("-", "_") == step), step)
        below = below.get(found) if isinstance(below, Mapping) else None
        place.append(found)
    return place


def _value(name: str, text: str) -> object:
    # Plain values stay text, and the setting's type reads them: the country code 44 is text, the port 8000 is not.
    if not text.startswith(("[", "{")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise SettingsError(Mistake(name, "", "is not valid JSON", "write lists and sections as JSON")) from None


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(dict(base))
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged
