"""Whatever a caller sends: a clear refusal, never a server error, and the process keeps serving."""

import json

import httpx
import pytest

from tests.conftest import PLAIN, RunningGateway

JSON = {"Content-Type": "application/json"}


def _query(text: str, **variables: object) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()


REFUSED = {
    "an unknown field": _query("{ customerz { id } }"),
    "a wrong scalar": _query("{ line(by: {msisdn: 12.5}) { id } }"),
    "a malformed number": _query('{ line(by: {msisdn: "12a45"}) { id } }'),
    "a malformed number in a variable": _query("query ($n: MSISDN!) { line(by: {msisdn: $n}) { id } }", n="12a45"),
    "two keys in a oneOf": _query('{ line(by: {msisdn: "60000001", imsi: "999700000000001"}) { id } }'),
    "no key in a oneOf": _query("{ line(by: {}) { id } }"),
    "a body of two megabytes": b'{"query": "{ __typename #' + b"x" * 2_000_000 + b'"}',
    "a query of two megabytes in one string": _query('{ line(by: {msisdn: "' + "9" * 2_000_000 + '"}) { id } }'),
    "bytes that are not UTF-8": b'{"query": "{ __typename \xff\xfe }"}',
    "ten thousand nested braces": _query("{a" * 10_000 + "}" * 10_000),
    "ten thousand nested lists": _query("{ customers(by: " + "[" * 10_000 + "]" * 10_000 + ") { id } }"),
    "deeply nested JSON": b'{"query":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a JSON scalar": b"42",
    "a batch": b'[{"query": "{ __typename }"}]',
    "an empty body": b"",
    "cut JSON": b'{"query": "{ __typename }',
    "a lone surrogate": b'{"query": "{ __typename }", "operationName": "\\ud800"}',
    "a fragment that spreads itself": _query("{ ...F } fragment F on Query { ...F }"),
    "a mutation": _query("mutation { x }"),
    "a subscription": _query("subscription { x }"),
    "an unknown operation name": b'{"query": "query A { __typename }", "operationName": "B"}',
    "a NUL character": _query("{ __typename \x00 }"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_is_refused_clearly_and_the_process_goes_on(running_gateway: RunningGateway, what: str) -> None:
    response = httpx.post(
        running_gateway.url, content=REFUSED[what], headers=JSON, timeout=30, trust_env=False, verify=PLAIN
    )

    assert response.status_code < 500
    answer = response.json()
    assert answer["errors"]
    assert all(error["message"] and error["extensions"]["code"] == "BAD_INPUT" for error in answer["errors"])
    assert len(response.content) < 20_000
    assert {"data": {"__typename": "Query"}} == running_gateway.ask("{ __typename }")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(running_gateway: RunningGateway, method: str) -> None:
    assert 405 == httpx.request(method, running_gateway.url, timeout=30, trust_env=False, verify=PLAIN).status_code


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_a_foreign_page_cannot_ask(running_gateway: RunningGateway, header: dict[str, str]) -> None:
    query = {"query": "{ __typename }"}
    response = httpx.post(running_gateway.url, json=query, headers=header, timeout=30, trust_env=False, verify=PLAIN)

    assert 403 == response.status_code
