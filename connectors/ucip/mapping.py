"""A node's answers in the words of the graph. Pure; raises XmlError, which names the member, never its value."""

import datetime as dt
from collections.abc import Callable, Iterable

from connectors.lexical import scaled
from connectors.ucip import dates
from connectors.ucip.currencies import ISO_4217
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
_UNIT_TYPES = {0: "seconds", 1: "money", 2: "bytes", 3: "bytes", 4: "bytes", 5: "", 6: "bytes"}

# All that an account may say of itself without having a value.
_DESCRIPTION = {"dedicatedAccountID", "productID", "dedicatedAccountUnitType", "compositeDedicatedAccountFlag"}
_GRAPHQL_INT = 2**31


def balances(answer: Struct, *, msisdn: str, settings: UCIPSettings, source: Source) -> tuple[Balance, ...]:
    """
    The main balance and the dedicated ones of a GetBalanceAndDate response, in the node's order.

    accountValue2 is not a balance: it is the same money in a second currency of announcement (7.9), not more of it.
    """
    main = Balance(
        ref=Ref("balance", source.system, (msisdn, "main")),
        kind=BalanceKind.MAIN,
        name="main",
        money=_money(answer, "accountValue", answer=answer, settings=settings, decimals=settings.money_decimals),
        quantity=None,
        valid_for=_period(answer, (), ("supervisionExpiryDate",)),
        source=source,
    )
    found = [
        _dedicated(item, answer=answer, msisdn=msisdn, settings=settings, source=source)
        for item in answer.structs("dedicatedAccountInformation")
    ]
    dedicated = [balance for balance in found if balance is not None]
    _check_once((balance.ref.key for balance in dedicated), "dedicatedAccountID")
    return (main, *dedicated)


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
    items = answer.structs("accumulatorInformation")
    _check_once((_key(item, "accumulatorID") for item in items), "accumulatorID")
    return tuple(
        Accumulator(
            number=str(item.require_integer("accumulatorID")),
            value=_count(item, "accumulatorValue"),
            period=_period(item, ("accumulatorStartDate",), ("accumulatorEndDate",)),
            source=source,
        )
        for item in items
    )


def _dedicated(item: Struct, *, answer: Struct, msisdn: str, settings: UCIPSettings, source: Source) -> Balance | None:
    number = item.require_integer("dedicatedAccountID")
    meaning = _meaning(item, number, settings)
    if meaning is None or _is_empty(item):
        return None
    _check_said_twice(item, settings)
    money = quantity = None
    if meaning.unit == "money":
        decimals = settings.money_decimals if meaning.decimals is None else meaning.decimals
        money = _money(item, "dedicatedAccountValue", answer=answer, settings=settings, decimals=decimals)
    else:
        quantity = Quantity(value=Long(item.require_integer("dedicatedAccountValue1")), unit=_UNITS[meaning.unit])
    return Balance(
        ref=Ref("balance", source.system, (msisdn, _key(item, "dedicatedAccountID"))),
        kind=BalanceKind.DEDICATED,
        name=meaning.name,
        money=money,
        quantity=quantity,
        valid_for=_period(item, ("startDate",), ("expiryDate",)),
        source=source,
    )


def _meaning(item: Struct, number: int, settings: UCIPSettings) -> DedicatedAccount | None:
    listed = settings.dedicated_accounts.get(number)
    said = _unit_type(item)
    if listed is None:
        if settings.unlisted_dedicated_accounts == "leave-out" or said not in {None, "money"}:
            return None
        return DedicatedAccount(name=str(number), unit="money")
    if said and said != listed.unit:
        raise XmlError("dedicatedAccountUnitType differs from the setting dedicated_accounts")
    return listed


def _unit_type(item: Struct) -> str | None:
    number = item.integer("dedicatedAccountUnitType")
    if number is not None and number not in _UNIT_TYPES:
        raise XmlError("dedicatedAccountUnitType is none of UCIP")
    return None if number is None else _UNIT_TYPES[number]


