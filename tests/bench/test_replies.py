import json
import re

import pytest

from bench.replies import Person, Replies, person, together, without_echo, without_header

RECORDED = Person(customer="1000001", account="A1000001", national="69775584", imsi="999707967347687")


def bill(number: str, lines: int) -> str:
    details = "".join(
        f"<ars:InvoiceDetail><ars:InvoiceID>{number}{n}</ars:InvoiceID></ars:InvoiceDetail>" for n in range(lines)
    )
    return (
        f"<ars:InvoiceInfo><ars:AcctCode>A1000001</ars:AcctCode><ars:InvoiceID>{number}</ars:InvoiceID>"
        f"<ars:InvoiceNo>{number}</ars:InvoiceNo><ars:InvoiceDate>20261101{number:>06}</ars:InvoiceDate>{details}"
        f"<ars:TotalRowNum>{lines}</ars:TotalRowNum></ars:InvoiceInfo>"
    )


def replies() -> Replies:
    bills = bill("1", 3) + bill("2", 2)
    return Replies(
        RECORDED,
        json.dumps({"id": "1000001", "account": [{"id": "A1000001"}]}),
        f"<ars:R>{bills}<ars:TotalRowNum>2</ars:TotalRowNum><ars:FetchRowNum>2</ars:FetchRowNum></ars:R>",
        "<gsm:msisdn>99969775584</gsm:msisdn><gsm:imsi>999707967347687</gsm:imsi>",
        "<acc:SubscriberNo>69775584</acc:SubscriberNo><acc:TradeTime>20261115130944</acc:TradeTime>",
    )


def test_replies_about_somebody_else_name_nobody_but_them():
    other = replies().of(person(7))

    told = other.customer + other.invoices + other.subscription + other.recharges
    assert not any(number in told for number in ("1000001", "69775584", "999707967347687"))
    assert {"id": "2000007", "account": [{"id": "A2000007"}]} == json.loads(other.customer)
    assert "<gsm:msisdn>99960000007</gsm:msisdn><gsm:imsi>999700000000007</gsm:imsi>" == other.subscription


def test_customers_have_bills_and_recharges_at_times_of_their_own():
    one, other = (replies().of(person(number)) for number in (7, 8))

    assert one.recharges[-30:] != other.recharges[-30:]
    for told in (one, other):
        (time,) = re.findall(r"TradeTime>(\d{14})<", told.recharges)
        assert "2026111513" == time[:10]
        assert int(time[10:12]) < 60 > int(time[12:])


@pytest.mark.parametrize(("bills", "lines"), [(1, 1), (2, 3), (5, 40)])
def test_a_reply_gets_the_wanted_number_of_bills_and_lines(bills, lines):
    shaped = replies().shaped(bills=bills, lines=lines).invoices

    assert bills == shaped.count("<ars:InvoiceInfo>")
    assert bills * lines == shaped.count("<ars:InvoiceDetail>")
    assert [str(lines)] * bills + [str(bills)] == re.findall(r"TotalRowNum>(\d+)<", shaped)
    numbers = re.findall(r"InvoiceID>(\d+)<", shaped)
    assert len(set(numbers)) == len(numbers) == bills + bills * lines


def test_the_newest_bills_are_kept():
    assert "<ars:InvoiceDate>20261101000002<" in replies().shaped(bills=1, lines=1).invoices


def test_a_reply_without_bills_cannot_be_shaped():
    with pytest.raises(ValueError, match="no bill"):
        Replies(RECORDED, "{}", "<ars:R/>", "", "").shaped(bills=1, lines=1)


def test_what_repeats_the_request_is_taken_out():
    assert "<com:TransactionId></com:TransactionId>" == without_echo("<com:TransactionId>17</com:TransactionId>")
    assert "<e><b/></e>" == without_header("<e><soapenv:Header><x>1</x></soapenv:Header><b/></e>")


def test_several_customers_are_one_list():
    assert [{"id": "1"}, {"id": "2"}] == json.loads(together(['{"id": "1"}', '{"id": "2"}']))
