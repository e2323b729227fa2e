"""Identifiers of the pretend operator: arithmetic on a customer's index, so each leads back to it without a table."""

import dataclasses
from collections.abc import Callable
from typing import Final

from sandbox.population.provinces import Province, home

COUNTRY_CODE: Final = "999"  # Unassigned by ITU-T E.164: no real number can match.
NATIONAL_PREFIX: Final = "0"
LINES_PER_PROVINCE: Final = 3
ACCOUNTS_PER_PROVINCE: Final = 2
MAX_CUSTOMERS: Final = 3_000_000

_FIRST_CUSTOMER_ID: Final = 1_000_000
_FIRST_PARTY_ID: Final = 5_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Scramble:
    """A reversible mixing of the numbers below 10**digits, so that neighbours do not look like neighbours."""

    digits: int
    factor: int
    shift: int

    def mix(self, number: int) -> str:
        """The mixed form of *number*, as text of the full length."""
        return f"{(number * self.factor + self.shift) % 10**self.digits:0{self.digits}d}"

    def unmix(self, text: str) -> int:
        """The number whose mixed form is *text*."""
        modulus: int = 10**self.digits
        return (int(text) - self.shift) * pow(self.factor, -1, modulus) % modulus


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """What the identifiers of one province begin with."""

    national: str
    imsi: str
    iccid: str
    account_letters: str
    account_key: str
    customer_key: str
    subscriber_key: str


_SERIES: Final = {
    Province.MAINLAND: _Series(
        national="6",
        imsi="99970",
        iccid="8999970",
        account_letters="AB",
        account_key="101",
        customer_key="102",
        subscriber_key="104",
    ),
    Province.ISLANDS: _Series(
        national="7",
        imsi="99971",
        iccid="8999971",
        account_letters="CD",
        account_key="201",
        customer_key="202",
        subscriber_key="204",
    ),
}
_LETTERS: Final = {
    letter: (province, seat)
    for province, series in _SERIES.items()
    for seat, letter in enumerate(series.account_letters)
}

# Every factor ends in 1, 3, 7 or 9 and so has an inverse modulo a power of ten.
_MSISDN_TAIL: Final = Scramble(digits=7, factor=6_180_339, shift=1_234_567)
_IMSI_TAIL: Final = Scramble(digits=10, factor=2_654_435_761, shift=4_040_404)
_ICCID_TAIL: Final = Scramble(digits=11, factor=16_777_619_003, shift=7_000_001)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class LineKey:
    """
    Which line: the customer's index (from 1) and the line's place among theirs (from 0).

    Places below three are at home. From three on they are on the islands, for customers whose home is the mainland.
    """

    customer: int
    place: int

    @property
    def province(self) -> Province:
        """Where the line is sold, billed and recharged."""
        return home(self.customer) if self.place < LINES_PER_PROVINCE else Province.ISLANDS

    @property
    def seat(self) -> int:
        """The line's place among the customer's in its province (from 0)."""
        return self.place % LINES_PER_PROVINCE

    @property
    def _series(self) -> _Series:
        return _SERIES[self.province]

    @property
    def _slot(self) -> int:
        return self.customer * LINES_PER_PROVINCE + self.seat

    @property
    def national(self) -> str:
        """National significant number: 8 digits, the first is 6 on the mainland and 7 on the islands."""
        return self._series.national + _MSISDN_TAIL.mix(self._slot)

    @property
    def msisdn(self) -> str:
        """International number without plus: 11 digits."""
        return COUNTRY_CODE + self.national

    @property
    def imsi(self) -> str:
        """IMSI: 15 digits."""
        return self._series.imsi + _IMSI_TAIL.mix(self._slot)

    @property
    def iccid(self) -> str:
        """ICCID: 19 digits, the last is the Luhn check digit (ITU-T E.118)."""
        body = self._series.iccid + _ICCID_TAIL.mix(self._slot)
        return body + luhn_digit(body)

    @property
    def subscriber_key(self) -> str:
        """Billing's SubscriberKey."""
        return f"{self._series.subscriber_key}{self.seat:05d}{customer_id(self.customer)}"


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class AccountKey:
    """
    Which account: the customer's index (from 1) and the account's place among theirs (from 0).

    Places below two are at home. From two on they are on the islands, for customers whose home is the mainland.
    """

    customer: int
    place: int

    @property
    def province(self) -> Province:
        """Whose billing system keeps the account."""
        return home(self.customer) if self.place < ACCOUNTS_PER_PROVINCE else Province.ISLANDS

    @property
    def seat(self) -> int:
        """The account's place among the customer's in its province (0 or 1)."""
        return self.place % ACCOUNTS_PER_PROVINCE

    @property
    def code(self) -> str:
        """The account number on bills, such as A1000042; A or B on the mainland, C or D on the islands."""
        return _SERIES[self.province].account_letters[self.seat] + customer_id(self.customer)

    @property
    def key(self) -> str:
        """Billing's AcctKey."""
        return f"{_SERIES[self.province].account_key}{self.seat:05d}{customer_id(self.customer)}"


