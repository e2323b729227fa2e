"""Billing over real HTTP: what QueryCustomerInfo, QueryInvoice, QueryPaymentLog and the balances say, and refuse."""

import pytest

from sandbox import Sandbox
from tests.sandbox.test_population import everybody, everyones_lines
from tests.sandbox.wire import AR, CAI3G, EVER, SOAP, Wire, by_number, password

RESULT_CODE = ".//ResultHeader/cbs:ResultCode"
INVOICE = ".//QueryInvoiceResult/ars:InvoiceInfo"


def national(sandbox: Sandbox, customer: int, place: int = 0) -> str:
    found = sandbox.people.customer(customer)
    assert found is not None
    return found.lines[place].key.national


# QueryCustomerInfo


async def test_a_number_leads_to_its_line_account_and_customer(sandbox: Sandbox, wire: Wire) -> None:
    number = national(sandbox, 8, 1)

    answer = await wire.customer_info(by_number(number))

    assert "0" == answer.text(RESULT_CODE)
    assert "102000001000008" == answer.text(".//bcs:Customer/bcs:CustKey")
    assert [number] == answer.texts(".//bcs:Subscriber//bcc:SubIdentity/bcc:SubIdentity")
    assert ["B1000008"] == answer.texts(".//bcs:Account/bcs:AcctInfo/bcs:AcctCode")


async def test_a_hybrid_number_has_both_accounts(sandbox: Sandbox, wire: Wire) -> None:
    answer = await wire.customer_info(by_number(national(sandbox, 3)))

    assert ["1", "0"] == answer.texts(".//bcs:Account/bcs:AcctInfo/bcs:PaymentType")
    assert "2" == answer.text(".//bcs:Subscriber/bcs:PaymentMode")
    assert 2 == len(answer.all(".//bcs:Subscriber/bcs:AcctList"))


async def test_an_account_number_leads_to_all_lines_that_use_the_account(sandbox: Sandbox, wire: Wire) -> None:
    code = "<bcs:AcctAccessCode><bcc:AccountCode>B1000008</bcc:AccountCode></bcs:AcctAccessCode>"

    answer = await wire.customer_info(code)

    numbers = [national(sandbox, 8, 1), national(sandbox, 8, 2)]
    assert numbers == answer.texts(".//bcs:Subscriber//bcc:SubIdentity/bcc:SubIdentity")
    assert ["101000011000008"] == answer.texts(".//bcs:Account/bcs:AcctKey")


async def test_a_customer_key_leads_to_everything_that_is_theirs(wire: Wire) -> None:
    answer = await wire.customer_info(
        "<bcs:CustAccessCode><bcc:CustomerKey>102000001000008</bcc:CustomerKey></bcs:CustAccessCode>"
    )

    assert 3 == len(answer.all(".//bcs:Subscriber"))
    assert 2 == len(answer.all(".//bcs:Account"))


@pytest.mark.parametrize(
    "query",
    [
        "<bcs:SubAccessCode><bcc:SubscriberKey>104000021000008</bcc:SubscriberKey></bcs:SubAccessCode>",
        "<bcs:AcctAccessCode><bcc:AccountKey>101000001000008</bcc:AccountKey></bcs:AcctAccessCode>",
        "<bcs:CustAccessCode><bcc:CustomerCode>102000001000008</bcc:CustomerCode></bcs:CustAccessCode>",
    ],
)
async def test_every_other_key_works_as_well(wire: Wire, query: str) -> None:
    assert "102000001000008" == (await wire.customer_info(query)).text(".//bcs:Customer/bcs:CustKey")


