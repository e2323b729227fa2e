"""Plans: one for each operation and the booleans that steer it, kept within bounds, and read instead of documents."""

import gc
import json
import pathlib
from typing import Any

import pytest
from graphql import DirectiveNode, OperationType, VariableNode, Visitor, visit
from hypothesis import assume, given

from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations import documents
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from gateway.operations.planning import Planned
from gateway.operations.prepared import MAX_EACH
from gateway.plan import plans
from gateway.plan.plan import Plan
from tests.gateway.plan.generated import BOOLEANS, Generated, operations
from tests.resolvers.support import MSISDN, SCHEMA, FakeOperator, codes

QUESTION = f"""
query Q($by: LineKey = {{msisdn: "{MSISDN}"}}, $net: Boolean = false, $no: Boolean = true) {{
  line(by: $by) {{ msisdn network @include(if: $net) {{ imsi }} ...F @skip(if: $no) }}
  ... @include(if: true) {{ __typename }}
}}
fragment F on Line {{ id }}
"""


_BOUNDLESS = dict.fromkeys(
    (
        "max_directives",
        "max_depth",
        "max_root_fields",
        "max_aliases",
        "max_spreads",
        "max_written_fields",
        "max_selected_fields",
        "max_tokens",
        "max_characters",
    ),
    1_000_000,
)
"""What is generated may be larger than what callers may send; the work of comparing its fields stays bounded."""


def _operations(**limits: Any) -> Operations:
    return Operations(SCHEMA, limits=LimitSettings(**limits))


def _planned(
    operations: Operations, text: str, *, name: str | None = None, variables: dict[str, Any] | None = None
) -> Planned:
    found = operations.plan(operations.prepare(text), name=name, variables=variables)
    assert isinstance(found, Planned), found
    return found


def _plan(operations: Operations, text: str, **variables: Any) -> Plan:
    return _planned(operations, text, variables=variables).plan


class TestWhatAPlanIsFor:
    def test_the_same_operation_has_one_plan(self) -> None:
        found = _operations()

        assert _plan(found, QUESTION) is _plan(found, str(QUESTION), by={"msisdn": "60000043"})

    def test_booleans_that_steer_make_another_one(self) -> None:
        found = _operations()
        some, all_ = _plan(found, QUESTION), _plan(found, QUESTION, net=True)

        assert {"net": False, "no": True} == some.booleans
        assert {"net": True, "no": True} == all_.booleans
        assert {"Line.network", "NetworkProfile.imsi"} == all_.coordinates - some.coordinates
        assert some.digest == all_.digest

    def test_a_default_that_is_given_is_the_default(self) -> None:
        found = _operations()

        assert _plan(found, QUESTION) is _plan(found, QUESTION, net=False)

    def test_other_booleans_do_not_steer(self) -> None:
        text = "query ($a: Boolean!) { __typename @skip(if: $a) x: __typename @include(if: true) }"

        assert ("a",) == _operations().prepare(text).outlines[None].steering

    def test_each_operation_of_a_document_has_its_own(self) -> None:
        found = _operations()
        two = 'query A { __typename } query B { line(by: {msisdn: "60000042"}) { id } }'
        a, b = _planned(found, two, name="A").plan, _planned(found, two, name="B").plan

        assert not a.coordinates
        assert {"Query.line", "Line.id"} == b.coordinates
        assert ("B", OperationType.QUERY) == (b.name, b.kind)

    def test_the_only_operation_is_the_same_with_its_name_and_without(self) -> None:
        found = _operations()

        assert _planned(found, QUESTION).plan is _planned(found, QUESTION, name="Q").plan

    def test_a_null_that_should_steer_selects_nothing(self) -> None:
        text = f'query ($no: Boolean = false) {{ line(by: {{msisdn: "{MSISDN}"}}) {{ id msisdn @skip(if: $no) }} }}'

        assert {"Query.line", "Line.id"} == _plan(_operations(), text, no=None).coordinates

    async def test_a_null_that_should_steer_fails_where_it_stands(self) -> None:
        operator = FakeOperator()
        outcome = await operator.ask(QUESTION, net=None)

        assert {"line": None, "__typename": "Query"} == outcome.data
        assert ["BAD_INPUT"] == codes(outcome)


