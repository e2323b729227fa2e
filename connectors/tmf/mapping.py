"""TMF629 and TMF632 objects -> the words of schema/. Pure; a member that is not as it must be raises JsonError."""

import dataclasses
import urllib.parse
import zoneinfo
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from connectors.json import Json, JsonError, JsonObject
from connectors.tmf.dates import day_of, instant_of, period
from schema.customer import Characteristic, CreditProfile, Customer, PartyRef
from schema.parts import ABSENT, CustomerPart, Part, PartyPart
from schema.party import ContactMedium, Party, PartyKind
from schema.source import Ref, Source

T = TypeVar("T")

_KINDS = {"individual": PartyKind.INDIVIDUAL, "organization": PartyKind.ORGANIZATION}
_BILLING_ACCOUNT = "billingaccount"
_GRAPHQL_INT = 2**31


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """How to read this system's objects: where they come from and what its configuration says."""

    system: str
    zone: zoneinfo.ZoneInfo | None
    default_party_kind: PartyKind | None


@dataclasses.dataclass(frozen=True, slots=True)
class _Parts:
    """Reads the parts that were asked for; the others stay ABSENT, even if the server sent them."""

    asked: frozenset[Part]

    def read(self, part: Part, read: Callable[[], T]) -> T:
        if part in self.asked:
            return read()
        absent: T = ABSENT
        return absent


def party_kind(word: str | None) -> PartyKind | None:
    """The kind a configuration or `@referredType` names, in any case; None for any other word."""
    return None if word is None else _KINDS.get(word.lower())


def customer(found: JsonObject, parts: frozenset[Part], source: Source, *, reading: Reading) -> Customer:
    """A TMF629 Customer, with exactly the parts asked for."""
    number = found.require_text("id")
    held = _Parts(parts)
    return Customer(
        ref=Ref("customer", reading.system, (number,)),
        customer_number=number,
        name=held.read(CustomerPart.NAME, lambda: found.text("name")),
        status=held.read(CustomerPart.STATUS, lambda: found.text("status")),
        status_reason=held.read(CustomerPart.STATUS, lambda: found.text("statusReason")),
        valid_for=held.read(CustomerPart.VALIDITY, lambda: period(found, "validFor", zone=reading.zone)),
        characteristics=held.read(
            CustomerPart.CHARACTERISTICS, lambda: [_characteristic(each) for each in found.children("characteristic")]
        ),
        credit_profiles=held.read(
            CustomerPart.CREDIT, lambda: [_credit(each, reading) for each in found.children("creditProfile")]
        ),
        party_ref=held.read(CustomerPart.PARTY, lambda: party_ref(found, reading)),
        account_numbers=held.read(CustomerPart.ACCOUNTS, lambda: account_numbers(found)),
        source=source,
    )


def party_ref(found: JsonObject, reading: Reading) -> PartyRef | None:
    """
    The party that a customer is (TMF629 engagedParty); None for a customer without one.

    Its kind is what `@referredType` says, else the collection that `href` points into, else the configured one. Where
    the first two differ, one of them is wrong, and a person and an organisation may have the same id.
    """
    engaged = found.child("engagedParty")
    if engaged is None:
        return None
    said, pointed = party_kind(engaged.text("@referredType")), party_kind(_collection(engaged.text("href")))
    if said and pointed and said is not pointed:
        raise JsonError("engagedParty.@referredType and engagedParty.href disagree")
    kind = said or pointed or reading.default_party_kind
    if kind is None:
        raise JsonError("engagedParty does not say whether it is a person; set `default_party_kind`")
    return PartyRef(party_id=engaged.require_text("id"), kind=kind)


def account_numbers(found: JsonObject) -> tuple[str, ...]:
    """Ids of the billing accounts of a customer, each once; references to other kinds of account are passed over."""
    references = [(each.require_text("id"), _is_billing_account(each)) for each in found.children("account")]
    return tuple(dict.fromkeys(number for number, for_bills in references if for_bills))