@pytest.mark.parametrize(
    ("masks", "present"),
    [
        ("", "customer account subscriber offerings balances"),
        ("<bcs:CustomerMask>0</bcs:CustomerMask>", "account subscriber offerings balances"),
        ("<bcs:AccountMask>00</bcs:AccountMask>", "customer subscriber offerings balances"),
        ("<bcs:SubscriberMask>0111111111</bcs:SubscriberMask>", "customer account"),
        ("<bcs:SubscriberMask>1000000000</bcs:SubscriberMask>", "customer account subscriber"),
        ("<bcs:SubscriberMask>1010000000</bcs:SubscriberMask>", "customer account subscriber balances"),
        ("<bcs:SubscriberMask>11</bcs:SubscriberMask>", "customer account subscriber offerings"),
    ],
)
async def test_masks_switch_parts_on_and_off(sandbox: Sandbox, wire: Wire, masks: str, present: str) -> None:
    answer = await wire.customer_info(by_number(national(sandbox, 2)), masks)

    parts = {
        "customer": "bcs:Customer",
        "account": "bcs:Account",
        "subscriber": "bcs:Subscriber",
        "offerings": "bcs:Subscriber/bcs:SupplementaryOffering",
        "balances": "bcs:Subscriber/bcs:AcctList",
    }
    found = {name for name, path in parts.items() if answer.all(f".//QueryCustomerInfoResult/{path}")}
    assert set(present.split()) == found
    assert ("offerings" in found) == bool(answer.all(".//bcs:PrimaryOffering"))


async def test_a_free_voicemail_says_when_it_ends(sandbox: Sandbox, wire: Wire) -> None:
    answer = await wire.customer_info(by_number(national(sandbox, 2)))

    assert "700123" == answer.text(".//bcs:SupplementaryOffering/bcc:OfferingKey/bcc:OfferingID")
    assert "20261129000000" == answer.text(".//bcs:SupplementaryOffering/bcs:ExpirationTime")


async def test_never_and_unset_are_told_in_billings_way(sandbox: Sandbox, wire: Wire) -> None:
    unused = next(line for line in everyones_lines(sandbox.people) if line.activated is None)

    answer = await wire.customer_info(by_number(unused.key.national))

    assert "19700101020000" == answer.text(".//bcs:SubscriberInfo/bcs:ActivationTime")
    assert "1" == answer.text(".//bcs:SubscriberInfo/bcc:Status")
    assert "20370101000000" == answer.text(".//bcs:SubscriberInfo/bcc:ActiveTimeLimit")


async def test_names_with_markup_in_them_arrive_as_they_are(sandbox: Sandbox, wire: Wire) -> None:
    companies = {customer.traits.company: customer for customer in everybody(sandbox.people) if customer.traits.company}
    awkward = [name for name in companies if name and {"&", "<", "'"} & set(name)]
    assert awkward

    for name in awkward:
        answer = await wire.customer_info(by_number(companies[name].lines[0].key.national))
        assert name == answer.text(".//bcs:Customer/bcs:OrgInfo/bcc:OrgName")
        assert name == answer.text(".//bcs:AcctBasicInfo/bcc:AcctName")


async def test_one_account_can_hold_both_a_bill_and_a_balance(sandbox: Sandbox, wire: Wire) -> None:
    line = sandbox.people.line_by_msisdn(sandbox.stories[0].msisdn)
    assert line is not None
    query = "<ars:AcctAccessCode><arc:AccountCode>A1000001</arc:AccountCode></ars:AcctAccessCode>"

    account = await wire.customer_info(by_number(line.key.national))
    balance = await wire.billing("QuerySumBalanceAndCredit", f"<ars:QueryObj>{query}</ars:QueryObj>")

    assert ["2"] == account.texts(".//bcs:Account/bcs:AcctInfo/bcs:PaymentType")
    assert ["0", str(sandbox.people.purse(line).main)] == balance.texts(".//ars:BalanceResult/arc:TotalAmount")
    assert balance.all(".//ars:AccountCredit")


# QueryInvoice and QueryPaymentLog


