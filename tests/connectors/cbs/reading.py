"""How tests read replies: one system's way of writing things, and the mapping of each operation in a line."""

import zoneinfo
from decimal import Decimal

from lxml import etree

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile
from connectors.cbs import balances, bills, profile
from connectors.cbs.balances import Account
from connectors.cbs.reading import Reading
from connectors.huawei import LocalTime, MoneyTable
from connectors.numbering import NumberForm
from connectors.xml import Node
from schema.billing import AccountBalance, Bill, BillStatus, Payment
from schema.money import Money
from schema.parts import BillingPart
from schema.source import Source
from tests.connectors.cbs import replies
from tests.connectors.support import NOW, PLAN

NUMBER = BillingKey(kind=BillingKeyKind.MSISDN, value="99960000042")
ACCOUNT = BillingKey(kind=BillingKeyKind.ACCOUNT, value="A1000042")
ALL = frozenset(BillingPart)
SUBSCRIBERS = frozenset({BillingPart.SUBSCRIBERS})
ACCOUNTS = frozenset({BillingPart.ACCOUNTS})


def reading(operation: str = "Op") -> Reading:
    return Reading(
        source=Source(system="billing", operation=operation, fetched_at=NOW),
        time=LocalTime(zone=zoneinfo.ZoneInfo("Europe/Madrid"), none=("20370101", "19700101")),
        table=MoneyTable(currencies={"1102": "EUR", "1153": "USD"}, decimals=2),
        numbering=PLAN,
        number_form=NumberForm.NATIONAL_SIGNIFICANT,
        bill_statuses={"O": BillStatus.OPEN, "C": BillStatus.CLOSED},
    )


def euro(text: str) -> Money:
    return Money(amount=Decimal(text), currency="EUR")


def read_profile(
    *content: etree._Element, asked: BillingKey = NUMBER, parts: frozenset[BillingPart] = ALL
) -> BillingProfile:
    result = Node(replies.result("QueryCustomerInfo", *content))
    found = profile.read_profile(result, reading(), asked=asked, parts=parts)
    assert found is not None
    return found


def read_bills(*rows: etree._Element) -> tuple[Bill, ...]:
    read = bills.bill_reader(reading(), account_number="A1000042")
    return bills.arrange_bills(read(Node(row)) for row in rows)


def read_payments(*rows: etree._Element) -> tuple[Payment, ...]:
    read = bills.payment_reader(reading(), account_number="A1000042")
    return bills.arrange_payments(read(Node(row)) for row in rows)


def read_balance(operation: str, result: etree._Element, *, key: str | None = "101000001000042") -> AccountBalance:
    return balances.read(Node(result), reading(operation), Account("A1000042", key))
