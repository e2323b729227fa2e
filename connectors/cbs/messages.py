"""CBS requests as zeep takes them: pure functions of the settings and of what is asked. No replies, no I/O."""

from collections.abc import Mapping
from typing import Any

from connectors.capabilities import BillingKeyKind
from connectors.cbs.settings import CBSSettings, Lookup, Masks
from schema.parts import BillingPart

Request = dict[str, Any]

_SUBSCRIBER_PARTS = frozenset({BillingPart.SUBSCRIBERS, BillingPart.OFFERINGS})


def header(settings: CBSSettings, serial: str) -> Request:
    """RequestHeader (CBSInterface_MessageHeader): who asks, and a number for the message. Holds the password."""
    language = {} if settings.language is None else {"MsgLanguageCode": settings.language}
    return {
        "Version": settings.version,
        "BusinessCode": settings.business_code,
        "MessageSeq": serial,
        "OwnershipInfo": {"BEID": settings.beid},
        "AccessSecurity": {
            "LoginSystemCode": settings.login_system_code,
            "Password": settings.password.get_secret_value(),
        },
        **language,
    }


def wants_subscribers(parts: frozenset[BillingPart]) -> bool:
    """Whether subscribers are a part of the answer; offerings hang on them."""
    return not parts.isdisjoint(_SUBSCRIBER_PARTS)


def by_account(account_number: str) -> Request:
    """QueryObj for an account."""
    return {"QueryObj": {"AcctAccessCode": {"AccountCode": account_number}}}


def by_number(number: str, lookup: Lookup) -> Request:
    """QueryObj for a number, in the form the system writes it."""
    access = "CustAccessCode" if lookup is Lookup.CUSTOMER else "SubAccessCode"
    return {"QueryObj": {access: {"PrimaryIdentity": number}}}


def masks(masks: Masks, *, parts: frozenset[BillingPart], asked_by: BillingKeyKind) -> Request:
    """
    CustomerMask, AccountMask and SubscriberMask that switch on what *parts* need and nothing else.

    The element that echoes the key is always on: an answer about somebody else must not pass unseen.
    """
    accounts, subscribers = masks.accounts, masks.subscribers
    if BillingPart.OFFERINGS in parts:
        subscribers = masks.offerings
    if BillingPart.ACCOUNTS not in parts:
        accounts = masks.account_echo if asked_by is BillingKeyKind.ACCOUNT else "0" * len(accounts)
    if not wants_subscribers(parts):
        subscribers = masks.subscriber_echo if asked_by is BillingKeyKind.MSISDN else "0" * len(subscribers)
    return {"CustomerMask": masks.customer, "AccountMask": accounts, "SubscriberMask": subscribers}


def bills(account_number: str, bounds: tuple[str, str], paging: Mapping[str, str]) -> Request:
    """QueryInvoiceRequest: bills of an account made between two local times."""
    start, end = bounds
    return {
        "AcctAccessCode": {"AccountCode": account_number},
        "TimePeriod": {"StartTime": start, "EndTime": end},
        **paging,
    }


def payments(account_number: str, bounds: tuple[str, str], paging: Mapping[str, str]) -> Request:
    """QueryPaymentLogRequest: payments onto an account between two local times."""
    start, end = bounds
    return {
        "AcctAccessCode": {"AccountCode": account_number},
        **paging,
        "StartTime": start,
        "EndTime": end,
    }


def paging(begin: int, rows: int) -> Request:
    """Which rows to give; the total is asked as 0 and told in the reply."""
    return {"TotalRowNum": "0", "BeginRowNum": str(begin), "FetchRowNum": str(rows)}
