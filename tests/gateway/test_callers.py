"""What class a caller is of, and that its calls are made as of that class."""

import pytest
from pydantic import ValidationError

from connectors.terms import Criticality
from gateway.callers import CallerSettings, Classes
from gateway.http.callers import Anybody
from gateway.http.graphql import GraphQLView
from gateway.limits.settings import LimitSettings
from gateway.operations.operation import Operations
from gateway.settings import ServerSettings
from tests.gateway.support import JSON, call
from tests.resolvers.support import SCHEMA, FakeOperator

AGENT, SELF_CARE, PARTNER, BATCH = Criticality


def classes(**settings: str) -> Classes:
    return Classes(CallerSettings.model_validate({"class_header": "X-Caller-Class", **settings}))


@pytest.mark.parametrize(
    ("said", "criticality"),
    [("agent", AGENT), ("self_care", SELF_CARE), (" Partner", PARTNER), ("BATCH", BATCH)],
)
def test_the_header_says_the_class(said, criticality):
    assert criticality is classes().of(said)


@pytest.mark.parametrize("said", ["", "agents", "agent,partner", "agent, agent", "0", "AGENT\xa0"])
def test_nobody_gains_by_a_class_that_there_is_not(said):
    assert BATCH is classes().of(said)


def test_callers_of_whom_nothing_is_said_are_agents_unless_the_operator_says_otherwise():
    assert (AGENT, SELF_CARE) == (classes().of(None), classes(default_class="self_care").of(None))


@pytest.mark.parametrize("wrong", [{"default_class": "vip"}, {"class_header": "X Class"}, {"class_header": ""}])
def test_a_class_or_a_header_that_there_cannot_be_is_a_mistake(wrong):
    with pytest.raises(ValidationError):
        CallerSettings.model_validate(wrong)


@pytest.mark.parametrize(
    ("header", "headers", "criticality"),
    [
        (None, [("x-caller-class", "batch")], AGENT),
        ("X-Caller-Class", [], AGENT),
        ("X-Caller-Class", [("x-caller-class", "partner")], PARTNER),
        # What a caller wrote and what a proxy has added to it.
        ("X-Caller-Class", [("x-caller-class", "agent"), ("x-caller-class", "partner")], BATCH),
    ],
)
async def test_calls_are_made_as_of_the_class_of_the_request(header, headers, criticality):
    seen = []

    class Seeing(Operations):
        async def execute(self, prepared, *, within, **named):
            seen.append(within.criticality)
            return await super().execute(prepared, within=within, **named)

    graph = FakeOperator().graph
    seeing = Seeing(SCHEMA, limits=LimitSettings(), shows_graph=True)
    view = GraphQLView(
        callers=Anybody(seeing, graph, CallerSettings(class_header=header)),
        clock=graph.clock,
        settings=ServerSettings(),
        limits=LimitSettings(),
        graphiql=None,
    )
    body = b'{"query": "{ __typename }"}'
    answered = await call(
        view,
        method="POST",
        headers=[("content-type", JSON), *headers],
        received=[{"type": "http.request", "body": body, "more_body": False}],
    )

    assert (200, [criticality]) == (answered.status, seen)
