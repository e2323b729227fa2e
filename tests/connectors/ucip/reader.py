"""
A second reader of UCIP answers, made of the tests' own reader of XML and exact paths, to hold the connector's against.

It shares no code with the connector, and is looser: what it cannot read, the connector must refuse; what it can, the
connector may refuse, or must read the same. Where both are tolerant on purpose, it is said here:

* a whole number may be a string of digits, with a sign, leading zeros and white space around it, of up to 64 bits;
* members that nobody reads may be anything; a nil member is a missing one;
* an account that says no more than what it is has no balance, nor has an unlisted one of which the node says that it
  counts something else than money;
* offers and their dates have two spellings, of which one is there, or both say the same.
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.connectors.witness import Element, Unreadable, document

Facts = dict[str, Any]
Value = tuple[str, Any]
"""What kind of value, and the value: int, string, boolean, date, struct, array, nil or other."""

_EXTENSIONS = "http://ws.apache.org/xmlrpc/namespaces/extensions "
_INTEGER = re.compile(r"[ \t\r\n]*[+-]?[0-9]{1,40}[ \t\r\n]*", re.ASCII)
_DATE = re.compile(r"(\d{8})T(\d\d):?(\d\d):?(\d\d)([+-]\d{4})", re.ASCII)
_DESCRIPTION = {"dedicatedAccountID", "productID", "dedicatedAccountUnitType", "compositeDedicatedAccountFlag"}


class RefusedError(Exception):
    """The node refused, with this fault or responseCode."""

    def __init__(self, kind: str, code: int) -> None:
        super().__init__(f"{kind} {code}")


def answer(body: bytes, charset: str | None, *, transaction: str) -> dict[str, Value]:
    """The members of an answer to this transaction."""
    root = document(body, charset)
    content = _only(root, "methodResponse")
    if content.qualified == "fault":
        kind, members = _value(_only(content, "fault"))
        raise RefusedError("fault", _integer(members if kind == "struct" else {}, "faultCode"))
    kind, members = _value(_only(_only(content, "params"), "param"))
    if kind != "struct":
        raise Unreadable("a value")
    code = _integer(members, "responseCode")
    echo = members.get("originTransactionID")
    if echo != ("string", transaction) and (echo is not None or code in {0, 1, 2}):
        raise Unreadable("a value")
    if code not in {0, 1, 2}:
        raise RefusedError("responseCode", code)
    found: dict[str, Value] = members
    return found


def balances(found: dict[str, Value], *, accounts: dict[int, tuple[str, str, int]], unlisted: str) -> list[Facts]:
    """The balances of GetBalanceAndDate. *accounts* are name, unit and decimals by number; others are left out or money."""
    currency = _text(found, "currency1")
    if currency is None or not re.fullmatch("[A-Z]{3}", currency):
        raise Unreadable("a value")
    main = {"name": "main", "value": Decimal(_integer(found, "accountValue1")).scaleb(-2), "unit": currency}
    rows = [main | {"period": _period(found, (), ("supervisionExpiryDate",))}]
    for item in _each_once(_structs(found, "dedicatedAccountInformation"), "dedicatedAccountID"):
        number = _integer(item, "dedicatedAccountID")
        name, unit, decimals = accounts.get(number, (str(number), unlisted, 2))
        if unit != "leave-out" and not item.keys() <= _DESCRIPTION and (number in accounts or _may_be_money(item)):
            value = Decimal(_integer(item, "dedicatedAccountValue1")).scaleb(-decimals)
            period = _period(item, ("startDate",), ("expiryDate",))
            rows.append({"name": name, "value": value, "unit": unit.replace("money", currency), "period": period})
    return rows


def account(found: dict[str, Value], *, now: dt.datetime) -> Facts:
    """The account of GetAccountDetails, with its offers."""
    flags = found.get("accountFlags", ("struct", {}))
    unbarred = _date(found, "refillUnbarDateTime") if "refillUnbarDateTime" in found else now
    lists = [_structs(found, name) for name in ("offerInformationList", "offerInformation")]
    if flags[0] != "struct" or all(lists):
        raise Unreadable("a value")
    return {
        "class": _code(found, "serviceClassCurrent"),
        "language": _code(found, "languageIDCurrent"),
        "activated": _date(found, "activationDate"),
        "active": _boolean(flags[1], "activationStatusFlag"),
        "barred": unbarred is None or unbarred > now,
        "blocked": _boolean(found, "temporaryBlockedFlag") or False,
        "ends": [
            _date(found, name) for name in ("supervisionExpiryDate", "serviceFeeExpiryDate", "serviceRemovalDate")
        ],
        "offers": [
            {
                "id": str(_integer(item, "offerID")),
                "period": _period(item, ("startDateTime", "startDate"), ("expiryDateTime", "expiryDate")),
            }
            for item in _each_once(lists[0] + lists[1], "offerID")
        ],
    }


def counters(found: dict[str, Value]) -> list[Facts]:
    """The counters of GetAccumulators."""
    return [
        {
            "number": str(_integer(item, "accumulatorID")),
            "value": _integer(item, "accumulatorValue"),
            "period": _period(item, ("accumulatorStartDate",), ("accumulatorEndDate",)),
        }
        for item in _each_once(_structs(found, "accumulatorInformation"), "accumulatorID")
    ]


def _may_be_money(item: dict[str, Value]) -> bool:
    return "dedicatedAccountUnitType" not in item or _integer(item, "dedicatedAccountUnitType") == 1


def _each_once(items: list[dict[str, Value]], name: str) -> list[dict[str, Value]]:
    # One number may come again for another product.
    keys = {(_integer(item, name), _code(item, "productID")) for item in items}
    if len(keys) != len(items):
        raise Unreadable("a value")
    return items


def _only(element: Element, name: str) -> Element:
    children = _children(element, name)
    if len(children) != 1:
        raise Unreadable("a value")
    return children[0]


def _children(element: Element, name: str) -> list[Element]:
    if element.qualified != name or element.text.strip():
        raise Unreadable(name)
    return element.children


def _value(element: Element) -> Value:
    if element.qualified == "value" and not element.children and not element.noisy:
        return "string", element.text
    typed = _only(element, "value")
    name = typed.qualified.removeprefix(_EXTENSIONS)
    read = _KINDS.get(name)
    if read is None or ((typed.children or typed.noisy) and name not in {"struct", "array"}):
        raise Unreadable(name)
    return read(typed)


def _struct(element: Element) -> Value:
    members: dict[str, Value] = {}
    for member in _children(element, "struct"):
        children = _children(member, "member")
        if len(children) != 2 or children[0].qualified != "name" or children[0].children or children[0].noisy:
            raise Unreadable("a member")
        name = children[0].text.strip()
        if name in members:
            raise Unreadable("a member twice")
        members[name] = _value(children[1])
    return "struct", {name: value for name, value in members.items() if value[0] != "nil"}


def _array(element: Element) -> Value:
    return "array", [_value(item) for item in _children(_only(element, "array"), "data")]


def _flag(element: Element) -> Value:
    return "boolean", {"0": False, "1": True}.get(element.text.strip())


_KINDS: dict[str, Callable[[Element], Value]] = {
    **dict.fromkeys(("i4", "int", "i8"), lambda element: ("int", element.text)),
    "string": lambda element: ("string", element.text),
    "boolean": _flag,
    "dateTime.iso8601": lambda element: ("date", element.text.strip()),
    "struct": _struct,
    "array": _array,
    "nil": lambda _: ("nil", None),
    "double": lambda element: ("other", element.text),
    "base64": lambda element: ("other", element.text),
}


def _integer(found: dict[str, Value], name: str) -> int:
    kind, text = found.get(name, ("", ""))
    if kind not in {"int", "string"} or not _INTEGER.fullmatch(text) or abs(int(text)) > 2**63:
        raise Unreadable("a value")
    return int(text)


def _code(found: dict[str, Value], name: str) -> str | None:
    return str(_integer(found, name)) if name in found else None


def _text(found: dict[str, Value], name: str) -> str | None:
    kind, text = found.get(name, ("string", ""))
    if kind != "string":
        raise Unreadable("a value")
    return text or None


def _boolean(found: dict[str, Value], name: str) -> bool | None:
    kind, flag = found.get(name, ("boolean", None))
    if kind != "boolean" or (flag is None and name in found):
        raise Unreadable("a value")
    return bool(flag) if name in found else None


def _structs(found: dict[str, Value], name: str) -> list[dict[str, Value]]:
    kind, items = found.get(name, ("array", []))
    if kind != "array" or any(item[0] != "struct" for item in items):
        raise Unreadable("a value")
    return [item[1] for item in items]


def _date(found: dict[str, Value], name: str) -> dt.datetime | None:
    # The instant in UTC; None for a date that is not there, and for the flags of "never" and "always".
    kind, text = found.get(name, ("date", "99991231T00:00:00+0000"))
    match = _DATE.fullmatch(text) if kind == "date" else None
    if match is None:
        raise Unreadable("a value")
    day, hour, minute, second, offset = match.groups()
    if day == "99991231" or (day == "00000101" and name.lower().find("start") + name.find("activation") > -2):
        return None
    try:
        moment = dt.datetime.strptime(
            f"{day}{'00' if hour == '24' else hour}{minute}{second}{offset}", "%Y%m%d%H%M%S%z"
        )
        return (moment + dt.timedelta(days=hour == "24")).astimezone(dt.UTC)
    except (ValueError, OverflowError) as exc:
        raise Unreadable("a date") from exc


def _period(found: dict[str, Value], starts: tuple[str, ...], ends: tuple[str, ...]) -> tuple[Any, Any] | None:
    if not any(name in found for name in (*starts, *ends)):
        return None
    return _one(found, starts), _one(found, ends)


def _one(found: dict[str, Value], names: tuple[str, ...]) -> dt.datetime | None:
    dates = {_date(found, name) for name in names if name in found}
    if len(dates) > 1:
        raise Unreadable("a value")
    return dates.pop() if dates else None
