"""TMF objects become the words of schema/: the right value, or an error that names the member."""

import copy
import datetime as dt
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.json import JsonError, JsonObject
from connectors.tmf import fields, mapping
from schema.customer import Customer, PartyRef
from schema.parts import ABSENT, CustomerPart, PartyPart
from schema.party import Party, PartyKind
from schema.period import TimePeriod
from schema.source import Ref, Source
from tests.connectors.support import NOW
from tests.connectors.tmf.fake import a_customer, a_person, an_organization

SOURCE = Source(system="crm", operation="GET /customer", fetched_at=NOW)
READING = mapping.Reading(system="crm", zone=None, default_party_kind=None)
EVERY_CUSTOMER_PART = frozenset(CustomerPart)
EVERY_PARTY_PART = frozenset(PartyPart)
PART_OF = {
    "name": CustomerPart.NAME,
    "status": CustomerPart.STATUS,
    "status_reason": CustomerPart.STATUS,
    "valid_for": CustomerPart.VALIDITY,
    "characteristics": CustomerPart.CHARACTERISTICS,
    "credit_profiles": CustomerPart.CREDIT,
    "party_ref": CustomerPart.PARTY,
    "account_numbers": CustomerPart.ACCOUNTS,
}


def read(
    members: dict[str, Any],
    parts: frozenset[CustomerPart] = EVERY_CUSTOMER_PART,
    reading: mapping.Reading = READING,
) -> Customer:
    return mapping.customer(JsonObject(members), parts, SOURCE, reading=reading)


def read_person(members: dict[str, Any], parts: frozenset[PartyPart] = EVERY_PARTY_PART) -> Party:
    return mapping.party(JsonObject(members), parts, SOURCE, kind=PartyKind.INDIVIDUAL, reading=READING)


def read_organization(members: dict[str, Any], parts: frozenset[PartyPart] = EVERY_PARTY_PART) -> Party:
    return mapping.party(JsonObject(members), parts, SOURCE, kind=PartyKind.ORGANIZATION, reading=READING)


def test_a_whole_customer_is_read():
    found = read(a_customer("1000042"))

    assert Ref("customer", "crm", ("1000042",)) == found.ref
    assert "1000042" == found.customer_number
    assert ("Customer 1000042", "active", "all papers seen") == (found.name, found.status, found.status_reason)
    assert TimePeriod(start=dt.datetime(2020, 2, 29, 8, tzinfo=dt.UTC), end=None) == found.valid_for
    assert [("segment", "home")] == [(each.name, each.value) for each in found.characteristics]
    assert PartyRef(party_id="p1000042", kind=PartyKind.INDIVIDUAL) == found.party_ref
    assert ("A1000042", "B1000042") == found.account_numbers
    [credit] = found.credit_profiles
    assert (2, 640, dt.datetime(2024, 5, 1, tzinfo=dt.UTC)) == (credit.risk_rating, credit.score, credit.judged_at)
    assert credit.valid_for is not None
    assert dt.datetime(2025, 5, 1, tzinfo=dt.UTC) == credit.valid_for.end
    assert SOURCE is found.source


@given(st.frozensets(st.sampled_from(CustomerPart)))
def test_exactly_the_parts_asked_for_are_there(parts):
    """Whatever the server sends besides: an absent part is loud, a part that is there is read."""
    found = read(a_customer("1"), parts)

    for name, part in PART_OF.items():
        assert (getattr(found, name) is ABSENT) == (part not in parts)


@given(st.frozensets(st.sampled_from(PartyPart)))
def test_exactly_the_parts_of_a_party_asked_for_are_there(parts):
    for found in (read_person(a_person("1"), parts), read_organization(an_organization("1"), parts)):
        assert (found.name is ABSENT) == (PartyPart.NAME not in parts)
        assert (found.given_name is ABSENT) == (PartyPart.NAME not in parts)
        assert (found.family_name is ABSENT) == (PartyPart.NAME not in parts)
        assert (found.birth_date is ABSENT) == (PartyPart.DEMOGRAPHICS not in parts)
        assert (found.contact_media is ABSENT) == (PartyPart.CONTACTS not in parts)


def test_a_part_that_was_not_asked_for_is_not_even_looked_at():
    assert "Lin" == read({"id": "1", "name": "Lin", "validFor": 7}, frozenset({CustomerPart.NAME})).name


def test_a_customer_of_whom_the_crm_says_nothing_has_nulls_and_empty_lists():
    found = read({"id": "1"})

    assert [None] * 5 == [found.name, found.status, found.status_reason, found.valid_for, found.party_ref]
    assert ([], [], ()) == (found.characteristics, found.credit_profiles, found.account_numbers)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("premium", "premium"),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (189000000000000721, "189000000000000721"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        (None, None),
        ([], None),
        ({"amount": 1}, None),
    ],
)
def test_a_characteristic_is_its_plain_value_as_text(value, text):
    [found] = read(a_customer("1", characteristic=[{"name": "n", "value": value}])).characteristics

    assert text == found.value


