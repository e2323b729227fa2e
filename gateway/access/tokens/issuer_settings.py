"""What an operator says of those whose tokens are believed."""

import ipaddress
import pathlib
from typing import Annotated, Final, Self

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, model_validator

from connectors.settings import ConfigPath, Secret, TlsSettings
from gateway.access.tokens.signatures import Algorithm

_KEY_FILE: Final = pathlib.Path(".switchboard", "development-issuer.pem")


def is_this_machine(host: str) -> bool:
    """Whether *host* (a name or an address, without a port) is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _no_secrets_in_clear(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.username or url.password or url.fragment:
        raise ValueError("it holds a user, password or fragment; leave them out")
    if url.scheme != "https" and not is_this_machine(url.host or ""):
        raise ValueError("whoever can change what it answers can write tokens; use https")
    return url


IssuerUrl = Annotated[AnyHttpUrl, AfterValidator(_no_secrets_in_clear)]


class IntrospectionSettings(BaseModel):
    """How an issuer is asked about tokens that say nothing by themselves (RFC 7662)."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    url: IssuerUrl = Field(description="Where it is asked (`introspection_endpoint` of its metadata).")
    client_id: str = Field(min_length=1, max_length=256, description="Who we are there.")
    client_secret: Secret = Field(description="Our secret there, env:NAME or file:PATH (`client_secret_basic`).")
    prefix: str = Field(
        default="",
        max_length=64,
        pattern=r"^[A-Za-z0-9._~+/-]*$",
        description="How its tokens begin. Where several issuers are asked, no others are shown to it.",
    )
    keep_s: float = Field(
        default=10.0, ge=0, le=60, description="Seconds its answer serves: so long a token that it revokes is believed."
    )
    timeout_s: float = Field(default=1.0, gt=0, le=10, description="Seconds one answer may take.")


class IssuerSettings(BaseModel):
    """One authorisation server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1, max_length=256, description="What its tokens say in `iss`, to the letter.")
    jwks_url: IssuerUrl | None = Field(
        default=None, description="Where it publishes its keys (`jwks_uri` of its metadata), if it signs its tokens."
    )
    introspection: IntrospectionSettings | None = Field(
        default=None, description="How it is asked about tokens that it does not sign, or has no `jwks_url` for."
    )
    algorithms: list[Algorithm] = Field(
        default=["RS256"], min_length=1, description="How it signs. Tokens signed in another way are refused."
    )
    leeway_s: float = Field(default=5.0, ge=0, le=60, description="Seconds that its clock and ours may differ.")
    timeout_s: float = Field(default=5.0, gt=0, le=30, description="Seconds it may take to tell its keys.")
    keep_s: float = Field(
        default=3600.0, ge=60, le=86400, description="Seconds for which its last keys serve while it does not answer."
    )
    tls: TlsSettings = Field(default_factory=TlsSettings, description="How to trust it, for https addresses.")

    @model_validator(mode="after")
    def _can_be_believed(self) -> Self:
        if self.jwks_url is None and self.introspection is None:
            raise ValueError("nothing says how its tokens are believed; add jwks_url, introspection, or both")
        return self


class DevelopmentSettings(BaseModel):
    """The issuer of `switchboard token issue`, for development alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key_file: ConfigPath = Field(
        default=_KEY_FILE,
        validate_default=True,
        description="The file of its key, which is made at first use and is its owner's alone.",
    )
