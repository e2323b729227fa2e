import asyncio
import datetime as dt
from decimal import Decimal

import pytest

from connectors.capabilities import Billing, BillingKey, BillingKeyKind, Connector, Period
from connectors.errors import BadData, ConnectorError, Misconfigured, NotKnown, Rejected, Unavailable
from schema.billing import BillStatus
from schema.parts import BillingPart
from tests.connectors.cbs import replies
from tests.connectors.cbs.fake import connector
from tests.connectors.support import NOW, FixedClock, soon
from tests.dialects import dialects_folder

NUMBER = BillingKey(kind=BillingKeyKind.MSISDN, value="99960000042")
ACCOUNT = BillingKey(kind=BillingKeyKind.ACCOUNT, value="A1000042")
ACCOUNTS = frozenset({BillingPart.ACCOUNTS})
SUBSCRIBERS = frozenset({BillingPart.SUBSCRIBERS})
OFFERINGS = frozenset({BillingPart.OFFERINGS})
ALL = frozenset(BillingPart)
YEAR = Period(start=dt.datetime(2025, 11, 22, 8, tzinfo=dt.UTC), end=dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC))
MASKS = ("CustomerMask", "AccountMask", "SubscriberMask")


def whole_customer(*, number: str = "60000042", code: str = "A1000042"):
    subscriber = replies.subscriber(identities=[replies.identity(number)])
    return replies.result("QueryCustomerInfo", replies.customer(), subscriber, replies.account(code))


def test_it_is_a_billing_connector(cbs):
    billing: Billing = cbs
    each: Connector = cbs

    assert isinstance(billing, Billing)
    assert "billing" == each.system


class TestProfile:
    @pytest.fixture(autouse=True)
    def customer(self, fake):
        fake.tells("QueryCustomerInfo", whole_customer())

    async def test_the_question_carries_header_number_and_masks(self, cbs, fake):
        await cbs.profile(NUMBER, parts=ALL, within=soon())

        (asked,) = fake.asked
        assert ("/services/BcServices", '"QueryCustomerInfo"') == (asked.path, asked.action)
        texts = asked.texts()
        serial = texts.pop("MessageSeq")
        assert serial.isdigit()
        assert {
            "Version": "1",
            "BusinessCode": "1",
            "BEID": "101",
            "LoginSystemCode": "SWITCHBOARD",
            "Password": "pretend-secret",
            "PrimaryIdentity": "60000042",
            "QueryMode": "0",
            "CustomerMask": "1000",
            "AccountMask": "11",
            "SubscriberMask": "1110000000",
        } == texts
        assert asked.body.find(".//{*}QueryObj/{*}CustAccessCode/{*}PrimaryIdentity") is not None

    @pytest.mark.parametrize(
        ("key", "parts", "masks"),
        [
            (NUMBER, ACCOUNTS, ("1000", "11", "1000000000")),
            (NUMBER, SUBSCRIBERS, ("1000", "00", "1010000000")),
            (NUMBER, OFFERINGS, ("1000", "00", "1110000000")),
            (NUMBER, frozenset(), ("1000", "00", "1000000000")),
            (ACCOUNT, ACCOUNTS, ("1000", "11", "0000000000")),
            (ACCOUNT, SUBSCRIBERS, ("1000", "10", "1010000000")),
            (ACCOUNT, frozenset(), ("1000", "10", "0000000000")),
        ],
    )
    async def test_masks_ask_for_the_parts_and_for_the_echo(self, cbs, fake, key, parts, masks):
        await cbs.profile(key, parts=parts, within=soon())

        assert masks == tuple(fake.asked[0].texts()[name] for name in MASKS)

    async def test_an_account_is_asked_for_by_its_code(self, cbs, fake):
        answer = await cbs.profile(ACCOUNT, parts=ACCOUNTS, within=soon())

        assert "A1000042" == fake.asked[0].body.find(".//{*}AcctAccessCode/{*}AccountCode").text
        assert "A1000042" == answer.value.accounts[0].account_number

    async def test_a_number_may_find_the_subscriber_only(self, fake):
        cbs = connector(fake, lookup_by_number="subscriber", number_form="national", language="2003")
        fake.tells("QueryCustomerInfo", whole_customer(number="060000042"))

        await cbs.profile(NUMBER, parts=SUBSCRIBERS, within=soon())

        assert "060000042" == fake.asked[0].body.find(".//{*}SubAccessCode/{*}PrimaryIdentity").text
        assert "2003" == fake.asked[0].texts()["MsgLanguageCode"]

    async def test_the_answer_says_where_and_when_it_came_from(self, fake):
        cbs = connector(fake, guard={"fresh_s": {"QueryCustomerInfo": 30}})

        answer = await cbs.profile(NUMBER, parts=ALL, within=soon())

        source = answer.value.accounts[0].source
        assert ("billing", "QueryCustomerInfo", NOW) == (source.system, source.operation, source.fetched_at)
        assert NOW + dt.timedelta(seconds=30) == source.fresh_until
        assert ALL == answer.parts

    async def test_an_answer_that_is_kept_is_asked_for_once(self, fake):
        cbs = connector(fake, guard={"fresh_s": {"QueryCustomerInfo": 30}})

        for parts in (ALL, ACCOUNTS, SUBSCRIBERS):
            await cbs.profile(NUMBER, parts=parts, within=soon())

        assert 1 == len(fake.asked)

    async def test_equal_questions_at_once_are_one_call(self, cbs, fake):
        await asyncio.gather(*(cbs.profile(NUMBER, parts=ALL, within=soon()) for _ in range(5)))

        assert 1 == len(fake.asked)

    async def test_an_answer_about_another_number_is_bad_data(self, cbs, fake):
        fake.tells("QueryCustomerInfo", whole_customer(number="60000043"))

        with pytest.raises(BadData, match="Subscriber is not the one asked about") as caught:
            await cbs.profile(NUMBER, parts=ACCOUNTS, within=soon())

        assert "6000004" not in str(caught.value)

    async def test_a_success_about_nobody_is_not_known(self, cbs, fake):
        fake.tells("QueryCustomerInfo", replies.result("QueryCustomerInfo"))

        with pytest.raises(NotKnown):
            await cbs.profile(NUMBER, parts=ALL, within=soon())

    async def test_each_message_has_its_own_number(self, cbs, fake):
        for _ in range(3):
            await cbs.profile(NUMBER, parts=ALL, within=soon())

        assert 3 == len({asked.texts()["MessageSeq"] for asked in fake.asked})


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("118030003", NotKnown),
        ("118010001", Misconfigured),
        ("118010002", Misconfigured),
        ("118010003", Misconfigured),
        ("118099999", Rejected),
        ("405000000", Rejected),
    ],
)
async def test_result_codes_are_errors_by_the_table(cbs, fake, code, kind):
    fake.says("QueryCustomerInfo", replies.message("QueryCustomerInfo", None, code=code))

    with pytest.raises(kind) as caught:
        await cbs.profile(NUMBER, parts=ALL, within=soon())

    assert kind is type(caught.value)
    assert f"billing: QueryCustomerInfo: result code {code}" == str(caught.value)