def _check_said_twice(item: Struct, settings: UCIPSettings) -> None:
    # XML-RPC has no count and no checksum: of two accounts between which a piece was lost one remains, with the number
    # of the one and the amount of the other. Only what is said twice tells.
    if "unit-type" in settings.account_checks and item.integer("dedicatedAccountUnitType") is None:
        raise XmlError("dedicatedAccountUnitType is missing, and the setting account_checks wants it")
    if "active-value" in settings.account_checks:
        # All of the amount within its dates, nothing outside them; of a composite account some parts may be active.
        active = item.require_integer("dedicatedAccountActiveValue1")
        composite = item.boolean("compositeDedicatedAccountFlag")
        if not composite and active not in {0, item.require_integer("dedicatedAccountValue1")}:
            raise XmlError("dedicatedAccountActiveValue1 and dedicatedAccountValue1 differ")


def _is_empty(item: Struct) -> bool:
    # A composite account without sub-accounts comes with its number only (6.25.18). One that says more than what it is
    # has a value, and if that is missing, then it was lost.
    return item.names <= _DESCRIPTION


def _key(item: Struct, name: str) -> str:
    # Accounts, counters and offers of a product share their number; the product tells them apart (UCIP 5.0, productID).
    number, product = item.require_integer(name), item.integer("productID")
    return str(number) if product is None else f"{number}-{product}"


def _check_once(keys: Iterable[object], name: str) -> None:
    found = list(keys)
    if len(set(found)) != len(found):
        raise XmlError(f"one {name} occurs more than once")


def _count(item: Struct, name: str) -> int:
    number = item.require_integer(name)
    if not -_GRAPHQL_INT <= number < _GRAPHQL_INT:
        raise XmlError(f"{name} is beyond the 32 bits of UCIP's integers")
    return number


def _money(item: Struct, name: str, *, answer: Struct, settings: UCIPSettings, decimals: int) -> Money:
    units = item.require_integer(f"{name}1")
    # Where the second currency of announcement is the first one, the node tells the same amount twice.
    if _tells_twice(answer) and item.integer(f"{name}2") not in {None, units}:
        raise XmlError(f"{name}1 and {name}2 are one amount in one currency, and differ")
    return Money(amount=scaled(units, decimals), currency=_currency(answer, settings))


def _tells_twice(answer: Struct) -> bool:
    second = answer.text("currency2")
    return second is not None and second == answer.text("currency1")


def _currency(answer: Struct, settings: UCIPSettings) -> str:
    written = answer.text("currency1")
    named = settings.currency_names.get(written) if written else settings.currency
    code = named or written
    if not code:
        raise XmlError("currency1 is missing and the setting currency is not given")
    # What the settings name is the operator's word; only the node's own is held against the list.
    if named is None and code not in ISO_4217:
        raise XmlError("currency1 is not a currency code; name it in the setting currency_names")
    return code


def _offers(answer: Struct) -> list[PrepaidOffer]:
    # Nodes disagree on the name of the list and of the dates.
    lists = [answer.structs(name) for name in ("offerInformationList", "offerInformation")]
    if all(lists):
        raise XmlError("offerInformationList and offerInformation are both there")
    items = [item for found in lists for item in found]
    _check_once((_key(item, "offerID") for item in items), "offerID")
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
    if not any(item.date(name) is not None for name in (*starts, *ends)):
        return None
    return TimePeriod(start=_one_date(item, starts, dates.start), end=_one_date(item, ends, dates.end))


def _one_date(item: Struct, names: tuple[str, ...], read: Callable[[str], dt.datetime | None]) -> dt.datetime | None:
    # The spellings of one date. A node that sends both must mean the same by them.
    found = {_date(item, name, read) for name in names if item.date(name) is not None}
    if len(found) > 1:
        raise XmlError(f"{' and '.join(names)} differ")
    return found.pop() if found else None


def _date(item: Struct, name: str, read: Callable[[str], dt.datetime | None]) -> dt.datetime | None:
    written = item.date(name)
    if written is None:
        return None  # Absent, not null, when unset.
    try:
        return read(written.text)
    except dates.DateError as exc:
        raise XmlError(f"{name} is {exc}") from exc
