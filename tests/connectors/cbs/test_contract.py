"""The published CBS definitions and samples: what we ask fits them, and what they answer is read right."""

import dataclasses
import datetime as dt
import pathlib
import zoneinfo
from decimal import Decimal

import httpx
import pytest
from lxml import etree

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile, Period
from connectors.cbs import CBSConnector, balances
from connectors.cbs.balances import Account
from connectors.cbs.reading import Manner, Reading
from connectors.cbs.settings import BalanceOperation
from connectors.errors import BadData
from connectors.numbering import NumberForm, NumberingPlan
from connectors.soap import Wsdl
from connectors.xml import Node, XmlError, parse
from schema.billing import AccountCredit, BillStatus, PaymentMode
from schema.money import Money
from schema.parts import BillingPart
from schema.source import Source
from tests.connectors.cbs import replies
from tests.connectors.cbs.fake import WSDLS, FakeCbs, settings
from tests.connectors.support import NOW, environment, soon
from tests.connectors.xsd import paths, schema_of
from tests.dialects import dialects_folder

ALL = frozenset(BillingPart)
# The samples come from one operator: country code 265, nine digits, two hours east of Greenwich, its own currency.
PLAN = NumberingPlan(country_code="265", lengths=frozenset({9}))
BLANTYRE = zoneinfo.ZoneInfo("Africa/Blantyre")
PERIOD = Period(start=dt.datetime(2021, 1, 1, tzinfo=BLANTYRE), end=dt.datetime(2021, 6, 1, tzinfo=BLANTYRE))


def samples() -> pathlib.Path:
    return dialects_folder() / "billing" / "huawei-cbs-samples"


def bc_wsdl() -> pathlib.Path:
    return dialects_folder() / "billing" / "huawei-cbs-bc" / "CBSInterface_BC_Services.wsdl"


def ar_wsdl() -> pathlib.Path:
    return dialects_folder() / "billing" / "huawei-cbs-ar" / "CBSInterface_AR_Services.wsdl"


def cbs(fake: FakeCbs, **changes: object) -> CBSConnector:
    told = {"zone": "Africa/Blantyre", "currencies": {1102: "MWK", 1153: "USD"}, "language": "2003"}
    surroundings = environment(transport=httpx.ASGITransport(fake))
    return CBSConnector("billing", settings(**(told | changes)), dataclasses.replace(surroundings, numbering=PLAN))


def kwacha(text: str) -> Money:
    return Money(amount=Decimal(text), currency="MWK")


def local(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=BLANTYRE).astimezone(dt.UTC)  # type: ignore[arg-type, misc]


def sample(name: str) -> bytes:
    return (samples() / name).read_bytes()


async def ask(found: CBSConnector, operation: str) -> object:
    """The question that *operation* answers, about whom its sample is."""
    match operation:
        case "QueryCustomerInfo":
            return await found.profile(number("889399973"), parts=ALL, within=soon())
        case "QueryInvoice":
            return await found.bills("88710350", period=PERIOD, within=soon())
        case "QueryPaymentLog":
            return await found.payments("88810004", period=PERIOD, within=soon())
        case _:
            return await found.balance("V4292101", within=soon())


def number(significant: str) -> BillingKey:
    return BillingKey(kind=BillingKeyKind.MSISDN, value=f"265{significant}")


def test_the_published_wsdls_load_and_have_what_they_are_said_to_have():
    assert "QueryCustomerInfo" in Wsdl(bc_wsdl()).operations
    assert "QueryOCSBalance" in Wsdl(ar_wsdl()).operations
    assert not {"QueryInvoice", "QueryPaymentLog", "QuerySumBalanceAndCredit"} & Wsdl(ar_wsdl()).operations


