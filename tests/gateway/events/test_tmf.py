"""Whom an event is about, in our own words and in the published interfaces' forms."""

import json
import os
import pathlib
from typing import Any

import pytest

from connectors.guard.subject import Subject, SubjectKind
from connectors.json import JsonError, as_object, parse
from connectors.numbering import NumberingPlan
from gateway.events import tmf
from gateway.events.tmf import subjects_of
from tests.connectors.support import PLAN

PUBLISHED = pathlib.Path(os.environ.get("SWITCHBOARD_DIALECTS", "../shared/dialects")) / "tmf" / "v4"


def about(resource: str, **members: object) -> set[tuple[str, str]]:
    body = {"eventId": "1", "eventType": f"{resource}AttributeValueChangeEvent", "event": {resource: members}}
    found = subjects_of(as_object(parse(json.dumps(body).encode())), readings=PLAN.readings)
    return {(str(subject.kind), subject.key) for subject in found}


def test_a_customer_is_about_itself_its_party_and_its_accounts():
    found = about(
        "customer",
        id="c1",
        engagedParty={"id": "p1", "@referredType": "Individual"},
        account=[{"id": "A1"}, {"id": "A2"}],
        relatedParty=[{"id": "c2", "role": "Customer"}],
    )

    customers = {("customer", "c1"), ("customer", "c2")}
    assert customers | {("party", "p1"), ("party", "c2"), ("account", "A1"), ("account", "A2")} == found


@pytest.mark.parametrize("resource", ["individual", "organization"])
def test_a_person_or_an_organisation_is_a_party(resource):
    assert {("party", "p1")} == about(resource, id="p1")


def test_events_of_accounts_have_a_payload():
    body: dict[str, Any] = {"eventType": "BillingAccountStateChangeEvent", "payload": {"billingAccount": {"id": "A1"}}}

    assert {Subject(SubjectKind.ACCOUNT, "A1")} == subjects_of(as_object(body), readings=PLAN.readings)


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("CustomerDeleteEvent", SubjectKind.CUSTOMER),
        ("BillingAccountAttributeValueChangeEvent", SubjectKind.ACCOUNT),
        ("IndividualStatusChangeEvent", SubjectKind.PARTY),
        ("OrganizationStateChangeNotification", SubjectKind.PARTY),
    ],
)
def test_an_event_that_names_its_resource_alone_is_about_it(event_type, kind):
    body: dict[str, Any] = {"eventType": event_type, "id": "x1", "event": {}}

    assert {Subject(kind, "x1")} == subjects_of(as_object(body), readings=PLAN.readings)


@pytest.mark.parametrize("event_type", ["ProductOrderStateChangeEvent", "CustomerEvent", "DeleteEvent", ""])
def test_the_id_of_another_thing_is_passed_over(event_type):
    assert frozenset() == subjects_of(as_object({"eventType": event_type, "id": "x1"}), readings=PLAN.readings)


def test_an_account_is_about_itself_and_its_customer():
    found = about("billingAccount", id="A1", relatedParty=[{"id": "c1", "role": "customer"}])

    assert {("account", "A1"), ("party", "c1"), ("customer", "c1")} == found


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("product", "productCharacteristic"),
        ("service", "serviceCharacteristic"),
        ("resource", "resourceCharacteristic"),
    ],
)
def test_a_product_a_service_and_a_resource_are_about_the_line_and_the_sim_that_they_name(resource, name):
    named = [
        {"name": "MSISDN", "value": "+99960000001"},
        {"name": "imsi", "value": "999700000000001"},
        {"name": "colour", "value": "red"},
        {"name": "msisdn", "value": {"nested": True}},
    ]

    assert {("line", "99960000001"), ("sim", "999700000000001")} == about(resource, id="x", **{name: named})


def test_a_topup_is_about_its_line_and_account():
    found = about("topupBalance", id="t", logicalResource=[{"id": "60000001"}], partyAccount={"id": "A1"})

    assert {("line", "99960000001"), ("account", "A1")} == found


def test_an_agreement_about_privacy_is_about_itself_and_whom_it_engages():
    engaged = [{"id": "p1", "role": "customer", "@referredType": "Individual"}, {"id": "p2", "role": "guardian"}]

    found = about("partyPrivacyAgreement", id="a1", engagedParty=engaged)

    assert {("agreement", "a1"), ("party", "p1"), ("customer", "p1"), ("party", "p2")} == found