async def test_operators_may_name_their_own_codes(fake):
    cbs = connector(fake, not_known_codes=["7"], unavailable_codes=[8], misconfigured_codes=["9"])

    for code, kind in (("7", NotKnown), ("8", Unavailable), ("9", Misconfigured), ("118030003", Rejected)):
        fake.says("QueryInvoice", replies.message("QueryInvoice", None, code=code))
        with pytest.raises(kind) as caught:
            await cbs.bills("A1000042", period=YEAR, within=soon())
        assert kind is type(caught.value)


class TestBills:
    async def test_the_question_is_by_account_and_local_time(self, cbs, fake):
        fake.tells("QueryInvoice", replies.paged("QueryInvoice", replies.invoice(replies.detail())))

        answer = await cbs.bills("A1000042", period=YEAR, within=soon())

        assert Decimal("12.50") == answer.value[0].amount.amount
        assert "QueryInvoice" == answer.value[0].source.operation
        (asked,) = fake.asked
        assert "/services/ArServices" == asked.path
        texts = asked.texts()
        assert ("A1000042", "20251122090000", "20261122090000") == (
            texts["AccountCode"],
            texts["StartTime"],
            texts["EndTime"],
        )
        assert "BeginRowNum" not in texts

    async def test_an_open_period_is_one_question_so_that_a_kept_answer_is_found_again(self, fake):
        fake.tells("QueryInvoice", replies.paged("QueryInvoice", replies.invoice(replies.detail())))
        clock = FixedClock()
        cbs = connector(fake, clock=clock, guard={"fresh_s": {"QueryInvoice": 60.0}})

        for _ in range(3):
            await cbs.bills("A1000042", period=Period(start=YEAR.start), within=soon(clock))
            clock.advance(15.0)

        (asked,) = fake.asked
        assert "20261122090000" == asked.texts()["EndTime"]

    async def test_what_a_first_reply_leaves_out_is_asked_for_by_rows(self, cbs, fake):
        rows = [
            replies.invoice(InvoiceID=str(number), InvoiceDate=f"202609{number:02}000000") for number in range(1, 6)
        ]
        fake.tells(
            "QueryInvoice",
            replies.paged("QueryInvoice", *rows[:2], total=5),
            replies.paged("QueryInvoice", *rows[2:4], total=5, begin=2),
            replies.paged("QueryInvoice", rows[4], total=5, begin=4),
        )

        answer = await cbs.bills("A1000042", period=YEAR, within=soon())

        assert ["5", "4", "3", "2", "1"] == [bill.ref.key[1] for bill in answer.value]
        assert [None, "2", "4"] == [asked.texts().get("BeginRowNum") for asked in fake.asked]
        assert [None, "0", "0"] == [asked.texts().get("TotalRowNum") for asked in fake.asked]
        assert 3 == len({asked.texts()["MessageSeq"] for asked in fake.asked})

    @pytest.mark.parametrize(
        "second",
        [
            replies.paged("QueryInvoice", replies.invoice(InvoiceID="1"), total=2, begin=1),
            replies.paged(
                "QueryInvoice", replies.invoice(InvoiceID="2"), replies.invoice(InvoiceID="3"), total=3, begin=1
            ),
            replies.paged("QueryInvoice", replies.invoice(InvoiceID="2"), total=2, begin=0),
            replies.paged("QueryInvoice", total=2, begin=1),
        ],
        ids=["the same again", "another total", "another beginning", "nothing"],
    )
    async def test_pages_that_do_not_make_one_list_are_bad_data(self, cbs, fake, second):
        first = replies.paged("QueryInvoice", replies.invoice(InvoiceID="1"), total=2)
        fake.tells("QueryInvoice", first, second)

        with pytest.raises(BadData):
            await cbs.bills("A1000042", period=YEAR, within=soon())

    async def test_more_pages_than_allowed_are_bad_data_and_no_part_of_the_list(self, fake):
        cbs = connector(fake, max_pages=2)
        pages = [
            replies.paged("QueryInvoice", replies.invoice(InvoiceID=str(begin)), total=3, begin=begin)
            for begin in range(3)
        ]
        fake.tells("QueryInvoice", *pages)

        with pytest.raises(BadData, match="max_pages"):
            await cbs.bills("A1000042", period=YEAR, within=soon())

        assert 2 == len(fake.asked)

    async def test_an_account_without_bills_has_none(self, cbs, fake):
        fake.tells("QueryInvoice", replies.paged("QueryInvoice"))

        assert () == (await cbs.bills("A1000042", period=YEAR, within=soon())).value

    async def test_a_bill_of_another_account_is_bad_data(self, cbs, fake):
        fake.tells("QueryInvoice", replies.paged("QueryInvoice", replies.invoice(AcctCode="A1000043")))

        with pytest.raises(BadData, match="AcctCode is not the one asked about"):
            await cbs.bills("A1000042", period=YEAR, within=soon())

    async def test_statuses_are_configuration(self, fake):
        cbs = connector(fake, bill_statuses={"1": "CLOSED"})
        fake.tells("QueryInvoice", replies.paged("QueryInvoice", replies.invoice(Status="1")))

        answer = await cbs.bills("A1000042", period=YEAR, within=soon())

        assert BillStatus.CLOSED is answer.value[0].status

    async def test_with_the_published_wsdl_bills_name_the_setting_and_ask_nothing(self, fake):
        published = dialects_folder() / "billing" / "huawei-cbs-ar" / "CBSInterface_AR_Services.wsdl"
        cbs = connector(fake, ar_wsdl=published)

        with pytest.raises(Misconfigured, match="point `ar_wsdl` at one that has it"):
            await cbs.bills("A1000042", period=YEAR, within=soon())

        assert [] == fake.asked


