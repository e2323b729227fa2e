"""A node's answers in the words of the graph. Pure; raises XmlError, which names the member, never its value."""

import datetime as dt
from collections.abc import Callable

from connectors.lexical import scaled
from connectors.ucip import dates
from connectors.ucip.settings import DedicatedAccount, UCIPSettings
from connectors.xml import XmlError
from connectors.xmlrpc import Struct
from schema.money import Money, Quantity, Unit
from schema.parts import ABSENT, PrepaidPart
from schema.period import TimePeriod
from schema.recharge import Accumulator, Balance, BalanceKind, PrepaidAccount, PrepaidOffer
from schema.scalars import Long
from schema.source import Ref, Source

_UNITS = {"seconds": Unit.SECONDS, "bytes": Unit.BYTES, "items": Unit.ITEMS}

# dedicatedAccountUnitType, where a node sends it (UCIP 5.0, 7.72). 5, service specific, can be anything.
_UNIT_TYPES: dict[int | None, str] = {0: "seconds", 1: "money", 2: "bytes", 3: "bytes", 4: "bytes", 6: "bytes"}


def balances(answer: Struct, *, msisdn: str, settings: UCIPSettings, source: Source) -> tuple[Balance, ...]:
    """
    The main balance and the dedicated ones of a GetBalanceAndDate response, in the node's order.

    accountValue2 is left out: it is the same money in a second currency of announcement (7.9), not more of it.
    """
    main = Balance(
        ref=Ref("balance", source.system, (msisdn, "main")),
        kind=BalanceKind.MAIN,
        name="main",
        money=_money(answer, "accountValue1", answer=answer, settings=settings, decimals=settings.money_decimals),
        quantity=None,
        valid_for=_period(answer, (), ("supervisionExpiryDate",)),
        source=source,
    )
    found = [
        _dedicated(item, answer=answer, msisdn=msisdn, settings=settings, source=source)
        for item in answer.structs("dedicatedAccountInformation")
    ]
    return (main, *(balance for balance in found if balance is not None))


def prepaid_account(answer: Struct, *, parts: frozenset[PrepaidPart], source: Source) -> PrepaidAccount:
    """The account of a GetAccountDetails response; parts not asked for stay absent."""
    account = PrepaidAccount(source=source, offers=_offers(answer) if PrepaidPart.OFFERS in parts else ABSENT)
    if PrepaidPart.ACCOUNT in parts:
        flags = answer.struct("accountFlags")
        account.service_class = _code(answer, "serviceClassCurrent")
        account.language = _code(answer, "languageIDCurrent")
        account.activated_at = _date(answer, "activationDate", dates.start)
        account.active = None if flags is None else flags.boolean("activationStatusFlag")
        account.refill_barred = _refill_barred(answer, now=source.fetched_at)
        # Not sent means not blocked (7.226).
        account.temporarily_blocked = answer.boolean("temporaryBlockedFlag") or False
        account.supervision_expires_at = _date(answer, "supervisionExpiryDate", dates.end)
        account.service_fee_expires_at = _date(answer, "serviceFeeExpiryDate", dates.end)
        account.removal_at = _date(answer, "serviceRemovalDate", dates.end)
    return account


def accumulators(answer: Struct, *, source: Source) -> tuple[Accumulator, ...]:
    """The counters of a GetAccumulators response, in the node's order."""
    return tuple(
        Accumulator(
            number=str(item.require_integer("accumulatorID")),
            value=item.require_integer("accumulatorValue"),
            period=_period(item, ("accumulatorStartDate",), ("accumulatorEndDate",)),
            source=source,
        )
        for item in answer.structs("accumulatorInformation")
    )


