"""Whatever happens to a reply on its way, it is read right or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors.xml import XmlError
from tests.connectors.cbs import replies
from tests.connectors.cbs.reading import euro, read_balance, read_bills, read_invoices, read_result

WHOLE = {
    "bills": lambda: replies.paged("QueryInvoice", replies.invoice(replies.detail(), replies.detail("502"))),
    "profile": lambda: replies.result(
        "QueryCustomerInfo",
        replies.customer(),
        replies.subscriber(replies.offering("PrimaryOffering", "1"), replies.offering("SupplementaryOffering", "2")),
        replies.account(),
    ),
    "balance": lambda: replies.sum_balance(replies.purse(), replies.credit(), replies.unbilled()),
}


def read_whole(kind: str, result: etree._Element) -> object:
    match kind:
        case "profile":
            return read_result(result)
        case "balance":
            return read_balance("QuerySumBalanceAndCredit", result)
    return read_invoices(result)


def leaves(result: etree._Element) -> list[etree._Element]:
    return [element for element in result.iter() if not len(element)]


@pytest.mark.parametrize("kind", WHOLE)
@given(data=st.data())
def test_a_doubled_element_is_never_read_as_two(kind, data):
    result = WHOLE[kind]()
    right = read_whole(kind, result)
    doubled = data.draw(st.sampled_from(list(result.iterdescendants())))
    doubled.addnext(etree.fromstring(etree.tostring(doubled)))

    try:
        found = read_whole(kind, result)
    except XmlError:
        return

    assert right == found


@pytest.mark.parametrize("kind", WHOLE)
@given(data=st.data())
def test_whatever_is_put_inside_a_leaf_it_is_read_right_or_refused(kind, data):
    result = WHOLE[kind]()
    right = read_whole(kind, result)
    leaf = data.draw(st.sampled_from(leaves(result)))
    inside = data.draw(st.sampled_from([etree.Comment("x"), etree.ProcessingInstruction("x", "y"), etree.Element("b")]))
    leaf.append(inside)
    inside.tail, leaf.text = leaf.text, ""

    try:
        found = read_whole(kind, result)
    except XmlError:
        return

    assert right == found


@pytest.mark.parametrize("kind", WHOLE)
@given(data=st.data())
def test_an_unknown_element_anywhere_changes_nothing(kind, data):
    result = WHOLE[kind]()
    right = read_whole(kind, result)
    holders = [element for element in result.iter() if len(element)]
    holder = data.draw(st.sampled_from(holders))
    holder.insert(data.draw(st.integers(0, len(holder))), etree.fromstring("<Newer><AcctCode>1</AcctCode></Newer>"))

    assert right == read_whole(kind, result)


@given(name=st.sampled_from(["InvoiceAmount", "OpenAmount"]), text=st.text(max_size=8))
def test_an_amount_of_any_text_is_that_whole_number_or_refused(name, text):
    row = replies.invoice()
    target = row.find(f"{{{replies.AR}}}{name}")
    assert target is not None
    try:
        target.text = text
    except ValueError:
        return  # Not a text that XML can carry.

    try:
        (bill,) = read_bills(row)
    except XmlError:
        return

    value = bill.amount if name == "InvoiceAmount" else bill.open_amount
    assert text.isascii()
    assert euro(f"{int(text.strip()) / 100:.2f}") == value