class TestPayments:
    async def test_every_page_is_asked_for(self, fake):
        cbs = connector(fake, page_rows=2)
        rows = [replies.payment(str(number), PaymentTime=f"202611{number:02}120000") for number in (1, 2, 3)]
        fake.tells(
            "QueryPaymentLog",
            replies.paged("QueryPaymentLog", *rows[:2], total=3),
            replies.paged("QueryPaymentLog", rows[2], total=3, begin=2),
        )

        answer = await cbs.payments("A1000042", period=YEAR, within=soon())

        assert ["3", "2", "1"] == [payment.payment_number for payment in answer.value]
        paging = [
            tuple(asked.texts()[name] for name in ("TotalRowNum", "BeginRowNum", "FetchRowNum")) for asked in fake.asked
        ]
        assert [("0", "0", "2"), ("0", "2", "2")] == paging

    async def test_payments_of_two_accounts_across_pages_are_bad_data(self, cbs, fake):
        fake.tells(
            "QueryPaymentLog",
            replies.paged("QueryPaymentLog", replies.payment("1"), total=2),
            replies.paged("QueryPaymentLog", replies.payment("2", AcctKey="9"), total=2, begin=1),
        )

        with pytest.raises(BadData, match="AcctKey differs"):
            await cbs.payments("A1000042", period=YEAR, within=soon())


