"""Operations that differ in name and white space share their plans; nobody can tell but by the time it takes."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given

from connectors.errors import Unavailable
from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations import documents, rewordings
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from gateway.operations.planning import Planned
from gateway.operations.prepared import Prepared
from tests.gateway.guarded import World
from tests.gateway.plan.generated import Generated, operations
from tests.gateway.plan.test_likeness import SPACES, respaced
from tests.resolvers.support import MSISDN, SCHEMA, FakeOperator, presented

QUESTION = """query Generated($id: ID!, $n: Int = 2, $no: Boolean = false) { customer(by: {id: $id}) {
  name status @skip(if: $no) totals { openBills { complete } }
    bills(first: $n) { nodes { id billNumber } } ...More } }
fragment More on Customer { customerNumber }"""
LINE = f'query Q {{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn }} }}'


def _operations(**limits: Any) -> Operations:
    return Operations(SCHEMA, limits=LimitSettings(**limits))


async def _told(found: Operations, operator: FakeOperator, text: str, variables: dict[str, Any]) -> str:
    outcome = await found.execute(
        found.prepare(text),
        name=None,
        variables=variables,
        graph=operator.graph,
        within=Terms.after(5, operator.clock),
    )
    return json.dumps([json.loads(orjson.dumps(outcome.data)), presented(outcome), outcome.executed])


def _failing() -> FakeOperator:
    operator = FakeOperator()
    operator.billing.failures["bills"] = Unavailable("reset", system="billing")
    return operator


CASES: list[dict[str, Any]] = [
    {"id": "1000042"},
    {"id": "1000042", "no": True, "n": 1},
    {"id": "7"},
    {"id": None},
    {"id": "1000042", "n": "two"},
    {"id": "1000042", "n": -1},
    {"id": "1000042", "no": None},
    {},
]
TEXTS = [
    QUESTION.replace("Generated", "AnotherWithALongerName"),
    QUESTION.replace("Generated", "A").replace("\n", "\r\n"),
    " ".join(QUESTION.split()),
    QUESTION.replace(" ", "\n ,"),
]


@pytest.mark.parametrize("make", [FakeOperator, _failing])
@pytest.mark.parametrize("variables", CASES)
async def test_responses_are_those_of_operations_that_share_nothing(make: Any, variables: dict[str, Any]) -> None:
    shared = _operations()
    for _ in range(3):
        await _told(shared, make(), QUESTION, {"id": "1000042"})
    for text in TEXTS:
        fresh = _operations()
        expected = [await _told(fresh, make(), text, variables) for _ in range(3)]

        assert expected == [await _told(shared, make(), text, variables) for _ in range(3)]
        assert shared.prepare(text).model is shared.prepare(QUESTION)


@given(operations(depth=3), SPACES)
async def test_responses_to_generated_operations_are_those_of_a_fresh_one(
    generated: Generated, spaces: list[str]
) -> None:
    shared, fresh = _operations(), _operations()
    other = respaced(generated.text, spaces)
    if shared.prepare(generated.text).document is None:
        return
    await _told(shared, _failing(), generated.text, generated.variables)
    expected = await _told(fresh, _failing(), other, generated.variables)

    assert expected == await _told(shared, _failing(), other, generated.variables)
    assert shared.prepare(other).model is not None


def _outlined(prepared: Prepared) -> list[Any]:
    return [
        (name, each.name, each.operation.operation, each.digest, each.steering, each.defaults)
        for name, each in prepared.outlines.items()
    ]


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        QUESTION,
        "query Q($a: Boolean!) { __typename @skip(if: $a) }",
        "{ __typename }",
        "fragment F on Query { __typename } query Q { ...F }",
    ],
)
def test_names_and_hashes_are_each_documents_own(text: str) -> None:
    shared = _operations()
    shared.prepare(text)
    for other in (text.replace("query Q", "query Longer"), text.replace("Generated", "X"), f"\n{text} "):
        prepared = shared.prepare(other)

        assert _outlined(_operations().prepare(other)) == _outlined(prepared)
        found = shared.plan(prepared, name=None, variables={"a": True, "id": "1"})
        assert isinstance(found, Planned)
        assert prepared.operation_name(None) == found.plan.name == found.plan.describe()["operation"]["name"]
        assert prepared.outlines[None].digest == found.plan.digest


def test_a_plan_is_made_once() -> None:
    found = _operations()
    plans = [found.plan(found.prepare(LINE.replace("Q", f"Q{n}", 1)), name=None, variables=None) for n in range(50)]

    assert 1 == len({id(each.plan.completion) for each in plans if isinstance(each, Planned)})
    assert 1 == len(found._planning._documents._remembered) == len(found._planning._plans._kept)
    assert len(LINE) + 1 == found._planning._documents._characters


def test_the_name_that_is_asked_for_has_to_be_the_documents_own() -> None:
    found = _operations()
    found.prepare(LINE)
    prepared = found.prepare(LINE.replace("Q", "R", 1))

    assert isinstance(found.plan(prepared, name="R", variables=None), Planned)
    assert isinstance(found.plan(prepared, name="Q", variables=None), Outcome)
    assert prepared.operation_name("Q") is None


def test_documents_with_several_operations_are_like_no_other() -> None:
    found = _operations()

    assert not found.prepare("query A { __typename } query B { a: __typename }").errors
    assert found.prepare("query B { __typename } query B { a: __typename }").errors
    assert found.prepare("query A { __typename } query B { a: __typename } ").model is None


def test_what_is_refused_is_like_no_other() -> None:
    found = _operations(max_name_characters=10)
    for text in ("query A { nothing }", "query A($x: Int) { __typename }"):
        first, second = found.prepare(text), found.prepare(f"\n {text.replace('A', 'Longer')}")

        assert first.errors
        assert first.errors[0].locations != second.errors[0].locations
    # What two texts say is told apart from a text, even from one that looks like it.
    found.prepare("query\n\n{\n__typename\n}")
    found.prepare("\0query\n\n{\n__typename\n}")
    assert not found.prepare("query A { __typename }").errors
    assert found.prepare("query ALongerName { __typename }").errors
    assert found.prepare("\0query\n\n{\n__typename\n}").errors


def test_a_document_longer_than_is_accepted_is_refused_however_it_begins() -> None:
    found = _operations(max_characters=100)

    assert not found.prepare(LINE).errors
    assert found.prepare(LINE + " " * 100).errors


class TestBounds:
    def _many(self, found: Operations, count: int) -> None:
        for number in range(count):
            found.prepare(LINE.replace("Q", f"Q{number}", 1))

    def test_rewordings_take_no_more_than_their_bytes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rewordings, "MAX_BYTES", 20_000)
        found = _operations()
        self._many(found, 100)

        kept = found._planning._documents._rewordings
        assert kept.bytes == sum(map(rewordings._size, kept._kept.values())) <= 20_000
        assert 10 < len(kept) < 20
        assert set(kept._kept) == {text for texts in kept._texts.values() for text in texts}

    def test_those_that_were_asked_for_are_found_again(self) -> None:
        found = _operations()
        found.prepare(LINE)
        other = f" {LINE}"

        assert found.prepare(other) is found.prepare(other)

    def test_nothing_is_left_of_them_when_their_model_goes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "MAX_REMEMBERED", 200)
        found = _operations()
        self._many(found, 10)
        for number in range(20):
            found.prepare(f"{{ a{number}: __typename }}")

        kept = found._planning._documents
        assert 0 == len(kept._rewordings) == kept._rewordings.bytes
        assert not kept._rewordings._texts
        assert set(kept._models.values()) == set(kept._remembered.values())

    def test_a_model_stays_as_long_as_others_are_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "MAX_REMEMBERED", 200)
        found = _operations()
        model = found.prepare(LINE)
        other = f" {LINE}"
        for number in range(50):
            found.prepare(f"{{ a{number}: __typename }}")
            assert model is found.prepare(other).model

    def test_what_is_like_a_pinned_operation_shares_its_plan_for_good(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "MAX_REMEMBERED", 200)
        found = _operations()
        found.prepare(f"  {LINE}")
        found.pin(LINE)
        found.pin(f" {LINE}")
        for number in range(50):
            found.prepare(f"{{ a{number}: __typename }}")

        assert found.prepare(LINE).model is found.prepare(f"\n{LINE}").model is found.prepare(f"  {LINE}")
        assert 1 == len(found._planning._plans._pinned)
        assert found._planning._documents._characters == sum(map(len, found._planning._documents._remembered)) <= 200


class TestAnswers:
    TEXT = 'query Q($id: ID! = "1000042") { customer(by: {id: $id}) { name } }'

    async def test_what_was_answered_to_one_is_given_to_the_other(self) -> None:
        world = World()
        for _ in range(2):
            first = await world.ask(self.TEXT)
        runs = world.operations.runs
        again = await world.ask(self.TEXT.replace("Q", "R", 1))

        assert runs == world.operations.runs
        assert orjson.dumps(first.data) == orjson.dumps(again.data)

    async def test_and_not_with_other_variables(self) -> None:
        world = World()
        for _ in range(2):
            await world.ask(self.TEXT)
        runs = world.operations.runs
        await world.ask(self.TEXT.replace("Q", "R", 1), {"id": "1000043"})

        assert runs + 1 == world.operations.runs


def test_what_is_asked_under_a_name_that_is_not_there_is_no_question_of_the_others() -> None:
    prepared = _operations().prepare(LINE)

    assert prepared.meaning(None) == prepared.meaning("Q") != prepared.meaning("R")
