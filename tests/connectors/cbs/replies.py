"""Replies of a pretend CBS, built element by element so that each test says only what it is about."""

from collections.abc import Callable, Mapping

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BC = "http://www.huawei.com/bme/cbsinterface/bcservices"
BCC = "http://www.huawei.com/bme/cbsinterface/bccommon"
AR = "http://www.huawei.com/bme/cbsinterface/arservices"
ARC = "http://cbs.huawei.com/ar/wsservice/arcommon"
CBS = "http://www.huawei.com/bme/cbsinterface/cbscommon"

Element = etree._Element

Maker = Callable[..., Element]


def _maker(namespace: str | None, nsmap: dict[str, str] | None = None) -> Maker:
    def make(name: str, *content: Element | str) -> Element:
        element = etree.Element(etree.QName(namespace, name), nsmap=nsmap)
        for part in content:
            if isinstance(part, str):
                element.text = part
            else:
                element.append(part)
        return element

    return make


_bcs, _bcc, _ars, _arc, _cbs, _bare = (_maker(uri) for uri in (BC, BCC, AR, ARC, CBS, None))
_soap = _maker(SOAP, {"soapenv": SOAP})


def _fields(make: Maker, values: Mapping[str, str | int | None]) -> list[Element]:
    return [make(name, str(value)) for name, value in values.items() if value is not None]


def message(operation: str, result: Element | None, *, code: str = "0") -> bytes:
    """A whole envelope with a result header."""
    header = _bare("ResultHeader", _cbs("Version", "1"), _cbs("ResultCode", code), _cbs("ResultDesc", "ask 60000042"))
    namespace = BC if operation == "QueryCustomerInfo" else AR
    body = _maker(namespace)(f"{operation}ResultMsg", header, *([] if result is None else [result]))
    return etree.tostring(_soap("Envelope", _soap("Body", body)))


def result(operation: str, *content: Element) -> Element:
    return _bare(f"{operation}Result", *content)


def customer(key: str = "102000001000042") -> Element:
    return _bcs("Customer", _bcs("CustKey", key), _bcs("CustInfo", _bcc("CustType", "1")), _bcs("SiteInfo"))


def identity(number: str, *, kind: str = "1", primary: str = "1") -> Element:
    return _bcc("SubIdentity", _bcc("SubIdentityType", kind), _bcc("SubIdentity", number), _bcc("PrimaryFlag", primary))


def subscriber(
    *content: Element,
    key: str = "104000001000042",
    identities: list[Element] | None = None,
    accounts: tuple[str, ...] = ("101000001000042",),
    mode: str = "1",
    **info: str,
) -> Element:
    """A subscriber; *content* are offerings, the primary one being 1 unless told; *info* goes into SubscriberInfo."""
    told = identities if identities is not None else [identity("60000042"), identity("999701", kind="2", primary="2")]
    main = [] if any(part.tag == f"{{{BC}}}PrimaryOffering" for part in content) else [offering("PrimaryOffering", "1")]
    extra = {"Brand": "3", "Status": "2", "SubPassword": "never-read", **info}
    return _bcs(
        "Subscriber",
        _bcs("SubscriberKey", key),
        _bcs("SubscriberInfo", *told, *_fields(_bcc, extra)),
        _bcs("PaymentMode", mode),
        *main,
        *content,
        *(_bcs("AcctList", _bcs("AcctKey", account)) for account in accounts),
    )


def offering(name: str, offering_id: str, *, seq: str = "0", **fields: str) -> Element:
    key = _bcs("OfferingKey", _bcc("OfferingID", offering_id), _bcc("PurchaseSeq", seq))
    ends = {} if name == "PrimaryOffering" else {"ExpirationTime": "20370101000000"}
    return _bcs(name, key, *_fields(_bcs, {"Status": "2", **ends, **fields}))


def account(code: str = "A1000042", *, key: str = "101000001000042", name: str | None = "Ana", **info: str) -> Element:
    basic = _bcs("AcctBasicInfo", *_fields(_bcc, {"AcctName": name, "BillLang": "2031"}))
    told = {
        "PaymentType": "1",
        "CurrencyID": "1102",
        "BillCycleOpenDate": "20261101000000",
        "BillCycleEndDate": "20261201000000",
    }
    return _bcs(
        "Account", _bcs("AcctKey", key), _bcs("AcctInfo", _bcs("AcctCode", code), basic, *_fields(_bcs, told | info))
    )