async def test_invoices_of_a_period_come_oldest_first_and_add_up(sandbox: Sandbox, wire: Wire) -> None:
    period = "<ars:StartTime>20260601000000</ars:StartTime><ars:EndTime>20261122000000</ars:EndTime>"

    answer = await wire.invoices("A1000001", period)

    dates = answer.texts(f"{INVOICE}/ars:InvoiceDate")
    assert sorted(dates) == dates
    assert all("20260601000000" <= date <= "20261122000000" for date in dates)
    for invoice in answer.all(INVOICE):
        amounts = [
            int(detail.findtext(f"{{{AR}}}ChargeAmount")) - int(detail.findtext(f"{{{AR}}}DiscountAmt"))
            for detail in invoice.iterfind(f"{{{AR}}}InvoiceDetail")
        ]
        assert int(invoice.findtext(f"{{{AR}}}InvoiceAmount")) == sum(amounts)
    assert [*["C"] * (len(dates) - 1), "O"] == answer.texts(f"{INVOICE}/ars:Status")


@pytest.mark.parametrize(
    "code",
    [
        "A1000001",
        "\n      A1000001\n    ",
        "<arc:AccountCode>A1000001</arc:AccountCode>",
        "<arc:AccountKey>101000001000001</arc:AccountKey>",
    ],
)
async def test_an_account_may_be_named_bare_or_by_a_key(wire: Wire, code: str) -> None:
    answer = await wire.billing(
        "QueryInvoice", f"<ars:AcctAccessCode>{code}</ars:AcctAccessCode><ars:TimePeriod>{EVER}</ars:TimePeriod>"
    )

    assert 24 == len(answer.all(INVOICE))
    assert {"A1000001"} == set(answer.texts(f"{INVOICE}/ars:AcctCode"))


async def test_a_period_ends_as_it_begins_with_the_invoice_date(wire: Wire) -> None:
    dates = (await wire.invoices("A1000001")).texts(f"{INVOICE}/ars:InvoiceDate")
    period = f"<ars:StartTime>{dates[3]}</ars:StartTime><ars:EndTime>{dates[7]}</ars:EndTime>"

    answer = await wire.invoices("A1000001", period)

    assert dates[3:8] == answer.texts(f"{INVOICE}/ars:InvoiceDate")


async def test_invoices_can_be_fetched_in_pages(wire: Wire) -> None:
    paging = (
        "<ars:TotalRowNum>0</ars:TotalRowNum><ars:BeginRowNum>20</ars:BeginRowNum><ars:FetchRowNum>10</ars:FetchRowNum>"
    )

    answer = await wire.invoices("A1000001", paging=paging)

    result = ".//QueryInvoiceResult/ars:"
    assert 4 == len(answer.all(INVOICE))
    assert ("24", "20", "4") == tuple(
        answer.text(result + name) for name in ("TotalRowNum", "BeginRowNum", "FetchRowNum")
    )


@pytest.mark.parametrize("period", ["", "<ars:StartTime>20260101000000</ars:StartTime>", EVER.replace("2030", "yyyy")])
async def test_a_period_is_mandatory(wire: Wire, period: str) -> None:
    assert "118010002" == (await wire.invoices("A1000001", period)).text(RESULT_CODE)


def payment_query(begin: int, fetch: int, period: str = EVER) -> str:
    return (
        "<ars:AcctAccessCode><arc:AccountCode>A1000001</arc:AccountCode></ars:AcctAccessCode><ars:TotalRowNum>0"
        f"</ars:TotalRowNum><ars:BeginRowNum>{begin}</ars:BeginRowNum><ars:FetchRowNum>{fetch}</ars:FetchRowNum>{period}"
    )


async def test_payments_match_the_settled_invoices_and_come_newest_first(wire: Wire) -> None:
    invoices = await wire.invoices("A1000001")
    payments = await wire.billing("QueryPaymentLog", payment_query(0, 500))

    settled = invoices.texts(f"{INVOICE}/ars:InvoiceAmount")[:-1]
    amounts = payments.texts(".//ars:PaymentInfo/ars:Amount")
    times = payments.texts(".//ars:PaymentInfo/ars:PaymentTime")
    assert sorted(settled) == sorted(amounts)
    assert sorted(times, reverse=True) == times