def test_an_agreement_that_is_gone_is_about_itself():
    body: dict[str, Any] = {"eventType": "PartyPrivacyAgreementDeleteEvent", "id": "a1"}

    assert {("agreement", "a1")} == about("partyPrivacyAgreement", id="a1")
    assert {Subject(SubjectKind.AGREEMENT, "a1")} == subjects_of(as_object(body), readings=PLAN.readings)


def test_a_privacy_profile_is_about_whom_it_is_for_and_who_agreed_to_it():
    found = about("partyPrivacyProfile", id="x", agreedByParty={"id": "p1"}, applicableForParty={"id": "p2"})

    assert {("party", "p1"), ("party", "p2")} == found


def test_a_number_that_can_be_read_in_two_ways_is_about_both_lines():
    plan = NumberingPlan(country_code="62", lengths=frozenset({9, 10, 11, 12}))
    body: dict[str, Any] = {"event": {"topupBalance": {"id": "t", "logicalResource": {"id": "62812345678"}}}}

    found = subjects_of(as_object(body), readings=plan.readings)

    assert {Subject(SubjectKind.LINE, number) for number in ("62812345678", "6262812345678")} == found


def test_a_payment_is_about_its_account_and_payer():
    assert {("account", "A1"), ("party", "p1")} == about("payment", account={"id": "A1"}, payer={"id": "p1"})


def test_a_thing_that_is_no_number_of_ours_is_no_line():
    assert set() == about("topupBalance", logicalResource=[{"id": "447700900001"}, {"id": "tv-7"}])


@pytest.mark.parametrize("resource", ["catalog", "alarm", "", "customers"])
def test_what_we_keep_nothing_of_is_about_nobody(resource):
    assert set() == about(resource, id="c1")


@pytest.mark.parametrize("body", [{}, {"event": None}, {"event": {}}, {"eventType": "CustomerDeleteEvent"}])
def test_an_event_without_a_resource_is_about_nobody(body):
    assert frozenset() == subjects_of(as_object(body), readings=PLAN.readings)


@pytest.mark.parametrize(
    "event",
    [
        "text",
        {"customer": []},
        {"customer": {"id": {"x": 1}}},
        {"customer": {"id": True}},
        {"customer": {"account": 1}},
    ],
)
def test_an_event_of_another_form_is_refused_without_repeating_it(event):
    with pytest.raises(JsonError):
        subjects_of(as_object({"event": event}), readings=PLAN.readings)


def test_a_key_of_absurd_length_is_passed_over():
    assert set() == about("customer", id="c" * 1000)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published interface definitions are not there")
@pytest.mark.parametrize(
    ("file", "resources"),
    [
        ("TMF629-Customer-v4.0.0", {"customer"}),
        ("TMF632-Party-v4.0.0", {"individual", "organization"}),
        ("TMF637-ProductInventory-v4.0.0", {"product"}),
        ("TMF638-ServiceInventory-v4.0.0", {"service"}),
        ("TMF639-ResourceInventory-v4.0.0", {"resource"}),
        ("TMF666-Account-v4.0.0", {"billingAccount", "partyAccount", "settlementAccount", "financialAccount"}),
        ("TMF676-Payment-v4.0.0", {"payment", "refund"}),
        ("TMF654-PrepayBalance-v4.0.0", {"topupBalance", "adjustBalance", "transferBalance"}),
        ("TMF670-PaymentMethod-v4.0.0", {"paymentMethod"}),
        ("TMF622-ProductOrder-v4.0.0", {"productOrder"}),
        ("TMF644-Privacy-v4.0.0", {"partyPrivacyAgreement", "partyPrivacyProfile"}),
    ],
)
def test_the_published_events_have_this_form(file, resources):
    definitions = json.loads((PUBLISHED / f"{file}.swagger.json").read_text(encoding="utf-8"))["definitions"]
    payloads = {name: each for name, each in definitions.items() if name.endswith("EventPayload")}
    named = {
        name: each["$ref"].rpartition("/")[2]
        for payload in payloads.values()
        for name, each in payload["properties"].items()
    }

    assert resources <= named.keys()
    assert resources <= tmf._ITSELF.keys()
    for name in resources:
        members = definitions[named[name]]["properties"]
        itself = tmf._ITSELF[name]
        # Whom it is about is said by its own id or by something that it refers to.
        assert itself is not None or members.keys() & {*tmf._REFERENCES, *tmf._CHARACTERISTICS}
    for definition in payloads:
        assert {"event", "payload"} & definitions[definition.removesuffix("Payload")]["properties"].keys()


def test_nobody_is_printed():
    assert "60000001" not in repr(Subject(SubjectKind.LINE, "99960000001"))
