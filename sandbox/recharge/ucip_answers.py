"""What UCIP tells of a prepaid line: pure functions from population records to response structs."""

import datetime as dt
from typing import Final

from sandbox.population import Addition, Line, Purse, Residents
from sandbox.recharge import ucip_dates
from sandbox.recharge.xmlrpc import Stamp, Struct, Value

SERVICE_CLASS: Final = 61
_PERIOD_DAYS: Final = 365
_DAYS_TO_REMOVAL: Final = 90


def balance_and_date(people: Residents, line: Line) -> Struct:
    """GetBalanceAndDate: main balance in 1/100, dedicated accounts 1 (1/100), 2 (seconds) and 3 (bytes)."""
    purse = people.purse(line)
    return {
        "serviceClassCurrent": SERVICE_CLASS,
        "currency1": line.key.province.currency,
        "accountValue1": amount(line, purse.main),
        "dedicatedAccountInformation": _dedicated(line, purse),
        "supervisionExpiryDate": ucip_dates.day(_supervision_end(people, line)),
        "serviceFeeExpiryDate": ucip_dates.day(_fee_end(people, line)),
        "creditClearanceDate": ucip_dates.NEVER_AT_NOON,
        "serviceRemovalDate": ucip_dates.day(_removal(people, line)),
        "languageIDCurrent": 1,
        "temporaryBlockedFlag": line.barred,
    }


def account_details(people: Residents, line: Line) -> Struct:
    """GetAccountDetails: the account, its dates, flags and offers. A line never used has no activation date."""
    purse = people.purse(line)
    activation: dict[str, Value] = {"activationDate": ucip_dates.day(line.activated)} if line.activated else {}
    return {
        "accountFlags": _flags(people, line),
        "accountGroupID": 0,
        "accountTimeZone": line.key.province.zone.key,
        "accountValue1": amount(line, purse.main),
        **activation,
        "currency1": line.key.province.currency,
        "languageIDCurrent": 1,
        "masterAccountNumber": line.national,
        "masterSubscriberFlag": True,
        "offerInformationList": _offers(people, line),
        "serviceClassCurrent": SERVICE_CLASS,
        "serviceFeeExpiryDate": ucip_dates.day(_fee_end(people, line)),
        "serviceFeePeriod": _PERIOD_DAYS,
        "serviceRemovalDate": ucip_dates.day(_removal(people, line)),
        "serviceRemovalPeriod": _DAYS_TO_REMOVAL,
        "supervisionExpiryDate": ucip_dates.day(_supervision_end(people, line)),
        "supervisionPeriod": _PERIOD_DAYS,
        "temporaryBlockedFlag": line.barred,
    }


def accumulators(people: Residents, line: Line) -> Struct:
    """GetAccumulators: calls, messages and recharges counted this month."""
    begins = people.today.replace(day=1)
    ends = (begins + dt.timedelta(days=31)).replace(day=1)
    recharged = sum(recharge.made.date() >= begins for recharge in people.recharges(line))
    seconds = people.purse(line).seconds
    values = (1, seconds // 300), (2, seconds // 700), (3, recharged)
    return {
        "accumulatorInformation": [
            {
                "accumulatorEndDate": ucip_dates.day(ends),
                "accumulatorID": number,
                "accumulatorStartDate": ucip_dates.day(begins),
                "accumulatorValue": value,
            }
            for number, value in values
        ],
        "languageIDCurrent": 1,
        "serviceClassCurrent": SERVICE_CLASS,
        "temporaryBlockedFlag": line.barred,
    }


def amount(line: Line, value: int) -> str | int:
    """A value as this node writes it: text, but i4 for the customers whose index leaves 3 when divided by 7."""
    return value if line.key.customer % 7 == 3 and value < 2**31 else str(value)


def _dedicated(line: Line, purse: Purse) -> list[Struct]:
    expiry = ucip_dates.day(purse.data_expires)
    return [
        _account(line, 1, purse.bonus, unit_type=1, expiry=ucip_dates.NEVER),
        _account(line, 2, purse.seconds, unit_type=0, expiry=expiry),
        _account(line, 3, purse.data_bytes, unit_type=6, expiry=expiry),
    ]


def _account(line: Line, number: int, value: int, *, unit_type: int, expiry: Stamp) -> Struct:
    return {
        "dedicatedAccountID": number,
        "dedicatedAccountValue1": amount(line, value),
        "expiryDate": expiry,
        "dedicatedAccountActiveValue1": amount(line, value),
        "dedicatedAccountUnitType": unit_type,
    }


def _flags(people: Residents, line: Line) -> Struct:
    code = people.owner(line.key).traits.prepaid_response_code
    return {
        "activationStatusFlag": line.activated is not None,
        "negativeBarringStatusFlag": False,
        "serviceFeePeriodExpiryFlag": code == 2,
        "serviceFeePeriodWarningActiveFlag": False,
        "supervisionPeriodExpiryFlag": code == 1,
        "supervisionPeriodWarningActiveFlag": False,
    }


def _offers(people: Residents, line: Line) -> list[Struct]:
    since, zone = people.owner(line.key).traits.since, line.key.province.zone
    base: Struct = {
        "expiryDateTime": ucip_dates.NEVER_AT_NOON,
        "offerID": 240_000,
        "offerState": 0,
        "offerType": 2,
        "startDateTime": ucip_dates.moment(dt.datetime.combine(since, dt.time(12), zone)),
    }
    return [
        base,
        *(_addition_offer(addition, zone) for addition in line.additions),
    ]


def _addition_offer(addition: Addition, zone: dt.tzinfo) -> Struct:
    ends = dt.datetime.combine(addition.ends, dt.time(), zone) if addition.ends else None
    return {
        "expiryDateTime": ucip_dates.moment(ends) if ends else ucip_dates.NEVER,
        "offerID": addition.offering_id,
        "offerState": 0,
        "offerType": 2,
        "startDateTime": ucip_dates.moment(dt.datetime.combine(addition.since, dt.time(12), zone)),
    }


def _supervision_end(people: Residents, line: Line) -> dt.date:
    """In the future, or yesterday for the line whose supervision period has expired."""
    expired = people.owner(line.key).traits.prepaid_response_code == 1
    return people.today - dt.timedelta(days=1) if expired else people.purse(line).supervision_ends


def _fee_end(people: Residents, line: Line) -> dt.date:
    """In the future, or yesterday for the line whose service fee period has expired."""
    expired = people.owner(line.key).traits.prepaid_response_code == 2
    return people.today - dt.timedelta(days=1) if expired else people.purse(line).supervision_ends


def _removal(people: Residents, line: Line) -> dt.date:
    return people.purse(line).supervision_ends + dt.timedelta(days=_DAYS_TO_REMOVAL)
