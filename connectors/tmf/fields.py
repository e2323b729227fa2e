"""Parts -> the members of a TMF object that hold them, which is also what `fields=` asks for."""

from collections.abc import Iterable, Mapping

from schema.parts import CustomerPart, Part, PartyPart

CUSTOMER: Mapping[Part, tuple[str, ...]] = {
    CustomerPart.NAME: ("name",),
    CustomerPart.STATUS: ("status", "statusReason"),
    CustomerPart.VALIDITY: ("validFor",),
    CustomerPart.CHARACTERISTICS: ("characteristic",),
    CustomerPart.CREDIT: ("creditProfile",),
    CustomerPart.PARTY: ("engagedParty",),
    CustomerPart.ACCOUNTS: ("account",),
}
"""TMF629 Customer."""

INDIVIDUAL: Mapping[Part, tuple[str, ...]] = {
    PartyPart.NAME: ("givenName", "familyName", "fullName", "formattedName", "legalName"),
    PartyPart.DEMOGRAPHICS: ("birthDate",),
    PartyPart.CONTACTS: ("contactMedium",),
}
"""TMF632 Individual."""

ORGANIZATION: Mapping[Part, tuple[str, ...]] = {
    PartyPart.NAME: ("name", "tradingName"),
    PartyPart.DEMOGRAPHICS: (),  # Organisations are not born.
    PartyPart.CONTACTS: ("contactMedium",),
}
"""TMF632 Organization."""

AGREEMENT: tuple[str, ...] = (
    "status",
    "initialDate",
    "agreementPeriod",
    "agreementAuthorization",
    "engagedParty",
    "partyPrivacyProfileCharacteristic",
)
"""TMF644 PartyPrivacyAgreement, of which there are no parts: a consent is read whole or not at all."""


def selection(members: Mapping[Part, tuple[str, ...]], parts: Iterable[Part], *further: str) -> str:
    """
    The value of `fields=` (TMF630: first-level members, comma-joined) for these parts and *further* members.

    The id comes first, because some servers leave it out unless it is named. The order depends on nothing but the sets.
    """
    wanted = {member for part in parts for member in members[part]} | set(further)
    known = [member for names in members.values() for member in names]
    ordered = dict.fromkeys(["id", *(member for member in known if member in wanted), *further])
    return ",".join(ordered)
