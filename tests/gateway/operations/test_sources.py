"""Where an answer came from and for how long it may be kept: `extensions.sources` and `Cache-Control`."""

from typing import Any

import httpx
import pytest

from connectors.errors import Unavailable
from gateway.http.addresses import GRAPHQL
from tests.gateway.guarded import World
from tests.gateway.support import application, client
from tests.resolvers.support import MSISDN

CUSTOMER = '{ customer(by: {id: "1000042"}) { name bills(first: 1) { totalCount } } }'
BY_NUMBER = f'{{ customer(by: {{msisdn: "{MSISDN}"}}) {{ name }} }}'


async def _post(world: World, text: str, *, headers: dict[str, str] | None = None, **body: Any) -> httpx.Response:
    async with client(application(world.operator)) as asking:
        return await asking.post(GRAPHQL, json={"query": text, **body}, headers=headers)


async def _said(world: World, text: str) -> str:
    return (await _post(world, text)).headers["cache-control"]


class TestCacheControl:
    async def test_it_is_the_least_of_what_went_in(self) -> None:
        assert "private, max-age=30" == await _said(World(fresh_s={"customers": 60, "bills": 30}), CUSTOMER)

    async def test_what_is_given_again_has_less_left(self) -> None:
        world = World(fresh_s=60)
        async with client(application(world.operator)) as asking:
            said = []
            for _ in range(4):  # Asked, kept, remembered, remembered.
                said.append((await asking.post(GRAPHQL, json={"query": CUSTOMER})).headers["cache-control"])
                world.clock.advance(10.5)

        assert [f"private, max-age={seconds}" for seconds in (60, 49, 39, 28)] == said

    @pytest.mark.parametrize("fresh_s", [{}, {"customers": 60}, {"customers": 60, "bills": 0}])
    async def test_something_live_without_a_fresh_time_is_not_kept(self, fresh_s: dict[str, float]) -> None:
        assert "no-store" == await _said(World(fresh_s=fresh_s), CUSTOMER)

    async def test_nor_is_an_answer_with_an_error(self) -> None:
        world = World()
        world.operator.billing.failures["bills"] = Unavailable("reset", system="billing")

        assert "no-store" == await _said(world, CUSTOMER)

    async def test_nor_one_with_an_error_that_is_no_systems(self) -> None:
        text = '{ customer(by: {id: "1000042"}) { name bills(first: 1000) { totalCount } } }'

        answer = await _post(World(), text)

        assert answer.json()["data"]["customer"]["name"]
        assert "no-store" == answer.headers["cache-control"]

    async def test_nor_one_that_hangs_on_something_unknown(self) -> None:
        # A null without an error: the recharge system does not know the line, and may know it in a moment.
        world = World()
        world.operator.recharge.lines.clear()

        answer = await _post(world, f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ balances {{ name }} }} }}')

        assert {"data": {"line": {"balances": None}}} == answer.json()
        assert "no-store" == answer.headers["cache-control"]

    @pytest.mark.parametrize(
        "text", ["{ __typename }", "{", "{ nothing }", f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn }} }}']
    )
    async def test_nor_one_that_no_system_answered(self, text: str) -> None:
        assert "no-store" == await _said(World(), text)

    async def test_nor_a_refusal(self) -> None:
        refused = await _post(World(), CUSTOMER, headers={"X-Deadline-Ms": "soon"})

        assert (400, "no-store") == (refused.status_code, refused.headers["cache-control"])

    async def test_nobody_keeps_it_longer_than_the_caller_takes_values_for(self) -> None:
        text = '{ customer(by: {id: "1000042"}) { name bills(first: 1) @fresh(maxAge: 20) { totalCount } } }'

        assert "private, max-age=20" == await _said(World(fresh_s=60), text)
        assert "no-store" == await _said(World(fresh_s=60), text.replace("20", "0"))

    async def test_an_identity_that_was_taken_on_trust_ends_it_with_the_trust(self) -> None:
        world = World(fresh_s=600)
        world.operator.remembers(max_age_s=60)
        first = await _said(world, BY_NUMBER)
        world.clock.advance(20)

        assert ["private, max-age=600", "private, max-age=40"] == [first, await _said(world, BY_NUMBER)]


