"""Identifiers of the pretend operator: arithmetic on a customer's index, so each leads back to it without a table."""

import dataclasses
from typing import Final

COUNTRY_CODE: Final = "999"  # Unassigned by ITU-T E.164: no real number can match.
NATIONAL_PREFIX: Final = "0"
LINES_PER_CUSTOMER: Final = 3
MAX_CUSTOMERS: Final = 3_000_000

_FIRST_CUSTOMER_ID: Final = 1_000_000
_FIRST_PARTY_ID: Final = 5_000_000
_IMSI_PREFIX: Final = "99970"
_ICCID_PREFIX: Final = "8999970"
_ACCOUNT_LETTERS: Final = "AB"


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


# Every factor ends in 1, 3, 7 or 9 and so has an inverse modulo a power of ten.
_MSISDN_TAIL: Final = Scramble(digits=7, factor=6_180_339, shift=1_234_567)
_IMSI_TAIL: Final = Scramble(digits=10, factor=2_654_435_761, shift=4_040_404)
_ICCID_TAIL: Final = Scramble(digits=11, factor=16_777_619_003, shift=7_000_001)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class LineKey:
    """Which line: the customer's index (from 1) and the line's place among theirs (from 0)."""

    customer: int
    place: int

    @property
    def _slot(self) -> int:
        return self.customer * LINES_PER_CUSTOMER + self.place

    @property
    def national(self) -> str:
        """National significant number: 8 digits, the first is 6."""
        return "6" + _MSISDN_TAIL.mix(self._slot)

    @property
    def msisdn(self) -> str:
        """International number without plus: 11 digits."""
        return COUNTRY_CODE + self.national

    @property
    def imsi(self) -> str:
        """IMSI: 15 digits."""
        return _IMSI_PREFIX + _IMSI_TAIL.mix(self._slot)

    @property
    def iccid(self) -> str:
        """ICCID: 19 digits, the last is the Luhn check digit (ITU-T E.118)."""
        body = _ICCID_PREFIX + _ICCID_TAIL.mix(self._slot)
        return body + luhn_digit(body)

    @property
    def subscriber_key(self) -> str:
        """Billing's SubscriberKey."""
        return f"104{self.place:05d}{customer_id(self.customer)}"


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class AccountKey:
    """Which account: the customer's index (from 1) and the account's place among theirs (0 or 1)."""

    customer: int
    place: int

    @property
    def code(self) -> str:
        """The account number on bills, such as A1000042."""
        return _ACCOUNT_LETTERS[self.place] + customer_id(self.customer)

    @property
    def key(self) -> str:
        """Billing's AcctKey."""
        return f"101{self.place:05d}{customer_id(self.customer)}"


def customer_id(customer: int) -> str:
    """CRM's id of a customer."""
    return str(_FIRST_CUSTOMER_ID + customer)


def party_id(customer: int) -> str:
    """CRM's id of the party behind a customer."""
    return str(_FIRST_PARTY_ID + customer)


def customer_key(customer: int) -> str:
    """Billing's CustKey."""
    return f"10200000{customer_id(customer)}"


def customer_of_id(text: str) -> int | None:
    """The index behind CRM's customer id, or None if it cannot be one."""
    return _offset(text, _FIRST_CUSTOMER_ID)


def customer_of_party(text: str) -> int | None:
    """The index behind CRM's party id, or None if it cannot be one."""
    return _offset(text, _FIRST_PARTY_ID)


def customer_of_key(text: str) -> int | None:
    """The index behind billing's CustKey, or None if it cannot be one."""
    return customer_of_id(text[8:]) if _digits(text, 15) and text.startswith("10200000") else None


def line_of_national(text: str) -> LineKey | None:
    """The line with that national significant number, or None if it cannot be one of ours."""
    return _line(_MSISDN_TAIL.unmix(text[1:])) if _digits(text, 8) and text.startswith("6") else None


def line_of_msisdn(text: str) -> LineKey | None:
    """The line with that international number, or None if it cannot be one of ours."""
    return line_of_national(text[len(COUNTRY_CODE) :]) if text.startswith(COUNTRY_CODE) else None


def line_of_imsi(text: str) -> LineKey | None:
    """The line with that IMSI, or None if it cannot be one of ours."""
    known = _digits(text, 15) and text.startswith(_IMSI_PREFIX)
    return _line(_IMSI_TAIL.unmix(text[len(_IMSI_PREFIX) :])) if known else None


def line_of_subscriber_key(text: str) -> LineKey | None:
    """The line with that SubscriberKey, or None if it cannot be one of ours."""
    owner = customer_of_id(text[8:]) if _digits(text, 15) and text.startswith("104") else None
    place = int(text[3:8]) if owner else LINES_PER_CUSTOMER
    return LineKey(owner, place) if owner and place < LINES_PER_CUSTOMER else None


def account_of_code(text: str) -> AccountKey | None:
    """The account with that number, or None if it cannot be one of ours."""
    owner = customer_of_id(text[1:]) if text[:1] in tuple(_ACCOUNT_LETTERS) else None
    return AccountKey(owner, _ACCOUNT_LETTERS.index(text[0])) if owner else None


def account_of_key(text: str) -> AccountKey | None:
    """The account with that AcctKey, or None if it cannot be one of ours."""
    owner = customer_of_id(text[8:]) if _digits(text, 15) and text.startswith("101") else None
    place = int(text[3:8]) if owner else len(_ACCOUNT_LETTERS)
    return AccountKey(owner, place) if owner and place < len(_ACCOUNT_LETTERS) else None


def luhn_digit(body: str) -> str:
    """The Luhn check digit for *body*."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _line(slot: int) -> LineKey | None:
    customer, place = divmod(slot, LINES_PER_CUSTOMER)
    return LineKey(customer, place) if 1 <= customer <= MAX_CUSTOMERS else None


def _offset(text: str, first: int) -> int | None:
    if not _digits(text, 7):
        return None
    index = int(text) - first
    return index if 1 <= index <= MAX_CUSTOMERS else None


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
