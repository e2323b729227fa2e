"""
TMF644 agreements -> consents. Pure; a member that is not as it must be raises JsonError, and is never a consent.

An agreement says of characteristics of the customer's data (`partyPrivacyProfileCharacteristic`) for which purpose
(`privacyUsagePurpose`) which parties (`relatedParty`) may use them or not (`value`). It is in force in its period
(`agreementPeriod`) while its status says so and nobody who is to sign it (`agreementAuthorization`) has not.
"""

import dataclasses
import zoneinfo
from collections.abc import Iterator, Mapping

from connectors.capabilities import DataSubject
from connectors.json import JsonError, JsonObject
from connectors.tmf.collection import Filter
from connectors.tmf.consent_settings import TMFConsentSettings
from connectors.tmf.dates import instant_of, period
from schema.consent import Consent, ConsentStatus
from schema.parts import Part
from schema.source import Source

_ANSWERS: Mapping[str, bool] = {"yes": True, "true": True, "no": False, "false": False}
"""What `value` says of the use; TMF types it as Any, and its own examples write the first."""

_SIGNED = "approved"


@dataclasses.dataclass(slots=True)
class Agreement:
    """What one agreement says."""

    consents: tuple[Consent, ...] = dataclasses.field(repr=False)
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """How to read this system's agreements: its own words for what we need. Roles and types are in small letters."""

    zone: zoneinfo.ZoneInfo | None
    roles: frozenset[str]
    partner_types: frozenset[str]
    characteristics: frozenset[str]
    statuses: frozenset[str]
    purposes: Mapping[str, str]

    @classmethod
    def of(cls, settings: TMFConsentSettings) -> "Reading":
        """As the settings say."""
        return cls(
            zone=settings.zone,
            roles=frozenset(map(str.lower, settings.subject_roles)),
            partner_types=frozenset(map(str.lower, settings.partner_types)),
            characteristics=settings.characteristics,
            statuses=settings.statuses,
            purposes=settings.purposes,
        )


def engaging(who: DataSubject, *, by: str, reading: Reading) -> Filter:
    """The agreements about *who*. A server filters by id alone, and other kinds of parties may have the same one."""

    def is_engaged(raw: JsonObject) -> bool:
        return any(each.text("id") == who.id for each in raw.children("engagedParty"))

    def is_about(raw: JsonObject) -> bool:
        return any(_is_subject(each, who, reading) for each in raw.children("engagedParty"))

    return Filter(name=by, values=(who.id,), member="engagedParty", heeded=is_engaged, wanted=is_about)


def agreement(found: JsonObject, _: frozenset[Part], source: Source, *, reading: Reading) -> Agreement:
    """A TMF644 PartyPrivacyAgreement: one consent for each purpose and party that it names."""
    agreed_at = instant_of(found, "initialDate", zone=reading.zone)
    valid_for = period(found, "agreementPeriod", zone=reading.zone)
    number, is_in_force = found.require_text("id"), _is_in_force(found, reading)
    consents = tuple(
        Consent(
            agreement=number,
            purpose=purpose,
            party=party,
            status=_status(is_in_force=is_in_force, is_allowed=is_allowed),
            agreed_at=agreed_at,
            valid_for=valid_for,
        )
        for purpose, party, is_allowed in _uses(found, reading)
    )
    return Agreement(consents, source)


def _is_subject(engaged: JsonObject, who: DataSubject, reading: Reading) -> bool:
    kind, role = engaged.text("@referredType"), engaged.text("role")
    is_who = engaged.text("id") == who.id and kind is not None and kind.lower() == who.kind.value.lower()
    return is_who and role is not None and role.lower() in reading.roles


def _is_in_force(found: JsonObject, reading: Reading) -> bool:
    signed = [each.text("state") for each in found.children("agreementAuthorization")]
    return found.text("status") in reading.statuses and all(state == _SIGNED for state in signed)


def _status(*, is_in_force: bool, is_allowed: bool) -> ConsentStatus:
    if not is_in_force:
        return ConsentStatus.NOT_IN_FORCE
    return ConsentStatus.GIVEN if is_allowed else ConsentStatus.REFUSED


def _uses(found: JsonObject, reading: Reading) -> Iterator[tuple[str, str, bool]]:
    for each in found.children("partyPrivacyProfileCharacteristic"):
        if each.require_text("name") in reading.characteristics:
            purpose, is_allowed = each.text("privacyUsagePurpose"), _is_allowed(each)
            for party in _partners(each, reading):
                # A use without a purpose is for none, and a purpose without a party allows nobody anything.
                if purpose is not None:
                    yield reading.purposes.get(purpose, purpose), party, is_allowed


def _is_allowed(characteristic: JsonObject) -> bool:
    value = characteristic.value("value")
    allowed = value if isinstance(value, bool) else _ANSWERS.get(value.lower()) if isinstance(value, str) else None
    if allowed is None:
        raise JsonError(f"{characteristic.where('value')} is neither yes nor no")
    return allowed


def _partners(characteristic: JsonObject, reading: Reading) -> Iterator[str]:
    for party in characteristic.children("relatedParty"):
        number, kind = party.require_text("id"), party.text("@referredType")
        if kind is not None and kind.lower() in reading.partner_types:
            yield number
