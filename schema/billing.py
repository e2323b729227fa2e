"""Billing: accounts, what is due on them, bills with their lines, and payments."""

import datetime as dt
import enum

import strawberry
from strawberry import federation

from schema.field import field
from schema.money import Money
from schema.parts import BillingPart
from schema.period import TimePeriod
from schema.policy import DataClass, Form, governed
from schema.source import Ref, Source


@strawberry.enum(description="Whether something is paid before or after use.")
class PaymentMode(enum.Enum):
    """Whether something is paid before or after use."""

    PREPAID = strawberry.enum_value("PREPAID", description="Paid before use, from a balance.")
    POSTPAID = strawberry.enum_value("POSTPAID", description="Paid after use, by bill.")
    HYBRID = strawberry.enum_value("HYBRID", description="Both: a bill, and a balance beside it.")


@governed(DataClass.PERSONAL, "billing:read")
@federation.type(keys=["id"], description="An account that is billed or charged.")
class BillingAccount:
    """A billing account as the billing system knows it."""

    ref: strawberry.Private[Ref]
    key: strawberry.Private[str]
    account_number: str = field("The account's number, as printed on bills.", personal=Form.IDENTIFIER)
    name: str | None = field("Name on the account; it may differ from the customer's.", personal=Form.NAME)
    payment_mode: PaymentMode | None = field("Prepaid, postpaid or hybrid; null when billing does not say.")
    currency: str | None = field("ISO 4217 code of the account; null when billing does not say.")
    bill_cycle: TimePeriod | None = field("The running bill cycle; null when the account has none.")
    source: Source = field("Where this came from.")


@governed(DataClass.PERSONAL, "billing:read")
@strawberry.type(description="One purse of an account.")
class AccountPurse:
    """One purse of an account (CBS BalanceResult)."""

    kind: str = field("The billing system's code for this purse.")
    name: str | None = field("The billing system's name for it.")
    total: Money = field("What is in it.")


@governed(DataClass.PERSONAL, "billing:read")
@strawberry.type(description="What the operator lends an account.")
class AccountCredit:
    """A credit limit of an account and what is left of it (CBS AccountCredit)."""

    kind: str | None = field("The billing system's code for this limit; null when it gives none.")
    unlimited: bool = field("True when there is no limit; the amounts are null then.")
    limit: Money | None = field("The limit; null when unlimited or when billing does not say.")
    used: Money | None = field("How much of it is used; null when unlimited or when billing does not say.")
    remaining: Money | None = field("How much is left; null when unlimited.")


@governed(DataClass.PERSONAL, "billing:read")
@strawberry.type(description="What is on an account now.")
class AccountBalance:
    """What is on an account now (CBS QuerySumBalanceAndCredit, QueryOCSBalance or QueryTotalBalance)."""

    purses: list[AccountPurse] = field("The account's purses.", size=3)
    credits: list[AccountCredit] = field("Credit limits and what is left of them.", size=2)
    unbilled: list[Money] | None = field(
        "Charges not yet on a bill, one amount per currency; null when billing does not say.", size=1
    )
    outstanding: list[Money] | None = field(
        "What is owed on bills already made, one amount per currency; null when billing does not say.", size=1
    )
    overdue: list[Money] | None = field(
        "How much of what is owed is past its due date, one amount per currency; null when billing does not say.",
        size=1,
    )
    source: Source = field("Where this came from.")


@strawberry.enum(description="Whether a bill is settled.")
class BillStatus(enum.Enum):
    """Whether a bill is settled."""

    OPEN = strawberry.enum_value("OPEN", description="Something is still to be paid.")
    CLOSED = strawberry.enum_value("CLOSED", description="Nothing is left to pay.")


@governed(DataClass.PERSONAL, "billing:read")
@strawberry.type(description="One charge on a bill.")
class BillLine:
    """One charge on a bill (CBS InvoiceDetail)."""

    number: str = field("The billing system's number of this charge.")
    category: str | None = field("Service category, the billing system's code.")
    charge_code: str | None = field("What was charged, the billing system's code.")
    amount: Money = field("The charge, tax included, before its discount.")
    open_amount: Money | None = field("What is left to pay of it; null when billing does not say.")
    tax: Money | None = field("Tax in it; null when billing does not say.")
    discount: Money | None = field("Discount on it; null when billing does not say.")


@governed(DataClass.PERSONAL, "billing:read")
@federation.type(keys=["id"], description="A bill.")
class Bill:
    """A bill (CBS InvoiceInfo)."""

    ref: strawberry.Private[Ref]
    bill_number: str = field(
        "The number printed on the bill. Two billing systems may use the same one.", personal=Form.IDENTIFIER
    )
    account_number: str = field("Number of the account that is billed.", personal=Form.IDENTIFIER)
    status: BillStatus = field("Open or closed.")
    period: TimePeriod | None = field("The bill cycle it covers; null when billing does not say.")
    issued_at: dt.datetime | None = field("When it was made; null when billing does not say.")
    due_at: dt.datetime | None = field("When it must be paid; null when billing does not say.")
    amount: Money = field("What the bill asks for, tax included.")
    open_amount: Money = field("What is left to pay.")
    tax: Money | None = field("Tax in it; null when billing does not say.")
    discount: Money | None = field("Discount in it; null when billing does not say.")
    disputed: Money | None = field("How much of it is disputed; null when billing does not say.")
    lines: list[BillLine] = field("The charges that make it up.", size=8)
    source: Source = field("Where this came from.")


@governed(DataClass.PERSONAL, "billing:read")
@strawberry.type(description="A payment.")
class Payment:
    """A payment onto an account (CBS PaymentInfo)."""

    ref: strawberry.Private[Ref]
    payment_number: str = field("The billing system's number of the payment.", personal=Form.IDENTIFIER)
    external_reference: str | None = field(
        "The payer's or channel's own reference; null when none.", personal=Form.IDENTIFIER
    )
    account_key: strawberry.Private[str]
    paid_at: dt.datetime = field("When it was made.")
    amount: Money = field("How much was paid.")
    method: str | None = field("How it was paid, the billing system's code.")
    channel: str | None = field("Where it was paid, the billing system's code.")
    status: str | None = field("The billing system's code for its state.")
    source: Source = field("Where this came from.")


@governed(DataClass.PERSONAL, "line:read")
@strawberry.type(description="Something a subscriber has subscribed to.")
class Offering:
    """A primary or supplementary offering of a subscriber (CBS OfferingInst)."""

    offering_id: str = field("The billing system's id of the offering.")
    primary: bool = field("True for the main tariff, false for additions.")
    status: str | None = field("The billing system's code for its state.")
    effective_from: dt.datetime | None = field("When it began; null when billing does not say.")
    expires_at: dt.datetime | None = field("When it ends; null when it never does.")


@governed(DataClass.PERSONAL, "line:read")
@strawberry.type(description="A line's contract, as billing knows it.")
class Subscriber:
    """A subscriber: what billing knows of one line (CBS Subscriber)."""

    msisdn: strawberry.Private[str]
    key: strawberry.Private[str]
    account_keys: strawberry.Private[tuple[str, ...]]
    status: str | None = field("The billing system's code for the line's state.")
    payment_mode: PaymentMode | None = field("Prepaid, postpaid or hybrid; null when billing does not say.")
    brand: str | None = field("The billing system's code of the brand.")
    activated_at: dt.datetime | None = field("When the line was first used; null when never.")
    offerings: list[Offering] = field("Main tariff first, then additions.", part=BillingPart.OFFERINGS, size=5)
    source: Source = field("Where this came from.")
