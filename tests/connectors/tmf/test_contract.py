"""Against the published definitions of TMF629 and TMF632: their samples decode, and our requests are theirs."""

import datetime as dt
import json
import pathlib
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from connectors.guard import Answer
from schema.customer import PartyRef
from schema.parts import CustomerPart, PartyPart
from schema.party import Party, PartyKind
from tests.connectors.support import soon
from tests.connectors.tmf.fake import FakeCRM, a_customer, a_person, an_organization, connector_to
from tests.connectors.tmf.swagger import NotInDefinitionError, Swagger
from tests.dialects import dialects_folder

UTC = dt.UTC
EVERY_CUSTOMER_PART = frozenset(CustomerPart)
EVERY_PARTY_PART = frozenset(PartyPart)


@pytest.fixture(scope="module")
def tmf() -> pathlib.Path:
    return dialects_folder() / "tmf"


@pytest.fixture(scope="module")
def definitions(tmf) -> dict[str, Swagger]:
    return {
        "customerManagement": Swagger(tmf / "v4/TMF629-Customer-v4.0.0.swagger.json"),
        "party": Swagger(tmf / "v4/TMF632-Party-v4.0.0.swagger.json"),
    }


def crm_that_answers(sample: bytes) -> FakeCRM:
    return FakeCRM(answer=lambda _: Response(sample, media_type="application/json;charset=utf-8"))


class TestSamples:
    async def test_the_customer(self, tmf):
        sample = (tmf / "samples/TMF629/Customer.example.json").read_bytes()
        written = json.loads(sample)

        outcomes = await connector_to(crm_that_answers(sample)).customers(
            ["1140"], parts=EVERY_CUSTOMER_PART, within=soon()
        )
        answer = outcomes["1140"]
        assert isinstance(answer, Answer)
        found = answer.value

        assert (written["name"], "Approved", written["statusReason"]) == (found.name, found.status, found.status_reason)
        assert PartyRef(party_id="500", kind=PartyKind.ORGANIZATION) == found.party_ref
        assert ("8251",) == found.account_numbers
        assert [("fidelityProgram", "premium")] == [(each.name, each.value) for each in found.characteristics]
        assert found.valid_for is not None
        assert dt.datetime(2018, 6, 12, tzinfo=UTC) == found.valid_for.start
        assert dt.datetime(2019, 1, 11, tzinfo=UTC) == found.valid_for.end
        [credit] = found.credit_profiles
        assert (dt.datetime(2018, 6, 15, tzinfo=UTC), 4, 5) == (credit.judged_at, credit.risk_rating, credit.score)
        assert credit.valid_for is not None
        assert dt.datetime(2018, 6, 13, tzinfo=UTC) == credit.valid_for.start

    async def party(self, sample: bytes, ref: PartyRef) -> Party:
        connector = connector_to(crm_that_answers(sample))
        answer = (await connector.parties([ref], parts=EVERY_PARTY_PART, within=soon()))[ref]
        assert isinstance(answer, Answer)
        found: Party = answer.value
        return found

    async def test_the_individual(self, tmf):
        sample = (tmf / "samples/TMF632/Individual.example.json").read_bytes()
        written = json.loads(sample)

        found = await self.party(sample, PartyRef(party_id="42", kind=PartyKind.INDIVIDUAL))

        assert written["formattedName"] == found.name
        assert (written["givenName"], written["familyName"]) == (found.given_name, found.family_name)
        assert dt.date(1967, 9, 26) == found.birth_date
        self._check_media(found, written)

    async def test_the_organization(self, tmf):
        sample = (tmf / "samples/TMF632/Organization.example.json").read_bytes()
        written = json.loads(sample)

        found = await self.party(sample, PartyRef(party_id="128", kind=PartyKind.ORGANIZATION))

        assert written["tradingName"] == found.name
        assert (None, None, None) == (found.given_name, found.family_name, found.birth_date)
        self._check_media(found, written)

    def _check_media(self, found: Party, written: dict[str, Any]) -> None:
        email, postal = found.contact_media
        in_email, in_postal = (each["characteristic"] for each in written["contactMedium"])
        assert ("email", True, in_email["emailAddress"]) == (email.medium_type, email.preferred, email.email_address)
        assert ("postalAddress", False, "07960") == (postal.medium_type, postal.preferred, postal.post_code)
        assert f"{in_postal['street1']}, {in_postal['street2']}" == postal.street
        assert (in_postal["city"], in_postal["stateOrProvince"], "USA") == (
            postal.city,
            postal.state_or_province,
            postal.country,
        )
        assert postal.valid_for is not None
        assert postal.valid_for.start is not None
        assert (246_000 if found.kind is PartyKind.INDIVIDUAL else 28_000) == postal.valid_for.start.microsecond
        assert postal.valid_for.end is None


class TestRequests:
    async def sent(self, **settings: Any) -> list[httpx.URL]:
        """Every kind of question that the connector asks, with every part."""
        crm = FakeCRM(
            customers=[a_customer(str(number)) for number in range(5)],
            individuals=[a_person("1"), a_person("2")],
            organizations=[an_organization("1"), an_organization("2")],
        )
        connector = connector_to(crm, **settings)
        refs = [PartyRef(party_id=number, kind=kind) for kind in PartyKind for number in "12"]
        await connector.customers(["1"], parts=EVERY_CUSTOMER_PART, within=soon())
        await connector.customers(["1", "2", "a/b ,c"], parts=EVERY_CUSTOMER_PART, within=soon())
        await connector.customers_of_party("p1", parts=frozenset(), within=soon())
        await connector.customers_of_accounts(["A1", "A2", "A3"], parts=frozenset(), within=soon())
        await connector.parties(refs, parts=EVERY_PARTY_PART, within=soon())
        await connector.parties(refs[1:3], parts=EVERY_PARTY_PART, within=soon())
        return crm.addresses

    @pytest.mark.parametrize("settings", [{}, {"page_size": 2}, {"filters": {"many": "none"}}, {"send_fields": False}])
    async def test_all_that_we_ask_is_in_the_definitions(self, definitions, settings):
        urls = await self.sent(**settings)

        assert len(urls) > 8
        for url in urls:
            definitions[url.path.split("/")[2]].check("GET", url)

    @pytest.mark.parametrize(
        "query",
        ["fields=id,nickname", "fields=engagedParty.id", "limit=ten", "nickname=x", "account.nickname=1", "sort=id"],
    )
    def test_the_check_finds_what_the_definition_does_not_have(self, definitions, query):
        url = httpx.URL(f"http://crm.test/tmf-api/customerManagement/v4/customer?{query}")

        with pytest.raises(NotInDefinitionError):
            definitions["customerManagement"].check("GET", url)

    @pytest.mark.parametrize(
        "path", ["/tmf-api/customerManagement/v4/client", "/customer", "/tmf-api/customerManagement/v4/customer/1/2"]
    )
    def test_the_check_finds_a_path_that_the_definition_does_not_have(self, definitions, path):
        with pytest.raises(NotInDefinitionError):
            definitions["customerManagement"].check("GET", httpx.URL(f"http://crm.test{path}"))
