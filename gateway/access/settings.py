"""What an operator says of who may ask: whose tokens are believed, and which clients there are."""

import ipaddress
from typing import Annotated, Self

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, model_validator

from connectors.settings import TlsSettings
from gateway.access.signatures import Algorithm
from gateway.callers import ClassName


def _no_secrets_in_clear(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.username or url.password or url.fragment:
        raise ValueError("it holds a user, password or fragment; leave them out, published keys are for everybody")
    if url.scheme != "https" and not _is_this_machine(url.host or ""):
        raise ValueError("whoever can change these keys can write tokens; use https")
    return url


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


KeysUrl = Annotated[AnyHttpUrl, AfterValidator(_no_secrets_in_clear)]
ClientId = Annotated[str, Field(min_length=1, max_length=256, pattern=r"^[ -~]+$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class IssuerSettings(_Section):
    """One authorisation server."""

    issuer: str = Field(min_length=1, max_length=256, description="What its tokens say in `iss`, to the letter.")
    jwks_url: KeysUrl = Field(description="Where it publishes its keys (`jwks_uri` of its metadata).")
    algorithms: list[Algorithm] = Field(
        default=["RS256"], min_length=1, description="How it signs. Tokens signed in another way are refused."
    )
    leeway_s: float = Field(default=5.0, ge=0, le=60, description="Seconds that its clock and ours may differ.")
    timeout_s: float = Field(default=5.0, gt=0, le=30, description="Seconds it may take to tell its keys.")
    keep_s: float = Field(
        default=3600.0, ge=60, le=86400, description="Seconds for which its last keys serve while it does not answer."
    )
    tls: TlsSettings = Field(default_factory=TlsSettings, description="How to trust it, for https addresses.")


class ClientSettings(_Section):
    """One application that may ask."""

    class_: ClassName = Field(alias="class", description="Its class: agent, self_care, partner or batch.")


class AccessSettings(_Section):
    """Who may ask. Without this section everybody may who reaches the address."""

    audience: str = Field(
        min_length=1,
        max_length=256,
        pattern=r"^[!#-\[\]-~]*$",
        description="What tokens for this graph say in `aud`; best its https address, as clients know it.",
    )
    issuers: list[IssuerSettings] = Field(min_length=1, description="Whose tokens are believed.")
    clients: dict[ClientId, ClientSettings] = Field(
        min_length=1, description="The clients that may ask, by what their tokens say in `client_id`."
    )

    @model_validator(mode="after")
    def _each_issuer_once(self) -> Self:
        names = [each.issuer for each in self.issuers]
        if len(set(names)) != len(names):
            raise ValueError("two issuers have one name; put all their algorithms into one of them")
        return self
