"""The connector's agreements: what is asked, what the answers say, and that what is not understood is never a consent."""

import dataclasses
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from connectors.capabilities import Consents, DataSubject, DataSubjectKind
from connectors.errors import BadData, ConnectorError, Misconfigured, Rejected, Unavailable
from connectors.guard import Answer, Subject, subject
from connectors.tmf import TMFConsentConnector
from schema.consent import Consent, ConsentStatus
from schema.customer import PartyRef
from schema.party import PartyKind
from tests.connectors.support import NOW, DictStore, environment, soon
from tests.connectors.tmf.fake import (
    AGREEMENTS,
    FRAUD,
    INDIVIDUALS,
    PARTNER,
    FakeCRM,
    a_use,
    an_agreement,
    as_json,
    consent_settings,
    consents_of,
)
from tests.connectors.tmf.swagger import Swagger
from tests.dialects import dialects_folder

ADA = DataSubject(DataSubjectKind.INDIVIDUAL, "p1")
UTC = dt.UTC
GIVEN, REFUSED, NOT_IN_FORCE = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.NOT_IN_FORCE


async def told(*agreements: Any, who: DataSubject = ADA, **settings: Any) -> tuple[Consent, ...]:
    connector = consents_of(FakeCRM(agreements=list(agreements)), **settings)
    answer: Answer[tuple[Consent, ...]] = await connector.agreements(who, within=soon())
    return answer.value


async def test_an_agreement_is_read_with_whom_for_what_and_when() -> None:
    (consent,) = await told(an_agreement("a1"))

    assert ("a1", FRAUD, "partner-a", GIVEN) == (consent.agreement, consent.purpose, consent.party, consent.status)
    assert dt.datetime(2026, 1, 31, 8, tzinfo=UTC) == consent.agreed_at
    assert consent.valid_for is not None
    assert dt.datetime(2026, 2, 1, tzinfo=UTC) == consent.valid_for.start
    assert dt.datetime(2030, 2, 1, tzinfo=UTC) == consent.valid_for.end


async def test_one_question_asks_for_all_that_is_needed_and_nothing_else() -> None:
    crm = FakeCRM(agreements=[an_agreement("a1"), an_agreement("a2", "p2")])

    answer = await consents_of(crm).agreements(ADA, within=soon())

    members = "status,initialDate,agreementPeriod,agreementAuthorization,engagedParty,partyPrivacyProfileCharacteristic"
    assert [f"/partyPrivacyAgreement?engagedParty.id=p1&fields=id,{members}"] == crm.questions
    assert ["a1"] == [each.agreement for each in answer.value]
    assert isinstance(consents_of(crm), Consents)


async def test_all_pages_are_read_and_there_may_be_none() -> None:
    agreements = [an_agreement(f"a{number}") for number in range(7)]

    assert 7 == len(await told(*agreements, page_size=3))
    assert () == await told()


async def test_every_purpose_and_party_of_an_agreement_is_a_consent_of_its_own() -> None:
    uses = [
        a_use(relatedParty=[PARTNER, PARTNER | {"id": "b"}]),
        a_use(privacyUsagePurpose="dpv:Marketing", value="No"),
    ]

    found = await told(an_agreement("a1", partyPrivacyProfileCharacteristic=uses))

    assert [(FRAUD, "partner-a", GIVEN), (FRAUD, "b", GIVEN), ("dpv:Marketing", "partner-a", REFUSED)] == [
        (each.purpose, each.party, each.status) for each in found
    ]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("Yes", GIVEN),
        ("yes", GIVEN),
        ("TRUE", GIVEN),
        (True, GIVEN),
        ("No", REFUSED),
        ("false", REFUSED),
        (False, REFUSED),
    ],
)
async def test_the_value_says_whether_it_may_be_used(value: object, status: ConsentStatus) -> None:
    (consent,) = await told(an_agreement("a1", partyPrivacyProfileCharacteristic=[a_use(value=value)]))

    assert status is consent.status


@pytest.mark.parametrize(
    "members",
    [
        {"status": "rejected"},
        {"status": "inProgress"},
        {"status": "withdrawn"},
        {"status": "Validated "},
        {"status": None},
        {"agreementAuthorization": [{"state": "approved"}, {"state": "in process"}]},
        {"agreementAuthorization": [{}]},
    ],
)
async def test_what_is_not_agreed_or_not_any_more_is_not_in_force(members: dict[str, Any]) -> None:
    (consent,) = await told(an_agreement("a1", **members))

    assert NOT_IN_FORCE is consent.status


