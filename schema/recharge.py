"""Prepaid: balances, the prepaid account behind them, counters and the history of recharges."""

import datetime as dt
import enum

import strawberry

from schema.field import field
from schema.money import Money, Quantity
from schema.parts import PrepaidPart
from schema.period import TimePeriod
from schema.policy import OURS, DataClass, governed
from schema.source import Ref, Source


@strawberry.enum(description="Which kind of balance.")
class BalanceKind(enum.Enum):
    """Which kind of balance."""

    MAIN = strawberry.enum_value("MAIN", description="The main balance, in money.")
    DEDICATED = strawberry.enum_value("DEDICATED", description="A balance with a purpose, such as data or bonus.")


@governed(DataClass.PERSONAL, "balance:read")
@strawberry.type(description="A prepaid balance. Exactly one of money and quantity is set.")
class Balance:
    """A prepaid balance (UCIP GetBalanceAndDate): money or a quantity, never both."""

    ref: strawberry.Private[Ref]
    kind: BalanceKind = field("Main or dedicated.")
    name: str = field("`main`, or the dedicated account's name from the operator's configuration, else its number.")
    money: Money | None = field("The amount when this balance is money, else null.")
    quantity: Quantity | None = field("The amount when this balance counts something else, else null.")
    valid_for: TimePeriod | None = field("When it may be used; an open end never expires.")
    source: Source = field("Where this came from.")


@governed(DataClass.PERSONAL, "balance:read")
@strawberry.type(description="An offer attached to a prepaid account.")
class PrepaidOffer:
    """An offer attached to a prepaid account (UCIP offerInformationList)."""

    offer_id: str = field("The recharge system's number of the offer.")
    valid_for: TimePeriod | None = field("When it holds; an open end never expires.")


@governed(DataClass.PERSONAL, "balance:read")
@strawberry.type(description="The prepaid account behind a line.")
class PrepaidAccount:
    """The prepaid account behind a line (UCIP GetAccountDetails)."""

    service_class: str | None = field("The recharge system's number of the tariff.", part=PrepaidPart.ACCOUNT)
    language: str | None = field(
        "The recharge system's number of the language of announcements.", part=PrepaidPart.ACCOUNT
    )
    activated_at: dt.datetime | None = field("First use; null when never used.", part=PrepaidPart.ACCOUNT)
    active: bool | None = field("Whether the account is activated; null when unknown.", part=PrepaidPart.ACCOUNT)
    refill_barred: bool | None = field(
        "Whether recharges by voucher are barred; null when unknown.", part=PrepaidPart.ACCOUNT
    )
    temporarily_blocked: bool | None = field(
        "Whether the line is blocked for now; null when unknown.", part=PrepaidPart.ACCOUNT
    )
    supervision_expires_at: dt.datetime | None = field(
        "Until when the account may be charged; null when it never ends.", part=PrepaidPart.ACCOUNT
    )
    service_fee_expires_at: dt.datetime | None = field(
        "Until when the service fee is paid; null when it never ends.", part=PrepaidPart.ACCOUNT
    )
    removal_at: dt.datetime | None = field(
        "When the account will be removed; null when it never is.", part=PrepaidPart.ACCOUNT
    )
    offers: list[PrepaidOffer] = field("Offers attached to the account.", part=PrepaidPart.OFFERS, size=5)
    source: Source = field("Where this came from.")


@governed(DataClass.PERSONAL, "balance:read")
@strawberry.type(description="A counter the recharge system keeps for a line.")
class Accumulator:
    """A counter (UCIP accumulatorInformation)."""

    number: str = field("The recharge system's number of the counter.")
    value: int = field("What it has counted in its period.")
    period: TimePeriod | None = field("The period it counts in.")
    source: Source = field("Where this came from.")


@strawberry.enum(description="How a recharge ended.")
class RechargeResult(enum.Enum):
    """How a recharge ended."""

    SUCCEEDED = strawberry.enum_value("SUCCEEDED", description="The balance was raised.")
    FAILED = strawberry.enum_value("FAILED", description="Nothing was credited.")


@governed(DataClass.PERSONAL, "recharge:read")
@strawberry.type(description="One recharge of a prepaid line.")
class Recharge:
    """One recharge (AcctMgr VoucherRechargeEnquiry RechargeLog)."""

    ref: strawberry.Private[Ref]
    recharged_at: dt.datetime = field("When it was made.")
    result: RechargeResult = field("How it ended.")
    kind: str | None = field("The recharge system's code for how it was made.")
    voucher_batch: str | None = field("Batch of the voucher; null when none was used.", audiences=OURS)
    amount: Money | None = field("What it was worth; null when the system does not say.")
    balance_before: Money | None = field("Main balance before it; null when the system does not say.")
    balance_after: Money | None = field("Main balance after it; null when the system does not say.")
    source: Source = field("Where this came from.")
