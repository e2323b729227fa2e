"""The connector's balances, accounts and counters as plain facts, to be compared with what the second reader finds."""

from collections.abc import Iterable
from decimal import Decimal

from schema.period import TimePeriod
from schema.recharge import Accumulator, Balance, PrepaidAccount
from tests.connectors.ucip.reader import Facts


def of_balances(found: Iterable[Balance]) -> list[Facts]:
    """What each balance is, holds and counts."""
    return [
        {"name": each.name, "value": value, "unit": unit, "period": _ends(each.valid_for)}
        for each in found
        for value, unit in [_amount(each)]
    ]


def of_account(found: PrepaidAccount) -> Facts:
    """Every part of an account."""
    return {
        "class": found.service_class,
        "language": found.language,
        "activated": found.activated_at,
        "active": found.active,
        "barred": found.refill_barred,
        "blocked": found.temporarily_blocked,
        "ends": [found.supervision_expires_at, found.service_fee_expires_at, found.removal_at],
        "offers": [{"id": each.offer_id, "period": _ends(each.valid_for)} for each in found.offers],
    }


def of_counters(found: Iterable[Accumulator]) -> list[Facts]:
    """Every counter."""
    return [{"number": each.number, "value": each.value, "period": _ends(each.period)} for each in found]


def _amount(balance: Balance) -> tuple[Decimal, str]:
    if balance.money is not None:
        assert balance.quantity is None
        return balance.money.amount, balance.money.currency
    assert balance.quantity is not None
    return Decimal(balance.quantity.value), balance.quantity.unit.name.lower()


def _ends(period: TimePeriod | None) -> tuple[object, object] | None:
    return None if period is None else (period.start, period.end)