class TestWhatAPlanKnows:
    def test_coordinates_of_a_union_are_those_of_its_types(self) -> None:
        text = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Line { id } ... on Bill { id } } }"

        assert {"Query._entities", "Line.id", "Bill.id"} == _plan(_operations(), text, r=[]).coordinates

    def test_the_graph_itself_is_told_and_not_followed(self) -> None:
        text = '{ __schema { types { name } } __type(name: "Line") { name } __typename }'

        assert {"Query.__schema", "Query.__type"} == _plan(_operations(), text).coordinates

    def test_personal_fields_are_told(self) -> None:
        text = '{ customer(by: {id: "1"}) { name validFor { start } bills { pageInfo { hasNextPage } } } }'

        about_somebody = {"Query.customer", "Customer.name", "Customer.validFor", "Customer.bills"}
        assert about_somebody == _plan(_operations(), text).personal

    def test_calls_are_told_with_how_many_come_before_them(self) -> None:
        text = (
            '{ customer(by: {id: "1"}) { bills { totalCount } } line(by: {msisdn: "60000042"}) { network { imsi } } }'
        )
        asks = {(ask.coordinate, ask.capability, ask.depth) for ask in _plan(_operations(), text).needs.asks}

        assert {
            ("Query.customer", "customers", 0),
            ("Customer.bills", "billing", 1),
            ("Line.network", "network", 0),
        } == asks

    def test_it_is_told_as_json_without_the_values_of_variables(self) -> None:
        text = (
            "query Q($by: CustomerKey!, $n: Int!) { customer(by: $by) { name bills(first: $n) { nodes { status } } } }"
        )
        planned = _planned(_operations(), text, variables={"by": {"msisdn": "60000042"}, "n": 7})
        described = planned.plan.describe(planned.variables)

        assert {"name": "Q", "type": "query", "hash": planned.plan.digest} == described["operation"]
        assert 31 + 11 + 7 == described["cost"] == planned.cost
        assert 31 + 11 + 10 == planned.plan.describe()["cost"]
        assert [0, 1, 2, 3] == sorted({call["depth"] for call in described["calls"]})
        assert "60000042" not in json.dumps(described)
        assert "60000042" not in repr(planned)

    @given(operations())
    def test_generated_operations_are_steered_by_what_their_directives_name(self, generated: Generated) -> None:
        prepared = _operations(**_BOUNDLESS).prepare(generated.text)
        assume(prepared.document is not None)
        assert prepared.document is not None
        named: set[str] = set()

        class Conditions(Visitor):
            def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
                named.update(
                    each.value.name.value for each in node.arguments or () if isinstance(each.value, VariableNode)
                )

        visit(prepared.document, Conditions())
        outline = prepared.outlines[None]

        assert sorted(named) == list(outline.steering)
        assert outline.by_name(outline.booleans(generated.variables)) == {
            name: generated.variables.get(name, BOOLEANS[name]) for name in named
        }


class TestCosts:
    TEXT = 'query ($n: Int!) { customer(by: {id: "1"}) { bills(first: $n) { nodes { status } } } }'

    def _ask(self, most: int | None, n: int) -> Planned | Outcome:
        found = _operations(max_cost=most)
        return found.plan(found.prepare(self.TEXT), name=None, variables={"n": n})

    def test_have_no_bound_by_default(self) -> None:
        assert isinstance(self._ask(None, 2**31 - 1), Planned)

    def test_up_to_the_bound_are_accepted(self) -> None:
        assert isinstance(self._ask(30, 8), Planned)

    async def test_beyond_the_bound_are_refused_before_anybody_is_asked(self) -> None:
        found = self._ask(30, 9)

        assert isinstance(found, Outcome)
        assert not found.executed
        assert ["TOO_COSTLY"] == codes(found)
        assert "costs 31, and at most 30" in found.errors[0].message


