"""What an operation costs: counted before it is executed, and equal to what execution then does."""

import time
from typing import Any

import pytest
from graphql import get_operation_ast, parse
from hypothesis import given

from gateway.plan.cost import ADMITTING, MOST, Cost
from gateway.plan.facts import facts_of
from gateway.plan.outline import outline
from gateway.plan.selection import Selections
from resolvers.graph import build
from schema.policy import Audience
from tests.bars import bar
from tests.gateway.plan.generated import GRAPH, Generated, operations
from tests.gateway.plan.world import ENTITIES, Measured, measured

SCHEMA = build()._schema
FACTS = facts_of(SCHEMA)
LINE = 'line(by: {msisdn: "60000042"})'
CUSTOMER = 'customer(by: {id: "1"})'


def _cost(text: str, audience: Audience | None = None, **variables: Any) -> int:
    document = parse(text)
    operation = get_operation_ast(document, None)
    assert operation is not None
    found = outline(document, operation)
    booleans = found.by_name(found.booleans(variables))
    root = Selections(SCHEMA, FACTS, found, booleans).root
    return Cost(root, admitting=ADMITTING.get(audience)).of(variables)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ __typename }", 0),
        # One object, of which nobody is asked.
        (f"{{ {LINE} {{ msisdn id }} }}", 1),
        (f"{{ {LINE} {{ msisdn }} x: {LINE} {{ msisdn }} }}", 2),
        # As many calls one after another as the key needs, at the worst.
        ('{ line(by: {imsi: "1"}) { id } }', 11),
        ("query ($by: LineKey!) { line(by: $by) { id } }", 11),
        (f"{{ {CUSTOMER} {{ name }} }}", 11),
        ('{ customer(by: {msisdn: "1"}) { name } }', 21),
        ('{ customer(by: {imsi: "1"}) { name } }', 31),
        ("query ($n: String!) { customer(by: {accountNumber: $n}) { name } }", 21),
        ("query ($by: CustomerKey!) { customer(by: $by) { name } }", 31),
        # Billing for the lines, then their recharges.
        (f"{{ {CUSTOMER} {{ recharges {{ totalCount }} }} }}", 11 + 21),
        # The network's own call and object, and one more for what it holds.
        (f"{{ {LINE} {{ network {{ imsi barring {{ outgoing }} }} }} }}", 1 + 11 + 1),
        # Marks beside the fields: 4 forwardings, 20 services.
        (f"{{ {LINE} {{ network {{ callForwarding {{ active }} services {{ name }} }} }} }}", 1 + 11 + 4 + 20),
        # A list without a mark.
        (f"{{ {LINE} {{ balances {{ name }} }} }}", 1 + 10 + 10),
        # A page: its default size is 10, and it is one object itself.
        (f"{{ {CUSTOMER} {{ bills {{ totalCount }} }} }}", 11 + 11),
        (f"{{ {CUSTOMER} {{ bills {{ nodes {{ status }} }} }} }}", 11 + 11 + 10),
        (f"{{ {CUSTOMER} {{ bills(first: 3) {{ nodes {{ lines {{ number }} }} }} }} }}", 11 + 11 + 3 * (1 + 8)),
        (f"{{ {CUSTOMER} {{ bills(first: 3) {{ edges {{ cursor node {{ status }} }} }} }} }}", 11 + 11 + 3 * 2),
        (f"{{ {CUSTOMER} {{ bills(first: 0) {{ nodes {{ status }} }} }} }}", 11 + 11),
        (f"{{ {CUSTOMER} {{ bills(first: -5) {{ nodes {{ status }} }} }} }}", 11 + 11),
        # A call for each line, and each of their pages has a size of its own.
        (
            f"{{ {CUSTOMER} {{ lines(first: 2) {{ nodes {{ recharges(first: 5) {{ nodes {{ kind }} }} }} }} }} }}",
            11 + 11 + 2 * (1 + 11 + 5),
        ),
        # A call and an object for each key.
        ('{ customers(by: [{id: "1"}, {id: "2"}, {id: "3"}]) { name } }', 33),
        ('{ customers(by: {id: "1"}) { name } }', 11),
        ("{ customers(by: []) { name } }", 0),
        # The dearest type counts.
        (
            "{ _entities(representations: [{a: 1}, {b: 2}]) { ... on Line { id network { imsi } } ... on Bill { id } } }",
            2 * (11 + 11),
        ),
        # What the graph says of itself.
        ("{ __schema { types { fields { args { name } } } } }", 0),
        ("{ _service { sdl } }", 1),
    ],
)
def test_a_cost_is_counted_as_told(text: str, cost: int) -> None:
    assert cost == _cost(text)


@pytest.mark.parametrize(
    "text",
    [
        f"{{ {LINE} {{ id }} {LINE} {{ id network {{ imsi }} }} {LINE} {{ network {{ imsi }} }} }}",
        f"{{ ...F {LINE} {{ ... {{ network {{ imsi }} }} }} ...F }} fragment F on Query {{ {LINE} {{ id network {{ imsi }} }} }}",
    ],
)
def test_what_execution_merges_is_counted_once(text: str) -> None:
    assert 12 == _cost(text)