class TestBalance:
    async def test_a_balance_is_asked_for_by_account(self, cbs, fake):
        fake.tells("QuerySumBalanceAndCredit", replies.sum_balance(replies.purse(), replies.credit()))

        answer = await cbs.balance("A1000042", within=soon())

        assert Decimal("110.00") == answer.value.purses[0].total.amount
        assert "A1000042" == fake.asked[0].body.find(".//{*}QueryObj/{*}AcctAccessCode/{*}AccountCode").text

    async def test_a_balance_of_another_account_is_refused_where_the_key_is_known(self, cbs, fake):
        fake.tells("QuerySumBalanceAndCredit", replies.sum_balance(replies.purse(), replies.credit()))

        with pytest.raises(BadData, match="AcctKey"):
            await cbs.balance("A1000042", account_key="somebody else's", within=soon())

    async def test_an_operation_that_takes_only_numbers_is_asked_by_a_line_of_the_account(self, fake):
        cbs = connector(fake, balance_operation="QueryOCSBalance")
        fake.tells("QueryCustomerInfo", whole_customer())
        other, right = (
            replies.ocs_account(replies.purse(units="1"), key="9"),
            replies.ocs_account(replies.purse(units="2")),
        )
        fake.tells("QueryOCSBalance", replies.result("QueryOCSBalance", other, right))

        answer = await cbs.balance("A1000042", within=soon())

        assert [Decimal("0.02")] == [purse.total.amount for purse in answer.value.purses]
        assert ["QueryCustomerInfo", "QueryOCSBalance"] == [asked.operation for asked in fake.asked]
        assert "60000042" == fake.asked[1].body.find(".//{*}SubAccessCode/{*}PrimaryIdentity").text

    async def test_an_account_no_line_uses_cannot_be_asked_by_number(self, fake):
        cbs = connector(fake, balance_operation="QueryOCSBalance")
        fake.tells("QueryCustomerInfo", replies.result("QueryCustomerInfo", replies.customer(), replies.account()))

        with pytest.raises(NotKnown, match="no line to ask by"):
            await cbs.balance("A1000042", within=soon())

    async def test_an_operation_the_wsdl_lacks_asks_nothing(self, fake):
        cbs = connector(fake, balance_operation="QueryTotalBalance")

        with pytest.raises(Misconfigured, match="`ar_wsdl`"):
            await cbs.balance("A1000042", within=soon())

        assert [] == fake.asked


class TestIllSystem:
    @pytest.mark.parametrize(
        ("status", "content_type", "body", "kind"),
        [
            (200, "text/html", b"<html>60000042 login</html>", BadData),
            (200, "text/xml", b"\x93\x00garbage", BadData),
            (503, "text/plain", b"busy", Unavailable),
            (500, "text/html", b"<html>stack</html>", Unavailable),
            (401, "text/plain", b"", Misconfigured),
            (
                200,
                "text/xml",
                replies.message("QueryInvoice", replies.paged("QueryInvoice", replies.invoice()))[:-40],
                BadData,
            ),
            (200, "text/xml", replies.message("QueryPaymentLog", None), BadData),
        ],
    )
    async def test_every_illness_is_an_error_that_repeats_nothing(self, cbs, fake, status, content_type, body, kind):
        fake.status, fake.content_type = status, content_type
        fake.says("QueryInvoice", body)

        with pytest.raises(ConnectorError) as caught:
            await cbs.bills("A1000042", period=YEAR, within=soon())

        assert kind is type(caught.value)
        assert "60000042" not in f"{caught.value!r}"

    async def test_a_failure_is_not_kept(self, fake):
        cbs = connector(fake, guard={"fresh_s": {"QueryInvoice": 60}})
        good = replies.message("QueryInvoice", replies.paged("QueryInvoice", replies.invoice()))
        fake.says("QueryInvoice", b"garbage", good)

        with pytest.raises(BadData):
            await cbs.bills("A1000042", period=YEAR, within=soon())

        assert 1 == len((await cbs.bills("A1000042", period=YEAR, within=soon())).value)
