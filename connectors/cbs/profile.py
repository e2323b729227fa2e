"""QueryCustomerInfo: a customer's accounts and subscribers from the reply. Pure."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

from connectors.capabilities import BillingKey, BillingKeyKind, BillingProfile
from connectors.cbs import customer_info
from connectors.cbs.customer_info import CustomerInfoReaders
from connectors.cbs.messages import wants_subscribers
from connectors.cbs.reading import Reading, told, unique
from connectors.guard import Subject, subject
from connectors.xml import Element, Node, XmlError
from schema.billing import BillingAccount, Offering, PaymentMode, Subscriber
from schema.parts import ABSENT, BillingPart
from schema.period import TimePeriod
from schema.source import Ref

_MODES: Final = {"0": PaymentMode.PREPAID, "1": PaymentMode.POSTPAID, "2": PaymentMode.HYBRID}
_MSISDN: Final = "1"  # SubIdentityType; the samples have 2 for the IMSI.
_PRIMARY: Final = "1"  # PrimaryFlag; the samples have 2 for the others.


@dataclasses.dataclass(frozen=True, slots=True)
class _Line:
    """A subscriber with phone numbers, each with whether it is the primary one."""

    element: Element
    numbers: tuple[tuple[str, bool], ...] = dataclasses.field(repr=False)


def read_profile(
    result: Node, readers: CustomerInfoReaders, reading: Reading, *, asked: BillingKey, parts: frozenset[BillingPart]
) -> BillingProfile | None:
    """
    The customer with the parts asked for; None when the system says success and tells nobody.

    Any number of subscribers and accounts is accepted, although the published definition has one and two. XmlError when
    the reply is about another number or account than *asked*.
    """
    found = readers.customer_info(result.element)
    if not found.filled:
        return None
    if found.customer is None:
        raise XmlError("Customer is missing")
    accounts = tuple(_account(account, reading) for account in found.accounts)
    lines = _lines(found.subscribers, readers)
    _check_echo(accounts, lines, reading, asked=asked, parts=parts)
    offerings = BillingPart.OFFERINGS in parts
    subscribers = tuple(_subscriber(line, readers, reading, offerings=offerings) for line in lines)
    unique((account.key for account in accounts), "Account")
    unique((subscriber.key for subscriber in subscribers), "Subscriber")
    return BillingProfile(
        customer_key=found.customer.key,
        accounts=accounts if BillingPart.ACCOUNTS in parts else ABSENT,
        subscribers=subscribers if wants_subscribers(parts) else ABSENT,
    )


def named(profile: BillingProfile) -> Iterator[Subject]:
    """Whom a profile names: the customer by billing's own key, and the accounts and lines that were asked for."""
    yield subject.customer(profile.customer_key)
    if profile.accounts is not ABSENT:
        yield from (subject.account(each.account_number) for each in profile.accounts)
    if profile.subscribers is not ABSENT:
        yield from (subject.line(each.msisdn) for each in profile.subscribers)


def _lines(subscribers: Sequence[Node], readers: CustomerInfoReaders) -> tuple[_Line, ...]:
    """Subscribers that are lines. One without a phone number (fixed broadband) is none."""
    found = (_Line(each.element, _numbers(readers.identified(each.element))) for each in subscribers)
    return tuple(line for line in found if line.numbers)


def _numbers(subscriber: customer_info.Identified) -> tuple[tuple[str, bool], ...]:
    return tuple(
        (told(identity.number, "SubIdentity"), identity.primary == _PRIMARY)
        for identity in subscriber.info.identities
        if identity.kind == _MSISDN
    )


def _check_echo(
    accounts: tuple[BillingAccount, ...],
    lines: tuple[_Line, ...],
    reading: Reading,
    *,
    asked: BillingKey,
    parts: frozenset[BillingPart],
) -> None:
    # What a number or an account finds is among the answer, wherever the answer has such elements at all.
    match asked.kind:
        case BillingKeyKind.MSISDN:
            key = reading.written(asked.value)
            found = {number for line in lines for number, _ in line.numbers}
            wanted, name = wants_subscribers(parts), "Subscriber"
        case BillingKeyKind.ACCOUNT:
            key = asked.value
            found = {account.account_number for account in accounts}
            wanted, name = BillingPart.ACCOUNTS in parts, "Account"
    if key not in found and (found or wanted):
        raise XmlError(f"{name} is not the one asked about")


def _account(account: customer_info.Account, reading: Reading) -> BillingAccount:
    info = account.info
    start, end = info.opens_at, info.ends_at
    return BillingAccount(
        ref=Ref("account", reading.system, (info.code,)),
        key=account.key,
        account_number=info.code,
        name=info.basic.name if info.basic else None,
        payment_mode=_MODES.get(info.payment_type or ""),
        currency=None if info.currency_id is None else reading.manner.table.currency(info.currency_id),
        bill_cycle=TimePeriod(start=start, end=end) if start or end else None,
        source=reading.source,
    )


def _subscriber(line: _Line, readers: CustomerInfoReaders, reading: Reading, *, offerings: bool) -> Subscriber:
    subscriber = readers.subscriber(line.element)
    # AcctList is the only link to accounts and newer than the published definition; without it there is no link.
    account_keys = tuple(link.account_key for link in subscriber.links)
    unique(account_keys, "AcctList")
    return Subscriber(
        msisdn=reading.number(_primary(line), "SubIdentity"),
        key=subscriber.key,
        account_keys=account_keys,
        status=subscriber.info.status,
        payment_mode=_MODES.get(subscriber.payment_mode or ""),
        brand=subscriber.info.brand,
        activated_at=subscriber.info.activated_at,
        offerings=_offerings(readers.offerings(line.element)) if offerings else ABSENT,
        source=reading.source,
    )


def _primary(line: _Line) -> str:
    primary = [number for number, is_primary in line.numbers if is_primary]
    if len(primary) != 1:
        raise XmlError("SubIdentity has not exactly one primary number")
    return primary[0]


def _offerings(found: customer_info.Offerings) -> list[Offering]:
    # An offering that is bought more than once gets another PurchaseSeq each time.
    unique(((_offering_id(each.key), each.key.seq) for each in found.additions), "SupplementaryOffering")
    for addition in found.additions:
        # The definition demands it of additions, and an end that got lost would read as "never".
        told(addition.expires, "ExpirationTime")
    return [_offering(found.main, primary=True), *(_offering(each, primary=False) for each in found.additions)]


def _offering_id(key: customer_info.OfferingKey) -> str:
    offering_id = key.offering_id or key.code
    if offering_id is None:
        raise XmlError("OfferingKey names no offering")
    return offering_id


def _offering(offering: customer_info.Offering, *, primary: bool) -> Offering:
    return Offering(
        offering_id=_offering_id(offering.key),
        primary=primary,
        status=offering.status,
        effective_from=offering.effective_from,
        expires_at=offering.expires_at,
    )
