"""What every system's configuration has in common: where it is, how to reach it, and secrets by reference."""

import os
import pathlib
from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
)

from connectors.charset import vouched
from connectors.guard.settings import GuardSettings
from connectors.numbering import NumberForm
from connectors.paths import BASE_FOLDER, path_from


def _path(value: str, info: ValidationInfo) -> pathlib.Path:
    context: Mapping[str, object] = info.context or {}
    return path_from(context.get(BASE_FOLDER), value)


def _existing_file(value: object, info: ValidationInfo) -> pathlib.Path:
    path = _path(str(value), info)
    # Not `is_file`: it raises PermissionError where a folder above may not be entered.
    if not os.path.isfile(path):  # noqa: PTH113
        raise ValueError(f"there is no file {path}; name one that this process can read")
    return path


class FileSecret(SecretStr):
    """A secret that was read from a file, and remembers from which: what stands there may change."""

    def __init__(self, value: str, path: pathlib.Path) -> None:
        super().__init__(value)
        self.path = path

    @classmethod
    def read(cls, path: pathlib.Path, *, name: str) -> "FileSecret":
        """What stands in the file at *path* now. Raises ValueError that calls it *name* and says what to do."""
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as exc:
            why = f"the secret file {name} cannot be read ({type(exc).__name__})"
            raise ValueError(f"{why}; let this process read it or name another one") from exc
        if not found:
            raise ValueError(f"the secret file {name} is empty; write the secret into it")
        return cls(found, path)


def _secret(value: object, info: ValidationInfo) -> SecretStr:
    if isinstance(value, SecretStr):
        return value
    kind, _, name = str(value).partition(":")
    if kind == "env" and name:
        found = os.environ.get(name)
        if not found:
            raise ValueError(f"the environment variable {name} is not set; set it or name another one")
        return SecretStr(found)
    if kind == "file" and name:
        return FileSecret.read(_path(name, info), name=name)
    # The value is not repeated: it may be the secret itself, written where it does not belong.
    raise ValueError("a secret is named, not written here; use env:NAME or file:PATH")


def _no_credentials_in_url(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.username or url.password:
        raise ValueError(
            "it holds a user or password; leave user and password out of the address, they have their own settings"
        )
    if url.query or url.fragment:
        raise ValueError("it holds a query or fragment; leave query and fragment out of the address")
    return url


Charset = Annotated[str, AfterValidator(vouched)]
"""A charset that the operator vouches for, by a usual name of it."""

Secret = Annotated[SecretStr, BeforeValidator(_secret)]
"""A secret by reference: `env:NAME` or `file:PATH`."""

ConfigFile = Annotated[pathlib.Path, BeforeValidator(_existing_file)]
"""A file that exists; relative paths start at the configuration file's folder."""

ConfigPath = Annotated[pathlib.Path, BeforeValidator(lambda value, info: _path(str(value), info))]
"""A path, whether there is anything or not; relative paths start at the configuration file's folder."""

BaseUrl = Annotated[AnyHttpUrl, AfterValidator(_no_credentials_in_url)]
"""Scheme, host, port and path of a system. No answer of the system can change it."""


class TlsSettings(BaseModel):
    """How to trust a system, and how to be trusted by it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ca_file: ConfigFile | None = Field(default=None, description="Certificates to trust instead of the machine's own.")
    client_cert_file: ConfigFile | None = Field(default=None, description="Our certificate, PEM.")
    client_key_file: ConfigFile | None = Field(default=None, description="Its key, PEM.")


class SystemSettings(BaseModel):
    """Common to all dialects. Each dialect's settings extend this and say which dialect they are for."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    url: BaseUrl = Field(description="Where the system is, such as https://crm.example:8443/tmf-api")
    tls: TlsSettings = Field(default_factory=TlsSettings, description="How to trust the system, for https addresses.")
    guard: GuardSettings = Field(default_factory=GuardSettings, description="How much the system may be asked.")
    connect_timeout_s: Annotated[float, Field(gt=0, le=60)] = Field(default=1.0, description="Time to connect.")
    open_ahead: Annotated[int, Field(ge=0, le=32)] = Field(
        default=0,
        description="Connections opened when the gateway starts, so that the first calls need not wait for them. "
        "Systems count connections, and one that is unused for 30 seconds is closed.",
    )
    max_reply_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, description="A longer answer is refused.")
    charset: Charset | None = Field(
        default=None,
        description="Charset of the system's answers, whatever they say; null for what they say. Set it where answers "
        "in an older charset are refused because their bytes could be UTF-8 as well.",
    )
    send_trace_headers: bool = Field(
        default=True,
        description="Whether requests carry `traceparent` and `X-Request-Id`, so that the system's own log can be "
        "matched with ours. Switch it off for a system that chokes on headers it does not know.",
    )
    number_form: NumberForm = Field(
        default=NumberForm.INTERNATIONAL, description="How this system writes a subscriber's number."
    )

    def check_guard(self, guard: GuardSettings) -> None:
        """Raises ValueError, in a sentence for the operator, where a system of this kind may not be used so."""