class TestBounds:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plans, "MAX_CHARACTERS", 1000)
        monkeypatch.setattr(documents, "MAX_REMEMBERED", 3000)

    def _text(self, number: int) -> str:
        return f'query Q {{ a{number}: line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn }} }}'

    def test_plans_take_no_more_than_their_characters_and_the_least_used_go_first(self) -> None:
        found = _operations()
        often = _plan(found, self._text(0))
        for number in range(1, 100):
            _plan(found, self._text(number))
            assert often is _plan(found, self._text(0))

        kept = found._planning._plans._kept
        assert (
            found._planning._plans._characters
            == sum(each.characters * len(made) for each, made in kept.items())
            <= 1000
        )
        assert 10 < len(kept) <= 20

    def test_an_operation_has_no_more_plans_than_combinations_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plans, "MAX_CHARACTERS", 100_000)
        names = [f"b{number}" for number in range(7)]
        declared = " ".join(f"${name}: Boolean!" for name in names)
        text = f"query ({declared}) {{ {' '.join(f'{name}: __typename @skip(if: ${name})' for name in names)} }}"
        found = _operations()
        for number in range(2**7):
            _plan(found, text, **{name: bool(number >> place & 1) for place, name in enumerate(names)})

        (kept,) = found._planning._plans._kept.values()
        assert plans.MAX_COMBINATIONS == len(kept) == 32
        assert tuple(map(bool, [1] * 7)) in kept

    def test_combinations_of_a_long_operation_are_bounded_by_its_characters(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plans, "MAX_CHARACTERS", 400)
        found = _operations()
        text = "query ($a: Boolean!, $b: Boolean!) { __typename @skip(if: $a) %s: __typename @skip(if: $b) }" % (
            "x" * 90
        )
        combinations = [(a, b) for a in (True, False) for b in (True, False)]
        for _ in range(3):
            for a, b in combinations:
                _plan(found, text, a=a, b=b)
                assert 0 < found._planning._plans._characters <= 400

    def test_a_document_that_is_forgotten_takes_its_plans_with_it(self) -> None:
        found = _operations()
        _plan(found, self._text(0))
        for number in range(1, 60):
            found.prepare(self._text(number))

        assert not found._planning._plans._kept
        assert 0 == found._planning._plans._characters

    def test_a_long_document_is_planned_each_time(self) -> None:
        found = _operations()
        text = self._text(0) + " " * MAX_EACH

        assert _plan(found, text) is not _plan(found, text)
        assert not found._planning._plans._kept

    def test_pinned_operations_stay_whatever_comes(self) -> None:
        found = _operations()
        assert () == tuple(found.pin(self._text(0)))
        pinned = _plan(found, self._text(0))
        for number in range(1, 200):
            _plan(found, self._text(number))

        assert pinned is _plan(found, self._text(0))
        assert found._planning._documents._characters <= 3000

    def test_only_the_defaults_of_a_pinned_operation_stay(self) -> None:
        found = _operations()
        found.pin(QUESTION)
        defaults, other = _plan(found, QUESTION), _plan(found, QUESTION, net=True)
        for number in range(200):
            _plan(found, self._text(number))

        assert defaults is _plan(found, QUESTION)
        assert other is not _plan(found, QUESTION, net=True)

    def test_what_is_refused_is_not_pinned(self) -> None:
        found = _operations()

        assert found.pin("{ nothing }")
        assert not found._planning._documents._pinned


def test_a_plan_that_runs_out_of_stack_is_a_mistake_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr("gateway.plan.planner.Selections", give_up)
    found = _operations()
    outcome = found.plan(found.prepare("{ __typename }"), name=None, variables=None)

    assert isinstance(outcome, Outcome)
    assert ["BAD_INPUT"] == codes(outcome)
    assert found.pin("{ __typename }")


def test_no_tree_is_walked_for_a_question_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Everything that is worked out from a document has been by then.
    """
    found = _operations()
    _plan(found, QUESTION)

    def walk(*_: object, **__: object) -> None:
        pytest.fail("the document was walked again")

    for what in (
        "gateway.operations.documents.parsed",
        "gateway.operations.documents.outline",
        "gateway.plan.planner.Selections",
    ):
        monkeypatch.setattr(what, walk)
    monkeypatch.setattr("gateway.plan.planner.needs_of", walk)
    planned = _planned(found, QUESTION, variables={"net": False})

    assert planned.plan.needs.parts(planned.variables) == frozenset()


@pytest.mark.soak
async def test_ten_thousand_operations_leave_no_more_memory_than_a_thousand() -> None:
    operator = FakeOperator()
    found = _operations()
    sizes = []
    for number in range(10_000):
        text = f'query Q{number} {{ customer(by: {{id: "1000042"}}) {{ name bills {{ nodes {{ status }} }} }} }}'
        for _ in range(2):
            outcome = await found.execute(
                found.prepare(text),
                name=None,
                variables=None,
                graph=operator.graph,
                within=Terms.after(5, operator.clock),
            )
            assert not outcome.errors
        if number in {2_000, 9_999}:
            gc.collect()
            sizes.append(_resident_bytes())

    assert sizes[1] < sizes[0] * 1.05 + 4_000_000


def _resident_bytes() -> int:
    return int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096
