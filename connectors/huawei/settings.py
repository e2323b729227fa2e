"""What an operator must say of any Huawei SOAP interface: its zone, its currencies, its special dates."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.huawei.dates import LocalTime
from connectors.huawei.money import MoneyTable
from connectors.numbering import NumberForm
from connectors.settings import ConfigFile, SystemSettings
from connectors.zone import Zone

# YAML reads a bare 1102 as a number; configuration may write ids either way.
Code = Annotated[
    str, BeforeValidator(lambda value: str(value) if type(value) is int else value), Field(min_length=1, max_length=64)
]
Iso4217 = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Decimals = Annotated[int, Field(ge=0, le=6)]
DatePrefix = Annotated[Code, Field(pattern=r"^[0-9]{4,14}$")]
ResultCodes = frozenset[Code]


class HuaweiSettings(SystemSettings):
    """Common to the Huawei dialects; each says what it is itself."""

    zone: Zone = Field(description="Time zone of the system's clock, such as Europe/Madrid: its times name none.")
    never: tuple[DatePrefix, ...] = Field(
        default=("20370101",),
        description="Beginnings of times that mean never. The hour differs between systems, so the day is compared.",
    )
    unset: tuple[DatePrefix, ...] = Field(
        default=("19700101",),
        description="Beginnings of times that mean unset: the epoch in local time. West of Greenwich it is 19691231.",
    )
    currencies: dict[Code, Iso4217] = Field(
        min_length=1, description='Currency ids of the system and their ISO 4217 codes, such as {1102: "EUR"}.'
    )
    money_decimals: Decimals = Field(default=2, description="Decimals of amounts: 2 means hundredths.")
    money_decimals_by_currency: dict[Code, Decimals] = Field(
        default_factory=dict, description="Decimals of amounts in a currency id that differs from `money_decimals`."
    )
    imports: dict[str, ConfigFile] = Field(
        default_factory=dict, description="Addresses a WSDL imports without a file beside it, and the files to read."
    )
    number_form: NumberForm = Field(
        default=NumberForm.NATIONAL_SIGNIFICANT, description="How this system writes a subscriber's number."
    )

    def local_time(self) -> LocalTime:
        """How the system's times are read and written."""
        return LocalTime(zone=self.zone, none=self.never + self.unset)

    def money_table(self) -> MoneyTable:
        """How the system's amounts are read."""
        return MoneyTable(
            currencies=self.currencies,
            decimals=self.money_decimals,
            decimals_by_id=self.money_decimals_by_currency,
        )
