"""The connector against a small CRM: parties, and the customers that a party is."""

import pytest

from connectors.errors import BadData, ConnectorError, Rejected
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from schema.customer import PartyRef
from schema.parts import ABSENT, CustomerPart, PartyPart
from schema.party import Party, PartyKind
from tests.connectors.support import NOW, soon
from tests.connectors.tmf.asking import NAME, numbers
from tests.connectors.tmf.fake import (
    a_customer,
    as_json,
    connector_to,
)

PERSON_42 = PartyRef(party_id="42", kind=PartyKind.INDIVIDUAL)


class TestByParty:
    async def ask(self, connector: TMFConnector, party_id: str = "p2", parts: frozenset[CustomerPart] = NAME):
        return await connector.customers_of_party(party_id, parts=parts, within=soon())

    async def test_the_filter_is_asked_with_the_member_that_proves_it(self, crm):
        found = await self.ask(connector_to(crm))

        assert ["2"] == numbers(found)
        assert found.value[0].party_ref is ABSENT
        assert ["/customer?engagedParty.id=p2&fields=id,name,engagedParty"] == crm.questions

    async def test_nobody_is_an_empty_answer(self, crm):
        found = await self.ask(connector_to(crm), "unknown")

        assert () == found.value

    async def test_every_customer_of_a_party_is_found_whatever_its_kind(self, crm):
        crm.customers += [
            a_customer("7", engagedParty={"id": "p2", "@referredType": "Organization"}),
            a_customer("8", engagedParty={"id": "p2", "@referredType": "Individual"}),
        ]

        assert ["2", "7", "8"] == numbers(await self.ask(connector_to(crm)))

    async def test_the_name_of_the_filter_is_the_operators(self, crm):
        await self.ask(connector_to(crm, filters={"customer_by_party": "relatedParty.id"}))

        assert ["/customer?relatedParty.id=p2&fields=id,name,engagedParty"] == crm.questions

    @pytest.mark.parametrize("heeds_fields", [True, False])
    async def test_a_server_that_ignores_the_filter_is_found_out(self, crm, heeds_fields):
        crm.heeds_filters, crm.heeds_fields = False, heeds_fields

        with pytest.raises(BadData, match=r"the filter engagedParty\.id was ignored"):
            await self.ask(connector_to(crm))

    async def test_a_customer_without_the_member_that_proves_the_filter_is_refused(self, crm):
        crm.answer = lambda _: as_json([{"id": "1", "name": "Lin"}])

        with pytest.raises(BadData, match="engagedParty is missing"):
            await self.ask(connector_to(crm))

    async def test_one_that_cannot_be_read_makes_the_whole_answer_an_error(self, crm):
        crm.customers += [a_customer("7", engagedParty={"id": "p2"}, name=7)]

        with pytest.raises(BadData, match="name is not text"):
            await self.ask(connector_to(crm))

    @pytest.mark.parametrize("odd", ["p1,p2", "", "\ud800"])
    async def test_a_key_that_a_filter_cannot_hold_is_refused_and_not_asked(self, crm, odd):
        with pytest.raises(Rejected) as caught:
            await self.ask(connector_to(crm), odd)

        assert [] == crm.questions
        assert "p1" not in str(caught.value)

    async def test_a_key_with_signs_of_an_address_is_quoted(self, crm):
        crm.customers[0]["engagedParty"]["id"] = "a&id=2#?%41+b"

        assert ["1"] == numbers(await self.ask(connector_to(crm), "a&id=2#?%41+b"))


class TestParties:
    async def ask(
        self, connector: TMFConnector, *refs: PartyRef, parts: frozenset[PartyPart] = frozenset({PartyPart.NAME})
    ) -> dict[PartyRef, Answer[Party] | ConnectorError]:
        return dict(await connector.parties(refs, parts=parts, within=soon()))

    async def test_a_person_and_an_organisation_with_one_id_are_two(self, crm):
        firm = PartyRef(party_id="42", kind=PartyKind.ORGANIZATION)

        found = await self.ask(connector_to(crm), PERSON_42, firm)

        assert {PERSON_42: "王小明", firm: "Sales department"} == {
            ref: each.value.name for ref, each in found.items() if isinstance(each, Answer)
        }
        assert {
            "/individual/42?fields=id,givenName,familyName,fullName,formattedName,legalName",
            "/organization/42?fields=id,name,tradingName",
        } == set(crm.questions)

    async def test_several_persons_are_one_question(self, crm):
        other = PartyRef(party_id="43", kind=PartyKind.INDIVIDUAL)

        found = await self.ask(connector_to(crm), PERSON_42, other, parts=frozenset({PartyPart.CONTACTS}))

        assert {PERSON_42, other} == set(found)
        assert ["/individual?id=42,43&fields=id,contactMedium"] == crm.questions

    async def test_unknown_parties_are_left_out_and_one_kind_failing_leaves_the_other(self, crm):
        nobody = PartyRef(party_id="9", kind=PartyKind.INDIVIDUAL)
        firm = PartyRef(party_id="42", kind=PartyKind.ORGANIZATION)
        assert {} == await self.ask(connector_to(crm), nobody)

        crm.organizations[0]["name"] = 7
        found = await self.ask(connector_to(crm), PERSON_42, firm)
        assert isinstance(found[PERSON_42], Answer)
        assert isinstance(found[firm], BadData)

    async def test_the_source_names_the_collection(self, crm):
        found = (await self.ask(connector_to(crm), PERSON_42))[PERSON_42]

        assert isinstance(found, Answer)
        assert ("crm", "GET /individual", NOW) == (
            found.value.source.system,
            found.value.source.operation,
            found.value.source.fetched_at,
        )

    async def test_where_the_collections_stand_is_the_operators(self, crm):
        connector = connector_to(crm, individual_path="/elsewhere/person")

        found = await self.ask(connector, PERSON_42)

        assert isinstance(found[PERSON_42], BadData)  # Starlette's own 404 is not the CRM's.