def detail(number: str = "501", **fields: str | None) -> Element:
    told: dict[str, str | None] = {
        "InvoiceID": number,
        "ServiceCategory": "C03",
        "ChargeCode": "C_VOICE",
        "ChargeAmount": "1250",
        "DiscountAmt": "0",
        "OpenAmount": "1250",
        "TaxAmount": "217",
        "CurrencyID": "1102",
    }
    return _ars("InvoiceDetail", *_fields(_ars, told | fields))


def invoice(*details: Element, lines: int | None = None, **fields: str | None) -> Element:
    """A bill; *lines* is what it says of the number of its lines."""
    told: dict[str, str | None] = {
        "AcctKey": "101000001000042",
        "AcctCode": "A1000042",
        "InvoiceID": "500",
        "InvoiceNo": "00000007",
        "BillCycleID": "20261001",
        "BillCycleBeginTime": "20261001000000",
        "BillCycleEndTime": "20261101000000",
        "InvoiceAmount": "1250",
        "OpenAmount": "1250",
        "TaxAmount": "217",
        "DisputeAmount": "0",
        "DiscountAmount": "0",
        "CurrencyID": "1102",
        "InvoiceDate": "20261102083000",
        "DueDate": "20261126000000",
        "Status": "O",
    }
    total = _ars("TotalRowNum", str(len(details) if lines is None else lines))
    return _ars("InvoiceInfo", *_fields(_ars, told | fields), *details, total)


def payment(number: str = "140023", **fields: str | None) -> Element:
    told: dict[str, str | None] = {
        "AcctKey": "101000001000042",
        "TransID": number,
        "ExtTransID": "NBM1",
        "PaymentTime": "20261107131410",
        "Amount": "10050",
        "CurrencyID": "1102",
        "PaymentMethod": "1001",
        "PayChannelID": "3",
        "Status": "N",
    }
    return _ars("PaymentInfo", *_fields(_ars, told | fields))


def paged(
    operation: str, *rows: Element, total: int | None = None, begin: int | None = 0, fetched: int | None = None
) -> Element:
    """A list result with its three numbers; by default one that holds everything; -1 rows fetched are not told."""
    numbers = {
        "TotalRowNum": len(rows) if total is None else total,
        "BeginRowNum": begin,
        "FetchRowNum": {None: len(rows), -1: None}.get(fetched, fetched),
    }
    return result(operation, *rows, *_fields(_ars, numbers))


def purse(kind: str = "C_MAIN_ACCOUNT", units: str = "11000", *, currency: str = "1102") -> Element:
    told = {"BalanceType": kind, "BalanceTypeName": "Main", "TotalAmount": units, "CurrencyID": currency}
    return _ars("BalanceResult", *_fields(_arc, told))


def credit(kind: str | None = "C_INITIAL", **fields: str | None) -> Element:
    told: dict[str, str | None] = {
        "CreditLimitType": kind,
        "TotalCreditAmount": "1000000",
        "TotalUsageAmount": "671766",
        "TotalRemainAmount": "328234",
        "CurrencyID": "1102",
        "NoLimitFlag": "N",
    }
    return _ars("AccountCredit", *_fields(_ars, told | fields))


def unbilled(units: str = "381717", *, currency: str = "1102") -> Element:
    return _ars("UnbilledResult", _ars("ChargeAmount", units), _ars("CurrencyID", currency))


def sum_balance(*content: Element, key: str = "101000001000042") -> Element:
    return result("QuerySumBalanceAndCredit", _ars("AcctKey", key), *content)


def ocs_account(*content: Element, key: str = "101000001000042") -> Element:
    return _ars("AcctList", _ars("AcctKey", key), *content)


def total_entry(**fields: str | None) -> Element:
    told: dict[str, str | None] = {
        "OutStandingAmount": "6845201",
        "Prepayment": "0",
        "AvailableCreditLimit": "500",
        "DepositAmount": "100",
        "UnbilledAmount": "1031700",
        "OverDueAmount": "45201",
        "CurrencyID": "1102",
        "CreditNoLimitFlag": "N",
    }
    return _ars("BalanceList", *_fields(_ars, told | fields))


def total_balance(*entries: Element, code: str = "A1000042") -> Element:
    return result("QueryTotalBalance", *entries, _ars("AccountKey", "101000001000042"), _ars("AccountCode", code))