@pytest.mark.parametrize(
    ("engaged", "kind"),
    [
        ({"@referredType": "Individual"}, PartyKind.INDIVIDUAL),
        ({"@referredType": "organization"}, PartyKind.ORGANIZATION),
        ({"@referredType": "ORGANIZATION", "href": "/party/v4/organization/2"}, PartyKind.ORGANIZATION),
        ({"@referredType": "ORGANIZATION", "href": "/party/v4/party/2"}, PartyKind.ORGANIZATION),
        ({"href": "https://crm.example/tmf-api/party/v4/individual/2"}, PartyKind.INDIVIDUAL),
        ({"href": "/party/v4/Organization/2/"}, PartyKind.ORGANIZATION),
        ({"@referredType": "PartyRole", "href": "/party/v4/organization/2?x=/individual/1"}, PartyKind.ORGANIZATION),
    ],
)
def test_the_kind_of_party_is_the_type_else_the_collection_of_its_address(engaged, kind):
    found = read(a_customer("1", engagedParty={"id": "2"} | engaged))

    assert PartyRef(party_id="2", kind=kind) == found.party_ref


def test_a_party_whose_type_and_address_disagree_is_an_error():
    engaged = {"id": "2", "@referredType": "Organization", "href": "/party/v4/individual/2"}

    with pytest.raises(JsonError, match="disagree"):
        read(a_customer("1", engagedParty=engaged))


@pytest.mark.parametrize(
    "engaged", [{}, {"@referredType": "Party"}, {"href": "2"}, {"href": "http://[bad/individual/2"}]
)
def test_a_party_of_unknown_kind_is_an_error_unless_there_is_a_default(engaged):
    members = a_customer("1", engagedParty={"id": "2"} | engaged)
    with pytest.raises(JsonError, match="default_party_kind"):
        read(members)

    reading = mapping.Reading(system="crm", zone=None, default_party_kind=PartyKind.ORGANIZATION)
    assert PartyRef(party_id="2", kind=PartyKind.ORGANIZATION) == read(members, reading=reading).party_ref


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"id": None}, "id is missing or empty"),
        ({"id": 42}, "id is not text"),
        ({"name": 42}, "name is not text"),
        ({"status": {}}, "status is not text"),
        ({"validFor": "2020"}, "validFor is not an object"),
        ({"validFor": {"startDateTime": "2020-01-01"}}, "validFor.startDateTime is not an ISO 8601 date and time"),
        ({"characteristic": {"name": "n"}}, "characteristic is not an array"),
        ({"characteristic": [{"value": "v"}]}, "characteristic.name is missing or empty"),
        ({"creditProfile": [{"creditScore": "5"}]}, "creditProfile.creditScore is not a number"),
        ({"creditProfile": [{"creditScore": 2**31}]}, "creditProfile.creditScore is beyond 32 bits"),
        (
            {"creditProfile": [{"creditRiskRating": Decimal("4.5")}]},
            "creditProfile.creditRiskRating is not a whole number",
        ),
        ({"engagedParty": {"@referredType": "Individual"}}, "engagedParty.id is missing or empty"),
        ({"account": [{"name": "main"}]}, "account.id is missing or empty"),
        ({"account": "A1"}, "account is not an array"),
    ],
)
def test_what_cannot_be_read_is_named(members, message):
    with pytest.raises(JsonError) as caught:
        read(a_customer("1", **members))

    assert message == str(caught.value)


def test_a_person_is_read():
    found = read_person(a_person("5000042"))

    assert ("5000042", PartyKind.INDIVIDUAL) == (found.party_id, found.kind)
    assert ("王小明", "小明", "王") == (found.name, found.given_name, found.family_name)
    assert dt.date(1990, 4, 30) == found.birth_date


def test_preferred_contacts_come_first_and_keep_their_order():
    media = [{"mediumType": str(number), "preferred": number in {3, 5}} for number in range(7)] + [{"mediumType": "7"}]

    found = read_person(a_person("1", contactMedium=media)).contact_media

    assert ["3", "5", "0", "1", "2", "4", "6", "7"] == [each.medium_type for each in found]
    assert found[-1].preferred is None


def test_a_postal_address_has_its_street_lines_joined():
    address = {
        "street1": "7 Lantern Lane",
        "street2": "Floor 3",
        "city": "Lowport",
        "postCode": "00420",
        "stateOrProvince": "North",
        "country": "Nowhere",
    }

    [found] = read_person(
        a_person("1", contactMedium=[{"mediumType": "postalAddress", "characteristic": address}])
    ).contact_media

    assert "7 Lantern Lane, Floor 3" == found.street
    assert ("Lowport", "00420", "North", "Nowhere") == (
        found.city,
        found.post_code,
        found.state_or_province,
        found.country,
    )
    assert found.email_address is None
    assert found.valid_for is None


@pytest.mark.parametrize(
    "detail", [{"street1": "only one"}, {"street2": "only one"}, {"street1": "", "street2": "only one"}]
)
def test_a_single_street_line_stands_alone(detail):
    [found] = read_person(a_person("1", contactMedium=[{"characteristic": detail}])).contact_media

    assert "only one" == found.street