class TestHeadersOfTheRequest:
    async def test_a_deadline_that_is_no_number_is_told_with_a_code(self) -> None:
        refused = await _post(World(), CUSTOMER, headers={"X-Deadline-Ms": "0"})

        assert 400 == refused.status_code
        (error,) = refused.json()["errors"]
        assert "BAD_INPUT" == error["extensions"]["code"]
        assert "X-Deadline-Ms" in error["message"]

    async def test_a_short_deadline_and_an_age_are_taken(self) -> None:
        answer = await _post(World(), CUSTOMER, headers={"X-Deadline-Ms": "2000", "Cache-Control": "max-age=5"})

        assert "errors" not in answer.json()


class TestSources:
    async def test_each_call_is_told_once_with_its_age(self) -> None:
        world = World(fresh_s={"customers": 60})
        await _post(world, CUSTOMER)
        world.clock.advance(7)

        answer = (await _post(world, CUSTOMER, extensions={"sources": True})).json()

        assert "errors" not in answer
        assert {
            "sources": [
                {
                    "system": "crm",
                    "operation": "customers",
                    "fetchedAt": "2026-11-22T08:00:00+00:00",
                    "ageSeconds": 7,
                    "freshness": "CACHED",
                },
                {
                    "system": "billing",
                    "operation": "bills",
                    "fetchedAt": "2026-11-22T08:00:07+00:00",
                    "ageSeconds": 0,
                    "freshness": "LIVE",
                },
            ]
        } == answer["extensions"]

    async def test_a_remembered_answer_tells_them_too(self) -> None:
        world = World()
        async with client(application(world.operator)) as asking:
            for _ in range(3):
                await asking.post(GRAPHQL, json={"query": CUSTOMER})
            answer = await asking.post(GRAPHQL, json={"query": CUSTOMER, "extensions": {"sources": True}})

        assert ["crm", "billing"] == [each["system"] for each in answer.json()["extensions"]["sources"]]

    async def test_one_that_failed_is_told_with_its_code(self) -> None:
        world = World()
        world.operator.billing.failures["bills"] = Unavailable("reset", system="billing")

        answer = (await _post(world, CUSTOMER, extensions={"sources": True})).json()

        failed = {"system": "billing", "operation": "bills", "error": "UPSTREAM_UNAVAILABLE"}
        assert failed == answer["extensions"]["sources"][1]

    async def test_without_being_asked_for_nothing_is_told(self) -> None:
        for extensions in (None, {}, {"sources": False}, {"persistedQuery": {"version": 1}}):
            assert "extensions" not in (await _post(World(), CUSTOMER, extensions=extensions)).json()

    @pytest.mark.parametrize("sources", [1, "true", None, {}])
    async def test_asking_in_another_way_is_refused(self, sources: object) -> None:
        refused = await _post(World(), CUSTOMER, extensions={"sources": sources})

        assert 400 == refused.status_code

    async def test_by_get_as_by_post(self) -> None:
        async with client(application(World().operator)) as asking:
            answer = await asking.get(GRAPHQL, params={"query": CUSTOMER, "extensions": '{"sources": true}'})

        assert 2 == len(answer.json()["extensions"]["sources"])

    async def test_more_than_may_be_told_are_counted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("gateway.operations.sources.MAX_SOURCES", 1)

        answer = (await _post(World(), CUSTOMER, extensions={"sources": True})).json()

        assert 1 == len(answer["extensions"]["sources"])
        assert 1 == answer["extensions"]["sourcesOmitted"]

    async def test_a_call_that_two_fields_share_is_told_once(self) -> None:
        world = World()
        fields = "bills(first: 1) { totalCount } same: bills(first: 1) @fresh(maxAge: 60) { totalCount }"

        answer = await _post(
            world, f'{{ customer(by: {{id: "1000042"}}) {{ {fields} }} }}', extensions={"sources": True}
        )

        assert ["customers", "bills"] == [each["operation"] for each in answer.json()["extensions"]["sources"]]

    async def test_no_number_is_in_them(self) -> None:
        world = World()

        answer = await _post(world, BY_NUMBER, extensions={"sources": True})

        assert MSISDN not in str(answer.json()["extensions"])
        assert 2 == len(answer.json()["extensions"]["sources"])
