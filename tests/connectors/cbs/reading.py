"""How tests read replies: one system's way of writing things, and the mapping of each operation in a line."""

import zoneinfo
from decimal import Decimal

from lxml import etree

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile
from connectors.cbs import balances, bills, profile
from connectors.cbs.balances import Account
from connectors.cbs.customer_info import CustomerInfoReaders
from connectors.cbs.reading import Manner, Reading
from connectors.cbs.rows import page_of
from connectors.cbs.settings import BalanceOperation
from connectors.huawei import LocalTime, MoneyTable
from connectors.numbering import NumberForm
from connectors.xml import Node, parse
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


MANNER = Manner(
    time=LocalTime(zone=zoneinfo.ZoneInfo("Europe/Madrid"), none=("20370101", "19700101")),
    table=MoneyTable(currencies={"1102": "EUR", "1153": "USD"}, decimals=2),
    numbering=PLAN,
    number_form=NumberForm.NATIONAL_SIGNIFICANT,
    bill_statuses={"O": BillStatus.OPEN, "C": BillStatus.CLOSED},
)
USING = MANNER.using()
CUSTOMER_INFO = CustomerInfoReaders.compiled_with(USING)
INVOICES = bills.invoices_reader(USING)
PAYMENT_LOG = bills.payment_log_reader(USING)
BALANCES = {operation: balances.balance_reader(operation, USING) for operation in BalanceOperation}


def reading(operation: str = "Op") -> Reading:
    return Reading.of(MANNER, Source(system="billing", operation=operation, fetched_at=NOW))


def euro(text: str) -> Money:
    return Money(amount=Decimal(text), currency="EUR")


def read_profile(
    *content: etree._Element, asked: BillingKey = NUMBER, parts: frozenset[BillingPart] = ALL
) -> BillingProfile:
    found = read_result(replies.result("QueryCustomerInfo", *content), asked=asked, parts=parts)
    assert found is not None
    return found


def read_result(
    result: etree._Element, *, asked: BillingKey = NUMBER, parts: frozenset[BillingPart] = ALL
) -> BillingProfile | None:
    return profile.read_profile(node(result), CUSTOMER_INFO, reading(), asked=asked, parts=parts)


def read_bills(*rows: etree._Element) -> tuple[Bill, ...]:
    return read_invoices(replies.paged("QueryInvoice", *rows))


def read_invoices(result: etree._Element) -> tuple[Bill, ...]:
    make = bills.bill_maker(reading(), account_number="A1000042")
    return bills.arrange_bills(page_of(INVOICES(node(result).element), "InvoiceInfo", make, begin=0).rows)


def read_payments(*rows: etree._Element) -> tuple[Payment, ...]:
    make = bills.payment_maker(reading(), account_number="A1000042")
    told = PAYMENT_LOG(node(replies.paged("QueryPaymentLog", *rows)).element)
    return bills.arrange_payments(page_of(told, "PaymentInfo", make, begin=0).rows)


def read_balance(operation: str, result: etree._Element, *, key: str | None = "101000001000042") -> AccountBalance:
    read = BALANCES[BalanceOperation(operation)]
    return read(node(result), reading(operation), Account("A1000042", key))


def node(element: etree._Element) -> Node:
    """The element as it is read from the wire."""
    return Node(parse(etree.tostring(element)))