def party(found: JsonObject, parts: frozenset[Part], source: Source, *, kind: PartyKind, reading: Reading) -> Party:
    """A TMF632 Individual or Organization, with exactly the parts asked for."""
    if party_kind(found.text("@type")) not in {None, kind}:
        raise JsonError("@type says that this is a party of the other kind")
    held = _Parts(parts)
    person = kind is PartyKind.INDIVIDUAL
    names = ("formattedName", "fullName", "legalName") if person else ("name", "tradingName")
    return Party(
        party_id=found.require_text("id"),
        kind=kind,
        name=held.read(PartyPart.NAME, lambda: _first(found, names)),
        given_name=held.read(PartyPart.NAME, lambda: found.text("givenName") if person else None),
        family_name=held.read(PartyPart.NAME, lambda: found.text("familyName") if person else None),
        birth_date=held.read(
            PartyPart.DEMOGRAPHICS, lambda: day_of(found, "birthDate", zone=reading.zone) if person else None
        ),
        contact_media=held.read(PartyPart.CONTACTS, lambda: _contact_media(found, reading)),
        source=source,
    )


def _first(found: JsonObject, names: tuple[str, ...]) -> str | None:
    # A name is never put together from its pieces: which of them comes first depends on the culture.
    return next((text for name in names if (text := found.text(name)) is not None), None)


def _collection(href: str | None) -> str | None:
    # The last segment is the id, the one before it the collection: .../party/v4/individual/42
    if href is None:
        return None
    try:
        segments = [segment for segment in urllib.parse.urlsplit(href).path.split("/") if segment]
    except ValueError:
        return None
    return segments[-2] if len(segments) > 1 else None


def _is_billing_account(reference: JsonObject) -> bool:
    kind = reference.text("@referredType")
    return kind is None or kind.lower() == _BILLING_ACCOUNT


def _characteristic(found: JsonObject) -> Characteristic:
    return Characteristic(name=found.require_text("name"), value=_plain(found.value("value")))


def _plain(value: Json) -> str | None:
    # TMF types the value as Any. What has no single written form (objects, arrays) is not shown.
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case str():
            return value
        case _:
            return None


def _credit(found: JsonObject, reading: Reading) -> CreditProfile:
    return CreditProfile(
        judged_at=instant_of(found, "creditProfileDate", zone=reading.zone),
        risk_rating=_small(found, "creditRiskRating"),
        score=_small(found, "creditScore"),
        valid_for=period(found, "validFor", zone=reading.zone),
    )


def _small(found: JsonObject, name: str) -> int | None:
    number = found.integer(name)
    if number is not None and not -_GRAPHQL_INT <= number < _GRAPHQL_INT:
        raise JsonError(f"{found.where(name)} is beyond 32 bits")
    return number


def _contact_media(found: JsonObject, reading: Reading) -> list[ContactMedium]:
    media = [_contact_medium(each, reading) for each in found.children("contactMedium")]
    return sorted(media, key=lambda medium: medium.preferred is not True)


def _contact_medium(found: JsonObject, reading: Reading) -> ContactMedium:
    detail = found.child("characteristic") or JsonObject({})
    streets = [text for name in ("street1", "street2") if (text := detail.text(name)) is not None]
    return ContactMedium(
        medium_type=found.text("mediumType"),
        contact_type=detail.text("contactType"),
        preferred=found.boolean("preferred"),
        email_address=detail.text("emailAddress"),
        phone_number=detail.text("phoneNumber"),
        fax_number=detail.text("faxNumber"),
        social_network_id=detail.text("socialNetworkId"),
        street=", ".join(streets) or None,
        city=detail.text("city"),
        post_code=detail.text("postCode"),
        state_or_province=detail.text("stateOrProvince"),
        country=detail.text("country"),
        valid_for=period(found, "validFor", zone=reading.zone),
    )
