"""Every question to a CBS put on trial: its answer, what of it is read, and what an independent reader finds in it."""

import contextlib
import dataclasses
import pathlib
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import httpx

from connectors.capabilities import BillingKey, BillingKeyKind
from connectors.cbs import CBSConnector
from schema.parts import BillingPart
from tests.connectors.cbs import facts, replies
from tests.connectors.cbs.fake import WSDLS, FakeCbs, settings
from tests.connectors.cbs.test_contract import PERIOD, PLAN, sample
from tests.connectors.mutants import Effect, Mutant
from tests.connectors.support import environment, soon
from tests.connectors.trial import Trial
from tests.connectors.witness import Element

ALL = frozenset(BillingPart)
NAMES = {
    "QueryInvoice": "AcctCode InvoiceID InvoiceNo BillCycleBeginTime BillCycleEndTime InvoiceAmount OpenAmount TaxAmount "
    "DisputeAmount DiscountAmount CurrencyID InvoiceDate DueDate Status InvoiceDetail ServiceCategory ChargeCode "
    "ChargeAmount DiscountAmt InvoiceInfo TotalRowNum BeginRowNum FetchRowNum QueryInvoiceResult",
    "QueryPaymentLog": "PaymentInfo AcctKey TransID ExtTransID PaymentTime Amount CurrencyID PaymentMethod PayChannelID "
    "Status TotalRowNum BeginRowNum FetchRowNum QueryPaymentLogResult",
    "QueryCustomerInfo": "Customer CustKey Subscriber SubscriberKey SubscriberInfo SubIdentity SubIdentityType "
    "PrimaryFlag Brand Status ActivationTime PaymentMode PrimaryOffering SupplementaryOffering OfferingKey OfferingID "
    "PurchaseSeq EffectiveTime ExpirationTime AcctList AcctKey Account AcctInfo AcctCode AcctBasicInfo AcctName "
    "PaymentType CurrencyID BillCycleOpenDate BillCycleEndDate QueryCustomerInfoResult",
    "QuerySumBalanceAndCredit": "AcctKey BalanceResult BalanceType BalanceTypeName TotalAmount CurrencyID AccountCredit "
    "CreditLimitType TotalCreditAmount TotalUsageAmount TotalRemainAmount NoLimitFlag UnbilledResult ChargeAmount "
    "QuerySumBalanceAndCreditResult",
    "QueryOCSBalance": "AcctList AcctKey BalanceResult BalanceType BalanceTypeName TotalAmount CurrencyID AccountCredit "
    "CreditLimitType TotalCreditAmount TotalUsageAmount TotalRemainAmount NoLimitFlag QueryOCSBalanceResult",
    "QueryTotalBalance": "BalanceList OutStandingAmount Prepayment AvailableCreditLimit DepositAmount UnbilledAmount "
    "OverDueAmount CurrencyID CreditNoLimitFlag AccountCode QueryTotalBalanceResult",
}
"""What of each answer is read, by local name; the envelope and the result header are read in all of them."""

ENVELOPE = "Body ResultHeader ResultCode"


@dataclasses.dataclass(frozen=True)
class Case:
    """One question and its answer. *pages* are the whole answer, of which the one at *mutates* is damaged."""

    operation: str
    pages: Callable[[], list[bytes]]
    ask: Callable[[CBSConnector], Awaitable[Any]]
    facts: Callable[[Sequence[Element]], Any]
    others: dict[str, str]
    mutates: int = 0
    settings: dict[str, object] = dataclasses.field(default_factory=dict)
    says_first: dict[str, Callable[[], bytes]] = dataclasses.field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The page that is damaged."""
        return self.pages()[self.mutates]

    @property
    def reads(self) -> frozenset[str]:
        """Local names of what is read."""
        return frozenset(f"{NAMES[self.operation]} {ENVELOPE}".split())


@contextlib.contextmanager
def on_trial(case: Case, tmp_path: pathlib.Path) -> Iterator[Trial]:
    """A connector whose system gives the case's answer, one page of it as each mutant has it."""
    fake = FakeCbs()
    for operation, body in case.says_first.items():
        fake.says(operation, body())
    pages = case.pages()
    connector = _connector(fake, tmp_path, **case.settings)

    def with_mutant(mutant: Mutant) -> list[bytes]:
        return [*pages[: case.mutates], mutant.body, *pages[case.mutates + 1 :]]

    async def ask(mutant: Mutant) -> Any:
        fake.says(case.operation, *with_mutant(mutant))
        fake.content_type = mutant.content_type("text/xml")
        return (await case.ask(connector)).value

    def read(mutant: Mutant) -> Any:
        whole = [dataclasses.replace(mutant, body=body) for body in with_mutant(mutant)]
        return case.facts(_Pages(whole, case.operation))

    yield Trial(ask=ask, facts=read, right=read(unharmed(case)))


