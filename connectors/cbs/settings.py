"""What an operator must say to reach a CBS."""

import enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.cbs import faults
from connectors.errors import Misconfigured, NotKnown, Unavailable
from connectors.huawei.outcomes import Outcomes, codes_of
from connectors.huawei.settings import Code, HuaweiSettings, ResultCodes
from connectors.settings import ConfigFile, Secret
from schema.billing import BillStatus

Path = Annotated[str, Field(pattern=r"^(/[^\s?#]*)?$")]
Mask = Annotated[str, Field(pattern=r"^[01]{1,64}$")]


class Lookup(enum.StrEnum):
    """Whose access code a number is written into."""

    CUSTOMER = "customer"
    SUBSCRIBER = "subscriber"


class BalanceOperation(enum.StrEnum):
    """Which operation tells an account's balance."""

    SUM_BALANCE_AND_CREDIT = "QuerySumBalanceAndCredit"
    OCS_BALANCE = "QueryOCSBalance"
    TOTAL_BALANCE = "QueryTotalBalance"


class Masks(BaseModel):
    """
    The bit strings of QueryCustomerInfo for each part that is wanted; a part that is not wanted gets zeros instead.

    The first bit of each switches its element on. What further bits switch differs between releases.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer: Mask = Field(default="1000", description="CustomerMask; only the customer's key is read.")
    accounts: Mask = Field(default="11", description="AccountMask when accounts are wanted.")
    subscribers: Mask = Field(default="1010000000", description="SubscriberMask when subscribers are wanted.")
    offerings: Mask = Field(default="1110000000", description="SubscriberMask when their offerings are wanted too.")
    account_echo: Mask = Field(
        default="10",
        description="AccountMask when accounts are wanted only to see that the answer is about the account asked for.",
    )
    subscriber_echo: Mask = Field(
        default="1000000000",
        description="SubscriberMask when subscribers are wanted only to see that the answer is about the number asked.",
    )


class CBSSettings(HuaweiSettings):
    """A Huawei CBS: its BC services (customers, accounts, subscribers) and AR services (bills, payments, balances)."""

    dialect: Literal["cbs"] = Field(default="cbs", description="The language this system speaks.")
    bc_wsdl: ConfigFile = Field(description="WSDL of the BC services, a file; its schemas lie beside it.")
    ar_wsdl: ConfigFile = Field(description="WSDL of the AR services, a file; its schemas lie beside it.")
    bc_path: Path = Field(default="/services/BcServices", description="Path of the BC services below `url`.")
    ar_path: Path = Field(default="/services/ArServices", description="Path of the AR services below `url`.")
    login_system_code: str = Field(min_length=1, description="LoginSystemCode: the user this gateway logs in as.")
    password: Secret = Field(description="Password of that user.")
    beid: str = Field(default="101", description="Business entity (BEID) that the customers belong to.")
    version: str = Field(default="1", description="Version of the interface, as the request header says it.")
    business_code: str = Field(default="1", description="BusinessCode of the request header.")
    language: str | None = Field(default=None, description="MsgLanguageCode of the request header; left out when null.")
    query_mode: str = Field(default="0", description="QueryMode of QueryCustomerInfo, where the WSDL has it.")
    lookup_by_number: Lookup = Field(
        default=Lookup.CUSTOMER,
        description="customer: a number finds its whole customer; subscriber: only itself and its accounts.",
    )
    masks: Masks = Field(default_factory=Masks, description="Bit strings that switch parts of QueryCustomerInfo on.")
    balance_operation: BalanceOperation = Field(
        default=BalanceOperation.SUM_BALANCE_AND_CREDIT, description="Operation that tells an account's balance."
    )
    page_rows: int = Field(
        default=500, ge=1, le=10_000, description="Rows to ask for at once where answers have pages."
    )
    max_pages: int = Field(
        default=20, ge=1, le=1000, description="An answer of more pages is refused, never cut short."
    )
    bill_statuses: dict[Code, BillStatus] = Field(
        default={"O": BillStatus.OPEN, "C": BillStatus.CLOSED},
        description="Status codes of bills and what they mean: OPEN or CLOSED.",
    )
    not_known_codes: ResultCodes = Field(
        default=codes_of(faults.ERRORS, NotKnown),
        description="Result codes that mean: no such customer, number or account.",
    )
    unavailable_codes: ResultCodes = Field(
        default=codes_of(faults.ERRORS, Unavailable),
        description="Result codes that mean: overloaded or ill, try again later.",
    )
    misconfigured_codes: ResultCodes = Field(
        default=codes_of(faults.ERRORS, Misconfigured),
        description="Result codes that mean: wrong credentials or a request this system does not take.",
    )

    def outcomes(self) -> Outcomes:
        """What each result code means here."""
        return Outcomes.listed(
            faults.SUCCESS,
            not_known=self.not_known_codes,
            unavailable=self.unavailable_codes,
            misconfigured=self.misconfigured_codes,
        )
