"""An answer that waits for its record: as bytes, told of as what it comes to, and given to nobody without."""

import asyncio
import gc
import json
from typing import Any

import pytest
from starlette.types import Message, Scope

from gateway.audit.writer import AuditUnavailable
from gateway.callers import CallerSettings
from gateway.http.callers import Anybody
from gateway.http.graphql import GraphQLView
from gateway.operations.operation import Operations
from gateway.settings import ServerSettings
from gateway.telemetry.requests import Told, told
from tests.gateway.support import LIMITS
from tests.resolvers.support import MSISDN, SCHEMA, FakeOperator

PARTS = 50
FIELDS = " ".join(f"n{number}: network {{ barring {{ outgoing }} }}" for number in range(PARTS))
LARGE = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ {FIELDS} }} }}'


class Held:
    """An audit that keeps nothing before it is told to."""

    is_refusing = False

    def __init__(self) -> None:
        self.entries: asyncio.Queue[Any] = asyncio.Queue()
        self.kept = asyncio.Event()
        self.is_away = False

    async def written(self, entry: Any) -> None:
        self.entries.put_nowait(entry)
        await self.kept.wait()
        if self.is_away:
            raise AuditUnavailable


class Place:
    """The graph's address, where everything is put on record."""

    def __init__(self) -> None:
        self.audit = Held()
        graph = FakeOperator().graph
        self._view = GraphQLView(
            callers=Anybody(Operations(SCHEMA, limits=LIMITS), graph, CallerSettings()),
            clock=graph.clock,
            settings=ServerSettings(),
            limits=LIMITS,
            graphiql=None,
            audit=self.audit,  # type: ignore[arg-type]
        )

    def asks(self) -> tuple[asyncio.Task[list[Message]], Told]:
        """One question, and what is told of it."""
        body = json.dumps({"query": LARGE}).encode()
        scope: Scope = {
            "type": "http",
            "method": "POST",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        async def asked() -> list[Message]:
            await self._view(scope, receive, send)
            return sent

        return asyncio.create_task(asked()), told(scope)

    async def waiting(self, questions: int) -> None:
        """Return when so many more have an answer that waits for its record."""
        async with asyncio.timeout(30):
            for _ in range(questions):
                await self.audit.entries.get()


def _mappings() -> int:
    """How many there are that the collector looks through: each object of an answer is one."""
    gc.collect()
    return sum(type(each) is dict for each in gc.get_objects())


async def test_what_waits_for_its_record_is_nothing_that_the_collector_looks_through() -> None:
    place = Place()
    asking: list[asyncio.Task[list[Message]]] = []
    before = after = 0
    for _ in range(2):
        # What is worked out once is there from the second question on.
        asking += [place.asks()[0] for _ in range(4)]
        await place.waiting(4)
        before, after = after, _mappings()

    assert after - before < PARTS
    place.audit.kept.set()
    answers = await asyncio.gather(*asking)
    assert [200] * 8 == [sent[0]["status"] for sent in answers]
    assert PARTS == len(json.loads(answers[0][1]["body"])["data"]["line"])


async def test_an_answer_whose_record_was_not_kept_is_told_of_as_refused() -> None:
    place = Place()
    place.audit.is_away = True
    asking, found = place.asks()
    await place.waiting(1)
    place.audit.kept.set()
    sent = await asking

    assert (503, "refused", ["UPSTREAM_UNAVAILABLE"]) == (sent[0]["status"], found.outcome, found.codes)
    assert b"barring" not in sent[1]["body"]


async def test_whose_caller_leaves_while_it_waits_is_told_of_as_gone() -> None:
    place = Place()
    asking, found = place.asks()
    await place.waiting(1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert ("gone", []) == (found.outcome, found.codes)