async def test_other_words_for_agreed_and_for_purposes_can_be_said() -> None:
    uses = [
        a_use(privacyUsagePurpose="FRAUD", name="everything", relatedParty=[PARTNER | {"@referredType": "Partner"}])
    ]
    agreement = an_agreement("a1", status="signed", partyPrivacyProfileCharacteristic=uses)

    (consent,) = await told(
        agreement,
        statuses=["signed"],
        purposes={"FRAUD": FRAUD},
        characteristics=["everything"],
        partner_types=["Partner"],
    )

    assert (FRAUD, GIVEN) == (consent.purpose, consent.status)


@pytest.mark.parametrize(
    "use",
    [
        {"name": "emailAddress"},
        {"name": "emailAddress", "value": {"what": "ever"}},
        {"privacyUsagePurpose": None},
        {"relatedParty": []},
        {"relatedParty": None},
        {"relatedParty": [PARTNER | {"@referredType": "Individual"}]},
        {"relatedParty": [{"id": "partner-a"}]},
    ],
)
async def test_less_than_all_data_or_nobody_or_nothing_is_no_consent(use: dict[str, Any]) -> None:
    assert () == await told(an_agreement("a1", partyPrivacyProfileCharacteristic=[a_use(**use)]))


@pytest.mark.parametrize(
    "engaged",
    [
        {"@referredType": "Organization"},
        {"@referredType": "Customer"},
        {"@referredType": None},
        {"role": "guardian"},
        {"role": None},
    ],
)
async def test_who_is_engaged_as_somebody_else_is_not_meant(engaged: dict[str, Any]) -> None:
    party = {"id": "p1", "role": "customer", "@referredType": "Individual"} | engaged

    assert () == await told(an_agreement("a1", engagedParty=[party]))


async def test_an_agreement_can_engage_others_beside_whom_it_is_about() -> None:
    engaged = [
        {"id": "p1", "role": "guardian", "@referredType": "Individual"},
        {"id": "p1", "role": "User", "@referredType": "organization"},
    ]
    agreement = an_agreement("a1", engagedParty=engaged)

    assert () == await told(agreement)
    assert 1 == len(await told(agreement, who=DataSubject(DataSubjectKind.ORGANIZATION, "p1")))


@pytest.mark.parametrize(
    "members",
    [
        {"partyPrivacyProfileCharacteristic": [a_use(value="maybe")]},
        {"partyPrivacyProfileCharacteristic": [a_use(value=1)]},
        {"partyPrivacyProfileCharacteristic": [a_use(value=None)]},
        {"partyPrivacyProfileCharacteristic": [a_use(name=None)]},
        {"partyPrivacyProfileCharacteristic": [a_use(relatedParty=[{"@referredType": "Organization"}])]},
        {"partyPrivacyProfileCharacteristic": [a_use(privacyUsagePurpose=["dpv:Marketing"])]},
        {"partyPrivacyProfileCharacteristic": "x"},
        {"agreementPeriod": {"startDateTime": "2026-02-01T00:00:00"}},
        {"agreementPeriod": {"endDateTime": "soon"}},
        {"agreementPeriod": []},
        {"initialDate": "2026-13-01T00:00:00Z"},
        {"status": 1},
        {"agreementAuthorization": [{"state": True}]},
        {"engagedParty": [{"id": 1}]},
        {"engagedParty": []},
    ],
)
async def test_what_cannot_be_understood_spoils_the_answer(members: dict[str, Any]) -> None:
    crm = FakeCRM(agreements=[an_agreement("a1"), an_agreement("a2", **members)], heeds_filters=False)

    with pytest.raises(BadData):
        await consents_of(crm).agreements(ADA, within=soon())


async def test_a_server_that_ignores_the_filter_is_noticed() -> None:
    crm = FakeCRM(agreements=[an_agreement("a1"), an_agreement("a2", "p2")], heeds_filters=False)

    with pytest.raises(BadData, match=r"the filter engagedParty\.id was ignored"):
        await consents_of(crm).agreements(ADA, within=soon())


