"""The connector against a small CRM: which questions it asks, and what it answers."""

import datetime as dt

import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectors.capabilities import Connector, Customers
from connectors.errors import BadData, ConnectorError, Rejected, Unavailable
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from schema.customer import PartyRef
from schema.parts import ABSENT, CustomerPart, PartyPart
from schema.party import Party, PartyKind
from tests.connectors.support import NOW, soon
from tests.connectors.tmf.asking import NAME, customers, names, numbers
from tests.connectors.tmf.fake import (
    a_customer,
    as_json,
    connector_to,
)

PERSON_42 = PartyRef(party_id="42", kind=PartyKind.INDIVIDUAL)


async def test_it_offers_the_capability(crm):
    connector = connector_to(crm)
    _: Customers = connector
    __: Connector = connector

    assert isinstance(connector, Customers)
    assert "crm" == connector.system


class TestById:
    async def test_one_id_is_asked_by_its_address_for_what_is_needed(self, crm):
        found = await customers(connector_to(crm), "2")

        assert {"2": "Customer 2"} == names(found)
        assert ["/customer/2?fields=id,name"] == crm.questions

    async def test_several_ids_are_one_question(self, crm):
        found = await customers(connector_to(crm), "3", "1", "3", "2")

        assert {"1": "Customer 1", "2": "Customer 2", "3": "Customer 3"} == names(found)
        assert ["/customer?id=3,1,2&fields=id,name"] == crm.questions

    async def test_no_ids_are_no_question(self, crm):
        assert {} == await customers(connector_to(crm))
        assert [] == crm.questions

    async def test_without_batching_every_id_is_asked_by_its_address(self, crm):
        found = await customers(connector_to(crm, filters={"many": "none"}), "1", "2", "9")

        assert {"1": "Customer 1", "2": "Customer 2"} == names(found)
        assert sorted(crm.questions) == [f"/customer/{number}?fields=id,name" for number in "129"]

    async def test_more_ids_than_a_page_are_several_questions(self, crm):
        found = await customers(connector_to(crm, page_size=2), "1", "2", "3", "4", "5")

        assert 5 == len(found)
        assert 3 == len(crm.questions)

    async def test_unknown_ids_are_left_out(self, crm):
        connector = connector_to(crm)

        assert {} == await customers(connector, "9")
        assert {"1": "Customer 1"} == names(await customers(connector, "9", "1"))

    @pytest.mark.parametrize("status", [204, 404])
    async def test_a_list_may_say_that_it_is_empty_by_status(self, crm, status):
        crm.empty_list_status = status

        assert {} == await customers(connector_to(crm), "8", "9")

    @pytest.mark.parametrize(("status", "body"), [(404, b""), (410, b""), (404, b'{"reason": "gone"}')])
    async def test_an_absence_may_have_no_body(self, crm, status, body):
        crm.absent_status, crm.absent_body = status, body

        assert {} == await customers(connector_to(crm), "9")

    @pytest.mark.parametrize(
        ("media_type", "body"),
        [
            ("text/html", b"<html>404</html>"),
            ("application/json", b'{"timestamp": 1, "path": "/wrong"}'),
            ("application/json", b"[]"),
            ("application/json", b"{"),
        ],
    )
    async def test_a_404_of_something_else_than_the_crm_is_not_an_absence(self, crm, media_type, body):
        crm.answer = lambda _: Response(body, 404, media_type=media_type)

        assert {"9": BadData} == names(await customers(connector_to(crm), "9"))
        assert {"8": BadData, "9": BadData} == names(await customers(connector_to(crm), "8", "9"))

    @pytest.mark.parametrize(
        ("odd", "segment"),
        [
            ("a,b", "a%2Cb"),
            ("a/../b", "a%2F..%2Fb"),
            ("a b?c#d&e=f", "a%20b%3Fc%23d%26e%3Df"),
            ("100%25", "100%2525"),
            ("王", "%E7%8E%8B"),
        ],
    )
    async def test_an_odd_id_is_quoted_and_never_joined(self, crm, odd, segment):
        crm.customers.append(a_customer(odd, name="odd"))

        found = await customers(connector_to(crm), odd, "1", "2")

        assert {odd: "odd", "1": "Customer 1", "2": "Customer 2"} == names(found)
        assert {f"/customer/{segment}?fields=id,name", "/customer?id=1,2&fields=id,name"} == set(crm.questions)

    @pytest.mark.parametrize("impossible", ["", ".", "..", "\ud800"])
    async def test_an_id_that_would_name_another_place_is_not_asked(self, crm, impossible):
        assert {} == await customers(connector_to(crm), impossible)
        assert [] == crm.questions

    async def test_fields_are_not_sent_to_a_server_that_refuses_them(self, crm):
        connector = connector_to(crm, send_fields=False)
        await customers(connector, "1")
        await customers(connector, "1", "2")

        assert ["/customer/1", "/customer?id=1,2"] == crm.questions

    async def test_a_server_that_ignores_fields_is_fine_and_nothing_more_is_taken(self, crm):
        crm.heeds_fields = False

        found = (await customers(connector_to(crm), "1"))["1"]

        assert isinstance(found, Answer)
        assert "Customer 1" == found.value.name
        assert found.value.status is ABSENT
        assert found.value.party_ref is ABSENT
        assert NAME == found.parts

    async def test_another_customer_than_the_one_asked_for_is_refused(self, crm):
        crm.answer = lambda _: as_json(a_customer("2"))

        assert {"1": BadData} == names(await customers(connector_to(crm), "1"))

    async def test_a_server_that_ignores_the_filter_is_found_out(self, crm):
        crm.heeds_filters = False

        found = await customers(connector_to(crm), "1", "2")

        assert {"1": BadData, "2": BadData} == names(found)
        assert "the filter id was ignored" in str(found["1"])

    async def test_two_different_customers_with_one_id_are_refused(self, crm):
        crm.customers.append(a_customer("1", name="Somebody else"))

        assert {"1": BadData, "2": BadData} == names(await customers(connector_to(crm), "1", "2"))

    async def test_the_same_customer_twice_is_one(self, crm):
        crm.customers.append(a_customer("1"))

        assert {"1": "Customer 1", "2": "Customer 2"} == names(await customers(connector_to(crm), "1", "2"))

    async def test_one_customer_that_cannot_be_read_does_not_take_the_others_along(self, crm):
        crm.customers[1]["name"] = {"first": "Lin"}

        found = await customers(connector_to(crm), "1", "2", "3")

        assert {"1": "Customer 1", "2": BadData, "3": "Customer 3"} == names(found)
        assert "crm: GET /customer: name is not text" == str(found["2"])

    async def test_a_page_smaller_than_the_question_is_asked_on(self, crm):
        crm.totals, crm.largest_page = False, 2

        found = await customers(connector_to(crm), "1", "2", "3", "4", "5")

        assert 5 == len(found)

    async def test_a_full_page_without_total_is_enough_when_everybody_is_there(self, crm):
        crm.totals = False
        await customers(connector_to(crm, page_size=2), "1", "2")

        assert 1 == len(crm.questions)


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


