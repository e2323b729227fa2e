"""Reads the settings: one file (TOML or YAML) changed by the environment. Every mistake becomes a sentence."""

import copy
import dataclasses
import difflib
import json
import os
import pathlib
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from connectors.settings import BASE_FOLDER
from gateway.settings import DIALECTS, Mistake, Settings, SettingsError

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
    written = read(path, environ=environ, overrides=overrides)
    try:
        return written.settings()
    except ValidationError as exc:
        raise SettingsError(*written.mistakes(exc)) from None


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

    def settings(self) -> Settings:
        """The settings; raises pydantic's ValidationError."""
        return Settings.model_validate(self.data, context=self.context)

    def mistakes(self, exc: ValidationError) -> tuple[Mistake, ...]:
        """Each mistake that validation found."""
        # The input is left out of every one: it may be a secret in the wrong place.
        return tuple(self._mistake(found) for found in exc.errors(include_url=False, include_input=False))

    def origin(self, steps: Sequence[str]) -> str:
        """Who says what stands at *steps*: the file, or the name of a variable."""
        section: Any = self.environment
        for step in steps:
            section = section.get(step) if isinstance(section, Mapping) else None
        return str(self.path) if section is None or not steps else ENVIRONMENT_PREFIX + "__".join(steps).upper()

    def _mistake(self, found: ErrorDetails) -> Mistake:
        steps = [str(step) for step in found["loc"]]
        if steps[:1] == ["systems"]:
            del steps[2:3]  # pydantic names the dialect there, the file does not.
        why, advice = _sentence(found)
        return Mistake(self.origin(steps), ".".join(steps) or "the file as a whole", why, advice)


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
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
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


def _sentence(mistake: ErrorDetails) -> tuple[str, str]:
    match mistake["type"]:
        case "missing":
            return "is missing", "add it"
        case "extra_forbidden":
            return "is not a setting", _spelling(str(mistake["loc"][-1]))
        case "union_tag_not_found" | "union_tag_invalid":
            return "say which dialect the system speaks", f"dialect = one of {DIALECTS}"
        case _:
            # Ours are written as "what is wrong; what to do".
            why, _, advice = mistake["msg"].removeprefix("Value error, ").partition("; ")
            return why, advice


def _spelling(written: str) -> str:
    schema = Settings.model_json_schema()
    sections = [schema, *schema["$defs"].values()]
    known = {name for section in sections for name in section.get("properties", {})}
    close = difflib.get_close_matches(written.lower().replace("-", "_"), sorted(known), n=1, cutoff=0.75)
    return "check the spelling or remove it" + (f" (did you mean `{close[0]}`?)" if close else "")