async def test_payment_pages_join_without_a_seam(wire: Wire) -> None:
    whole = await wire.billing("QueryPaymentLog", payment_query(0, 500))
    pages = [await wire.billing("QueryPaymentLog", payment_query(begin, 10)) for begin in (0, 10, 20, 30)]

    path = ".//ars:PaymentInfo/ars:TransID"
    assert [10, 10, 3, 0] == [len(page.all(path)) for page in pages]
    assert whole.texts(path) == [number for page in pages for number in page.texts(path)]
    assert {"23"} == {page.text(".//QueryPaymentLogResult/ars:TotalRowNum") for page in pages}


async def test_a_payment_log_needs_its_paging_numbers(wire: Wire) -> None:
    query = payment_query(0, 500).replace("<ars:FetchRowNum>500</ars:FetchRowNum>", "")

    assert "118010002" == (await wire.billing("QueryPaymentLog", query)).text(RESULT_CODE)


# Balances


async def test_a_postpaid_accounts_credit_adds_up_with_its_open_bill(wire: Wire) -> None:
    code = "<ars:QueryObj><ars:AcctAccessCode><arc:AccountCode>A1000001</arc:AccountCode></ars:AcctAccessCode></ars:QueryObj>"

    answer = await wire.billing("QuerySumBalanceAndCredit", code)

    def number(path: str) -> int:
        return int(answer.text(f".//QuerySumBalanceAndCreditResult/{path}") or "0")

    opened = int((await wire.invoices("A1000001")).texts(f"{INVOICE}/ars:OpenAmount")[-1])
    used = number("ars:AccountCredit/ars:TotalUsageAmount")
    assert used == opened + number("ars:UnbilledResult/ars:ChargeAmount")
    assert number("ars:AccountCredit/ars:TotalCreditAmount") == used + number("ars:AccountCredit/ars:TotalRemainAmount")


async def test_a_vip_has_no_credit_limit(wire: Wire) -> None:
    code = "<ars:QueryObj><ars:AcctAccessCode><arc:AccountCode>A1000004</arc:AccountCode></ars:AcctAccessCode></ars:QueryObj>"

    answer = await wire.billing("QuerySumBalanceAndCredit", code)

    assert ("Y", "-1") == (answer.text(".//ars:NoLimitFlag"), answer.text(".//ars:TotalCreditAmount"))


async def test_the_ocs_balance_of_a_hybrid_line_has_both_purses_and_its_data(sandbox: Sandbox, wire: Wire) -> None:
    number = national(sandbox, 3)
    code = f"<ars:SubAccessCode><arc:PrimaryIdentity>{number}</arc:PrimaryIdentity></ars:SubAccessCode>"

    answer = await wire.billing("QueryOCSBalance", f"<ars:QueryObj>{code}</ars:QueryObj>")

    line = sandbox.people.line_by_national(number)
    assert line is not None
    main = str(sandbox.people.purse(line).main)
    assert ["0", main] == answer.texts(".//ars:AcctList/ars:BalanceResult/arc:TotalAmount")
    assert "42000000" == answer.text(".//ars:FreeUnitItem/ars:TotalUnusedAmount")


# Refusals


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"secret": "wrong"}, "118010001"),
        ({"user": "someone"}, "118010001"),
        ({"sequence": ""}, "118010002"),
        ({"version": " "}, "118010002"),
        ({"entity": "102"}, "118010003"),
    ],
)
async def test_a_header_that_does_not_satisfy_is_refused_in_an_ordinary_answer(
    wire: Wire, header: dict[str, str], code: str
) -> None:
    answer = await wire.billing("QueryInvoice", f"<ars:AcctAccessCode>A1000001</ars:AcctAccessCode>{EVER}", **header)

    assert 200 == answer.status
    assert code == answer.text(RESULT_CODE)
    assert answer.text(".//cbs:ResultDesc")
    assert [] == answer.all(".//QueryInvoiceResult")


