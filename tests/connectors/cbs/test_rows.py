import pytest

from connectors.cbs.rows import page_of
from connectors.xml import XmlError
from tests.connectors.cbs import replies
from tests.connectors.cbs.reading import PAYMENT_LOG, node


def page(result, *, begin: int = 0):
    return page_of(PAYMENT_LOG(node(result).element), "PaymentInfo", lambda told: told.number, begin=begin)


def test_a_whole_list_is_the_last_page():
    found = page(replies.paged("QueryPaymentLog", replies.payment("1"), replies.payment("2")))

    assert (("1", "2"), True) == (found.rows, found.is_last)


def test_a_part_tells_where_the_next_begins():
    found = page(replies.paged("QueryPaymentLog", replies.payment(), total=9, begin=4), begin=4)

    assert (5, False) == (found.end, found.is_last)


def test_a_reply_may_repeat_the_number_of_rows_that_was_asked_for():
    assert page(replies.paged("QueryPaymentLog", replies.payment(), fetched=500)).is_last


def test_zero_rows_are_an_empty_list():
    found = page(replies.paged("QueryPaymentLog"))

    assert ((), True) == (found.rows, found.is_last)


@pytest.mark.parametrize(
    "result",
    [
        replies.paged("QueryPaymentLog", replies.payment(), total=2, fetched=2),
        replies.paged("QueryPaymentLog", replies.payment(), total=0),
        replies.paged("QueryPaymentLog", replies.payment(), replies.payment(), total=2, fetched=1),
        replies.paged("QueryPaymentLog", replies.payment(), replies.payment(), total=1),
        replies.paged("QueryPaymentLog", replies.payment(), replies.payment(), total=1, fetched=-1),
        replies.paged("QueryPaymentLog", total=3),
        replies.paged("QueryPaymentLog", replies.payment(), begin=1),
        replies.paged("QueryPaymentLog", total=-1),
        replies.result("QueryPaymentLog", replies.payment()),
        replies.result("QueryPaymentLog"),
        replies.paged("QueryPaymentLog", replies.result("Wrapper", replies.payment())),
    ],
)
def test_more_or_fewer_rows_than_the_reply_tells_are_refused(result):
    with pytest.raises(XmlError):
        page(result)
