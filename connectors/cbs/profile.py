"""QueryCustomerInfo: a customer's accounts and subscribers from the reply. Pure."""

from typing import Final

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile
from connectors.cbs.messages import wants_subscribers
from connectors.cbs.reading import Reading, unique
from connectors.huawei.entries import entries
from connectors.xml import Node, XmlError
from schema.billing import BillingAccount, Offering, PaymentMode, Subscriber
from schema.parts import ABSENT, BillingPart
from schema.period import TimePeriod
from schema.source import Ref

_MODES: Final = {"0": PaymentMode.PREPAID, "1": PaymentMode.POSTPAID, "2": PaymentMode.HYBRID}
_MSISDN: Final = "1"  # SubIdentityType; the samples have 2 for the IMSI.
_PRIMARY: Final = "1"  # PrimaryFlag; the samples have 2 for the others.


def read_profile(
    result: Node, reading: Reading, *, asked: BillingKey, parts: frozenset[BillingPart]
) -> BillingProfile | None:
    """
    The customer with the parts asked for; None when the system says success and tells nobody.

    Any number of subscribers and accounts is accepted, although the published definition has one and two. XmlError when
    the reply is about another number or account than *asked*.
    """
    if not any(True for _ in result.elements()):
        return None
    customer_key = result.require("Customer").require_text("CustKey")
    accounts = tuple(_account(node, reading) for node in entries(result, "Account", mark="AcctInfo"))
    lines = tuple(node for node in entries(result, "Subscriber", mark="SubscriberInfo") if _identities(node))
    _check_echo(accounts, lines, reading, asked=asked, parts=parts)
    subscribers = tuple(_subscriber(node, reading, offerings=BillingPart.OFFERINGS in parts) for node in lines)
    unique((account.key for account in accounts), "Account")
    unique((subscriber.key for subscriber in subscribers), "Subscriber")
    return BillingProfile(
        customer_key=customer_key,
        accounts=accounts if BillingPart.ACCOUNTS in parts else ABSENT,
        subscribers=subscribers if wants_subscribers(parts) else ABSENT,
    )


def _check_echo(
    accounts: tuple[BillingAccount, ...],
    lines: tuple[Node, ...],
    reading: Reading,
    *,
    asked: BillingKey,
    parts: frozenset[BillingPart],
) -> None:
    # What a number or an account finds is among the answer, wherever the answer has such elements at all.
    match asked.kind:
        case BillingKeyKind.MSISDN:
            key = reading.written(asked.value)
            told = {identity.require_text("SubIdentity") for line in lines for identity in _identities(line)}
            wanted, name = wants_subscribers(parts), "Subscriber"
        case BillingKeyKind.ACCOUNT:
            key = asked.value
            told = {account.account_number for account in accounts}
            wanted, name = BillingPart.ACCOUNTS in parts, "Account"
    if key not in told and (told or wanted):
        raise XmlError(f"{name} is not the one asked about")


def _identities(subscriber: Node) -> list[Node]:
    """The phone numbers of a subscriber. One that has none (fixed broadband) is not a line."""
    identities = entries(subscriber.require("SubscriberInfo"), "SubIdentity", mark="SubIdentityType")
    return [identity for identity in identities if identity.require_text("SubIdentityType") == _MSISDN]


def _account(node: Node, reading: Reading) -> BillingAccount:
    info = node.require("AcctInfo")
    code = info.require_text("AcctCode")
    basic = info.child("AcctBasicInfo")
    return BillingAccount(
        ref=Ref("account", reading.system, (code,)),
        key=node.require_text("AcctKey"),
        account_number=code,
        name=basic.text("AcctName") if basic else None,
        payment_mode=_MODES.get(info.text("PaymentType") or ""),
        currency=reading.table.currency(reading.currency_id(info)) if info.text("CurrencyID") else None,
        bill_cycle=_bill_cycle(info, reading),
        source=reading.source,
    )


def _bill_cycle(info: Node, reading: Reading) -> TimePeriod | None:
    start, end = reading.time.read(info, "BillCycleOpenDate"), reading.time.read(info, "BillCycleEndDate")
    return TimePeriod(start=start, end=end) if start or end else None


def _subscriber(node: Node, reading: Reading, *, offerings: bool) -> Subscriber:
    info = node.require("SubscriberInfo")
    # AcctList is the only link to accounts and newer than the published definition; without it there is no link.
    account_keys = tuple(entry.require_text("AcctKey") for entry in node.children("AcctList"))
    unique(account_keys, "AcctList")
    return Subscriber(
        msisdn=reading.number(_primary(node), "SubIdentity"),
        key=node.require_text("SubscriberKey"),
        account_keys=account_keys,
        status=info.text("Status"),
        payment_mode=_MODES.get(node.text("PaymentMode") or ""),
        brand=info.text("Brand"),
        activated_at=reading.time.read(info, "ActivationTime"),
        offerings=_offerings(node, reading) if offerings else ABSENT,
        source=reading.source,
    )


def _primary(subscriber: Node) -> Node:
    numbers = _identities(subscriber)
    primary = [identity for identity in numbers if identity.text("PrimaryFlag") == _PRIMARY]
    if len(primary) != 1:
        raise XmlError("SubIdentity has not exactly one primary number")
    return primary[0]


def _offerings(subscriber: Node, reading: Reading) -> list[Offering]:
    main = subscriber.require("PrimaryOffering")
    additions = entries(subscriber, "SupplementaryOffering", mark="OfferingKey", beside="PrimaryOffering")
    # An offering that is bought more than once gets another PurchaseSeq each time.
    unique((_offering_key(node) for node in additions), "SupplementaryOffering")
    return [_offering(main, reading, primary=True), *(_offering(node, reading, primary=False) for node in additions)]


def _offering_key(node: Node) -> tuple[str, str | None]:
    key = node.require("OfferingKey")
    offering_id = key.text("OfferingID") or key.text("OfferingCode")
    if offering_id is None:
        raise XmlError("OfferingKey names no offering")
    return offering_id, key.text("PurchaseSeq")


def _offering(node: Node, reading: Reading, *, primary: bool) -> Offering:
    offering_id, _ = _offering_key(node)
    if not primary:
        # The definition demands it of additions, and an end that got lost would read as "never".
        node.require_text("ExpirationTime")
    return Offering(
        offering_id=offering_id,
        primary=primary,
        status=node.text("Status"),
        effective_from=reading.time.read(node, "EffectiveTime"),
        expires_at=reading.time.read(node, "ExpirationTime"),
    )
