"""What callers get from a gateway that has too much to do, and that it is found out before their question is read."""

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send

from connectors.clock import SystemClock
from connectors.terms import Criticality
from gateway.admission.door import Door
from gateway.admission.settings import AdmissionSettings
from gateway.callers import CallerSettings
from gateway.http.callers import Anybody
from gateway.http.front import Front
from gateway.http.graphql import GraphQLView
from gateway.http.leaving import KEY, Leaving
from gateway.http.request import may_be_mutation
from gateway.operations.operation import Operations
from gateway.settings import ServerSettings
from tests.bars import bar
from tests.connectors.support import Reports
from tests.gateway.support import LIMITS, RESPONSE, Answered, call
from tests.resolvers.support import SCHEMA, FakeOperator

QUESTION = json.dumps({"query": "{ __typename }"}).encode()


class Place:
    """The graph's address behind a door for one, with room for none to wait."""

    def __init__(self) -> None:
        self.operator = FakeOperator()
        self.door = Door(AdmissionSettings(least=1), max_waiting=0, clock=SystemClock(), report=Reports())
        view = GraphQLView(
            callers=Anybody(
                Operations(SCHEMA, limits=LIMITS, shows_graph=True),
                self.operator.graph,
                CallerSettings.model_validate({"class_header": "X-Caller-Class"}),
            ),
            clock=self.operator.graph.clock,
            settings=ServerSettings(),
            limits=LIMITS,
            graphiql=None,
            door=self.door,
        )
        self.app = Front(view)

    def fills(self) -> None:
        assert self.door.lets_in(Criticality.AGENT)
        for _ in range(20):
            self.door._admission.turned(1.0, SystemClock().monotonic())

    async def asks(
        self, *headers: tuple[str, str], body: bytes = QUESTION, method: str = "POST", left: Leaving | None = None
    ) -> Answered:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await self.app({**scope, KEY: left}, receive, send)

        received = [{"type": "http.request", "body": body, "more_body": False}]
        given = [("content-type", "application/json"), *headers]
        return await call(app, method=method, headers=given, received=received)


@pytest.fixture
def place() -> Place:
    return Place()


async def test_a_refusal_is_a_503_with_a_time_a_code_and_a_sentence(place: Place) -> None:
    place.fills()

    answer = await place.asks()

    assert (503, "1") == (answer.status, answer.headers["retry-after"])
    assert "no-store" == answer.headers["cache-control"]
    (error,) = answer.json["errors"]
    assert "The gateway has too much to do at the moment. Ask again a little later." == error["message"]
    assert {
        "code": "OVERLOADED",
        "requestId": answer.headers["x-request-id"],
        "retryAfterMs": 1000,
    } == error["extensions"]


async def test_it_is_told_in_the_callers_language_and_media_type(place: Place) -> None:
    place.fills()

    answer = await place.asks(("accept-language", "zh"), ("accept", RESPONSE))

    assert "网关目前繁忙，请稍后再试。" == answer.json["errors"][0]["message"]
    assert answer.headers["content-type"].startswith(RESPONSE)


@pytest.mark.parametrize(("said", "seconds"), [("agent", "1"), ("self_care", "2"), ("partner", "4"), ("batch", "8")])
async def test_who_matters_less_is_to_come_back_later(place: Place, said: str, seconds: str) -> None:
    place.fills()

    assert seconds == (await place.asks(("x-caller-class", said))).headers["retry-after"]


async def test_the_question_is_not_even_read(place: Place) -> None:
    place.fills()

    assert 503 == (await place.asks(body=b"{ this is no JSON")).status


async def test_everybody_who_comes_in_goes_out_again_whatever_the_question_was(place: Place) -> None:
    for body in (QUESTION, b"{", b'{"query": "{"}', b'{"query": "{ nothing }"}'):
        assert 503 != (await place.asks(body=body)).status

    assert 0 == place.door._admission.under_way


async def test_time_at_the_door_is_the_callers_time() -> None:
    """Who has 60 ms waits 30 of them at most, and what is left is what its question gets."""
    place = Place()
    place.fills()
    place.door._admission._max_waiting = 10
    loop = asyncio.get_running_loop()
    began = loop.time()

    answer = await place.asks(("x-deadline-ms", "60"))

    assert 200 == answer.status
    assert 0.025 <= loop.time() - began < 1


async def test_whose_time_is_over_before_there_is_a_turn_for_it_is_told_to_come_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_long() -> bool:
        place.operator.clock.advance(0.5)
        return True

    monkeypatch.setattr(place.door, "turn_is_long", is_long)
    async with asyncio.timeout(bar(1)):
        answer = await place.asks(("x-caller-class", "partner"))

    assert (503, "4") == (answer.status, answer.headers["retry-after"])
    assert 0 == place.door._admission.under_way


async def test_who_leaves_before_there_is_a_turn_for_it_is_not_worked_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, gives_way = Leaving(), asyncio.Event()

    def is_long() -> bool:
        gives_way.set()
        return True

    monkeypatch.setattr(place.door, "turn_is_long", is_long)
    asking = asyncio.create_task(place.asks(left=left))
    await gives_way.wait()
    left.happens()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asking, bar(1))

    assert 0 == place.door._admission.under_way


@pytest.mark.parametrize(
    ("data", "may_be"),
    [
        (b'{"query": "mutation { a }"}', True),
        (b'{"query": "fragment F on Q { a } mutation M { a }"}', True),
        (b"query=mutation%20%7Ba%7D", True),
        (b'{"query": "{ a }"}', False),
        (b"", False),
    ],
)
def test_no_mutation_is_taken_for_a_query(data: bytes, may_be: bool) -> None:  # noqa: FBT001
    assert may_be is may_be_mutation(data)
