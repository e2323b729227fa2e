"""One id for each request: in the answer, in its errors, in the log; and a surprise becomes an answer."""

import functools
import json
from typing import Any

import httpx
import pytest
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.http.addresses import Application
from gateway.http.front import Front
from gateway.http.loopback import refusal
from gateway.log import logger
from tests.gateway.support import URL, application, client

SECRET = "somebody's number 99960000042"


def _app(endpoint: Any) -> Application:
    return Application([Route("/", endpoint)], front=functools.partial(Front, refuse=refusal))


async def _fail(_: Request) -> Response:
    raise RuntimeError(SECRET)


def _same_id(response: httpx.Response) -> bool:
    (error,) = response.json()["errors"]
    return bool(response.headers["x-request-id"] == error["extensions"]["requestId"])


@pytest.mark.parametrize(
    ("method", "url", "headers", "status", "code"),
    [
        ("GET", "http://localhost/nothing", {}, 404, "NOT_FOUND"),
        ("GET", f"{URL}/static/nothing", {}, 404, "NOT_FOUND"),
        # Nobody is sent elsewhere, by a host that the request has named.
        ("POST", f"{URL}/", {"Content-Type": "application/json"}, 404, "NOT_FOUND"),
        ("GET", "http://localhost/health/live/", {}, 404, "NOT_FOUND"),
        ("PUT", URL, {}, 405, "BAD_INPUT"),
        ("POST", "http://localhost/health/live", {}, 405, "BAD_INPUT"),
        ("GET", f"{URL}?query=%7B__typename%7D", {"Accept": "text/plain"}, 406, "BAD_INPUT"),
        ("POST", URL, {"Content-Type": "application/json", "Content-Length": "9000000"}, 413, "BAD_INPUT"),
        ("GET", f"{URL}?query={'x' * 17_000}", {}, 414, "BAD_INPUT"),
        ("POST", URL, {"Content-Type": "text/plain"}, 415, "BAD_INPUT"),
        ("POST", URL, {"Content-Type": "application/json"}, 400, "BAD_INPUT"),
    ],
)
async def test_every_refusal_has_the_form_of_an_answer_and_an_id(
    method: str, url: str, headers: dict[str, str], status: int, code: str
) -> None:
    async with client(application()) as found:
        response = await found.request(method, url, headers=headers)

    assert status == response.status_code
    assert _same_id(response)
    assert code == response.json()["errors"][0]["extensions"]["code"]


async def test_a_caller_from_elsewhere_is_refused_with_an_id() -> None:
    async with client(_app(_fail)) as found:
        response = await found.get("http://localhost/", headers={"Host": "evil.example"})

    assert 403 == response.status_code
    assert _same_id(response)


async def test_a_surprise_is_500_with_an_id_that_is_in_the_log_and_tells_nothing() -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as log:
        async with client(_app(_fail)) as found:
            response = await found.get("http://localhost/")

    assert 500 == response.status_code
    assert _same_id(response)
    (line,) = log
    assert ("request_failed", "RuntimeError") == (line["event"], line["kind"])
    assert response.headers["x-request-id"] == line["request_id"]
    assert SECRET not in response.text + json.dumps(log)


async def test_what_a_request_logs_carries_its_id_and_what_follows_does_not() -> None:
    async def speak(_: Request) -> Response:
        logger().info("spoken")
        return PlainTextResponse("x")

    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as log:
        async with client(_app(speak)) as found:
            one, other = await found.get("http://localhost/"), await found.get("http://localhost/")
        logger().info("afterwards")

    assert [one.headers["x-request-id"], other.headers["x-request-id"], None] == [
        line.get("request_id") for line in log
    ]
    assert one.headers["x-request-id"] != other.headers["x-request-id"]


async def test_a_callers_own_id_is_not_taken() -> None:
    async with client(application()) as found:
        response = await found.get(URL, params={"query": "{ __typename }"}, headers={"X-Request-Id": "mine"})

    assert "mine" != response.headers["x-request-id"]


async def test_an_answer_that_has_begun_is_cut_rather_than_mended() -> None:
    """
    A second answer behind the first half of one could be read as its other half.
    """

    async def half(_: Request) -> Response:
        async def parts() -> Any:
            yield b"half"
            raise RuntimeError(SECRET)

        return StreamingResponse(parts())

    with structlog.testing.capture_logs(), pytest.raises(RuntimeError):
        async with client(_app(half)) as found:
            await found.get("http://localhost/")