@pytest.mark.parametrize("key", ["p1,p2", "", "\ud800"])
async def test_a_key_that_would_be_another_question_is_not_asked_by(key: str) -> None:
    crm = FakeCRM()

    with pytest.raises(Rejected):
        await consents_of(crm).agreements(DataSubject(DataSubjectKind.INDIVIDUAL, key), within=soon())
    assert not crm.asked


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response(status_code=503), Unavailable),
        (Response(status_code=401), Misconfigured),
        (Response(b"<html></html>", media_type="text/html"), BadData),
        (Response(b"[{", media_type="application/json"), BadData),
        (as_json({}), BadData),
        (as_json([{"id": "a1"}]), BadData),
        (Response(b"not here", 404, media_type="text/plain"), BadData),
    ],
)
async def test_an_ill_system_is_an_error(answer: Response, error: type[ConnectorError]) -> None:
    with pytest.raises(error):
        await consents_of(FakeCRM(answer=lambda _: answer), guard={"attempts": 1}).agreements(ADA, within=soon())


@pytest.mark.parametrize(
    ("kind", "whom"),
    [(DataSubjectKind.CUSTOMER, subject.customer), (DataSubjectKind.ORGANIZATION, subject.party)],
)
async def test_what_is_kept_goes_by_whom_it_is_about_and_by_each_agreement(
    kind: DataSubjectKind, whom: Callable[[str], Subject]
) -> None:
    store = DictStore()
    engaged = [{"id": "x", "role": "user", "@referredType": kind.value}]
    crm = FakeCRM(agreements=[an_agreement(number, engagedParty=engaged) for number in ("a1", "a2")])
    surroundings = dataclasses.replace(environment(transport=httpx.ASGITransport(app=crm.app())), store=store)
    connector = TMFConsentConnector("consent", consent_settings(guard={"fresh_s": {"*": 30}}), surroundings)

    await connector.agreements(DataSubject(kind, "x"), within=soon())
    await connector.agreements(DataSubject(kind, "x"), within=soon())

    subjects = [whom("x"), subject.agreement("a1"), subject.agreement("a2")]
    assert [set(surroundings.keys.tags(subjects, ["consent"]))] == [set(tags) for tags in store.tags.values()]
    assert 1 == len(crm.asked)


async def test_a_check_asks_for_one_id_and_finds_a_wrong_path() -> None:
    crm = FakeCRM(agreements=[an_agreement("a1")])

    await consents_of(crm).check(msisdn="", within=soon())

    assert ["/partyPrivacyAgreement?fields=id"] == crm.questions
    wrong = consents_of(FakeCRM(), agreement_path="/nothing")
    with pytest.raises(Misconfigured):
        await wrong.check(msisdn="", within=soon())


async def test_nobody_is_printed() -> None:
    assert "p1" not in repr(ADA)


@pytest.mark.parametrize("kind", PartyKind)
async def test_every_party_that_a_customer_is_can_be_asked_about(kind: PartyKind) -> None:
    found = DataSubject.of_party(PartyRef(party_id="p1", kind=kind))

    assert (kind.name, "p1") == (found.kind.name, found.id)


async def test_the_published_sample_is_read() -> None:
    sample = (dialects_folder() / "tmf/samples/TMF644/PartyPrivacyAgreement.example.json").read_bytes()
    written = json.loads(sample.decode("utf-8", "replace"))
    crm = FakeCRM(answer=lambda _: as_json([written]))
    connector = consents_of(
        crm, characteristics=["EmailAddress"], partner_types=["Individual"], purposes={"INFORMATION": "dpv:Marketing"}
    )

    (consent,) = (await connector.agreements(DataSubject(DataSubjectKind.INDIVIDUAL, "5467"), within=soon())).value

    assert ("6810", "dpv:Marketing", "8632", GIVEN) == (
        consent.agreement,
        consent.purpose,
        consent.party,
        consent.status,
    )
    assert consent.valid_for is not None
    assert consent.valid_for.start is not None
    assert consent.valid_for.end is not None
    # As published: it ends before it begins, and so is never in force.
    assert consent.valid_for.end < consent.valid_for.start < NOW


@pytest.mark.parametrize("settings", [{}, {"send_fields": False}, {"page_size": 2}])
async def test_all_that_we_ask_is_in_the_definition(settings: dict[str, Any]) -> None:
    definition = Swagger(dialects_folder() / "tmf/v4/TMF644-Privacy-v4.0.0.swagger.json")
    crm = FakeCRM(agreements=[an_agreement(f"a{number}") for number in range(3)])
    connector = consents_of(crm, **settings)

    await connector.agreements(ADA, within=soon())
    await connector.check(msisdn="", within=soon())

    assert {AGREEMENTS} == {url.path for url in crm.addresses}
    assert INDIVIDUALS not in {url.path for url in crm.addresses}
    for url in crm.addresses:
        definition.check("GET", httpx.URL(url))
