"""The graph of the plain program: the same words as Switchboard's, as far as the question goes."""

import datetime as dt
import enum
from decimal import Decimal

import strawberry
from strawberry.scalars import ID


@strawberry.enum
class BillStatus(enum.Enum):
    """Whether a bill is settled."""

    OPEN = "O"
    CLOSED = "C"


@strawberry.enum
class RechargeResult(enum.Enum):
    """How a recharge ended."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@strawberry.type
class Money:
    """An amount of money."""

    amount: Decimal
    currency: str


@strawberry.type
class TimePeriod:
    """From when to when."""

    start: dt.datetime | None
    end: dt.datetime | None


@strawberry.type
class Characteristic:
    """One of a customer's characteristics."""

    name: str
    value: str | None


@strawberry.type
class CreditProfile:
    """How a customer's credit was judged."""

    judged_at: dt.datetime | None
    risk_rating: int | None
    score: int | None


@strawberry.type
class BillLine:
    """One charge on a bill."""

    number: str
    category: str | None
    charge_code: str | None
    amount: Money
    tax: Money | None
    discount: Money | None


@strawberry.type
class Bill:
    """One bill."""

    id: ID
    bill_number: str
    account_number: str
    status: BillStatus
    period: TimePeriod | None
    issued_at: dt.datetime | None
    due_at: dt.datetime | None
    amount: Money
    open_amount: Money
    tax: Money | None
    lines: list[BillLine]


@strawberry.type
class Bills:
    """A customer's bills."""

    total_count: int
    nodes: list[Bill]


@strawberry.type
class Barring:
    """What a line may not do."""

    outgoing: int | None
    incoming: int | None
    roaming: int | None


@strawberry.type
class CallForwarding:
    """Where calls go instead."""

    condition: str
    active: bool | None
    forward_to: str | None


@strawberry.type
class Service:
    """One service of a line."""

    name: str
    state: int


@strawberry.type
class Network:
    """What the HSS knows of a line."""

    imsi: str | None
    profile_id: str | None
    subscriber_type: str | None
    barring: Barring | None
    call_forwarding: list[CallForwarding]
    services: list[Service]
    apns: list[str]
    locked: bool | None


@strawberry.type
class Recharge:
    """One recharge."""

    id: ID
    recharged_at: dt.datetime
    result: RechargeResult
    kind: str | None
    amount: Money | None
    balance_before: Money | None
    balance_after: Money | None


@strawberry.type
class Recharges:
    """A line's recharges."""

    total_count: int
    nodes: list[Recharge]
