"""Documents: prepared once, bounded, and refused with an error for whatever a caller can write."""

import time
from typing import Any

import pytest
from graphql import OperationType
from hypothesis import given
from hypothesis import strategies as st

from connectors.terms import Terms
from gateway.limits.settings import LimitSettings
from gateway.operations.documents import MAX_REMEMBERED
from gateway.operations.operation import Operations
from gateway.operations.outcome import Outcome
from gateway.operations.prepared import MAX_EACH
from tests.resolvers.support import MSISDN, SCHEMA, FakeOperator, codes, presented

LINE = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn }} }}'
BOUNDLESS = LimitSettings(
    **{name: 10_000_000 for name, value in LimitSettings() if name.startswith("max_") and value is not None}
)
TWO = "query A { __typename } query B { b: __typename }"


@pytest.fixture
def operations() -> Operations:
    return Operations(SCHEMA, limits=LimitSettings())


def _patient() -> Operations:
    """Such that no limit but the nesting's own is met."""
    return Operations(SCHEMA, limits=BOUNDLESS)


async def _run(
    operations: Operations, text: str, *, name: str | None = None, variables: dict[str, Any] | None = None
) -> Outcome:
    operator = FakeOperator()
    prepared = operations.prepare(text)
    return await operations.execute(
        prepared, name=name, variables=variables, graph=operator.graph, within=Terms.after(5, operator.clock)
    )


class TestPreparing:
    def test_the_same_text_is_prepared_once(self, operations: Operations) -> None:
        assert operations.prepare(LINE) is operations.prepare(str(LINE))

    def test_a_refused_text_is_remembered_as_well(self, operations: Operations) -> None:
        assert operations.prepare("{ nothing }") is operations.prepare("{ nothing }")

    def test_a_long_text_is_not_remembered(self, operations: Operations) -> None:
        text = LINE + " " * MAX_EACH

        assert operations.prepare(text) is not operations.prepare(text)
        assert not operations.prepare(text).errors

    def test_no_more_than_a_bound_are_remembered_and_the_least_used_go_first(self, operations: Operations) -> None:
        often = operations.prepare(LINE)
        for number in range(20):
            operations.prepare(f"{LINE} #{number}" + " " * 10_000)
            assert often is operations.prepare(LINE)

        documents = operations._planning._documents
        assert documents._characters == sum(map(len, documents._remembered)) <= MAX_REMEMBERED
        assert 10 < len(documents._remembered) < 20

    def test_a_refusal_keeps_no_syntax_tree(self, operations: Operations) -> None:
        for text in ("{ nothing }", "{ a b: a ...F }", "{", "query ($x: Nothing) { __typename }"):
            assert all(error.nodes is None and error.source is None for error in operations.prepare(text).errors)

    def test_a_mistake_has_its_place(self, operations: Operations) -> None:
        (error,) = operations.prepare("{ nothing }").errors

        assert (1, 3) == (error.locations or [])[0]
        assert operations.prepare("{ nothing }").document is None

    def test_a_document_of_too_many_tokens_is_refused(self, operations: Operations) -> None:
        (error,) = operations.prepare("{ " + "a " * 5000 + "}").errors

        assert "4000 tokens" in error.message

    def test_no_more_than_twenty_mistakes_are_told(self, operations: Operations) -> None:
        assert len(operations.prepare("{ " + " ".join(f"x{n}" for n in range(500)) + " }").errors) <= 21

    def test_operations_that_the_graph_does_not_have_are_refused(self, operations: Operations) -> None:
        for text in ("mutation { x }", "subscription { x }"):
            assert operations.prepare(text).errors

    def test_the_type_of_an_operation_is_known(self, operations: Operations) -> None:
        prepared = operations.prepare(TWO)

        assert OperationType.QUERY == prepared.operation_type("A")
        assert prepared.operation_type("C") is None
        assert prepared.operation_type(None) is None

    def test_introspection_that_multiplies_is_refused(self, operations: Operations) -> None:
        nested = "{ name " + "fields { type { name " * 8 + "}" * 17

        assert operations.prepare(f"{{ __schema {{ types {nested} }} }}").errors


DEEP = {
    "braces": "{" * 10_000 + "}" * 10_000,
    "braces never closed": "{" * 10_000,
    "fields": "{ a " * 10_000 + "}" * 10_000,
    "list values": "{ line(by: " + "[" * 10_000 + "]" * 10_000 + ") { msisdn } }",
    "object values": "{ line(by: " + "{id: " * 10_000 + "1" + "}" * 10_000 + ") { msisdn } }",
    "list types": "query ($x: " + "[" * 10_000 + "Int" + "]" * 10_000 + ") { __typename }",
    "inline fragments": "{" + "... {" * 10_000 + "}" * 10_001,
    "valid fields": "{ __schema { types { " + "ofType { " * 5_000 + "name" + "}" * 5_003,
    "introspection": '{ __type(name: "Line") { ' + "ofType { " * 300 + "name" + "}" * 302,
    "fragments": "{ ...F0 } "
    + "".join(f"fragment F{n} on Query {{ ...F{n + 1} }} " for n in range(3000))
    + "fragment F3000 on Query { __typename }",
    "fragments doubled": "{ ...F0 } "
    + "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(26))
    + "fragment F26 on Query { __typename }",
    "fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
}


