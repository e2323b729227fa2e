"""The settings, read from a file and the environment and looked into. Every mistake becomes a sentence."""

import dataclasses
import difflib
import pathlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from gateway.settings import DIALECTS, Mistake, Settings, SettingsError
from gateway.settings_written import Written, read


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
        return settings_of(written)
    except ValidationError as exc:
        raise SettingsError(*mistakes_in(written, exc)) from None


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where the settings of a gateway come from, to be looked at again while it runs."""

    path: pathlib.Path
    overrides: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def load(self) -> Settings:
        """The settings as they are written now. Raises SettingsError."""
        return load(self.path, overrides=self.overrides)


def settings_of(written: Written) -> Settings:
    """The settings; raises pydantic's ValidationError."""
    return Settings.model_validate(written.data, context=written.context)


def mistakes_in(written: Written, exc: ValidationError) -> tuple[Mistake, ...]:
    """Each mistake that validation found."""
    # The input is left out of every one: it may be a secret in the wrong place.
    return tuple(_mistake(written, found) for found in exc.errors(include_url=False, include_input=False))


def _mistake(written: Written, found: ErrorDetails) -> Mistake:
    steps = [str(step) for step in found["loc"]]
    if steps[:1] == ["systems"]:
        del steps[2:3]  # pydantic names the dialect there, the file does not.
    why, advice = _sentence(found)
    return Mistake(written.origin(steps), ".".join(steps) or "the file as a whole", why, advice)


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
