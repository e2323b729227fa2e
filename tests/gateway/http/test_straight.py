"""The short way to the graph: whatever is asked, the answer is the router's."""

import json

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from gateway.app import GRAPHQL
from gateway.http.correlation import Correlated
from gateway.http.graphiql import GraphiQL
from gateway.http.straight import Straight
from tests.gateway.support import BROWSER, Answered, application, call

QUESTION = json.dumps({"query": "{ __typename }"}).encode()
JSON = ("content-type", "application/json")


def _by_router_only() -> Starlette:
    return application(graphiql=GraphiQL(stories_url=None))


def _with_the_short_way() -> Starlette:
    app = _by_router_only()
    (questions,) = (route for route in app.routes if getattr(route, "path", "") == GRAPHQL)
    view = questions.endpoint.__self__  # type: ignore[attr-defined]
    app.user_middleware[:] = [Middleware(Correlated), Middleware(Straight, path=GRAPHQL, answers=view)]
    return app


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
