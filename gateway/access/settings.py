"""What an operator says of who may ask: whose tokens are believed, and which clients there are."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.access.client_settings import Audience, ClientId, ClientSettings
from gateway.access.holders.holder_settings import CertificateSettings, DpopSettings
from gateway.access.tokens.issuer_settings import DevelopmentSettings, IssuerSettings
from gateway.consent.settings import Purpose
from resolvers.stand_ins import FORM, LEAST, is_form


def _form(text: str) -> str:
    if not is_form(text):
        raise ValueError(f"a form has at least {LEAST} places `#` or `x`, so that nobody has such an id; add some")
    return text


Form = Annotated[str, Field(max_length=64), AfterValidator(_form)]


class StandInSettings(BaseModel):
    """Ids by which systems are asked about somebody in place of whoever is not there. Each looks like one of theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    party: Form = Field(
        default=FORM,
        description="How the consent system writes ids of parties; each `#` is a digit, each `x` a hexadecimal one.",
    )
    account: Form = Field(default=FORM, description="How billing and CRM write numbers of accounts, in the same way.")


class PurposeSettings(BaseModel):
    """What a purpose needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unmasks: list[Literal["personal", "sensitive"]] = Field(
        default_factory=list,
        description="Classes of values that tokens with this purpose may have in clear, if they have the scope for it.",
    )


class AccessSettings(BaseModel):
    """Who may ask. Without this section everybody may who reaches the address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audience: str = Field(
        min_length=1,
        max_length=256,
        pattern=r"^[!#-\[\]-~]*$",
        description="What tokens for this graph say in `aud`; best its https address, as clients know it.",
    )
    issuers: list[IssuerSettings] = Field(default_factory=list, description="Whose tokens are believed.")
    development: DevelopmentSettings | None = Field(
        default=None, description="Believe `switchboard token issue` and nobody else. For development alone."
    )
    dpop: DpopSettings | None = Field(
        default=None, description="Believe tokens that are bound to a key. Not given: those are refused."
    )
    client_certificate: CertificateSettings | None = Field(
        default=None,
        description="Believe tokens that are bound to a client's certificate. Not given: those are refused.",
    )
    clients: dict[ClientId, ClientSettings] = Field(
        min_length=1, description="The clients that may ask, by what their tokens say in `client_id`."
    )

    introspection: list[Audience] = Field(
        default=["agent", "operator"],
        description="The audiences that may see the graph itself, each its own view, where it is shown at all "
        "(limits.introspection).",
    )
    purposes: dict[Purpose, PurposeSettings] = Field(
        default_factory=dict, description="Purposes (dpv:...) for which more than masked values is needed."
    )

    stand_ins: StandInSettings = Field(
        default_factory=StandInSettings,
        description="About whom systems are asked so that callers cannot find out who is not known.",
    )

    @model_validator(mode="after")
    def _somebody_issues(self) -> Self:
        if not self.issuers and self.development is None:
            raise ValueError("nobody issues tokens; name issuers, or for development add [access.development]")
        if self.issuers and self.development is not None:
            raise ValueError(
                "development and issuers are both there, and whoever has the key of development can be anybody; "
                "leave development out in production, and issuers in development"
            )
        return self

    @model_validator(mode="after")
    def _each_issuer_once(self) -> Self:
        names = [each.issuer for each in self.issuers]
        if len(set(names)) != len(names):
            raise ValueError("two issuers have one name; put all their algorithms into one of them")
        for client, each in self.clients.items():
            if each.issuer is not None and each.issuer not in names:
                raise ValueError(f"clients.{client}.issuer is none of the issuers; write the name of one of them")
        return self
