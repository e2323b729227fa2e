"""What an operator must say to reach an AcctMgr."""

from typing import Annotated, Literal

from pydantic import Field

from connectors.acctmgr import faults
from connectors.errors import Misconfigured, NotKnown, Unavailable
from connectors.huawei.money import MoneyTable
from connectors.huawei.outcomes import Outcomes, codes_of
from connectors.huawei.settings import Code, HuaweiSettings, Iso4217, ResultCodes
from connectors.settings import ConfigFile, Secret

Path = Annotated[str, Field(pattern=r"^(/[^\s?#]*)?$")]


class AcctMgrSettings(HuaweiSettings):
    """A Huawei AcctMgr, asked for the history of recharges."""

    dialect: Literal["acctmgr"] = Field(default="acctmgr", description="The language this system speaks.")
    wsdl: ConfigFile = Field(description="WSDL of the service, a file; its schemas lie beside it.")
    path: Path = Field(
        default="/services/CBSInterfaceAccountMgrService", description="Path of the service below `url`."
    )
    command_id: str = Field(default="VoucherRechargeEnquiry", description="CommandId of the request header.")
    version: str = Field(default="1", description="Version of the interface, as the request header says it.")
    sequence_id: str = Field(default="1", description="SequenceId of the request header.")
    send_transaction_id: bool = Field(
        default=True,
        description="Whether to send a TransactionId and compare its echo. False sends it empty, for systems that "
        "take one only within sessions.",
    )
    user: str = Field(min_length=1, description="Name of the session entity: the user this gateway is.")
    password: Secret = Field(description="Password of that user.")
    remote_address: str = Field(default="127.0.0.1", description="RemoteAddress of the session entity.")
    currency: Iso4217 = Field(description="ISO 4217 code of amounts whose record names no currency, as most do.")
    currencies: dict[Code, Iso4217] = Field(
        default_factory=dict,
        description="What records write into Currency and the ISO 4217 code meant; `currency` itself is known.",
    )
    succeeded_error_types: frozenset[Code] = Field(
        default=frozenset({"0"}), description="ErrorType of a recharge that succeeded; any other is one that failed."
    )
    not_known_codes: ResultCodes = Field(
        default=codes_of(faults.ERRORS, NotKnown), description="Result codes that mean: no such subscriber."
    )
    unavailable_codes: ResultCodes = Field(
        default=codes_of(faults.ERRORS, Unavailable),
        description="Result codes that mean: overloaded or ill, try again later.",
    )
    misconfigured_codes: ResultCodes = Field(
        default=codes_of(faults.ERRORS, Misconfigured),
        description="Result codes that mean: wrong credentials or a request this system does not take.",
    )

    def money_table(self) -> MoneyTable:
        """How the system's amounts are read; the default currency stands for itself."""
        return MoneyTable(
            currencies={self.currency: self.currency, **self.currencies},
            decimals=self.money_decimals,
            decimals_by_id=self.money_decimals_by_currency,
        )

    def outcomes(self) -> Outcomes:
        """What each result code means here."""
        return Outcomes.listed(
            faults.SUCCESS,
            not_known=self.not_known_codes,
            unavailable=self.unavailable_codes,
            misconfigured=self.misconfigured_codes,
        )
