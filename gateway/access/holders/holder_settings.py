"""What an operator says of tokens that only their holder may show."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field

from gateway.access.holders.address import normalised
from gateway.access.holders.certificate import Network
from gateway.access.tokens.issuer_settings import is_this_machine


def _public(url: AnyHttpUrl) -> AnyHttpUrl:
    if url.query or url.fragment:
        raise ValueError("it holds a query or a fragment; leave them out")
    if url.scheme != "https" and not is_this_machine(url.host or ""):
        raise ValueError("tokens would travel in the clear; write the https address that clients use")
    try:
        normalised(str(url))
    except ValueError:
        raise ValueError("it is no address of a graph; write it as clients do, without user and password") from None
    return url


def _network(written: object) -> Network:
    try:
        return ipaddress.ip_network(str(written))
    except ValueError:
        raise ValueError("it is no address or network; write it as 10.0.0.7 or 10.1.0.0/16") from None


class DpopSettings(BaseModel):
    """Proofs that whoever shows a token holds its key (DPoP, RFC 9449)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: Annotated[AnyHttpUrl, AfterValidator(_public)] = Field(
        description="The graph's address as clients know it, such as https://graph.operator.example/graphql."
    )
    lifetime_s: float = Field(default=60.0, ge=1, le=300, description="Seconds for which a proof serves.")
    leeway_s: float = Field(default=5.0, ge=0, le=60, description="Seconds that clocks of clients may be ahead.")


class CertificateSettings(BaseModel):
    """Tokens that are bound to a client's certificate (RFC 8705), which a proxy passes on in `Client-Cert`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    trusted_proxies: list[Annotated[Network, BeforeValidator(_network)]] = Field(
        min_length=1,
        description="Addresses or networks of proxies that end TLS and overwrite what clients send in `Client-Cert` "
        "(RFC 9440). From others it is ignored.",
    )
