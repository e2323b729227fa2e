"""
A second reader of TMF answers, made of Python's own json and plain indexing, to hold the connector's reading against.

It shares no code with the connector, and is looser: what it cannot read, the connector must refuse; what it can, the
connector may refuse, or must read the same. Where both are tolerant on purpose, it is said here:

* null, a missing member and an empty text are one thing;
* a whole number is one however it is written (`5.0`, `5e0`);
* an end in the year 9999 and a start in the year 1 are none;
* of an account named twice there is one;
* values of characteristics that are no plain values are not shown.
"""

import codecs
import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")

Facts = dict[str, Any]


class UnreadableError(Exception):
    """No value can be told from this; whoever finds one is guessing."""


def document(body: bytes, charset: str | None) -> Any:
    """What a JSON text says, with exact numbers."""
    try:
        return json.loads(_decoded(body, charset), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, LookupError, ArithmeticError, RecursionError) as exc:
        raise UnreadableError from exc


def customer(found: Any) -> Facts:
    """What a TMF629 customer says, every part of it."""
    return {
        "id": required(found, "id"),
        "name": text(found, "name"),
        "status": text(found, "status"),
        "reason": text(found, "statusReason"),
        "period": period(found),
        "characteristics": [
            (required(each, "name"), _plain(each.get("value"))) for each in items(found, "characteristic")
        ],
        "credit": [_credit(each) for each in items(found, "creditProfile")],
        "party": _party_ref(found),
        "accounts": accounts(found),
    }


def individual(found: Any) -> Facts:
    """What a TMF632 individual says."""
    _check_type(found, "organization")
    born = text(found, "birthDate")
    return {
        "id": required(found, "id"),
        "name": text(found, "formattedName") or text(found, "fullName") or text(found, "legalName"),
        "given": text(found, "givenName"),
        "family": text(found, "familyName"),
        "born": None if born is None else _read(lambda: dt.date.fromisoformat(born[:10])),
        "media": _media(found),
    }


def organization(found: Any) -> Facts:
    """What a TMF632 organisation says."""
    _check_type(found, "individual")
    return {
        "id": required(found, "id"),
        "name": text(found, "name") or text(found, "tradingName"),
        "given": None,
        "family": None,
        "born": None,
        "media": _media(found),
    }


def accounts(found: Any) -> tuple[str, ...]:
    """Ids of the billing accounts of a customer, each once."""
    kinds = [(required(each, "id"), text(each, "@referredType")) for each in items(found, "account")]
    return tuple(dict.fromkeys(number for number, kind in kinds if kind is None or kind.lower() == "billingaccount"))


def text(found: Any, name: str) -> str | None:
    """A member that is text, or is not there."""
    value = _members(found).get(name)
    if value is not None and not isinstance(value, str):
        raise UnreadableError
    return value or None


def required(found: Any, name: str) -> str:
    """A member that is text and must be there."""
    value = text(found, name)
    if value is None:
        raise UnreadableError
    return value


def items(found: Any, name: str) -> list[Any]:
    """A member that is a list, or is not there."""
    value = _members(found).get(name)
    if value is not None and not isinstance(value, list):
        raise UnreadableError
    return [_members(each) for each in value or []]


def period(found: Any) -> tuple[dt.datetime | None, dt.datetime | None] | None:
    """The two ends of validFor, in UTC."""
    given = _members(found).get("validFor")
    if given is None:
        return None
    start, end = text(given, "startDateTime"), text(given, "endDateTime")
    ends = (
        None if start is None or start[:4] == "0001" else _instant(start),
        None if end is None or end[:4] == "9999" else _instant(end),
    )
    return None if ends == (None, None) else ends


def _decoded(body: bytes, charset: str | None) -> str:
    # A mark outranks what is said; UTF-16 without one shows its order by where the zero of an ASCII sign stands.
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if body.startswith(mark):
            return body[len(mark) :].decode(codec)
    if charset == "utf-16":
        charset = "utf-16-be" if body.startswith(b"\x00") else "utf-16-le"
    return body.decode(charset or "utf-8")


def _members(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise UnreadableError
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise UnreadableError
    return dict(pairs)


def _refuse(_: str) -> Any:
    raise UnreadableError


def _read(read: Callable[[], T]) -> T:
    try:
        return read()
    except (ValueError, OverflowError) as exc:
        raise UnreadableError from exc


def _instant(written: str) -> dt.datetime:
    moment = _read(lambda: dt.datetime.fromisoformat(written.upper()))
    if moment.tzinfo is None:
        raise UnreadableError
    return _read(lambda: moment.astimezone(dt.UTC))


def _whole(found: Any, name: str) -> int | None:
    value = _members(found).get(name)
    if value is None:
        return None
    if type(value) not in {int, Decimal} or value % 1 != 0:
        raise UnreadableError
    return int(value)


def _plain(value: Any) -> str | None:
    match value:
        case bool():
            return str(value).lower()
        case int() | str():
            return str(value)
        case Decimal():
            return format(value, "f")
        case _:
            return None


def _credit(found: Any) -> tuple[Any, ...]:
    judged = text(found, "creditProfileDate")
    return (
        None if judged is None else _instant(judged),
        _whole(found, "creditRiskRating"),
        _whole(found, "creditScore"),
        period(found),
    )


def _party_ref(found: Any) -> tuple[str, str] | None:
    engaged = found.get("engagedParty")
    if engaged is None:
        return None
    said = (text(engaged, "@referredType") or "").lower()
    segments = [segment for segment in (text(engaged, "href") or "").partition("?")[0].split("/") if segment]
    kinds = {"individual", "organization"} & {said, *(segment.lower() for segment in segments[-2:-1])}
    if len(kinds) != 1:
        raise UnreadableError
    return required(engaged, "id"), kinds.pop()


def _check_type(found: Any, other: str) -> None:
    if (text(found, "@type") or "").lower() == other:
        raise UnreadableError


def _media(found: Any) -> list[Facts]:
    media = [_medium(each) for each in items(found, "contactMedium")]
    return [each for each in media if each["preferred"]] + [each for each in media if not each["preferred"]]


def _medium(found: Any) -> Facts:
    detail = found.get("characteristic")
    detail = {} if detail is None else _members(detail)
    preferred = found.get("preferred")
    if preferred is not None and type(preferred) is not bool:
        raise UnreadableError
    streets = [text(detail, "street1"), text(detail, "street2")]
    return {
        "kind": text(found, "mediumType"),
        "preferred": preferred,
        "period": period(found),
        "street": ", ".join(street for street in streets if street) or None,
        **{name: text(detail, name) for name in DETAILS},
    }


DETAILS = {
    "contactType": "contact_type",
    "emailAddress": "email_address",
    "phoneNumber": "phone_number",
    "faxNumber": "fax_number",
    "socialNetworkId": "social_network_id",
    "city": "city",
    "postCode": "post_code",
    "stateOrProvince": "state_or_province",
    "country": "country",
}
"""Details of a contact medium: how TMF632 names them, and how the graph does."""
