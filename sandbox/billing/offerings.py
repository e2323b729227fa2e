"""The offerings of a subscriber, as QueryCustomerInfo tells them."""

import datetime as dt
from typing import Final

from sandbox.billing.messages import bcc, bcs, currency_id
from sandbox.huawei_dates import NEVER, UNSET, cycle_of, stamp, stamp_end
from sandbox.population import Addition, Line, PaymentMode
from sandbox.xmlwrite import Markup

_PRIMARY: Final = {PaymentMode.PREPAID: 221_275, PaymentMode.POSTPAID: 100_002, PaymentMode.HYBRID: 100_044}


def primary(line: Line) -> Markup:
    """PrimaryOffering: the line's tariff."""
    since = stamp(line.activated)
    prop = bcc(
        "OfferingInstProperty",
        bcc("PropCode", "C_TRANSFER_OUT_FLAG"),
        bcc("PropType", "1"),
        bcc("Value", "1"),
        bcc("EffectiveTime", since),
        bcc("ExpirationTime", NEVER),
    )
    return bcs(
        "PrimaryOffering",
        _offering_head(_PRIMARY[line.mode], f"P{line.key.subscriber_key[3:]}"),
        _product(1042, "1"),
        prop,
    )


def supplementary(line: Line, today: dt.date) -> list[Markup]:
    """SupplementaryOffering, one for each addition of the line."""
    return [_addition(line, place, addition, today) for place, addition in enumerate(line.additions)]


def _addition(line: Line, place: int, addition: Addition, today: dt.date) -> Markup:
    begins, ends = cycle_of(today)
    rent = bcs(
        "RentInfo",
        bcc("OpenDay", stamp(begins)),
        bcc("EndDay", stamp(ends)),
        bcc("RentStatus", "0"),
        bcc("RentAmount", 0),
        bcc("CurrencyID", currency_id(line.key.province)),
        bcc("ProcessedCycleNum", 2),
        bcc("SuccessCycleNum", 2),
    )
    return bcs(
        "SupplementaryOffering",
        _offering_head(addition.offering_id, f"S{line.key.subscriber_key[3:]}{place}"),
        _product(723_146, "5"),
        bcs("EffectiveTime", stamp(addition.since)),
        bcs("ExpirationTime", stamp_end(addition.ends)),
        bcs("ActivationMode", "A"),
        # A line that was never used has activated nothing: billing then writes its "unset" date.
        bcs("ActivationTime", stamp(addition.since) if line.activated else UNSET),
        rent,
    )


def _offering_head(offering_id: int, sequence: str) -> list[Markup]:
    return [
        bcc("OfferingKey", bcc("OfferingID", offering_id), bcc("PurchaseSeq", sequence)),
        bcc("BundledFlag", "S"),
        bcc("OfferingClass", "I"),
        bcc("Status", "2"),
    ]


def _product(product_id: int, kind: str) -> Markup:
    return bcc(
        "ProductInst",
        bcc("ProductID", product_id),
        bcc("PrimaryFlag", "A"),
        bcc("PackageFlag", "A"),
        bcc("NetworkType", "0"),
        bcc("ProductType", kind),
    )
