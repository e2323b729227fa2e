"""What the connector makes of statuses, foreign answers and damaged ones, and what it sends as credentials."""

import base64
import gzip
import json
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from connectors.errors import BadData, Misconfigured, Rejected, Unavailable
from schema.parts import CustomerPart
from tests.connectors.tmf.asking import customers, names
from tests.connectors.tmf.fake import (
    FakeCRM,
    a_customer,
    as_json,
    connector_to,
)

SECRET = "99960000042"


class TestTroubles:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (202, BadData),
            (206, BadData),
            (400, Misconfigured),
            (401, Misconfigured),
            (403, Misconfigured),
            (405, Misconfigured),
            (406, Misconfigured),
            (408, Unavailable),
            (409, Rejected),
            (414, Misconfigured),
            (418, Misconfigured),
            (422, Rejected),
            (429, Unavailable),
            (500, Unavailable),
            (501, Misconfigured),
            (502, Unavailable),
            (503, Unavailable),
            (504, Unavailable),
        ],
    )
    @pytest.mark.parametrize("media_type", ["application/json", "text/html"])
    async def test_a_status_means_the_same_whatever_the_body(self, crm, status, kind, media_type):
        body = json.dumps({"code": "20", "reason": f"bad {SECRET}"}).encode()
        crm.answer = lambda _: Response(body, status, media_type=media_type)

        found = await customers(connector_to(crm), "1")

        assert {"1": kind} == names(found)
        assert f"crm: GET /customer: HTTP {status}" == str(found["1"])

    @pytest.mark.parametrize(
        ("status", "kind"), [(202, BadData), (400, Misconfigured), (422, Rejected), (503, Unavailable)]
    )
    async def test_a_status_means_the_same_for_a_list(self, crm, status, kind):
        crm.answer = lambda _: as_json([], status=status)

        assert {"1": kind, "2": kind} == names(await customers(connector_to(crm), "1", "2"))

    @pytest.mark.parametrize("ids", [("1",), ("1", "2")])
    @pytest.mark.parametrize(
        "response",
        [
            Response("<html>Sign in</html>", media_type="text/html"),
            Response('{"id": "1", "name": "Lin"}', media_type="text/plain"),
            Response('{"id": "1", "name": "Lin"}'),
            Response("", media_type="application/json"),
            Response("null", media_type="application/json"),
            Response('{"id": "1", "name": ', media_type="application/json"),
            Response('[{"id": "1", "name": "Lin"}', media_type="application/json"),
            Response(b'{"id": "1", "name": "\xe9"}', media_type="application/json"),
            Response('{"id": "1", "id": "1", "name": "Lin"}', media_type="application/json"),
            Response("[" * 100_000, media_type="application/json"),
            Response(b"\x8f\x00\x12garbage", media_type="application/json"),
            Response('{"code": "1", "reason": "an error with status 200"}', media_type="application/json"),
            Response(
                gzip.compress(b'{"id": "1"}')[:-9], media_type="application/json", headers={"Content-Encoding": "gzip"}
            ),
        ],
    )
    async def test_what_is_not_an_answer_is_bad_data(self, crm, ids, response):
        crm.answer = lambda _: response

        assert dict.fromkeys(ids, BadData) == names(await customers(connector_to(crm), *ids))

    async def test_one_where_many_should_be_and_many_where_one_should_be_are_refused(self, crm):
        crm.answer = lambda request: as_json([a_customer("1")] if "id" in request.path_params else a_customer("1"))

        assert {"1": BadData} == names(await customers(connector_to(crm), "1"))
        assert {"1": BadData, "2": BadData} == names(await customers(connector_to(crm), "1", "2"))

    async def test_a_redirect_is_not_followed(self, crm):
        crm.answer = lambda _: Response(status_code=302, headers={"Location": "http://elsewhere.test/"})

        assert {"1": BadData} == names(await customers(connector_to(crm), "1"))

    async def test_no_error_shows_anything_of_the_answer(self, crm):
        crm.answer = lambda _: as_json(a_customer("1", name={"msisdn": SECRET}, validFor=SECRET))

        found = await customers(connector_to(crm), "1", parts=frozenset(CustomerPart))

        assert isinstance(found["1"], BadData)
        error: BaseException | None = found["1"]
        while error is not None:
            assert SECRET not in str(error) + repr(error)
            error = error.__cause__

    async def test_a_large_answer_is_read_whole(self, crm):
        crm.customers = [a_customer(str(number), name="王" * 2000) for number in range(60)]

        found = await customers(connector_to(crm), *(str(number) for number in range(60)))

        assert 60 == len(found)
        assert {"王" * 2000} == set(names(found).values())

    async def test_another_json_media_type_is_json(self, crm):
        body = json.dumps(a_customer("1")).encode()
        crm.answer = lambda _: Response(body, media_type="application/vnd.crm+json")

        assert {"1": "Customer 1"} == names(await customers(connector_to(crm), "1"))

    async def test_a_name_in_a_declared_charset_has_the_right_letters(self, crm):
        body = '{"id": "1", "name": "王小明"}'.encode("gbk")
        crm.answer = lambda _: Response(body, headers={"Content-Type": "application/json; charset=GBK"})

        assert {"1": "王小明"} == names(await customers(connector_to(crm), "1"))

    async def test_closing_is_quiet(self, crm):
        await connector_to(crm).aclose()


class TestCredentials:
    async def header(self, crm: FakeCRM, **settings: Any) -> httpx.Headers:
        await customers(connector_to(crm, **settings), "1")
        return httpx.Headers(crm.asked[-1].headers.raw)

    async def test_basic(self, crm, monkeypatch):
        monkeypatch.setenv("CRM_PASSWORD", "pa:ss wörd")

        header = (await self.header(crm, user="switch", password="env:CRM_PASSWORD"))["authorization"]

        assert "switch:pa:ss wörd" == base64.b64decode(header.removeprefix("Basic ")).decode()

    async def test_bearer(self, crm, monkeypatch):
        monkeypatch.setenv("CRM_TOKEN", "abc")

        assert "Bearer abc" == (await self.header(crm, token="env:CRM_TOKEN"))["authorization"]

    async def test_none(self, crm):
        headers = await self.header(crm)

        assert "authorization" not in headers
        assert "application/json" == headers["accept"]
