"""TMF644 agreements as JSON documents, and what a partial update may change of one."""

import datetime as dt
import zoneinfo
from typing import Any, Final

from sandbox.consent.seeds import Seed
from sandbox.crm.documents import PARTY_BASE
from sandbox.population import Customer
from sandbox.population.numbering import party_id

BASE: Final = "/tmf-api/privacyManagement/v4"
AGREEMENTS: Final = f"{BASE}/partyPrivacyAgreement"
STATUSES: Final = ("initialized", "inProgress", "rejected", "pendingUpdate", "validated")
"""PartyPrivacyAgreementStatusExampleType."""

Document = dict[str, Any]

_ZONE: Final = zoneinfo.ZoneInfo("Europe/Madrid")


class BadUpdateError(ValueError):
    """An update that cannot be made; the message may be shown to the caller."""


def agreement_document(seed: Seed, customer: Customer, base_url: str) -> Document:
    """A TMF644 PartyPrivacyAgreement about all personal data, and about the e-mail address by itself."""
    agreed = _instant(seed.agreed)
    partner = {"id": seed.partner, "role": "dataRecipient", "@referredType": "Organization"}
    return {
        "id": seed.number,
        "href": f"{base_url}{AGREEMENTS}/{seed.number}",
        "agreementType": "privacy",
        "name": "Use of personal data by a partner",
        "initialDate": agreed,
        "status": seed.status,
        "version": "1",
        "agreementPeriod": {"startDateTime": _instant(seed.start), "endDateTime": _instant(seed.end)},
        "agreementItem": [
            {"id": "1", "termOrCondition": [{"id": "1", "description": "May be withdrawn at any time."}]}
        ],
        "agreementAuthorization": [{"date": agreed, "signatureRepresentation": "digital", "state": "approved"}],
        "engagedParty": [_party(customer, base_url)],
        "partyPrivacyProfileCharacteristic": [
            _characteristic("1", "personalData", seed.purpose, "Yes", partner),
            _characteristic("2", "emailAddress", "MARKETING", "No", partner),
        ],
        "@type": "PartyPrivacyAgreement",
    }


def updated(document: Document, update: Any) -> Document:
    """
    The document after a JSON merge patch (RFC 7396); BadUpdateError where it makes no sense.

    Only what withdrawing and granting needs can be changed: the status, the period, and what may be used.
    """
    if not isinstance(update, dict) or not update:
        raise BadUpdateError("The update must be an object with members to change.")
    for name, value in update.items():
        if not _CHANGEABLE.get(name, _never)(value):
            raise BadUpdateError(f"{name[:50]} cannot be changed, or not to that.")
    return {**document, **update}


def _characteristic(number: str, name: str, purpose: str, value: str, partner: Document) -> Document:
    return {
        "id": number,
        "name": name,
        "privacyUsagePurpose": purpose,
        "valueType": "string",
        "value": value,
        "relatedParty": [partner],
    }


def _party(customer: Customer, base_url: str) -> Document:
    kind, number = "Organization" if customer.traits.company else "Individual", party_id(customer.index)
    return {
        "id": number,
        "href": f"{base_url}{PARTY_BASE}/{kind.lower()}/{number}",
        "name": customer.traits.display_name,
        "role": "customer",
        "@referredType": kind,
    }


def _instant(day: dt.date) -> str:
    """Local midnight with its offset."""
    return dt.datetime.combine(day, dt.time(), tzinfo=_ZONE).isoformat()


def _is_status(value: Any) -> bool:
    return value in STATUSES


def _is_period(value: Any) -> bool:
    is_object = isinstance(value, dict) and bool(value) and not value.keys() - {"startDateTime", "endDateTime"}
    return is_object and all(isinstance(each, str) for each in value.values())


def _are_characteristics(value: Any) -> bool:
    # The values are whatever a test wants to be read: TMF types them as Any.
    required = {"name", "value"}
    return isinstance(value, list) and all(isinstance(each, dict) and required <= each.keys() for each in value)


def _never(_: Any) -> bool:
    return False


_CHANGEABLE: Final = {
    "status": _is_status,
    "agreementPeriod": _is_period,
    "partyPrivacyProfileCharacteristic": _are_characteristics,
}
