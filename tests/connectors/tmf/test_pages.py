"""Answers in pages: all of them in order, or an error; never a part."""

from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectors.errors import BadData, Misconfigured
from tests.connectors.support import soon
from tests.connectors.tmf.asking import NAME, numbers
from tests.connectors.tmf.fake import (
    FakeCRM,
    a_customer,
    as_json,
    connector_to,
)


class TestPages:
    """Many customers of one party, in pages."""

    @pytest.fixture
    def crm(self) -> FakeCRM:
        engaged = {"id": "p", "@referredType": "Organization"}
        return FakeCRM(customers=[a_customer(str(number), engagedParty=engaged) for number in range(45)])

    async def ask(self, crm: FakeCRM, **settings: Any) -> list[str]:
        answer = await connector_to(crm, **settings).customers_of_party("p", parts=NAME, within=soon())
        return numbers(answer)

    @pytest.mark.parametrize("page_size", [4, 9, 45, 100])
    @pytest.mark.parametrize("totals", [True, False])
    @pytest.mark.parametrize("largest_page", [5, 9, 1000])
    @pytest.mark.parametrize("status", [None, 404, 416])
    async def test_all_pages_are_read_in_order(self, crm, page_size, totals, largest_page, status):
        crm.totals, crm.largest_page, crm.status_beyond_end = totals, largest_page, status

        assert [str(number) for number in range(45)] == await self.ask(crm, page_size=page_size, max_pages=60)

    @pytest.mark.parametrize("totals", [True, False])
    async def test_one_page_is_one_call(self, crm, totals):
        crm.totals = totals
        await self.ask(crm, page_size=100)

        assert 1 == len(crm.questions)

    async def test_a_server_that_answers_200_for_every_page_is_read_to_its_short_page(self, crm):
        crm.totals, crm.partial_status = False, 200

        assert 45 == len(await self.ask(crm, page_size=10))
        assert 5 == len(crm.questions)

    async def test_a_server_that_does_not_page_at_all_is_read_once(self, crm):
        crm.totals, crm.heeds_limit, crm.heeds_offset = False, False, False

        assert 45 == len(await self.ask(crm, page_size=10))
        assert 1 == len(crm.questions)

    async def test_more_pages_than_allowed_are_an_error_and_not_a_part(self, crm):
        with pytest.raises(BadData, match="max_pages"):
            await self.ask(crm, page_size=10, max_pages=4)

    async def test_a_page_of_more_than_all_pages_may_hold_is_an_error(self, crm):
        crm.totals, crm.heeds_limit, crm.heeds_offset = False, False, False

        assert 45 == len(await self.ask(crm, page_size=9, max_pages=5))
        with pytest.raises(BadData, match="max_pages"):
            await self.ask(crm, page_size=11, max_pages=4)

    async def test_pages_that_repeat_are_an_error(self, crm):
        crm.totals, crm.heeds_offset = False, False

        with pytest.raises(BadData, match="offset"):
            await self.ask(crm, page_size=10)

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-Total-Count": "0"},
            {"X-Total-Count": "many"},
            {"X-Total-Count": "-1"},
            {"X-Result-Count": "3"},
            {"X-Result-Count": "2.0"},
        ],
    )
    async def test_counts_that_do_not_agree_with_the_page_are_an_error(self, crm, headers):
        crm.answer = lambda _: as_json(crm.customers[:2], headers=headers)

        with pytest.raises(BadData):
            await self.ask(crm)

    async def test_a_total_that_is_never_reached_is_an_error(self, crm):
        def cut(request: Request) -> Response:
            page = [] if "offset" in request.query_params else crm.customers[:10]
            return as_json(page, headers={"X-Total-Count": "12"})

        crm.answer = cut
        with pytest.raises(BadData, match="fewer items"):
            await self.ask(crm)

    @pytest.mark.parametrize("status", [204, 404])
    @pytest.mark.parametrize("header", ["X-Total-Count", "X-Result-Count"])
    async def test_nobody_by_status_and_somebody_by_count_is_an_error(self, crm, status, header):
        crm.answer = lambda _: Response(status_code=status, headers={header: "3"})

        with pytest.raises(BadData):
            await self.ask(crm)

    async def test_pages_of_a_collection_that_moves_meanwhile_are_an_error(self, crm):
        def moving(request: Request) -> Response:
            offset = int(request.query_params.get("offset", "0"))
            return as_json(
                crm.customers[offset : offset + 10], status=206, headers={"X-Total-Count": str(45 - offset // 10)}
            )

        crm.answer = moving
        with pytest.raises(BadData, match="changed"):
            await self.ask(crm, page_size=10)

    async def test_416_on_the_first_page_is_not_the_end(self, crm):
        crm.answer = lambda _: Response(status_code=416)

        with pytest.raises(Misconfigured):
            await self.ask(crm)