def _dedicated(item: Struct, *, answer: Struct, msisdn: str, settings: UCIPSettings, source: Source) -> Balance | None:
    number = item.require_integer("dedicatedAccountID")
    meaning = _meaning(item, number, settings)
    if meaning is None or _is_empty(item):
        return None
    money = quantity = None
    if meaning.unit == "money":
        decimals = settings.money_decimals if meaning.decimals is None else meaning.decimals
        money = _money(item, "dedicatedAccountValue1", answer=answer, settings=settings, decimals=decimals)
    else:
        quantity = Quantity(value=Long(item.require_integer("dedicatedAccountValue1")), unit=_UNITS[meaning.unit])
    return Balance(
        ref=Ref("balance", source.system, (msisdn, _key(item, number))),
        kind=BalanceKind.DEDICATED,
        name=meaning.name,
        money=money,
        quantity=quantity,
        valid_for=_period(item, ("startDate",), ("expiryDate",)),
        source=source,
    )


def _meaning(item: Struct, number: int, settings: UCIPSettings) -> DedicatedAccount | None:
    listed = settings.dedicated_accounts.get(number)
    said = _UNIT_TYPES.get(item.integer("dedicatedAccountUnitType"))
    if listed is None:
        if settings.unlisted_dedicated_accounts == "leave-out" or said not in {None, "money"}:
            return None
        return DedicatedAccount(name=str(number), unit="money")
    if said not in {None, listed.unit}:
        raise XmlError("dedicatedAccountUnitType differs from the setting dedicated_accounts")
    return listed


def _is_empty(item: Struct) -> bool:
    # A composite account without sub-accounts comes with its number only (6.25.18).
    amounts = (item.integer("dedicatedAccountValue1"), item.integer("dedicatedAccountValue2"))
    return not any(value is not None for value in (*amounts, item.date("expiryDate"), item.date("startDate")))


def _key(item: Struct, number: int) -> str:
    # Accounts of a product share their number; the product tells them apart (UCIP 5.0, productID).
    product = item.integer("productID")
    return str(number) if product is None else f"{number}-{product}"


def _money(item: Struct, name: str, *, answer: Struct, settings: UCIPSettings, decimals: int) -> Money:
    return Money(amount=scaled(item.require_integer(name), decimals), currency=_currency(answer, settings))


def _currency(answer: Struct, settings: UCIPSettings) -> str:
    written = answer.text("currency1")
    code = settings.currency_names.get(written, written) if written else settings.currency
    if code is None:
        raise XmlError("currency1 is missing and the setting currency is not given")
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise XmlError("currency1 is not a currency code; name it in the setting currency_names")
    return code


def _offers(answer: Struct) -> list[PrepaidOffer]:
    # Nodes disagree on the name of the list and of the dates.
    items = answer.structs("offerInformationList") or answer.structs("offerInformation")
    return [
        PrepaidOffer(
            offer_id=str(item.require_integer("offerID")),
            valid_for=_period(item, ("startDateTime", "startDate"), ("expiryDateTime", "expiryDate")),
        )
        for item in items
    ]


def _refill_barred(answer: Struct, *, now: dt.datetime) -> bool:
    # The node sends what has been set (6.4): a line that was never barred has no date at which a bar ends.
    if answer.date("refillUnbarDateTime") is None:
        return False
    until = _date(answer, "refillUnbarDateTime", dates.end)
    return until is None or until > now


def _code(answer: Struct, name: str) -> str | None:
    number = answer.integer(name)
    return None if number is None else str(number)


def _period(item: Struct, starts: tuple[str, ...], ends: tuple[str, ...]) -> TimePeriod | None:
    start_name = next((name for name in starts if item.date(name) is not None), None)
    end_name = next((name for name in ends if item.date(name) is not None), None)
    if start_name is None and end_name is None:
        return None
    return TimePeriod(
        start=None if start_name is None else _date(item, start_name, dates.start),
        end=None if end_name is None else _date(item, end_name, dates.end),
    )


def _date(item: Struct, name: str, read: Callable[[str], dt.datetime | None]) -> dt.datetime | None:
    written = item.date(name)
    if written is None:
        return None  # Absent, not null, when unset.
    try:
        return read(written.text)
    except dates.DateError as exc:
        raise XmlError(f"{name} is {exc}") from exc
