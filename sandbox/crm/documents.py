"""TMF629 customers and TMF632 parties as JSON documents, made from population records."""

import datetime as dt
import zoneinfo
from typing import Any, Final

from sandbox.population import Customer, Status
from sandbox.population.numbering import customer_id, party_id

CUSTOMER_BASE: Final = "/tmf-api/customerManagement/v4"
PARTY_BASE: Final = "/tmf-api/party/v4"
ACCOUNT_BASE: Final = "/tmf-api/accountManagement/v4"

Document = dict[str, Any]

_ZONE: Final = zoneinfo.ZoneInfo("Europe/Madrid")
_REASONS: Final = {
    Status.ACTIVE: "Account details checked",
    Status.SUSPENDED: "Payment overdue",
    Status.INACTIVE: "Left",
}


def customer_document(customer: Customer, base_url: str) -> Document:
    """A TMF629 Customer. Contact media are kept with the party, as TMF632, and not here."""
    traits = customer.traits
    document: Document = {
        "id": customer_id(customer.index),
        "href": f"{base_url}{CUSTOMER_BASE}/customer/{customer_id(customer.index)}",
        "name": traits.display_name,
        "status": str(traits.status),
        "statusReason": _REASONS[traits.status],
        "validFor": {"startDateTime": _instant(traits.since)},
        "engagedParty": _party_ref(customer, base_url),
        "account": _account_refs(customer, base_url),
        "characteristic": [{"name": "segment", "valueType": "string", "value": str(traits.segment)}],
        "creditProfile": [_credit_profile(customer)],
        "relatedParty": _related(customer, base_url),
        "@type": "Customer",
    }
    if not document["relatedParty"]:
        del document["relatedParty"]
    return document


def party_document(customer: Customer, base_url: str) -> Document:
    """The TMF632 Individual or Organization behind a customer."""
    return _organization(customer, base_url) if customer.traits.company else _individual(customer, base_url)


def related_customer(party: int) -> int | None:
    """The organisation whose contact person is the party of customer *party*, or None."""
    return party + 1 if party % 10 == 9 and party > 10 else None


def _individual(customer: Customer, base_url: str) -> Document:
    traits = customer.traits
    number = party_id(customer.index)
    return {
        "id": number,
        "href": f"{base_url}{PARTY_BASE}/individual/{number}",
        "givenName": traits.name.given,
        "familyName": traits.name.family,
        "fullName": traits.name.full,
        "birthDate": _instant(
            dt.date(1950 + customer.index * 7 % 55, customer.index % 12 + 1, customer.index % 28 + 1)
        ),
        "status": "validated",
        "contactMedium": _contact_media(customer),
        "individualIdentification": [
            {
                "identificationType": "nationalIdentityCard",
                "identificationId": f"SBX{customer.index:08d}K",
                "issuingAuthority": "Republic of Sandonia",
            }
        ],
        "languageAbility": [{"languageCode": "en", "isFavouriteLanguage": True}],
        "@type": "Individual",
    }


def _organization(customer: Customer, base_url: str) -> Document:
    traits = customer.traits
    number = party_id(customer.index)
    return {
        "id": number,
        "href": f"{base_url}{PARTY_BASE}/organization/{number}",
        "name": traits.display_name,
        "tradingName": traits.display_name,
        "organizationType": "company",
        "isLegalEntity": True,
        "status": "validated",
        "contactMedium": _contact_media(customer),
        "organizationIdentification": [
            {"identificationType": "companyRegistration", "identificationId": f"SBC{customer.index:08d}"}
        ],
        "@type": "Organization",
    }


def _contact_media(customer: Customer) -> list[Document]:
    traits = customer.traits
    number = traits.contact_number or (customer.lines[0].msisdn if customer.lines else None)
    host = "example.org" if traits.company else "example.com"
    media: list[Document] = [
        {
            "mediumType": "email",
            "preferred": True,
            "characteristic": {
                "contactType": "primary",
                "emailAddress": f"{traits.name.latin}.{customer.index}@{host}",
            },
            "validFor": {"startDateTime": _instant(traits.since)},
        },
        {
            "mediumType": "postalAddress",
            "preferred": False,
            "characteristic": {
                "contactType": "home",
                "street1": traits.address.street,
                "city": traits.address.city,
                "postCode": traits.address.postcode,
                "country": traits.address.country,
            },
            "validFor": {"startDateTime": _instant(traits.moved_in)},
        },
    ]
    if number:
        phone = {"contactType": "mobile", "phoneNumber": "+" + number}
        valid = {"startDateTime": _instant(traits.since)}
        media.insert(0, {"mediumType": "mobile", "preferred": False, "characteristic": phone, "validFor": valid})
    return media


def _party_ref(customer: Customer, base_url: str) -> Document:
    kind = "Organization" if customer.traits.company else "Individual"
    number = party_id(customer.index)
    return {
        "id": number,
        "href": f"{base_url}{PARTY_BASE}/{kind.lower()}/{number}",
        "name": customer.traits.display_name,
        "role": "customer",
        "@referredType": kind,
    }


def _account_refs(customer: Customer, base_url: str) -> list[Document]:
    return [
        {
            "id": account.key.code,
            "href": f"{base_url}{ACCOUNT_BASE}/billingAccount/{account.key.code}",
            "name": "Contract account" if account.postpaid else "Prepaid account",
            "@referredType": "BillingAccount",
        }
        for account in customer.accounts
    ]


def _credit_profile(customer: Customer) -> Document:
    since = _instant(customer.traits.since)
    return {
        "creditProfileDate": since,
        "creditRiskRating": customer.index % 5 + 1,
        "creditScore": 300 + customer.index * 37 % 550,
        "validFor": {"startDateTime": since},
    }


def _related(customer: Customer, base_url: str) -> list[Document]:
    """The contact person of an organisation: the individual just before it."""
    person = customer.index - 1
    if related_customer(person) != customer.index:
        return []
    number = party_id(person)
    return [
        {
            "id": number,
            "href": f"{base_url}{PARTY_BASE}/individual/{number}",
            "role": "contactPerson",
            "@referredType": "Individual",
        }
    ]


def _instant(day: dt.date) -> str:
    """Local midnight with its offset."""
    return dt.datetime.combine(day, dt.time(), tzinfo=_ZONE).isoformat()
