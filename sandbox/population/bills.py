"""Monthly bills and the payments that settled them; amounts in 1/100, times local without zone."""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from typing import Final

from sandbox.population.numbering import AccountKey
from sandbox.population.traits import Charge

POSTPAID_BILLS: Final = 24
LINES_PER_BILL: Final = 8
_TAX_PERCENT: Final = 21
_DAYS_TO_PAY: Final = 25
_METHODS: Final = ("1001", "1002", "1003")  # Cash, card, direct debit.

# (service category, charge code, least, most)
_KINDS: Final = (
    ("C01", "C_RENT_MONTHLY", 990, 4990),
    ("C03", "C_VOICE_ONNET", 0, 900),
    ("C03", "C_VOICE_OFFNET", 20, 2400),
    ("C03", "C_SMS_ONNET", 0, 320),
    ("C04", "C_DATA_USAGE", 0, 1800),
    ("C05", "C_ROAMING_VOICE", 0, 2600),
    ("C02", "C_INSURANCE", 299, 799),
    ("C02", "C_DEVICE_INSTALMENT", 800, 3900),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One charge of a bill, tax included, the discount on it, and the tax in what remains."""

    number: int
    category: str
    code: str
    charge: int
    discount: int
    tax: int

    @property
    def total(self) -> int:
        """What this charge adds to the bill: the charge less its discount. Its tax is in it."""
        return self.charge - self.discount


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """One bill of an account. *paid* is None while it is open."""

    account: AccountKey
    invoice_id: int
    number: str
    begins: dt.datetime
    ends: dt.datetime
    issued: dt.datetime
    due: dt.datetime
    lines: tuple[BillLine, ...]
    paid: dt.datetime | None

    @property
    def amount(self) -> int:
        """The sum of the lines."""
        return sum(line.total for line in self.lines)

    @property
    def open_amount(self) -> int:
        """What is still to be paid."""
        return 0 if self.paid else self.amount


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment of a whole bill."""

    account: AccountKey
    number: int
    reference: str
    paid: dt.datetime
    amount: int
    method: str


def postpaid_bills(
    draw: random.Random, account: AccountKey, *, today: dt.date, newest_extra: tuple[Charge, ...]
) -> tuple[Bill, ...]:
    """The last 24 monthly bills, oldest first; only the newest is open, and it carries *newest_extra*."""
    rent = draw.randrange(990, 4990, 50)
    cycles = list(_cycles(today, POSTPAID_BILLS))
    charges = [_monthly_charges(draw, rent) for _ in cycles]
    if newest_extra:
        charges[-1] = [*charges[-1][: LINES_PER_BILL - len(newest_extra)], *newest_extra]
    return tuple(_bills(draw, account, cycles, charges))


def prepaid_bills(draw: random.Random, account: AccountKey, *, today: dt.date) -> tuple[Bill, ...]:
    """What little a prepaid account is invoiced: nothing for most, two one-off fees for one customer in eight."""
    if account.customer % 8:
        return ()
    fee = Charge(category="C02", code="C_FEE_DEDUCTION_CHARGE_CODE", amount=draw.randrange(500, 2500, 100))
    cycles = list(_cycles(today, 2))
    return tuple(_bills(draw, account, cycles, [[fee]] * len(cycles)))


def payments_for(draw: random.Random, bills: Iterable[Bill]) -> tuple[Payment, ...]:
    """One payment for every settled bill, newest first, as billing lists them."""
    made = [
        Payment(
            account=bill.account,
            number=bill.invoice_id + 7,
            reference=f"NBM{draw.randrange(10**7):07d}",
            paid=bill.paid,
            amount=bill.amount,
            method=draw.choice(_METHODS),
        )
        for bill in bills
        if bill.paid
    ]
    return tuple(sorted(made, key=lambda payment: payment.paid, reverse=True))


def _cycles(today: dt.date, count: int) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The last *count* whole calendar months before *today*, oldest first."""
    months = today.year * 12 + today.month - 1
    for month in range(months - count, months):
        yield _first_of(month), _first_of(month + 1)


def _first_of(months: int) -> dt.datetime:
    return dt.datetime(months // 12, months % 12 + 1, 1)  # noqa: DTZ001 - billing keeps local time without zone.


def _monthly_charges(draw: random.Random, rent: int) -> list[Charge]:
    """Eight charges, or now and then fewer; the rent stays what it is."""
    kinds = _KINDS[: draw.choice((5, 6, 7, *(LINES_PER_BILL,) * 9))]
    drawn = [_charge(draw, kind) for kind in kinds]
    return [Charge(category="C01", code="C_RENT_MONTHLY", amount=rent), *drawn[1:]]


def _charge(draw: random.Random, kind: tuple[str, str, int, int]) -> Charge:
    category, code, least, most = kind
    amount = draw.randint(least, most)
    discount = amount // 10 if draw.random() < 1 / 6 else 0
    return Charge(category=category, code=code, amount=amount, discount=discount)


def _bills(
    draw: random.Random,
    account: AccountKey,
    cycles: list[tuple[dt.datetime, dt.datetime]],
    charges: list[list[Charge]],
) -> Iterator[Bill]:
    for place, ((begins, ends), items) in enumerate(zip(cycles, charges, strict=True)):
        invoice_id = int(f"{begins:%y%m}{account.place}{account.customer:07d}")
        issued = ends + dt.timedelta(seconds=draw.randrange(7200))
        pay_after = dt.timedelta(days=draw.randint(2, 24), seconds=draw.randrange(8 * 3600, 20 * 3600))
        yield Bill(
            account=account,
            invoice_id=invoice_id,
            # Each province counts for itself, so a customer of both gets the same numbers twice.
            number=f"{account.seat}{account.customer:07d}{begins:%y%m}",
            begins=begins,
            ends=ends,
            issued=issued,
            due=ends + dt.timedelta(days=_DAYS_TO_PAY),
            lines=tuple(_line(invoice_id, number, item) for number, item in enumerate(items, start=1)),
            paid=None if place == len(cycles) - 1 else ends + pay_after,
        )


def _line(invoice_id: int, number: int, item: Charge) -> BillLine:
    taxed = item.amount - item.discount
    return BillLine(
        number=invoice_id * 100 + number,
        category=item.category,
        code=item.code,
        charge=item.amount,
        discount=item.discount,
        tax=(taxed * _TAX_PERCENT + 60) // (100 + _TAX_PERCENT),
    )
