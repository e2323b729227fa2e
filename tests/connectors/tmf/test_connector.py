"""The connector against a small CRM: which questions it asks, and what it answers."""

import datetime as dt

import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectors.capabilities import Connector, Customers
from connectors.errors import BadData, Unavailable
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from schema.parts import ABSENT, CustomerPart
from tests.connectors.support import NOW, soon
from tests.connectors.tmf.asking import NAME, customers, names, numbers
from tests.connectors.tmf.fake import (
    a_customer,
    as_json,
    connector_to,
)


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

    @pytest.mark.parametrize(("negative_s", "asked"), [({}, 2), ({"*": 5}, 1)])
    async def test_an_id_that_is_not_there_is_kept_for_the_time_of_such_answers(self, crm, negative_s, asked):
        guard = {"fresh_s": {"*": 60}, "negative_s": negative_s}
        connector = connector_to(crm, guard=guard)

        for _ in range(2):
            assert not await customers(connector, "9")

        assert asked == len(crm.questions)

    @pytest.mark.parametrize(
        ("heeds", "said", "fresh_s"),
        [
            (True, "private, max-age=5", 5),
            (True, "max-age=3600", 60),
            (True, "no-store", 0),
            (True, "max-age=soon", 60),
            (False, "no-store", 60),
        ],
    )
    @pytest.mark.parametrize("ids", [["1"], ["1", "2"]])
    async def test_its_own_cache_control_shortens_the_fresh_time_where_that_is_heeded(
        self, crm, ids, heeds, said, fresh_s
    ):
        found = {each["id"]: each for each in crm.customers}

        def answer(request):
            last = request.url.path.rpartition("/")[2]
            body = found[last] if last in found else [found[each] for each in ids]
            return as_json(body, headers={"Cache-Control": said})

        crm.answer = answer
        guard = {"fresh_s": {"*": 60}, "jitter": 0}
        connector = connector_to(crm, guard=guard, heed_cache_control=heeds)

        answers = await customers(connector, *ids)

        first = answers["1"]
        assert isinstance(first, Answer)
        assert NOW + dt.timedelta(seconds=fresh_s) == first.value.source.fresh_until
        await customers(connector, *ids)
        # The clock stands still, and what is fresh for no time is not fresh even now.
        assert (1 if fresh_s else 2) == len(crm.questions)

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