class TestReplies:
    async def profile(self, fake: FakeCbs, name: str, significant: str) -> BillingProfile:
        fake.says("QueryCustomerInfo", sample(f"CustomerInfo.{name}.response.xml"))
        return (await cbs(fake).profile(number(significant), parts=ALL, within=soon())).value

    async def test_the_postpaid_customer(self, fake):
        found = await self.profile(fake, "postpaid", "889399973")

        assert "102000001270201" == found.customer_key
        (account,), (line,) = found.accounts, found.subscribers
        assert ("V000073", "V000073", "MWK") == (account.key, account.account_number, account.currency)
        assert account.name is not None
        assert 14 == len(account.name)
        assert PaymentMode.POSTPAID is account.payment_mode
        assert account.bill_cycle is not None
        assert (local(2021, 6, 1), local(2021, 7, 1)) == (account.bill_cycle.start, account.bill_cycle.end)
        assert ("265889399973", "104000001270203", ("V000073",)) == (line.msisdn, line.key, line.account_keys)
        assert ("2", "3", PaymentMode.POSTPAID) == (line.status, line.brand, line.payment_mode)
        assert local(2021, 3, 24, 10, 46, 3) == line.activated_at
        main, *additions = line.offerings
        assert ("100002", True, "2", None, None) == (
            main.offering_id,
            main.primary,
            main.status,
            main.effective_from,
            main.expires_at,
        )
        assert ["1671669643", "21753", "21185", "200325", "23522"] == [offering.offering_id for offering in additions]
        assert local(2021, 4, 10, 9, 48, 11) == additions[0].effective_from
        assert [None] * 5 == [offering.expires_at for offering in additions]

    async def test_the_prepaid_customer_whose_line_was_never_used(self, fake):
        found = await self.profile(fake, "prepaid", "889399980")

        (account,), (line,) = found.accounts, found.subscribers
        assert ("101000001270210", None, PaymentMode.PREPAID) == (
            account.account_number,
            account.name,
            account.payment_mode,
        )
        assert account.bill_cycle is not None
        assert local(2021, 3, 31, 22) == account.bill_cycle.start
        assert (PaymentMode.PREPAID, "1", None) == (line.payment_mode, line.brand, line.activated_at)
        assert ["225077", "221076", "235477", "10070"] == [offering.offering_id for offering in line.offerings]

    async def test_the_customer_without_a_bundle(self, fake):
        found = await self.profile(fake, "no.bundle", "889399974")

        (line,) = found.subscribers
        assert ("101000001270246",) == line.account_keys
        assert 13 == len(line.offerings)
        assert 12 == len([offering for offering in line.offerings if not offering.primary])
        ends = [offering.expires_at for offering in line.offerings]
        assert local(2021, 6, 17, 12, 38, 49) in ends
        assert None in ends

    async def test_the_customer_without_usage(self, fake):
        found = await self.profile(fake, "no.usage", "889399997")

        (line,) = found.subscribers
        assert ("265889399997", ("101000006404125",)) == (line.msisdn, line.account_keys)
        assert local(2021, 5, 27, 15, 17, 21) == line.activated_at
        assert 5 == len(line.offerings)

    @pytest.mark.parametrize("name", ["postpaid", "prepaid", "no.bundle", "no.usage"])
    async def test_each_of_them_is_refused_for_another_number(self, fake, name):
        with pytest.raises(BadData, match="Subscriber is not the one asked about"):
            await self.profile(fake, name, "889399900")

    async def test_the_bill(self, fake):
        fake.says("QueryInvoice", sample("Invoices.response.xml"))

        (bill,) = (await cbs(fake).bills("88710350", period=PERIOD, within=soon())).value

        assert ("00000002", ("88710350", "1272011"), BillStatus.OPEN) == (bill.bill_number, bill.ref.key, bill.status)
        assert (kwacha("1905.30"), kwacha("1905.30"), kwacha("23.10")) == (bill.amount, bill.open_amount, bill.tax)
        assert (kwacha("0.00"), kwacha("0.00")) == (bill.discount, bill.disputed)
        assert bill.period is not None
        assert (local(2021, 3, 1), local(2021, 4, 1)) == (bill.period.start, bill.period.end)
        assert (local(2021, 3, 9, 12, 45, 25), local(2021, 4, 26)) == (bill.issued_at, bill.due_at)
        assert [
            ("1272011", "C03", "C_SMS_ONNET", kwacha("52.80"), kwacha("11.58")),
            ("1272012", "C02", "C_FEE_DEDUCTION_CHARGE_CODE", kwacha("400.00"), kwacha("0.00")),
            ("1272013", "C02", "C_FEE_DEDUCTION_CHARGE_CODE", kwacha("600.00"), kwacha("0.00")),
            ("1272014", "C02", "C_FEE_DEDUCTION_CHARGE_CODE", kwacha("800.00"), kwacha("0.00")),
            ("1272015", "C03", "C_VOICE_ONNET", kwacha("52.50"), kwacha("11.52")),
        ] == [(line.number, line.category, line.charge_code, line.amount, line.tax) for line in bill.lines]

    async def test_the_bill_is_refused_for_another_account(self, fake):
        fake.says("QueryInvoice", sample("Invoices.response.xml"))

        with pytest.raises(BadData, match="AcctCode is not the one asked about"):
            await cbs(fake).bills("88710351", period=PERIOD, within=soon())

    async def test_the_payments(self, fake):
        fake.says("QueryPaymentLog", sample("PaymentLog.response.xml"))

        found = (await cbs(fake).payments("88810004", period=PERIOD, within=soon())).value

        assert 9 == len(found)
        assert [kwacha("1.00")] * 9 == [payment.amount for payment in found]
        assert sorted((payment.paid_at for payment in found), reverse=True) == [payment.paid_at for payment in found]
        newest, oldest = found[0], found[-1]
        assert ("140030", "NBM1234673", local(2021, 1, 7, 13, 20, 10)) == (
            newest.payment_number,
            newest.external_reference,
            newest.paid_at,
        )
        assert ("92026", local(2021, 1, 5, 7, 27, 11)) == (oldest.payment_number, oldest.paid_at)
        assert ("acct88810004", "1001", "3", "N") == (newest.account_key, newest.method, newest.channel, newest.status)

    async def test_the_sum_of_balance_and_credit(self, fake):
        fake.says("QuerySumBalanceAndCredit", sample("CustomerBalances.response.xml"))

        found = (await cbs(fake).balance("V4292101", within=soon())).value

        assert [("C_MAIN_BILLING_ACCOUNT", "POS_MainAccount", kwacha("110.00"))] == [
            (purse.kind, purse.name, purse.total) for purse in found.purses
        ]
        assert [
            AccountCredit(
                kind="C_INITIAL_CREDIT_LIMIT",
                unlimited=False,
                limit=kwacha("10000.00"),
                used=kwacha("6717.66"),
                remaining=kwacha("3282.34"),
            )
        ] == found.credits
        assert [kwacha("3817.17")] == found.unbilled

    def test_the_total_balance(self):
        body = Node(parse(sample("AccountBalance.response.xml"))).require("Body").require("QueryTotalBalanceResultMsg")
        told = settings(currencies={1102: "MWK", 1153: "USD"})
        manner = Manner(
            time=told.local_time(),
            table=told.money_table(),
            numbering=PLAN,
            number_form=NumberForm.NATIONAL_SIGNIFICANT,
            bill_statuses={},
        )
        reading = Reading.of(manner, Source(system="billing", operation="QueryTotalBalance", fetched_at=NOW))
        read = balances.balance_reader(BalanceOperation.TOTAL_BALANCE, manner.using())

        found = read(body.require("QueryTotalBalanceResult"), reading, Account("V0011697"))

        dollars = Money(amount=Decimal("0.00"), currency="USD")
        assert [dollars, kwacha("68452.01")] == found.outstanding
        assert [dollars, kwacha("68452.01")] == found.overdue
        assert [dollars, kwacha("10317.00")] == found.unbilled
        assert [True, True] == [credit.unlimited for credit in found.credits]
        with pytest.raises(XmlError, match="AccountCode is not the one"):
            read(body.require("QueryTotalBalanceResult"), reading, Account("V0011698"))

    @pytest.mark.parametrize(
        ("operation", "name"),
        [
            ("QueryCustomerInfo", "TotalUsage"),
            ("QueryCustomerInfo", "Invoices"),
            ("QueryInvoice", "QueryBill"),
            ("QueryInvoice", "PaymentLog"),
            ("QueryPaymentLog", "Invoices"),
            ("QuerySumBalanceAndCredit", "AccountBalance"),
            ("QuerySumBalanceAndCredit", "ConsumptionLimit"),
        ],
    )
    async def test_the_answer_to_another_question_is_bad_data(self, fake, operation, name):
        fake.says(operation, sample(f"{name}.response.xml"))
        with pytest.raises(BadData):
            await ask(cbs(fake), operation)

    @pytest.mark.parametrize(
        ("operation", "name"),
        [
            ("QueryInvoice", "Invoices"),
            ("QueryPaymentLog", "PaymentLog"),
            ("QuerySumBalanceAndCredit", "CustomerBalances"),
            ("QueryCustomerInfo", "CustomerInfo.postpaid"),
        ],
    )
    async def test_a_sample_cut_anywhere_is_never_read(self, fake, operation, name):
        whole = sample(f"{name}.response.xml").rstrip()
        found = cbs(fake)

        for keep in range(0, len(whole) - 1, max(1, len(whole) // 40)):
            fake.says(operation, whole[:keep])
            with pytest.raises(BadData):
                await ask(found, operation)


def sample_body(name: str) -> etree._Element:
    """The body element of a sample request, its comments dropped."""
    root = etree.fromstring(sample(name), etree.XMLParser(remove_comments=True))
    body = root.find(f"{{{replies.SOAP}}}Body")
    assert body is not None
    return body[0]


def shape(body: etree._Element) -> list[str]:
    """Paths of a request, with what names the account or number left open: it is a choice in every one of them."""
    found = []
    for path in paths(body):
        before, access, below = path.partition("AcctAccessCode")
        if not access:
            before, access, below = path.partition("SubAccessCode")
        if access and not below:
            found.append(f"{before}(access)")
        elif not access:
            found.append(path)
    return found


class TestRequests:
    @pytest.fixture
    def published(self, fake):
        """A connector that was given the published WSDLs, which lack masks and most AR queries."""
        return cbs(fake, bc_wsdl=bc_wsdl(), ar_wsdl=ar_wsdl(), balance_operation="QueryOCSBalance")

    @pytest.mark.parametrize("lookup", ["customer", "subscriber"])
    @pytest.mark.parametrize("language", ["2003", None])
    async def test_customer_info_by_number_is_valid(self, fake, lookup, language):
        found = cbs(fake, bc_wsdl=bc_wsdl(), lookup_by_number=lookup, language=language)
        fake.says("QueryCustomerInfo", sample("CustomerInfo.postpaid.response.xml"))

        await found.profile(number("889399973"), parts=ALL, within=soon())

        schema_of(bc_wsdl(), replies.BC).assertValid(fake.asked[0].body)
        assert fake.asked[0].body.find(".//{*}SubscriberMask") is None

    async def test_customer_info_by_account_is_valid(self, fake, published):
        fake.says("QueryCustomerInfo", sample("CustomerInfo.postpaid.response.xml"))
        key = BillingKey(kind=BillingKeyKind.ACCOUNT, value="V000073")

        await published.profile(key, parts=ALL, within=soon())

        schema_of(bc_wsdl(), replies.BC).assertValid(fake.asked[0].body)

    async def test_the_balance_of_the_charging_system_is_valid(self, fake, published):
        fake.says("QueryCustomerInfo", sample("CustomerInfo.postpaid.response.xml"))
        fake.tells(
            "QueryOCSBalance", replies.result("QueryOCSBalance", replies.ocs_account(replies.purse(), key="V000073"))
        )

        answer = await published.balance("V000073", within=soon())

        assert [kwacha("110.00")] == [purse.total for purse in answer.value.purses]
        schema_of(ar_wsdl(), replies.AR).assertValid(fake.asked[1].body)

    async def test_customer_info_with_masks_has_the_shape_of_the_sample(self, fake):
        fake.says("QueryCustomerInfo", sample("CustomerInfo.postpaid.response.xml"))

        await cbs(fake, lookup_by_number="subscriber").profile(number("889399973"), parts=ALL, within=soon())

        assert paths(sample_body("customer.info.request.xml")) == paths(fake.asked[0].body)

    async def test_bills_have_the_shape_of_the_sample(self, fake):
        fake.says("QueryInvoice", sample("Invoices.response.xml"))

        await cbs(fake).bills("88710350", period=PERIOD, within=soon())

        assert shape(sample_body("query.invoice.request.xml")) == shape(fake.asked[0].body)

    async def test_payments_have_the_shape_of_the_sample(self, fake):
        fake.says("QueryPaymentLog", sample("PaymentLog.response.xml"))

        await cbs(fake).payments("88810004", period=PERIOD, within=soon())

        assert shape(sample_body("payment.log.request.xml")) == shape(fake.asked[0].body)

    async def test_balances_have_the_shape_of_the_sample(self, fake):
        fake.says("QuerySumBalanceAndCredit", sample("CustomerBalances.response.xml"))

        await cbs(fake).balance("V4292101", within=soon())

        assert shape(sample_body("query.customer.balances.request.xml")) == shape(fake.asked[0].body)

    @pytest.mark.parametrize(
        ("ours", "published"), [("cbs_bc.wsdl", bc_wsdl), ("cbs_ar.wsdl", ar_wsdl)], ids=["BC", "AR"]
    )
    def test_our_wsdl_and_the_published_one_agree_on_actions(self, ours, published):
        mine, theirs = Wsdl(WSDLS / ours), Wsdl(published())

        for operation in mine.operations & theirs.operations:
            assert theirs.action(operation) == mine.action(operation)