def unharmed(case: Case) -> Mutant:
    """The page as it is."""
    return Mutant(kind="nothing", effect=Effect.SAME, body=case.body, charset="utf-8")


class _Pages(Sequence[Element]):
    """Results of pages, each read when it is asked for: a page that is not needed may say what it likes."""

    def __init__(self, pages: list[Mutant], operation: str) -> None:
        self._pages = pages
        self._operation = operation

    def __getitem__(self, index: Any) -> Any:
        return facts.result(self._pages[index], self._operation)

    def __len__(self) -> int:
        return len(self._pages)


def _connector(fake: FakeCbs, tmp_path: pathlib.Path, **changes: object) -> CBSConnector:
    told: dict[str, object] = {"zone": "Africa/Blantyre", "currencies": {1102: "MWK", 1153: "USD"}}
    if changes.get("balance_operation") == "QueryTotalBalance":
        told["ar_wsdl"] = _wsdl_with_total(tmp_path)
    surroundings = dataclasses.replace(environment(transport=httpx.ASGITransport(fake)), numbering=PLAN)
    return CBSConnector("billing", settings(**(told | changes)), surroundings)


def _wsdl_with_total(tmp_path: pathlib.Path) -> pathlib.Path:
    """No definition has QueryTotalBalance, only a published message tells of it. Its question looks like the sum's."""
    folder = shutil.copytree(WSDLS, tmp_path / "wsdl", dirs_exist_ok=True)
    for file in folder.glob("cbs_ar*"):
        file.write_text(file.read_text().replace("QuerySumBalanceAndCredit", "QueryTotalBalance"))
    return folder / "cbs_ar.wsdl"


def _by_number(number: str) -> Callable[[CBSConnector], Awaitable[Any]]:
    key = BillingKey(kind=BillingKeyKind.MSISDN, value=f"265{number}")
    return lambda cbs: cbs.profile(key, parts=ALL, within=soon())


def _customer(name: str, number: str) -> Case:
    return Case(
        operation="QueryCustomerInfo",
        pages=lambda: [sample(f"CustomerInfo.{name}.response.xml")],
        ask=_by_number(number),
        facts=lambda pages: facts.profile(pages[0], number=number),
        others={number: "889399900", "V000073": "V000074", "1102": "1153", "0": "118030003"},
    )


def _bill_pages() -> list[bytes]:
    bills = [
        replies.invoice(
            replies.detail("901", CurrencyID="1153"),
            replies.detail("902", CurrencyID="1153"),
            InvoiceID="1",
            InvoiceNo="71",
        ),
        replies.invoice(InvoiceID=None, InvoiceNo="72", DueDate="20370101000000", Status="C", TaxAmount=None),
        replies.invoice(replies.detail("903", DiscountAmt="-5"), InvoiceID="3", InvoiceDate=None, OpenAmount="-250"),
    ]
    return _paged("QueryInvoice", bills)


def _payment_pages() -> list[bytes]:
    rows = [replies.payment(str(number), PaymentTime=f"202611{number:02}120000") for number in (1, 2, 3)]
    return _paged("QueryPaymentLog", rows)