@pytest.mark.parametrize(
    "operations", [Operations(SCHEMA, limits=LimitSettings()), _patient()], ids=["bounded", "patient"]
)
@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
async def test_deep_documents_are_answered_soon_and_without_an_exception(text: str, operations: Operations) -> None:
    before = time.perf_counter()

    outcome = await _run(operations, text)

    assert time.perf_counter() - before < 5
    assert outcome.executed or {"BAD_INPUT", "TOO_COSTLY"} >= set(codes(outcome))


@pytest.mark.parametrize("name", ["braces", "fields", "list values", "object values", "list types", "inline fragments"])
async def test_endless_nesting_is_told_in_a_sentence(name: str) -> None:
    (error,) = presented(await _run(_patient(), DEEP[name]))

    assert error["message"].endswith(".")
    assert len(error["message"]) < 200


@pytest.mark.parametrize(
    "step",
    ["gateway.limits.parsing.parse", "gateway.operations.documents.check", "gateway.operations.documents.validate"],
)
def test_a_step_that_runs_out_of_stack_is_a_mistake_of_the_document(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    graphql-core has bounds of its own; this one holds wherever they do not.
    """

    def give_up(*_: object, **__: object) -> None:
        raise RecursionError

    monkeypatch.setattr(step, give_up)
    (error,) = Operations(SCHEMA, limits=LimitSettings()).prepare(LINE).errors

    assert "nested" in error.message


@given(st.text() | st.text('{}()[]:$@!.=|&"\\#,\n\t 1a-\ufeff\u0000é'))
def test_no_text_raises(text: str) -> None:
    prepared = Operations(SCHEMA, limits=LimitSettings()).prepare(text)

    assert bool(prepared.errors) != (prepared.document is not None)


class TestExecuting:
    async def test_the_only_operation_needs_no_name(self, operations: Operations) -> None:
        outcome = await _run(operations, LINE)

        assert {"line": {"msisdn": MSISDN}} == outcome.data
        assert outcome.executed

    async def test_one_of_several_is_chosen_by_name(self, operations: Operations) -> None:
        assert {"b": "Query"} == (await _run(operations, TWO, name="B")).data

    @pytest.mark.parametrize("name", [None, "C", ""])
    async def test_a_name_that_is_missing_or_unknown_is_refused(self, operations: Operations, name: str | None) -> None:
        outcome = await _run(operations, TWO, name=name)

        assert not outcome.executed
        assert "operationName" in outcome.errors[0].message

    async def test_an_unknown_name_of_the_only_operation_is_refused(self, operations: Operations) -> None:
        assert not (await _run(operations, LINE, name="Other")).executed

    async def test_a_document_without_an_operation_is_refused(self, operations: Operations) -> None:
        outcome = await _run(operations, "fragment F on Query { __typename }")

        assert not outcome.executed
        assert outcome.errors

    @pytest.mark.parametrize("variables", [None, {}, {"by": None}, {"by": 1}, {"by": {"msisdn": "x"}}, {"other": 1}])
    async def test_variables_that_do_not_fit_are_refused_before_anything_runs(
        self, operations: Operations, variables: dict[str, Any] | None
    ) -> None:
        outcome = await _run(operations, "query ($by: LineKey!) { line(by: $by) { msisdn } }", variables=variables)

        assert not outcome.executed
        assert outcome.data is None
        assert {"BAD_INPUT"} == set(codes(outcome))

    async def test_variables_nested_a_thousand_deep_are_refused(self, operations: Operations) -> None:
        deep: Any = "x"
        for _ in range(1000):
            deep = {"id": [deep]}

        outcome = await _run(operations, "query ($by: LineKey!) { line(by: $by) { msisdn } }", variables={"by": deep})

        assert {"BAD_INPUT"} == set(codes(outcome))

    async def test_variables_that_nobody_declared_do_no_harm(self, operations: Operations) -> None:
        assert {"line": {"msisdn": MSISDN}} == (await _run(operations, LINE, variables={"x": 1})).data

    async def test_an_error_in_a_field_is_still_an_execution(self, operations: Operations) -> None:
        outcome = await _run(operations, '{ line(by: {id: "x"}) { msisdn } }')

        assert outcome.executed
        assert {"line": None} == outcome.data

    async def test_a_null_that_goes_all_the_way_up_is_still_an_execution(self, operations: Operations) -> None:
        keys = ", ".join('{id: "1"}' for _ in range(51))

        outcome = await _run(operations, f"{{ customers(by: [{keys}]) {{ name }} }}")

        assert outcome.executed
        assert outcome.data is None

    async def test_introspection_works(self, operations: Operations) -> None:
        outcome = await _run(operations, '{ __schema { queryType { name } } __type(name: "Line") { fields { name } } }')

        assert not outcome.errors
        assert outcome.data is not None
        assert "Query" == outcome.data["__schema"]["queryType"]["name"]

    async def test_introspection_tells_that_a_key_has_one_member(self, operations: Operations) -> None:
        outcome = await _run(operations, '{ __type(name: "CustomerKey") { isOneOf } }')

        assert {"__type": {"isOneOf": True}} == outcome.data

    async def test_each_operation_has_loaders_of_its_own(self) -> None:
        operator = FakeOperator()
        query = f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ balances {{ name }} }} }}'

        await operator.ask(query)
        await operator.ask(query)

        assert {"recharge": {"balances": 2}} == operator.calls
