"""Whom a call or an answer is about, so that what is kept of somebody can be found again and dropped."""

import dataclasses
import enum


class SubjectKind(enum.StrEnum):
    """What can be the subject of an answer; the value is the first word of its tag."""

    CUSTOMER = "customer"
    ACCOUNT = "account"
    LINE = "line"
    SIM = "sim"
    PARTY = "party"
    AGREEMENT = "agreement"


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """
    Somebody or something by the key that operators and events name it by: personal data, not printed.

    A line by its E.164 digits without plus, an account by its number, a customer and a party by the CRM's own id, a
    SIM by its IMSI, an agreement by the consent system's own id.
    """

    kind: SubjectKind
    key: str = dataclasses.field(repr=False)


def customer(number: str) -> Subject:
    """A customer, by the CRM's own id."""
    return Subject(SubjectKind.CUSTOMER, number)


def account(number: str) -> Subject:
    """An account, by the number that is printed on bills."""
    return Subject(SubjectKind.ACCOUNT, number)


def line(msisdn: str) -> Subject:
    """A line, by its E.164 digits without plus."""
    return Subject(SubjectKind.LINE, msisdn)


def sim(imsi: str) -> Subject:
    """A SIM, by its IMSI."""
    return Subject(SubjectKind.SIM, imsi)


def party(party_id: str) -> Subject:
    """A party, by the CRM's own id."""
    return Subject(SubjectKind.PARTY, party_id)


def agreement(agreement_id: str) -> Subject:
    """A privacy agreement, by the consent system's own id."""
    return Subject(SubjectKind.AGREEMENT, agreement_id)
