"""What an operator says about the second level of the cache: where it is, how it is trusted, what it may hold."""

import urllib.parse
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.settings import Secret, TlsSettings

_SCHEMES = {"redis": "a port", "rediss": "a port with TLS", "unix": "a socket"}
_LEAST = 16


def _address(url: str) -> str:
    # The address is not repeated: a password may stand in it.
    parts = urllib.parse.urlsplit(url)
    if parts.scheme not in _SCHEMES:
        raise ValueError(
            "it is no address of a Redis; write redis://HOST:PORT/DB, rediss://HOST:PORT/DB or unix:///PATH"
        )
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(
            "it holds a user, a password or a query; leave them out, `username` and `password` have their own settings"
        )
    if parts.scheme == "unix":
        if parts.netloc or not parts.path:
            raise ValueError("a socket's address has a path and no host; write unix:///PATH")
        return url
    try:
        port = parts.port
    except ValueError as exc:
        raise ValueError("its port is no port; write redis://HOST:PORT/DB") from exc
    if not parts.hostname or port == 0:
        raise ValueError("it names no host; write redis://HOST:PORT/DB")
    if not (parts.path.strip("/") or "0").isdecimal():
        raise ValueError("its database is no number; write redis://HOST:PORT/DB")
    return url


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < _LEAST:
        raise ValueError(f"the secret is shorter than {_LEAST} characters; make a longer one, by chance")
    return secret


LongSecret = Annotated[Secret, AfterValidator(_long_enough)]
"""A secret by reference that is too long to be guessed."""


class RedisAccess(BaseModel):
    """How it lets us in: what may be renewed while the gateway runs."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    username: str | None = None
    password: Secret | None = None
    tls: TlsSettings = Field(default_factory=TlsSettings)


class RedisSettings(BaseModel):
    """A Redis or Valkey that replicas share."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    url: Annotated[str, AfterValidator(_address)] = Field(
        description="Where it is: redis://HOST:PORT/DB, rediss:// for TLS, or unix:///PATH. Holds no password."
    )
    username: str | None = Field(default=None, description="Its user, where it has more than one.")
    password: Secret | None = Field(default=None, description="Its password, by reference.")
    tls: TlsSettings = Field(default_factory=TlsSettings, description="How to trust it, for rediss addresses.")
    key_secret: LongSecret = Field(
        description="Makes the keys of what is kept, so that they hold no number. The same on every replica."
    )
    encryption_keys: list[LongSecret] = Field(
        default_factory=list,
        description="Values are encrypted (AES-256-GCM): the first writes, all of them read. None: values are plain.",
    )
    namespace: str = Field(
        default="switchboard",
        pattern=r"^[A-Za-z0-9_.-]{1,64}$",
        description="What every name there begins with. Gateways with different systems or data need different ones.",
    )
    timeout_s: float = Field(
        default=0.15, gt=0, le=2, description="Seconds it may take for one answer; then it counts as away."
    )
    l1_s: float = Field(
        default=5.0,
        gt=0,
        le=600,
        description="Seconds a process gives an answer from its own memory before it asks there again. So long may an "
        "invalidation by another replica be missed while a connection is broken.",
    )
    max_value_bytes: int = Field(
        default=512 * 1024, ge=1024, le=64 * 1024 * 1024, description="A longer value is kept in the process only."
    )

    @model_validator(mode="after")
    def _certificates_are_for_tls(self) -> "RedisSettings":
        if not self.url.startswith("rediss:") and any(value is not None for _, value in self.tls):
            raise ValueError(
                "tls is given, but url is not a rediss:// address; begin it with rediss://, or leave tls out"
            )
        return self

    @property
    def access(self) -> RedisAccess:
        """How it lets us in."""
        return RedisAccess(username=self.username, password=self.password, tls=self.tls)
