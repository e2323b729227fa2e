"""What is read of QueryCustomerInfo's answers. What becomes of it is `profile`'s business."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Self

from connectors.cbs.reading import Using
from connectors.soap.records import children, compiled, element, entries, filled, record
from connectors.soap.types import Type, inside
from connectors.xml import Element, Node


@record
class Customer:
    """The customer, of whom only the key is read."""

    key: str = element("CustKey")


@record
class Basic:
    """AcctBasicInfo."""

    name: str | None = element("AcctName")


@record
class AcctInfo:
    """What an account is called and how it is paid."""

    code: str = element("AcctCode")
    basic: Basic | None = element("AcctBasicInfo")
    payment_type: str | None = element("PaymentType")
    currency_id: str | None = element("CurrencyID", read="currency_id")
    opens_at: dt.datetime | None = element("BillCycleOpenDate", read="time")
    ends_at: dt.datetime | None = element("BillCycleEndDate", read="time")


@record
class Account:
    """An account."""

    key: str = element("AcctKey")
    info: AcctInfo = element("AcctInfo")


@record
class CustomerInfo:
    """QueryCustomerInfoResult. *filled* is false when it holds nothing at all."""

    filled: bool = filled()
    customer: Customer | None = element("Customer")
    accounts: list[Account] = entries("Account", mark="AcctInfo")
    subscribers: list[Node] = entries("Subscriber", mark="SubscriberInfo")


@record
class Identity:
    """One identity of a subscriber: a phone number or another."""

    kind: str = element("SubIdentityType")
    number: str | None = element("SubIdentity")
    primary: str | None = element("PrimaryFlag")


@record
class Identities:
    """SubscriberInfo, read for identities only."""

    identities: list[Identity] = entries("SubIdentity", mark="SubIdentityType")


@record
class Identified:
    """Of a subscriber, whether it is a line. Nothing else is read of those that are none."""

    info: Identities = element("SubscriberInfo")


@record
class SubscriberInfo:
    """SubscriberInfo of a line."""

    status: str | None = element("Status")
    brand: str | None = element("Brand")
    activated_at: dt.datetime | None = element("ActivationTime", read="time")


@record
class Link:
    """AcctList: an account that the line uses."""

    account_key: str = element("AcctKey")


@record
class Subscriber:
    """A line, without its offerings."""

    key: str = element("SubscriberKey")
    info: SubscriberInfo = element("SubscriberInfo")
    payment_mode: str | None = element("PaymentMode")
    links: list[Link] = children("AcctList")


@record
class OfferingKey:
    """What an offering is known by."""

    offering_id: str | None = element("OfferingID")
    code: str | None = element("OfferingCode")
    seq: str | None = element("PurchaseSeq")


@record
class Offering:
    """An offering that was bought."""

    key: OfferingKey = element("OfferingKey")
    status: str | None = element("Status")
    effective_from: dt.datetime | None = element("EffectiveTime", read="time")
    expires: str | None = element("ExpirationTime")
    expires_at: dt.datetime | None = element("ExpirationTime", read="time")


@record
class Offerings:
    """The offerings of a line; read where they are wanted."""

    main: Offering = element("PrimaryOffering")
    additions: list[Offering] = entries("SupplementaryOffering", mark="OfferingKey", beside="PrimaryOffering")


@dataclasses.dataclass(frozen=True, slots=True)
class CustomerInfoReaders:
    """What reads an answer step by step: offerings where they are wanted, of subscribers only those that are lines."""

    customer_info: Callable[[Element], CustomerInfo]
    identified: Callable[[Element], Identified]
    subscriber: Callable[[Element], Subscriber]
    offerings: Callable[[Element], Offerings]

    @classmethod
    def compiled_with(cls, using: Using, type_: Type | None = None) -> Self:
        """The readers of one system, whose WSDL says that the result is of *type_*; made once. Raises WsdlError."""
        subscriber = inside(type_, "Subscriber")
        return cls(
            customer_info=compiled(CustomerInfo, type=type_, using=using),
            identified=compiled(Identified, type=subscriber),
            subscriber=compiled(Subscriber, type=subscriber, using=using),
            offerings=compiled(Offerings, type=subscriber, using=using),
        )
