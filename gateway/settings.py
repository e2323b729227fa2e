"""The settings tree: one file (TOML or YAML) plus environment, read once at start, frozen, and clear when wrong."""

import copy
import json
import os
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from connectors.acctmgr import AcctMgrSettings
from connectors.cai3g import CAI3GSettings
from connectors.cbs import CBSSettings
from connectors.numbering import NumberingPlan
from connectors.settings import BASE_FOLDER, Secret
from connectors.tmf import TMFSettings
from connectors.ucip import UCIPSettings

ENVIRONMENT_PREFIX = "SWITCHBOARD_"

AnySystem = Annotated[
    TMFSettings | CBSSettings | CAI3GSettings | UCIPSettings | AcctMgrSettings, Field(discriminator="dialect")
]
_DIALECTS = "tmf, cbs, cai3g, ucip or acctmgr"


class SettingsError(Exception):
    """The settings are wrong. The text has a line for each mistake: where it is and what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ServerSettings(_Section):
    """Where the gateway listens and how much it takes."""

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 chooses a free one.")
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, description="A longer request body is refused with 413.")
    max_tokens: int = Field(default=4000, ge=100, description="A longer GraphQL document is refused.")
    deadline_s: float = Field(default=2.2, gt=0, le=60, description="Seconds a question may take in all.")
    body_timeout_s: float = Field(default=15.0, gt=0, le=120, description="Seconds a request body may take to arrive.")
    shutdown_s: float = Field(default=5.0, ge=0, le=60, description="Seconds that running questions get at shutdown.")


class GraphiQLSettings(_Section):
    """The page for people."""

    enabled: bool = Field(default=True, description="Whether a browser gets GraphiQL at the graph's address.")
    stories_url: str | None = Field(default=None, description="Where the page's example questions come from.")


class NumberingSettings(_Section):
    """The operator's numbering plan."""

    country_code: str = Field(pattern=r"^[1-9][0-9]{0,2}$", description="Country code without plus, such as 44.")
    national_prefix: str = Field(default="0", pattern=r"^[0-9]{0,3}$", description="What is dialled before a number.")
    international_prefix: str = Field(default="00", pattern=r"^[0-9]{1,4}$", description="What is dialled for abroad.")
    national_lengths: list[int] = Field(min_length=1, description="How many digits national numbers have.")

    def plan(self) -> NumberingPlan:
        """The plan, as connectors and resolvers use it."""
        return NumberingPlan(
            country_code=self.country_code,
            national_prefix=self.national_prefix,
            international_prefix=self.international_prefix,
            lengths=frozenset(self.national_lengths),
        )


class IdSettings(_Section):
    """Secrets that seal the graph's ids."""

    secrets: list[Secret] = Field(
        min_length=1, description="The first seals new ids; all of them open ids. Keep the same on every replica."
    )


class RouteSettings(_Section):
    """Which system answers for which capability."""

    customers: str
    billing: str
    network: str
    recharging: str
    recharge_history: str


class LogSettings(_Section):
    """How the gateway writes its log."""

    format: Literal["json", "console"] = Field(default="json", description="json for machines, console for people.")
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least level written.")


class CacheSettings(_Section):
    """The answers kept in this process."""

    max_entries: int = Field(default=10_000, ge=1, description="Answers kept at most; the oldest go first.")


class Settings(_Section):
    """Everything an operator can say. Defaults are safe for production."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    graphiql: GraphiQLSettings = Field(default_factory=GraphiQLSettings)
    numbering: NumberingSettings
    ids: IdSettings
    systems: dict[str, AnySystem] = Field(min_length=1)
    routes: RouteSettings
    cache: CacheSettings = Field(default_factory=CacheSettings)
    history_days: int = Field(default=730, ge=1, le=3660, description="How far back bills and recharges are asked for.")
    log: LogSettings = Field(default_factory=LogSettings)

    @model_validator(mode="after")
    def _routes_lead_somewhere(self) -> "Settings":
        for capability, system in self.routes:
            if system not in self.systems:
                known = ", ".join(sorted(self.systems))
                raise ValueError(f"routes.{capability} names `{system}`, but the systems are: {known}")
        return self


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
    environment = _from_environment(os.environ if environ is None else environ)
    data = _merged(_merged(_read(path), environment), overrides or {})
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


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in environ.items():
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            *sections, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            section = found
            for step in sections:
                section = section.setdefault(step, {})
                if not isinstance(section, dict):
                    raise SettingsError(f"{name}: another variable sets what it is a part of; keep one of the two.")
            if isinstance(section.get(key), dict):
                raise SettingsError(f"{name}: another variable sets a part of it; keep one of the two.")
            section[key] = _value(name, text)
    return found


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
            return f"say which dialect the system speaks: dialect = one of {_DIALECTS}."
        case _:
            return mistake["msg"].removeprefix("Value error, ") + "."