def test_a_contact_without_characteristic_or_type_is_kept():
    [found] = read_person(a_person("1", contactMedium=[{"preferred": True}])).contact_media

    assert (None, True, None) == (found.medium_type, found.preferred, found.street)


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"formattedName": "Dr. Lin", "fullName": "Lin", "legalName": "Lin A."}, "Dr. Lin"),
        ({"fullName": "Lin", "legalName": "Lin A."}, "Lin"),
        ({"legalName": "Lin A."}, "Lin A."),
        ({"givenName": "Lin", "familyName": "A."}, None),
    ],
)
def test_a_persons_name_is_taken_whole_and_never_put_together(members, name):
    assert name == read_person({"id": "1"} | members).name


def test_an_organisation_has_its_name_else_the_one_it_trades_under_and_no_birthday():
    found = read_organization(an_organization("1", birthDate="1990-01-01", givenName="Not"))
    assert ("Sales department", None, None, None) == (
        found.name,
        found.given_name,
        found.family_name,
        found.birth_date,
    )
    assert "Lantern Works" == read_organization({"id": "1", "tradingName": "Lantern Works"}).name


def test_a_zone_in_the_settings_reads_times_without_one():
    reading = mapping.Reading(system="crm", zone=zoneinfo.ZoneInfo("Europe/Madrid"), default_party_kind=None)

    found = read(a_customer("1", validFor={"startDateTime": "2020-07-01T00:00:00"}), reading=reading)

    assert TimePeriod(start=dt.datetime(2020, 6, 30, 22, tzinfo=dt.UTC), end=None) == found.valid_for


JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)


def _paths(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from _paths(each, (*path, key))


@pytest.mark.parametrize(("make", "read_it"), [(a_customer, read), (a_person, read_person)])
@given(data=st.data())
def test_a_mutated_member_changes_only_what_it_stands_for(make, read_it, data):
    """Anything may stand anywhere: it is an error, or every other field is as before."""
    original = make("1")
    path = data.draw(st.sampled_from([each for each in _paths(original) if each]))
    mutated = copy.deepcopy(original)
    target = mutated
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = data.draw(JUNK)
    try:
        found = read_it(mutated)
    except JsonError:
        return
    before = read_it(original)
    differing = {name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(found, name)}
    assert differing <= HELD_IN.get(path[0], set())


HELD_IN = {
    "id": {"ref", "customer_number", "party_id"},
    "name": {"name"},
    "status": {"status"},
    "statusReason": {"status_reason"},
    "validFor": {"valid_for"},
    "engagedParty": {"party_ref"},
    "account": {"account_numbers"},
    "characteristic": {"characteristics"},
    "creditProfile": {"credit_profiles"},
    "givenName": {"given_name"},
    "familyName": {"family_name"},
    "fullName": {"name"},
    "birthDate": {"birth_date"},
    "contactMedium": {"contact_media"},
}


@pytest.mark.parametrize(
    ("members", "part", "selected"),
    [
        (fields.CUSTOMER, CustomerPart.NAME, "id,name"),
        (fields.CUSTOMER, CustomerPart.STATUS, "id,status,statusReason"),
        (fields.CUSTOMER, CustomerPart.VALIDITY, "id,validFor"),
        (fields.CUSTOMER, CustomerPart.CHARACTERISTICS, "id,characteristic"),
        (fields.CUSTOMER, CustomerPart.CREDIT, "id,creditProfile"),
        (fields.CUSTOMER, CustomerPart.PARTY, "id,engagedParty"),
        (fields.CUSTOMER, CustomerPart.ACCOUNTS, "id,account"),
        (fields.INDIVIDUAL, PartyPart.NAME, "id,givenName,familyName,fullName,formattedName,legalName"),
        (fields.INDIVIDUAL, PartyPart.DEMOGRAPHICS, "id,birthDate"),
        (fields.INDIVIDUAL, PartyPart.CONTACTS, "id,contactMedium"),
        (fields.ORGANIZATION, PartyPart.NAME, "id,name,tradingName"),
        (fields.ORGANIZATION, PartyPart.DEMOGRAPHICS, "id"),
        (fields.ORGANIZATION, PartyPart.CONTACTS, "id,contactMedium"),
    ],
)
def test_a_part_asks_for_exactly_its_members(members, part, selected):
    assert selected == fields.selection(members, [part])


@pytest.mark.parametrize(
    ("members", "parts"),
    [(fields.CUSTOMER, CustomerPart), (fields.INDIVIDUAL, PartyPart), (fields.ORGANIZATION, PartyPart)],
)
def test_every_part_has_members_and_their_order_is_fixed(members, parts):
    assert set(parts) == set(members)
    assert fields.selection(members, list(parts)) == fields.selection(members, reversed(list(parts)))


def test_a_further_member_is_asked_for_once():
    assert "id,engagedParty" == fields.selection(fields.CUSTOMER, [CustomerPart.PARTY], "engagedParty", "id")
