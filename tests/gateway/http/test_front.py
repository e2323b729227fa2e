"""What stands before every address: the short way gives the router's answers, and each end is told, whatever it was."""

import functools
import json
from typing import Any

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from gateway.http.addresses import GRAPHQL, Application
from gateway.http.front import Front
from gateway.http.graphiql import GraphiQL
from gateway.http.refusal import HttpRefusal
from tests.gateway.support import BROWSER, Answered, application, call

QUESTION = json.dumps({"query": "{ __typename }"}).encode()
JSON = ("content-type", "application/json")


def _by_router_only() -> Application:
    return application(graphiql=GraphiQL(stories_url=None))


def _with_the_short_way() -> Application:
    app = _by_router_only()
    (questions,) = (route for route in app.routes if getattr(route, "path", "") == GRAPHQL)
    view = questions.endpoint.__self__  # type: ignore[attr-defined]
    return Application(app.routes, front=functools.partial(Front, straight={GRAPHQL: view}))


def _alike(answer: Answered) -> tuple[int, dict[str, str], bytes]:
    """An answer without what is its own: its id."""
    found = answer.headers.pop("x-request-id")
    return answer.status, answer.headers, answer.body.replace(found.encode(), b"id")


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("POST", GRAPHQL, [JSON], QUESTION),
        ("POST", GRAPHQL, [JSON, ("accept", "application/graphql-response+json")], QUESTION),
        ("POST", GRAPHQL, [JSON], b'{"query": "{ nothing }"}'),
        ("POST", GRAPHQL, [JSON, JSON], QUESTION),
        ("POST", GRAPHQL, [JSON, ("accept", "text/plain")], QUESTION),
        ("POST", GRAPHQL, [JSON, ("content-length", "99999999")], b""),
        ("POST", GRAPHQL, [], QUESTION),
        ("POST", GRAPHQL, [JSON], b"["),
        ("GET", GRAPHQL, [("accept", BROWSER)], b""),
        ("GET", GRAPHQL, [], b""),
        ("HEAD", GRAPHQL, [], b""),
        ("PUT", GRAPHQL, [JSON], QUESTION),
        ("OPTIONS", GRAPHQL, [], b""),
        ("POST", f"{GRAPHQL}/", [JSON], QUESTION),
        ("GET", f"{GRAPHQL}/static/nothing", [], b""),
        ("GET", "/health/live", [], b""),
        ("POST", "/health/live", [], b""),
        ("GET", "/nothing", [], b""),
    ],
)
async def test_the_answer_is_the_same_as_by_the_router(
    method: str, path: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    received = [{"type": "http.request", "body": body, "more_body": False}]
    answers = [
        await call(app, method=method, path=path, headers=headers, received=received)
        for app in (_by_router_only(), _with_the_short_way())
    ]

    assert _alike(answers[0]) == _alike(answers[1])


class Watch:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def __call__(self, scope: Scope) -> "Watch":
        self.told.append(scope["path"])
        return self

    def end(self, status: int) -> None:
        self.told.append(status)


async def _fail(_: Request) -> Response:
    raise RuntimeError("a secret")


def _nobody(_: Scope) -> HttpRefusal:
    return HttpRefusal(403, "Nobody may.")


@pytest.mark.parametrize(
    ("path", "refuse", "status"), [("/", None, 200), ("/x", None, 404), ("/fails", None, 500), ("/", _nobody, 403)]
)
async def test_the_status_that_the_caller_gets_is_told_to_who_watches(path: str, refuse: Any, status: int) -> None:
    """Also that of a surprise, which is answered behind everybody's back."""
    watch = Watch()
    routes = [Route("/", PlainTextResponse("x")), Route("/fails", _fail)]
    with structlog.testing.capture_logs():
        answer = await call(Application(routes, front=functools.partial(Front, refuse=refuse, watch=watch)), path=path)

    assert status == answer.status
    assert [path, status] == watch.told


async def test_who_may_not_knock_is_not_answered_by_the_short_way() -> None:
    front = Front(PlainTextResponse("inside"), refuse=_nobody, straight={GRAPHQL: PlainTextResponse("inside")})

    assert 403 == (await call(front)).status


async def test_other_protocols_pass_through_untouched() -> None:
    seen: list[str] = []

    async def inner(scope: object, _: object, __: object) -> None:
        assert isinstance(scope, dict)
        seen.append(scope["type"])

    await Front(inner, refuse=_nobody)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]

    assert ["lifespan"] == seen
