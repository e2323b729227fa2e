"""What an operator says of the audit: where records are kept, and the secrets that hide whom they are about."""

import ipaddress
import pathlib
import urllib.parse
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from connectors.settings import ConfigPath, Secret, TlsSettings
from gateway.stores.settings import LongSecret

_FORM = "write postgresql://HOST:PORT/DATABASE"


def _address(url: str) -> str:
    # The address is not repeated: a password may stand in it.
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(f"it is no address of a PostgreSQL; {_FORM}")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "it holds a user, a password or a query; leave them out, `username` and `password` have their own settings"
        )
    try:
        port = parts.port
    except ValueError as exc:
        raise ValueError(f"its port is no port; {_FORM}") from exc
    if not parts.hostname or port == 0 or "," in parts.netloc:
        raise ValueError(f"it names no host, or several; {_FORM}")
    if not parts.path.strip("/") or "/" in parts.path[1:]:
        raise ValueError(f"it names no database; {_FORM}")
    return url


class PostgresSettings(BaseModel):
    """A PostgreSQL that replicas share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[str, AfterValidator(_address)] = Field(
        description="Where it is: postgresql://HOST:PORT/DATABASE. Holds no user and no password."
    )
    username: str = Field(min_length=1, description="Its role for us; it need only add records and read them.")
    password: Secret | None = Field(default=None, description="Its password, by reference.")
    tls: TlsSettings = Field(default_factory=TlsSettings, description="How to trust it.")
    plaintext: bool = Field(
        default=False,
        description="Do without TLS, where something between here and there encrypts. This machine needs none.",
    )

    @property
    def host(self) -> str:
        """Where it is."""
        return urllib.parse.urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """At which port."""
        return urllib.parse.urlsplit(self.url).port or 5432

    @property
    def database(self) -> str:
        """Which of its databases."""
        return urllib.parse.unquote(urllib.parse.urlsplit(self.url).path[1:])

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is used: not on this machine without certificates, and not where the operator does without."""
        given = any(value is not None for _, value in self.tls)
        return not self.plaintext and (given or not _is_this_machine(self.host))

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.plaintext and any(value is not None for _, value in self.tls):
            raise ValueError("tls is given, and plaintext does without; leave one of them out")
        return self


class AuditSettings(BaseModel):
    """Records of who saw what of whom. Without this section there are none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: list[LongSecret] = Field(
        min_length=1,
        description="Hide whom records are about, and sign where chains end. The first writes, all of them find. Keep "
        "each for as long as records that it wrote, and the same on every replica.",
    )
    # What stands here without being written must be looked up beside the settings file, as what is written.
    sqlite: ConfigPath = Field(
        default=pathlib.Path("audit.db"),
        validate_default=True,
        description="File of records, on a disk of this machine.",
    )
    postgresql: PostgresSettings | None = Field(default=None, description="A PostgreSQL, instead of a file.")
    timeout_s: float = Field(
        default=1.0,
        gt=0,
        le=10,
        description="Seconds a record may take to be kept. Then what is personal is refused, and so is what waits.",
    )
    max_waiting: int = Field(
        default=10_000, ge=100, le=1_000_000, description="Records that may wait for the store, in each process."
    )
    max_together: int = Field(default=256, ge=1, le=10_000, description="Records kept with one commit at most.")

    keep_days: int | None = Field(
        default=None,
        ge=1,
        le=36_500,
        description="Days that records are kept: `switchboard audit prune` takes older ones away, and none that is "
        "younger. Not given: for ever, unless it is told a date.",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.postgresql is not None and "sqlite" in self.model_fields_set:
            raise ValueError("sqlite and postgresql are two places for the same records; leave one of them out")
        return self


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