def customer_id(customer: int) -> str:
    """CRM's id of a customer."""
    return str(_FIRST_CUSTOMER_ID + customer)


def party_id(customer: int) -> str:
    """CRM's id of the party behind a customer."""
    return str(_FIRST_PARTY_ID + customer)


def customer_key(customer: int, province: Province) -> str:
    """The CustKey under which a province's billing knows a customer."""
    return f"{_SERIES[province].customer_key}00000{customer_id(customer)}"


def customer_of_id(text: str) -> int | None:
    """The index behind CRM's customer id, or None if it cannot be one."""
    return _offset(text, _FIRST_CUSTOMER_ID)


def customer_of_party(text: str) -> int | None:
    """The index behind CRM's party id, or None if it cannot be one."""
    return _offset(text, _FIRST_PARTY_ID)


def customer_of_key(text: str, province: Province) -> int | None:
    """The index behind a CustKey of a province's billing, or None if it cannot be one."""
    begins = f"{_SERIES[province].customer_key}00000"
    return customer_of_id(text[8:]) if _digits(text, 15) and text.startswith(begins) else None


def line_of_national(text: str) -> LineKey | None:
    """The line with that national significant number, or None if it cannot be one of ours."""
    province = _begun(text, lambda series: series.national) if _digits(text, 8) else None
    return _line(province, *divmod(_MSISDN_TAIL.unmix(text[1:]), LINES_PER_PROVINCE)) if province else None


def line_of_msisdn(text: str) -> LineKey | None:
    """The line with that international number, or None if it cannot be one of ours."""
    return line_of_national(text[len(COUNTRY_CODE) :]) if text.startswith(COUNTRY_CODE) else None


def line_of_imsi(text: str) -> LineKey | None:
    """The line with that IMSI, or None if it cannot be one of ours."""
    province = _begun(text, lambda series: series.imsi) if _digits(text, 15) else None
    return _line(province, *divmod(_IMSI_TAIL.unmix(text[5:]), LINES_PER_PROVINCE)) if province else None


def line_of_subscriber_key(text: str) -> LineKey | None:
    """The line with that SubscriberKey, or None if it cannot be one of ours."""
    province = _begun(text, lambda series: series.subscriber_key) if _digits(text, 15) else None
    return _line(province, customer_of_id(text[8:]), int(text[3:8])) if province else None


def account_of_code(text: str) -> AccountKey | None:
    """The account with that number, or None if it cannot be one of ours."""
    province, seat = _LETTERS.get(text[:1], (None, 0))
    return _account(province, customer_of_id(text[1:]), seat) if province else None


def account_of_key(text: str) -> AccountKey | None:
    """The account with that AcctKey, or None if it cannot be one of ours."""
    province = _begun(text, lambda series: series.account_key) if _digits(text, 15) else None
    return _account(province, customer_of_id(text[8:]), int(text[3:8])) if province else None


def luhn_digit(body: str) -> str:
    """The Luhn check digit for *body*."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _begun(text: str, part: Callable[[_Series], str]) -> Province | None:
    """The province whose series of that kind the text begins with, or None."""
    return next((province for province, series in _SERIES.items() if text.startswith(part(series))), None)


def _line(province: Province, customer: int | None, seat: int) -> LineKey | None:
    place = _place(province, customer, seat, seats=LINES_PER_PROVINCE)
    return LineKey(customer, place) if customer and place is not None else None


def _account(province: Province, customer: int | None, seat: int) -> AccountKey | None:
    place = _place(province, customer, seat, seats=ACCOUNTS_PER_PROVINCE)
    return AccountKey(customer, place) if customer and place is not None else None


def _place(province: Province, customer: int | None, seat: int, *, seats: int) -> int | None:
    """The place that a seat in a province has among all of a customer's, or None where they can have none."""
    if customer is None or not 1 <= customer <= MAX_CUSTOMERS or seat >= seats:
        return None
    if province is home(customer):
        return seat
    return seats + seat if province is Province.ISLANDS else None


def _offset(text: str, first: int) -> int | None:
    if not _digits(text, 7):
        return None
    index = int(text) - first
    return index if 1 <= index <= MAX_CUSTOMERS else None


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
