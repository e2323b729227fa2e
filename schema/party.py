"""Parties and how to reach them (TMF632)."""

import datetime as dt
import enum

import strawberry

from schema.field import field
from schema.parts import PartyPart
from schema.period import TimePeriod
from schema.policy import DataClass, Form, governed
from schema.source import Source


@strawberry.enum(description="Whether a party is a person or an organisation.")
class PartyKind(enum.Enum):
    """Whether a party is a person or an organisation (TMF632 has one resource for each)."""

    INDIVIDUAL = strawberry.enum_value("INDIVIDUAL", description="A person.")
    ORGANIZATION = strawberry.enum_value("ORGANIZATION", description="A company or another body.")


@governed(DataClass.PERSONAL, "party:read")
@strawberry.type(description="One way to reach a party.")
class ContactMedium:
    """One way to reach a party (TMF632 ContactMedium with its characteristic)."""

    medium_type: str | None = field(
        "What kind of medium, in the CRM's words, such as email or postalAddress; null when it does not say."
    )
    contact_type: str | None = field(
        "Which one of its kind, in the CRM's words, such as homePhone or officeAddress; null when it does not say."
    )
    preferred: bool | None = field("Whether the party prefers it; null when the CRM does not say.")
    email_address: str | None = field("E-mail address; null for other media.", personal=Form.EMAIL)
    phone_number: str | None = field("Phone number as the CRM holds it; null for other media.", personal=Form.NUMBER)
    fax_number: str | None = field("Fax number as the CRM holds it; null for other media.", personal=Form.NUMBER)
    social_network_id: str | None = field("Name on a social network; null for other media.", personal=Form.IDENTIFIER)
    street: str | None = field("Street lines of a postal address; null for other media.", personal=Form.ADDRESS)
    city: str | None = field("City of a postal address; null for other media.", personal=Form.ADDRESS)
    post_code: str | None = field("Postal code; null for other media.", personal=Form.ADDRESS)
    state_or_province: str | None = field(
        "State or province; null for other media or when not kept.", personal=Form.ADDRESS
    )
    country: str | None = field("Country; null for other media.", personal=Form.ADDRESS)
    valid_for: TimePeriod | None = field("When this medium may be used; null when the CRM does not say.")


@governed(DataClass.PERSONAL, "party:read")
@strawberry.type(description="The person or organisation behind a customer.")
class Party:
    """The person or organisation behind a customer (TMF632 Individual or Organization)."""

    party_id: str = field("The CRM's own id of the party.", personal=Form.IDENTIFIER)
    kind: PartyKind = field("Person or organisation.")
    name: str | None = field(
        "Full name as the CRM would print it; null when it holds none.", part=PartyPart.NAME, personal=Form.NAME
    )
    given_name: str | None = field("Given name; null for organisations.", part=PartyPart.NAME, personal=Form.GIVEN_NAME)
    family_name: str | None = field("Family name; null for organisations.", part=PartyPart.NAME, personal=Form.NAME)
    birth_date: dt.date | None = field(
        "Day of birth; null for organisations or when not kept.", part=PartyPart.DEMOGRAPHICS, sensitive=Form.HIDDEN
    )
    contact_media: list[ContactMedium] = field(
        "Every way to reach the party, preferred ones first.", part=PartyPart.CONTACTS, size=4
    )
    source: Source = field("Where this came from.")