@pytest.mark.parametrize("number", ["69999999", "99966857618", "066857618", "abc"])
async def test_an_unknown_number_is_a_business_error(wire: Wire, number: str) -> None:
    answer = await wire.customer_info(by_number(number))

    assert (200, "118030003") == (answer.status, answer.text(RESULT_CODE))


async def test_a_query_about_nobody_is_refused(wire: Wire) -> None:
    assert "118010002" == (await wire.customer_info("")).text(RESULT_CODE)
    assert "118010002" == (await wire.customer_info("<bcs:SubAccessCode/>")).text(RESULT_CODE)


async def test_a_mask_that_is_no_mask_is_refused(sandbox: Sandbox, wire: Wire) -> None:
    answer = await wire.customer_info(by_number(national(sandbox, 1)), "<bcs:CustomerMask>yes</bcs:CustomerMask>")

    assert "118010002" == answer.text(RESULT_CODE)


@pytest.mark.parametrize("action", ["QueryPaymentLog", "QueryEverything", "urn:QueryInvoice"])
async def test_a_soap_action_that_does_not_fit_gets_a_soap_fault(wire: Wire, action: str) -> None:
    answer = await wire.billing("QueryInvoice", "", action=action)

    assert 500 == answer.status
    assert answer.fault
    assert "soapenv:Client" == answer.text(".//faultcode")


@pytest.mark.parametrize(
    ("content", "action"),
    [
        (b"<a/>", "QueryInvoice"),
        (b"not xml", "QueryInvoice"),
        (b"", "QueryInvoice"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "QueryInvoice"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>', "QueryInvoice"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a/></e:Body></e:Envelope>', None),
        (
            b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><a/></e:Body></e:Envelope>',
            "QueryInvoice",
        ),
    ],
)
async def test_what_is_not_a_soap_request_gets_a_soap_fault(wire: Wire, content: bytes, action: str | None) -> None:
    answer = await wire.post("billing", "/services/ArServices", content, action=action)

    assert (500, True) == (answer.status, bool(answer.fault))


async def test_a_document_type_is_refused_even_before_a_sound_request(wire: Wire) -> None:
    login = "<cai3g:Login><cai3g:userId>switchboard</cai3g:userId><cai3g:pwd>&secret;</cai3g:pwd></cai3g:Login>"
    body = f'<soap:Envelope xmlns:soap="{SOAP}" xmlns:cai3g="{CAI3G}"><soap:Body>{login}</soap:Body></soap:Envelope>'
    plain = body.replace("&secret;", password("hss"))
    with_type = f'<!DOCTYPE x [<!ENTITY secret "{password("hss")}">]>'

    answers = [
        await wire.post("hss", "/services/CAI3G1.2", content.encode(), action="CAI3G#Login")
        for content in (plain, with_type + plain, with_type + body)
    ]

    assert [200, 500, 500] == [answer.status for answer in answers]
    assert all("document type" in str(answer.fault) for answer in answers[1:])


async def test_an_operation_on_the_other_services_path_is_unknown(wire: Wire) -> None:
    body = "<ars:QueryInvoiceRequestMsg/>"

    assert (await wire.soap("billing", "/services/BcServices", body, action="QueryInvoice")).fault


async def test_calls_are_counted_by_operation_even_when_refused(wire: Wire) -> None:
    await wire.invoices("A1000001")
    await wire.billing("QueryInvoice", "", secret="wrong")
    await wire.customer_info(by_number("60000000"))
    await wire.billing("QueryInvoice", "", action="QueryEverything")
    await wire.http.get(wire.url("billing", "/services/ArServices?wsdl"))

    assert {"QueryInvoice": 2, "QueryCustomerInfo": 1, "unknown": 1} == (await wire.calls())["billing"]