def _paged(operation: str, rows: list[Any]) -> list[bytes]:
    pages = (replies.paged(operation, *rows[:2], total=3), replies.paged(operation, *rows[2:], total=3, begin=2))
    return [replies.message(operation, page) for page in pages]


def _ocs() -> bytes:
    entries = [
        replies.ocs_account(replies.purse(), replies.purse("C_BONUS", "250", currency="1153"), replies.credit()),
        replies.ocs_account(replies.purse(units="77"), key="9"),
    ]
    entries[0].append(replies.credit("C_MORE", TotalCreditAmount="-1", NoLimitFlag=None))
    return replies.message("QueryOCSBalance", replies.result("QueryOCSBalance", *entries))


def _owner() -> bytes:
    subscriber = replies.subscriber(
        replies.offering("PrimaryOffering", "1"), identities=[replies.identity("889399973")]
    )
    result = replies.result("QueryCustomerInfo", replies.customer(), subscriber, replies.account())
    return replies.message("QueryCustomerInfo", result)


def _bills(account: str, pages: Callable[[], list[bytes]], mutates: int = 0) -> Case:
    return Case(
        operation="QueryInvoice",
        pages=pages,
        ask=lambda cbs: cbs.bills(account, period=PERIOD, within=soon()),
        facts=lambda found: facts.bills(found, account=account),
        others={account: "88710351", "1102": "1153", "0": "118030003", "O": "C", "1": "2", "3": "2"},
        mutates=mutates,
    )


def _payments(account: str, pages: Callable[[], list[bytes]], mutates: int = 0) -> Case:
    return Case(
        operation="QueryPaymentLog",
        pages=pages,
        ask=lambda cbs: cbs.payments(account, period=PERIOD, within=soon()),
        facts=lambda found: facts.payments(found, account=account),
        others={"acct88810004": "acct88810005", "101000001000042": "9", "1102": "1153", "0": "118030003", "9": "8"},
        mutates=mutates,
    )


CASES = {
    "the published bill": _bills("88710350", lambda: [sample("Invoices.response.xml")]),
    "bills, the first page": _bills("A1000042", _bill_pages),
    "bills, the last page": _bills("A1000042", _bill_pages, mutates=1),
    "the published payments": _payments("88810004", lambda: [sample("PaymentLog.response.xml")]),
    "payments, the first page": _payments("A1000042", _payment_pages),
    "payments, the last page": _payments("A1000042", _payment_pages, mutates=1),
    "the published sum": Case(
        operation="QuerySumBalanceAndCredit",
        pages=lambda: [sample("CustomerBalances.response.xml")],
        ask=lambda cbs: cbs.balance("V4292101", account_key="V4292101", within=soon()),
        facts=lambda pages: facts.sum_balance(pages[0], key="V4292101"),
        others={"V4292101": "V4292102", "1102": "1153", "N": "Y", "0": "118030003"},
    ),
    "the published total": Case(
        operation="QueryTotalBalance",
        pages=lambda: [sample("AccountBalance.response.xml")],
        ask=lambda cbs: cbs.balance("V0011697", within=soon()),
        facts=lambda pages: facts.total_balance(pages[0], code="V0011697"),
        others={"V0011697": "V0011698", "1102": "1153", "Y": "N", "0": "118030003"},
        settings={"balance_operation": "QueryTotalBalance"},
    ),
    "balances of the charging system": Case(
        operation="QueryOCSBalance",
        pages=lambda: [_ocs()],
        ask=lambda cbs: cbs.balance("A1000042", within=soon()),
        facts=lambda pages: facts.ocs_balance(pages[0], key="101000001000042"),
        others={"101000001000042": "9", "1102": "1153", "N": "Y", "0": "118030003"},
        settings={"balance_operation": "QueryOCSBalance"},
        says_first={"QueryCustomerInfo": _owner},
    ),
    "the published postpaid customer": _customer("postpaid", "889399973"),
    "the published prepaid customer": _customer("prepaid", "889399980"),
    "the published customer without a bundle": _customer("no.bundle", "889399974"),
    "the published customer without usage": _customer("no.usage", "889399997"),
}
