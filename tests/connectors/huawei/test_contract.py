"""Every published CBS reply, also of operations no connector asks for yet, is read by what all Huawei dialects share."""

import re
import zoneinfo
from collections.abc import Iterator

import pytest

from connectors.huawei import LocalTime
from connectors.soap.client import read_reply
from connectors.wire import Reply
from connectors.xml import Node
from tests.dialects import dialects_folder

# Name of the sample, and the operation that answered with it.
SAMPLES = {
    "billing/AccountBalance": "QueryTotalBalance",
    "billing/AvailableOffers": "QueryOfferingBySubscribing",
    "billing/BundleSubscription": "ChangeSubOffering",
    "billing/BundleUnsubscription": "ChangeSubOffering",
    "billing/ConsumptionLimit": "QueryConsumptionLimit",
    "billing/CustomerBalances": "QuerySumBalanceAndCredit",
    "billing/CustomerInfo.no.bundle": "QueryCustomerInfo",
    "billing/CustomerInfo.no.usage": "QueryCustomerInfo",
    "billing/CustomerInfo.postpaid": "QueryCustomerInfo",
    "billing/CustomerInfo.prepaid": "QueryCustomerInfo",
    "billing/Invoices": "QueryInvoice",
    "billing/OneOffDeduction": "FeeDeduction",
    "billing/PaymentLog": "QueryPaymentLog",
    "billing/QueryBill": "QueryBill",
    "billing/TotalUsage": "QueryTotalBalance",
    "recharge/AdjustLog": "QueryAdjustLog",
    "recharge/AirtimeLoan": "Loan",
    "recharge/LoanInfo": "QueryLoanLog",
    "recharge/Me2U": "TransferBalance",
    "recharge/SubscriberValidity": "ChangeSubValidity",
    "recharge/VoucherRecharge": "Recharge",
}
MONEY = re.compile(r"(Amount|Amt)$")
TIME = LocalTime(zone=zoneinfo.ZoneInfo("Africa/Blantyre"), none=("20370101", "19700101"))


def result(name: str) -> Node:
    """The result message of a sample, through the reader that every SOAP reply passes."""
    system, _, file = name.partition("/")
    body = (dialects_folder() / system / "huawei-cbs-samples" / f"{file}.response.xml").read_bytes().strip()
    reply = Reply(status=200, content_type="text/xml", charset=None, headers={}, body=body)
    return read_reply(reply, expect=f"{SAMPLES[name]}ResultMsg").body


def leaves(node: Node) -> Iterator[tuple[Node, Node]]:
    """Every element without elements in it, with its parent."""
    for child in node.elements():
        if len(child.element):
            yield from leaves(child)
        else:
            yield node, child


def test_no_published_reply_is_left_out() -> None:
    found = dialects_folder().glob("*/huawei-cbs-samples/*.response.xml")

    assert {f"{file.parent.parent.name}/{file.name.removesuffix('.response.xml')}" for file in found} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_result_code_of_a_published_reply_says_success(name: str) -> None:
    assert "0" == result(name).require("ResultHeader").require_text("ResultCode")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_amount_and_time_of_a_published_reply_is_of_its_strict_form(name: str) -> None:
    for parent, leaf in leaves(result(name)):
        siblings = sum(1 for _ in parent.children(leaf.name))
        if siblings == 1 and MONEY.search(leaf.name):
            assert str(parent.require_integer(leaf.name)) == leaf.value()
        if siblings == 1 and re.fullmatch(r"\d{14}", leaf.value()) and leaf.name.endswith(("Time", "Date", "Day")):
            read = TIME.parse(leaf.value())
            never = leaf.value().startswith(("20370101", "19700101"))
            assert never == (read is None)
            assert read is None or TIME.write(read) == leaf.value()