class TestByAccount:
    async def ask(self, connector: TMFConnector, *accounts: str):
        return await connector.customers_of_accounts(accounts, parts=NAME, within=soon())

    async def test_several_accounts_are_one_question(self, crm):
        found = await self.ask(connector_to(crm), "A1", "A3")

        assert ["1", "3"] == numbers(found)
        assert found.value[0].account_numbers is ABSENT
        assert ["/customer?account.id=A1,A3&fields=id,name,account"] == crm.questions

    async def test_a_reference_without_type_is_a_billing_account(self, crm):
        assert ["4"] == numbers(await self.ask(connector_to(crm), "B4"))

    async def test_an_account_of_another_kind_is_nobodys(self, crm):
        assert () == (await self.ask(connector_to(crm), "F1")).value

    async def test_a_customer_of_two_of_the_accounts_is_one(self, crm):
        for many in ("comma", "none"):
            found = await self.ask(connector_to(crm, filters={"many": many}), "A1", "B1", "A2")

            assert ["1", "2"] == numbers(found)

    async def test_no_accounts_are_no_question(self, crm):
        found = await self.ask(connector_to(crm))

        assert ((), NOW) == (found.value, found.fetched_at)
        assert [] == crm.questions

    async def test_without_batching_every_account_is_a_question(self, crm):
        await self.ask(connector_to(crm, filters={"many": "none"}), "A1", "A2")

        assert {
            "/customer?account.id=A1&fields=id,name,account",
            "/customer?account.id=A2&fields=id,name,account",
        } == set(crm.questions)

    async def test_one_failing_question_fails_them_all(self, crm):
        def half(request: Request) -> Response:
            return as_json([]) if request.query_params["account.id"] == "A1" else Response(status_code=503)

        crm.answer = half
        with pytest.raises(Unavailable):
            await self.ask(connector_to(crm, filters={"many": "none"}), "A1", "A2")

    async def test_a_server_that_ignores_the_filter_is_found_out(self, crm):
        crm.heeds_filters = False

        with pytest.raises(BadData, match=r"the filter account\.id was ignored"):
            await self.ask(connector_to(crm), "A1")


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


class TestFreshness:
    async def test_a_source_tells_until_when_it_is_fresh(self, crm):
        connector = connector_to(crm, guard={"fresh_s": {"GET /customer": 60}})

        found = (await customers(connector, "1"))["1"]

        assert isinstance(found, Answer)
        assert NOW + dt.timedelta(seconds=60) == found.value.source.fresh_until

    async def test_without_a_fresh_time_a_source_is_fresh_for_no_time(self, crm):
        found = (await customers(connector_to(crm), "1"))["1"]

        assert isinstance(found, Answer)
        assert found.value.source.fresh_until is None

    async def test_an_answer_with_more_parts_serves_a_question_for_fewer(self, crm):
        connector = connector_to(crm, guard={"fresh_s": {"GET /customer": 60}})
        await customers(connector, "1", "2", parts=frozenset({CustomerPart.NAME, CustomerPart.STATUS}))
        await customers(connector, "1", "2")
        assert 1 == len(crm.questions)

        await customers(connector, "1", "2", parts=frozenset({CustomerPart.CREDIT}))
        assert 2 == len(crm.questions)

    async def test_questions_that_share_a_filter_do_not_share_an_answer(self, crm):
        crm.customers = [a_customer("2", engagedParty={"id": "k"}, account=[{"id": "k"}])]
        crm.heeds_filters = False  # The fake knows no filter called `key`.
        filters = {"customer_by_party": "key", "customer_by_account": "key"}
        connector = connector_to(crm, filters=filters, guard={"fresh_s": {"GET /customer": 60}})
        await connector.customers_of_party("k", parts=NAME, within=soon())
        await connector.customers_of_accounts(["k"], parts=NAME, within=soon())
        await connector.customers_of_party("k", parts=NAME, within=soon())

        assert 2 == len(crm.questions)