@pytest.mark.parametrize(
    ("text", "everybody", "self_care", "partner"),
    [
        # Whose it is: billing and CRM; and whether they have agreed.
        (f"{{ {LINE} {{ id }} }}", 1, 21, 31),
        ('{ line(by: {id: "x"}) { id } }', 1, 21, 31),
        ('{ line(by: {imsi: "1"}) { id } }', 11, 31, 41),
        (f"{{ {CUSTOMER} {{ name }} }}", 11, 11, 21),
        ('{ customers(by: [{msisdn: "1"}, {msisdn: "2"}]) { name } }', 42, 42, 62),
        ("{ _entities(representations: [{a: 1}, {b: 2}]) { ... on Line { id } } }", 22, 42, 62),
        # Nobody is named here.
        ("{ viewer { clientId } }", 1, 1, 1),
    ],
)
def test_who_may_not_read_about_everybody_pays_for_finding_out_about_whom(
    text: str, everybody: int, self_care: int, partner: int
) -> None:
    costs = [_cost(text, audience=audience) for audience in (None, Audience.SELF_CARE, Audience.PARTNER)]

    assert [everybody, self_care, partner] == costs


class TestVariables:
    QUESTION = f"query ($n: Int! = 4) {{ {CUSTOMER} {{ bills(first: $n) {{ nodes {{ status }} }} }} }}"

    @pytest.mark.parametrize(("n", "cost"), [(0, 22), (7, 29), (200, 222)])
    def test_sizes_are_taken_from_variables(self, n: int, cost: int) -> None:
        assert cost == _cost(self.QUESTION, n=n)

    def test_a_size_that_nobody_gave_is_the_schemas_default(self) -> None:
        assert 32 == _cost(f"query ($n: Int) {{ {CUSTOMER} {{ bills(first: $n) {{ nodes {{ status }} }} }} }}")

    @pytest.mark.parametrize("count", [0, 1, 50])
    def test_keys_in_variables_are_counted(self, count: int) -> None:
        question = "query ($by: [CustomerKey!]!) { customers(by: $by) { name } }"

        assert 31 * count == _cost(question, by=[{"id": "1"}] * count)

    def test_representations_are_counted(self) -> None:
        question = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Line { id } } }"

        assert 11 * 1000 == _cost(question, r=[{"__typename": "Line"}] * 1000)

    def test_what_is_skipped_costs_nothing(self) -> None:
        question = f"query ($all: Boolean = false) {{ {LINE} {{ id network @include(if: $all) {{ imsi }} }} }}"

        assert (1, 12) == (_cost(question), _cost(question, all=True))


class TestBounds:
    def test_costs_end_at_the_greatest_whole_number_that_readers_keep(self) -> None:
        customers = "customers(by: $by)"
        nested = f"{customers} {{ lines(first: $n) {{ nodes {{ recharges(first: $n) {{ nodes {{ kind }} }} }} }} }}"
        question = f"query ($by: [CustomerKey!]!, $n: Int!) {{ {nested} }}"
        most = 2**31 - 1

        assert MOST == _cost(question, by=[{"id": "1"}] * 50, n=most)
        assert MOST == _cost(question.replace("$n)", f"{most})").replace("$n: Int!", ""), by=[{"id": "1"}] * 50)

    def test_numbers_of_any_length_are_read(self) -> None:
        assert MOST == _cost(f"{{ {CUSTOMER} {{ bills(first: {'9' * 90}) {{ nodes {{ status }} }} }} }}")

    def test_fragments_that_double_are_one_selection(self) -> None:
        heads = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(26))
        began = time.process_time()

        assert 1 == _cost(f"{{ ...F0 }} {heads} fragment F26 on Query {{ {LINE} {{ id }} }}")
        assert time.process_time() - began < bar(1)

    def test_selections_that_double_in_aliases_are_worked_out_once(self) -> None:
        """
        Today's graph has no type that holds itself, so a chain of its own stands in for one.
        """
        from graphql import build_schema

        graph = build_schema("type Query { a: Query }")
        heads = "".join(f"fragment F{n} on Query {{ a {{ ...F{n + 1} }} b: a {{ ...F{n + 1} }} }} " for n in range(40))
        document = parse(f"{{ ...F0 }} {heads} fragment F40 on Query {{ __typename }}")
        operation = get_operation_ast(document, None)
        assert operation is not None
        began = time.process_time()

        cost = Cost(Selections(graph, facts_of(graph), outline(document, operation), {}).root).of({})

        assert 2**41 - 2 == cost
        assert time.process_time() - began < bar(1)


def _measures(generated: Generated) -> list[Measured]:
    """What execution does, with each type that an entity can have."""
    entities = ENTITIES if "_entities" in generated.text else ENTITIES[:1]
    return [measured(generated, FACTS, entity=entity) for entity in entities]


@given(operations())
def test_the_cost_is_what_execution_does(generated: Generated) -> None:
    """
    Where entities are asked for, the dearest type is taken at each of their places, so only the bounds are the same.
    """
    variables = {"n": 2, "yes": True, "no": False, **generated.variables}
    cost = _cost(generated.text, **variables)
    measures = [each.cost for each in _measures(generated)]

    if "_entities" in generated.text:
        assert max(measures) <= cost <= sum(measures)
    else:
        assert {cost} == set(measures)


@given(operations())
def test_the_coordinates_are_those_that_execution_comes_to(generated: Generated) -> None:
    document = parse(generated.text)
    operation = get_operation_ast(document, None)
    assert operation is not None
    found = outline(document, operation)
    selections = Selections(SCHEMA, FACTS, found, found.by_name(found.booleans(generated.variables)))

    seen = set[str]().union(*(each.coordinates for each in _measures(generated)))

    assert seen == {each for each in selections.coordinates() if not each.startswith("Query.__")}


def test_the_graph_without_its_resolvers_has_the_same_fields() -> None:
    assert set(facts_of(GRAPH)) == set(FACTS)
