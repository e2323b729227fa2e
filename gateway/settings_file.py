"""Reads the settings: one file (TOML or YAML) changed by the environment. Every mistake becomes a sentence."""

import copy
import json
import os
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from connectors.settings import BASE_FOLDER
from gateway.settings import DIALECTS, Settings, SettingsError

ENVIRONMENT_PREFIX = "SWITCHBOARD_"


def load(
    path: pathlib.Path,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """
    The settings in *path*, changed by environment variables and then by *overrides*.

    `SWITCHBOARD_SERVER__PORT=9000` changes `server.port`; lists and sections are written as JSON. Relative paths start
    at the file's folder. Raises SettingsError.
    """
    written = _read(path)
    environment = _from_environment(os.environ if environ is None else environ, written)
    data = _merged(_merged(written, environment), overrides or {})
    try:
        return Settings.model_validate(data, context={BASE_FOLDER: path.resolve().parent})
    except ValidationError as exc:
        raise SettingsError(_explained(path, environment, exc)) from None


def _read(path: pathlib.Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.safe_load(text) if path.suffix in {".yaml", ".yml"} else tomllib.loads(text)
    except OSError as exc:
        raise SettingsError(f"{path}: cannot be read ({exc.strerror}). Name a settings file with --config.") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, yaml.YAMLError) as exc:
        kind = path.suffix.lstrip(".").upper() or "TOML"
        raise SettingsError(f"{path}: is not valid {kind}: {_syntax_mistake(exc)}.") from None
    if not isinstance(data, dict):
        raise SettingsError(f"{path}: must hold sections such as [server] and [systems.crm].")
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
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            *sections, key = _place(name, written)
            section = found
            for step in sections:
                section = section.setdefault(step, {})
                if not isinstance(section, dict):
                    raise SettingsError(f"{name}: another variable sets what it is a part of; keep one of the two.")
            if isinstance(section.get(key), dict):
                raise SettingsError(f"{name}: another variable sets a part of it; keep one of the two.")
            section[key] = _value(name, text)
    return found


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
        raise SettingsError(f"{name}: is not valid JSON; write lists and sections as JSON.") from None


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(dict(base))
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return merged


def _explained(path: pathlib.Path, environment: Mapping[str, Any], exc: ValidationError) -> str:
    # The input is left out of every line: it may be a secret in the wrong place.
    lines = []
    for mistake in exc.errors(include_url=False, include_input=False):
        steps = [str(step) for step in mistake["loc"]]
        if steps[:1] == ["systems"]:
            del steps[2:3]  # pydantic names the dialect there, the file does not.
        place = ".".join(steps) or "the file as a whole"
        lines.append(f"{_origin(path, environment, steps)}: {place}: {_sentence(mistake)}")
    return "\n".join(lines)


def _origin(path: pathlib.Path, environment: Mapping[str, Any], steps: list[str]) -> str:
    section: Any = environment
    for step in steps:
        section = section.get(step) if isinstance(section, Mapping) else None
    return str(path) if section is None or not steps else ENVIRONMENT_PREFIX + "__".join(steps).upper()


def _sentence(mistake: ErrorDetails) -> str:
    match mistake["type"]:
        case "missing":
            return "is missing; add it."
        case "extra_forbidden":
            return "is not a setting; check the spelling or remove it."
        case "union_tag_not_found" | "union_tag_invalid":
            return f"say which dialect the system speaks: dialect = one of {DIALECTS}."
        case _:
            return f"{mistake['msg'].removeprefix('Value error, ')}."
