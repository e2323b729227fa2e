"""HTTP requests that are no GraphQL requests: each is a 4xx with a sentence, and the next request is answered."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from gateway.http.request import GraphQLRequest
from tests.bars import bar
from tests.gateway.support import URL, Answered, application, call, door

QUERY = {"query": "{ __typename }"}
ANSWER = {"data": {"__typename": "Query"}}
MiB = 1024 * 1024


async def _post(body: bytes, *, content_type: str | None = "application/json", **settings: Any) -> httpx.Response:
    async with door(**settings) as client:
        headers = {} if content_type is None else {"Content-Type": content_type}
        return await client.post(URL, content=body, headers=headers)


async def _get(parameters: dict[str, str] | str) -> httpx.Response:
    async with door() as client:
        if isinstance(parameters, str):
            return await client.get(f"{URL}?{parameters}")
        return await client.get(URL, params=parameters)


def _refusal(response: httpx.Response | Answered) -> str:
    """The sentence of a refusal, which has the form of a GraphQL response."""
    body = response.json() if isinstance(response, httpx.Response) else response.json
    (error,) = body["errors"]
    assert "data" not in body
    assert "BAD_INPUT" == error["extensions"]["code"]
    assert error["message"].endswith(".")
    message: str = error["message"]
    return message


class TestContentType:
    @pytest.mark.parametrize(
        "content_type",
        [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            'application/json;charset="UTF-8"',
            "application/json;charset=utf8",
            "application/json; other=x",
        ],
    )
    async def test_of_json_in_utf_8_is_read(self, content_type: str) -> None:
        assert ANSWER == (await _post(json.dumps(QUERY).encode(), content_type=content_type)).json()

    @pytest.mark.parametrize(
        "content_type",
        [
            None,
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/graphql",
            "application/graphql-response+json",
            "application/jsonp",
            "application/json, text/plain",
            "text/plain; application/json",
            "application/json; charset=iso-8859-1",
            "application/json; charset=utf-16",
            "application/json; charset=",
        ],
    )
    async def test_of_anything_else_is_415(self, content_type: str | None) -> None:
        """
        Also what a page of another origin could send without asking first (text, forms).
        """
        response = await _post(json.dumps(QUERY).encode(), content_type=content_type)

        assert 415 == response.status_code
        _refusal(response)


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b'{"query": "{ __typename }"',
            b'{"query": "{ __typename }"} x',
            b"{'query': 1}",
            b'{"query": "\xff\xfe"}',
            b'{"query": "\xed\xa0\x80"}',
            b'{"query": "\\ud800"}',
            json.dumps(QUERY).encode("utf-16"),
            json.dumps(QUERY).encode("utf-8-sig"),
            b"NaN",
            b'{"query": NaN}',
            b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        ],
        ids=lambda body: repr(body[:30]),
    )
    async def test_that_is_not_json_is_400(self, body: bytes) -> None:
        response = await _post(body)

        assert 400 == response.status_code
        assert "JSON" in _refusal(response)

    @pytest.mark.parametrize("body", [b"null", b"1", b'"text"', b"true", b"1.5"])
    async def test_that_is_a_scalar_is_400(self, body: bytes) -> None:
        response = await _post(body)

        assert 400 == response.status_code
        assert "object" in _refusal(response)

    @pytest.mark.parametrize("body", [b"[]", b'[{"query": "{ __typename }"}]', b"[1]"])
    async def test_that_is_a_batch_is_400(self, body: bytes) -> None:
        response = await _post(body)

        assert 400 == response.status_code
        assert "Batches" in _refusal(response)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"Query": "{ __typename }"},
            {"query": None},
            {"query": 1},
            {"query": ["{ __typename }"]},
            {"query": {"a": 1}},
            {"query": ""},
            {"query": " \n\t "},
            {"id": "a-hash"},
            {**QUERY, "operationName": 1},
            {**QUERY, "operationName": ["A"]},
            {**QUERY, "variables": "{}"},
            {**QUERY, "variables": []},
            {**QUERY, "variables": 0},
            {**QUERY, "extensions": "x"},
            {**QUERY, "extensions": []},
        ],
        ids=json.dumps,
    )
    async def test_whose_members_are_of_the_wrong_kind_is_400(self, body: dict[str, Any]) -> None:
        response = await _post(json.dumps(body).encode())

        assert 400 == response.status_code
        _refusal(response)

    @pytest.mark.parametrize(
        "extra",
        [
            {"operationName": None, "variables": None, "extensions": None},
            {"operationName": "", "variables": {}, "extensions": {}},
            {"unknown": 1},
        ],
        ids=json.dumps,
    )
    async def test_may_leave_out_or_null_what_it_does_not_need(self, extra: dict[str, Any]) -> None:
        assert ANSWER == (await _post(json.dumps({**QUERY, **extra}).encode())).json()

    async def test_in_which_a_letter_is_escaped_is_read(self) -> None:
        assert ANSWER == (await _post(b'{"query": "{ \\u005f\\u005ftypename }"}')).json()

    @given(body=st.binary())
    async def test_of_any_bytes_is_never_a_500(self, body: bytes) -> None:
        response = await _post(body)

        assert response.status_code < 500
        assert "errors" in response.json()


class TestNames:
    @pytest.mark.parametrize(
        "body",
        [
            b'{"query": "{ __typename }", "query": "{ a: __typename }"}',
            b'{"query": "{ __typename }", "variables": {}, "variables": null}',
            b'{"operationName": null, "query": "{ __typename }", "operationName": "A"}',
            b'{"query": "{ __typename }", "qu\\u0065ry": "{ a: __typename }"}',
            b'{"\\u0071uery": "{ __typename }", "q\\u0075ery": "{ a: __typename }"}',
        ],
    )
    async def test_that_occur_twice_are_400_because_a_proxy_may_have_read_the_other(self, body: bytes) -> None:
        response = await _post(body)

        assert 400 == response.status_code
        assert "more than once" in _refusal(response)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"query": "{ __typename }", "variables": {"query": 1, "variables": {"query": 2}}}',
            b'{"query": "{ __typename }", "extensions": {"a": {"query": 1}, "b": {"query": 1}}}',
            b'{"query": "{ __typename #\\u4f60\\n}", "operationName": null}',
        ],
    )
    async def test_may_occur_again_inside(self, body: bytes) -> None:
        assert ANSWER == (await _post(body)).json()

    async def test_are_compared_in_a_body_that_is_nested_as_deeply_as_json_may_be(self) -> None:
        deep = b"[" * 1000 + b"]" * 1000

        response = await _post(b'{"query": "{ __typename }", "variables": {"query": ' + deep + b', "x": "\\u0061"}}')

        assert 400 == response.status_code or "nested" in response.json()["errors"][0]["message"]


class TestSize:
    async def test_beyond_the_limit_is_413_before_the_body_is_read(self) -> None:
        answered = await call(
            application(),
            method="POST",
            headers=[("host", "localhost"), ("content-type", "application/json"), ("content-length", str(2 * MiB))],
            received=_Unread(),
        )

        assert 413 == answered.status
        assert str(MiB) in _refusal(answered)

    async def test_that_was_not_declared_is_413_as_soon_as_it_is_too_large(self) -> None:
        sent = 0

        async def long() -> AsyncIterator[bytes]:
            nonlocal sent
            while sent < 8 * MiB:
                sent += 65_536
                yield b" " * 65_536

        async with door() as client:
            response = await client.post(URL, content=long(), headers={"Content-Type": "application/json"})

        assert 413 == response.status_code
        assert sent <= MiB + 2 * 65_536

    async def test_that_was_declared_too_small_is_413_as_well(self) -> None:
        answered = await call(
            application(max_body_bytes=1024),
            method="POST",
            headers=[("host", "localhost"), ("content-type", "application/json"), ("content-length", "5")],
            received=[{"type": "http.request", "body": b" " * 2048, "more_body": True}],
        )

        assert 413 == answered.status

    async def test_closes_the_connection_because_the_rest_is_not_read(self) -> None:
        response = await _post(b" " * 2048, max_body_bytes=1024)

        assert (413, "close") == (response.status_code, response.headers["connection"])

    async def test_of_exactly_the_limit_is_taken(self) -> None:
        body = json.dumps(QUERY).encode()

        assert ANSWER == (await _post(body.ljust(1024), max_body_bytes=1024)).json()

    @pytest.mark.parametrize("declared", ["²", "-5", "1e3", "five", "9" * 5000, ""])
    async def test_that_is_declared_oddly_is_never_a_500(self, declared: str) -> None:
        answered = await call(
            application(),
            method="POST",
            headers=[("host", "localhost"), ("content-type", "application/json"), ("content-length", declared)],
            received=[{"type": "http.request", "body": json.dumps(QUERY).encode(), "more_body": False}],
        )

        assert answered.status in {200, 413}


class _Unread(list[Message]):
    def pop(self, *_: Any) -> Message:
        raise AssertionError("the body is not to be read")


class TestTime:
    async def test_of_a_body_that_comes_too_slowly_is_up(self) -> None:
        async def dripping() -> AsyncIterator[bytes]:
            for _ in range(100):
                yield b" "
                await asyncio.sleep(0.01)

        async with door(body_timeout_s=0.1) as client, asyncio.timeout(bar(5)):
            response = await client.post(URL, content=dripping(), headers={"Content-Type": "application/json"})

        assert 408 == response.status_code
        _refusal(response)

    async def test_of_a_caller_who_has_gone_is_not_waited_for(self) -> None:
        answered = await call(
            application(),
            method="POST",
            headers=[("host", "localhost"), ("content-type", "application/json")],
            received=[
                {"type": "http.request", "body": b'{"query": ', "more_body": True},
                {"type": "http.disconnect"},
            ],
        )

        assert 400 == answered.status


class TestAddress:
    async def test_may_carry_a_whole_question(self) -> None:
        response = await _get(
            {
                "query": "query A($by: LineKey!) { line(by: $by) { msisdn } } query B { __typename }",
                "operationName": "A",
                "variables": '{"by": {"msisdn": "060000042"}}',
                "extensions": "{}",
            }
        )

        assert {"data": {"line": {"msisdn": "99960000042"}}} == response.json()

    async def test_may_leave_members_empty(self) -> None:
        assert ANSWER == (await _get("query=%7B__typename%7D&variables=&operationName=&extensions=")).json()

    @pytest.mark.parametrize(
        "parameters",
        [
            "",
            "query=",
            "variables=%7B%7D",
            "query=%7B__typename%7D&query=%7B__typename%7D",
            "query=%7B__typename%7D&variables=%7B%7D&variables=%7B%7D",
            "query=%7B__typename%7D&operationName=A&operationName=B",
            "query=%7B__typename%7D&x=1&x=2",
            "query=%7B__typename%7D&variables=%5B%5D",
            "query=%7B__typename%7D&variables=1",
            "query=%7B__typename%7D&variables=%7B",
            "query=%7B__typename%7D&extensions=x",
            "query=%7B__typename%7D&variables=%FF",
        ],
    )
    async def test_with_a_mistake_is_400(self, parameters: str) -> None:
        response = await _get(parameters)

        assert 400 == response.status_code
        _refusal(response)

    async def test_that_is_long_is_414_and_told_to_use_post(self) -> None:
        response = await _get({"query": "{ __typename }", "variables": json.dumps({"x": "y" * 16_000})})

        assert 414 == response.status_code
        assert "POST" in _refusal(response)

    async def test_with_thousands_of_parameters_is_read_soon(self) -> None:
        before = time.thread_time()

        response = await _get("query=%7B__typename%7D&" + "&".join(f"{n:x}" for n in range(3000)))

        assert ANSWER == response.json()
        assert time.thread_time() - before < 1

    async def test_that_is_not_utf_8_is_never_a_500(self) -> None:
        assert (await _get("query=%FF%FE")).status_code < 500


def test_a_question_does_not_print_what_was_asked() -> None:
    question = GraphQLRequest(query='{ line(by: {msisdn: "99960000042"}) { id } }', variables={"by": "99960000042"})

    assert "99960000042" not in repr(question)
