"""What an operator must say so that this gateway can ask an Ericsson AIR node over UCIP."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.numbering import NumberForm
from connectors.settings import Secret, SystemSettings

CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Decimals = Annotated[int, Field(ge=0, le=6)]
Capability = Annotated[int, Field(ge=0, le=2**31 - 1)]

_NATURE = {NumberForm.NATIONAL: 0, NumberForm.INTERNATIONAL: 1, NumberForm.NATIONAL_SIGNIFICANT: 2}


class DedicatedAccount(BaseModel):
    """What one dedicated account of this node counts; the node's messages do not say it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, description="What app users may read, such as `data`.")
    unit: Literal["money", "seconds", "bytes", "items"] = Field(description="What the account counts.")
    decimals: Decimals | None = Field(
        default=None, description="Decimals of an account in money. Not given: those of `money_decimals`."
    )

    @model_validator(mode="after")
    def _decimals_are_of_money(self) -> Self:
        if self.decimals is not None and self.unit != "money":
            raise ValueError("decimals are for accounts in money; seconds, bytes and items are whole numbers")
        return self


class UCIPSettings(SystemSettings):
    """One AIR node (or one address in front of several)."""

    dialect: Literal["ucip"] = Field(description="Always `ucip`.")
    user: str = Field(min_length=1, description="User of HTTP Basic authentication.")
    password: Secret = Field(description="Its password, as env:NAME or file:PATH.")
    path: str = Field(default="/Air", pattern=r"^(/[A-Za-z0-9._~-]+)*$", description="Path below `url`.")
    user_agent: str = Field(
        default="UGw Server/4.0/1.0",
        pattern=r"^[ -.0-~]+/[0-9]+\.[0-9]+/[ -.0-~]+$",
        description="name/protocol version/client version; the node chooses the version of UCIP by it.",
    )
    origin_node_type: str = Field(
        default="EXT", pattern=r"^[A-Za-z0-9]{1,8}$", description="Our kind of node; EXT is any external system."
    )
    origin_host_name: str = Field(
        default="switchboard", pattern=r"^[!-~]{1,255}$", description="Our name in the node's records."
    )
    subscriber_number_nai: Literal["derived", "leave-out", 0, 1, 2] = Field(
        default="derived",
        description="The number's nature of address: from `number_form`, not sent, or always the one given.",
    )
    money_decimals: Decimals = Field(default=2, description="Decimals of money on this node; messages lack them.")
    currency: CurrencyCode | None = Field(
        default=None, description="ISO 4217 code of amounts that come without one. Not given: such amounts are errors."
    )
    currency_names: dict[str, CurrencyCode] = Field(
        default_factory=dict, description="The node's own names of currencies and their ISO 4217 codes: CFA to XOF."
    )
    dedicated_accounts: dict[Annotated[int, Field(ge=1)], DedicatedAccount] = Field(
        default_factory=dict, description="Dedicated accounts by their number, with name and unit."
    )
    unlisted_dedicated_accounts: Literal["leave-out", "money"] = Field(
        default="leave-out", description="What to do with an account that is not listed: its unit is not known."
    )
    account_checks: frozenset[Literal["unit-type", "active-value"]] = Field(
        default=frozenset(),
        description="What each dedicated account of this node says twice: one that does not, or contradicts itself, is "
        "an error. unit-type: dedicatedAccountUnitType, beside `unit`; active-value: dedicatedAccountActiveValue1, "
        "the amount itself or 0.",
    )
    offer_flags: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")], ...] = Field(
        default=(), description="Request flags set when offers are asked for, such as requestActiveOffersFlag (UCIP 5)."
    )
    negotiated_capabilities: tuple[Capability, ...] = Field(
        default=(), description="Capabilities agreed with the node (UCIP 5). None given: the member is not sent."
    )

    @model_validator(mode="after")
    def _number_is_digits(self) -> Self:
        if self.number_form not in _NATURE:
            raise ValueError(f"number_form {self.number_form} is not possible in UCIP; use {', '.join(_NATURE)}")
        return self

    @property
    def nature_of_address(self) -> int | None:
        """The subscriberNumberNAI to send (UCIP 5.0, 7.216); None means to leave it out."""
        match self.subscriber_number_nai:
            case "derived":
                return _NATURE[self.number_form]
            case "leave-out":
                return None
            case given:
                return given
