"""QueryCustomerInfo: a customer, their subscribers and accounts; masks switch the parts on and off."""

import dataclasses
import re
from typing import Final

from sandbox import xmlread
from sandbox.billing import balances, lookup, offerings
from sandbox.billing.messages import BC, RefusedError, bare, bcc, bcs, currency_id
from sandbox.huawei_dates import NEVER, cycle_of, stamp
from sandbox.population import Account, Customer, Line, Province, Residents, numbering
from sandbox.population.traits import Segment
from sandbox.xmlread import Element
from sandbox.xmlwrite import Markup

_LEVELS: Final = {Segment.MASS: "1", Segment.GOLD: "2", Segment.BUSINESS: "3", Segment.VIP: "9"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which parts of the answer are wanted."""

    customer: bool
    accounts: bool
    subscribers: bool
    offerings: bool
    balances: bool


def query_customer_info(people: Residents, request: Element) -> Markup:
    """QueryCustomerInfoResult for a QueryCustomerInfoRequest."""
    parts = _read_parts(request)
    found = lookup.by_query_object(people, request, BC)
    customer = _customer(found.customer, people.province) if parts.customer else None
    subscribers = [_subscriber(people, found, line, parts) for line in found.lines if parts.subscribers]
    accounts = [_account(people, found.customer, account) for account in found.accounts if parts.accounts]
    return bare("QueryCustomerInfoResult", customer, subscribers, accounts)


def _read_parts(request: Element) -> Parts:
    customer = _mask(request, "CustomerMask")
    account = _mask(request, "AccountMask")
    subscriber = _mask(request, "SubscriberMask")
    return Parts(
        customer=customer[:1] == "1",
        accounts=account[:1] == "1",
        subscribers=subscriber[:1] == "1",
        offerings=subscriber[1:2] == "1",
        balances=subscriber[2:3] == "1",
    )


def _mask(request: Element, name: str) -> str:
    """A mask's bits: all ones when it is absent; bits that a short mask does not reach are off."""
    element = xmlread.child(request, BC, name)
    if element is None:
        return "1" * 10
    text = xmlread.text_of(element) or ""
    if not re.fullmatch(r"[01]{1,32}", text):
        raise RefusedError.missing(name)
    return text


def _customer(customer: Customer, province: Province) -> Markup:
    # SiteInfo is in no published definition of this message; live systems send it.
    site = bcs("SiteInfo", bcc("PrimarySite", "2"), bcc("SecondarySite", "1"))
    return bcs("Customer", _identity(customer, province), site)


def _identity(customer: Customer, province: Province) -> list[Markup]:
    """CustKey, CustInfo and the kind of person, as they stand in every place a customer is told."""
    key = numbering.customer_key(customer.index, province)
    basic = bcc(
        "CustBasicInfo",
        bcc("DFTWrittenLang", "2031"),
        bcc("DFTIVRLang", "2031"),
        bcc("DFTBillCycleType", "01"),
        bcc("DFTCurrencyID", currency_id(province)),
        bcc("CustLevel", _LEVELS[customer.traits.segment]),
        bcc("DunningFlag", "1"),
        bcc("CustProperty", bcc("Code", "C_FRAUD_FLAG"), bcc("Value", "N")),
    )
    organisation = customer.traits.company
    info = bcs(
        "CustInfo",
        bcc("CustType", "2" if organisation else "1"),
        bcc("CustNodeType", "1"),
        bcc("CustClass", "1"),
        bcc("CustCode", key),
        basic,
    )
    return [bcs("CustKey", key), info, _organisation(organisation) if organisation else _individual()]


def _organisation(name: str) -> Markup:
    return bcs("OrgInfo", bcc("OrgName", name), bcc("OrgProperty", bcc("Code", "C_ORG_P_STATUS"), bcc("Value", "1")))


def _individual() -> Markup:
    return bcs("IndividualInfo", bcc("IndividualProperty", bcc("Code", "C_MKT_P_STATUS"), bcc("Value", "1")))


def _subscriber(people: Residents, found: lookup.Found, line: Line, parts: Parts) -> Markup:
    primary = offerings.primary(line) if parts.offerings else None
    additions = offerings.supplementary(line, people.today) if parts.offerings else []
    held = balances.subscriber_balances(people, line) if parts.balances else []
    return bcs(
        "Subscriber",
        bcs("SubscriberKey", line.key.subscriber_key),
        _subscriber_info(found.customer, line),
        bcs("PaymentMode", int(line.mode)),
        primary,
        additions,
        held,
    )


def _subscriber_info(customer: Customer, line: Line) -> Markup:
    basic = bcc(
        "SubBasicInfo",
        bcc("WrittenLang", "2031"),
        bcc("IVRLang", "2031"),
        bcc("SubLevel", "1"),
        bcc("DunningFlag", "1"),
        bcc("SubProperty", bcc("Code", "C_IS_GROUP_MEMBER"), bcc("Value", "0")),
    )
    identity = bcc(
        "SubIdentity",
        bcc("SubIdentityType", "1"),
        bcc("SubIdentity", line.national),
        bcc("PrimaryFlag", "1"),
    )
    return bcs(
        "SubscriberInfo",
        basic,
        bcc("UserCustomerKey", numbering.customer_key(customer.index, line.key.province)),
        identity,
        bcc("Brand", "1"),
        bcc("SubClass", "1"),
        bcc("NetworkType", "1"),
        bcc("Status", _status(line)),
        bcc("ActiveTimeLimit", NEVER),
        bcs("StatusDetail", "0" * 24),
        bcs("ActivationTime", stamp(line.activated)),
        bcs("UserCustomer", _identity(customer, line.key.province)),
    )


def _status(line: Line) -> str:
    """Billing's life cycle: 1 idle, 2 active, 3 suspended."""
    if line.activated is None:
        return "1"
    return "3" if line.barred else "2"


def _account(people: Residents, customer: Customer, account: Account) -> Markup:
    begins, ends = cycle_of(people.today)
    province = account.key.province
    info = bcs(
        "AcctInfo",
        bcs("AcctCode", account.key.code),
        bcs("UserCustomerKey", numbering.customer_key(customer.index, province)),
        bcs("UserCustomer", _identity(customer, province)),
        bcs("RootAcctKey", account.key.key),
        _account_basics(customer, account),
        bcs("BillCycleType", "01"),
        bcs("AcctType", "1"),
        bcs("PaymentType", _payment_type(account)),
        bcs("AcctClass", "1"),
        bcs("CurrencyID", currency_id(province)),
        bcs("AcctPayMethod", "1"),
        bcs("BillCycleOpenDate", stamp(begins)),
        bcs("BillCycleEndDate", stamp(ends)),
    )
    return bcs("Account", bcs("AcctKey", account.key.key), info)


def _payment_type(account: Account) -> int:
    """0 prepaid, 1 postpaid, 2 both."""
    if account.postpaid and account.prepaid:
        return 2
    return 1 if account.postpaid else 0


def _account_basics(customer: Customer, account: Account) -> Markup:
    line = customer.lines_of(account.key)[0]
    name = customer.traits.name
    contact = bcc(
        "ContactInfo",
        bcc("Title", "1"),
        bcc("FirstName", name.given),
        bcc("LastName", name.family),
        bcc("MobilePhone", line.msisdn),
        bcc("Email", f"{name.latin}@example.com"),
    )
    return bcs(
        "AcctBasicInfo",
        bcc("AcctName", account.name),
        bcc("BillLang", "2031"),
        bcc("DunningFlag", "1"),
        bcc("LateFeeChargeable", "N"),
        bcc("RedlistFlag", "0"),
        contact,
        bcc("FreeBillMedium", bcc("BMCode", "2"), bcc("BMType", "1")),
        bcc("AcctProperty", bcc("Code", "C_BILL_TYPE"), bcc("Value", "T")),
    )
