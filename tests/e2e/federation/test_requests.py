"""`_entities` and `_service` over real HTTP, as routers ask them."""

from typing import Any

from sandbox.population.numbering import LineKey, customer_id
from tests.conftest import RunningGateway
from tests.resolvers.support import SCHEMA

QUESTION = """query ($representations: [_Any!]!) {
  _entities(representations: $representations) { ... on Customer { customerNumber } ... on Line { msisdn } }
}"""


def _customers(count: int) -> list[dict[str, Any]]:
    return [{"__typename": "Customer", "customerNumber": customer_id(n + 1)} for n in range(count)]


def test_fifty_customers_cost_one_call(running_gateway: RunningGateway) -> None:
    answer = running_gateway.ask(QUESTION, representations=_customers(50))

    assert "errors" not in answer
    assert [customer_id(n + 1) for n in range(50)] == [one["customerNumber"] for one in answer["data"]["_entities"]]
    assert {"crm": {"GET /customer": 1}} == running_gateway.calls()


def test_a_thousand_entities_are_given_and_lines_cost_nothing(running_gateway: RunningGateway) -> None:
    lines = [{"__typename": "Line", "msisdn": LineKey(n + 1, 0).msisdn} for n in range(1000)]

    answer = running_gateway.ask(QUESTION, representations=lines)

    assert "errors" not in answer
    assert [line["msisdn"] for line in lines] == [one["msisdn"] for one in answer["data"]["_entities"]]
    assert {} == running_gateway.calls()


def test_one_more_is_refused_and_costs_nothing(running_gateway: RunningGateway) -> None:
    answer = running_gateway.ask(QUESTION, representations=_customers(1001))

    assert answer["data"] is None
    assert ["TOO_COSTLY"] == [error["extensions"]["code"] for error in answer["errors"]]
    assert {} == running_gateway.calls()


def test_many_bad_ones_do_not_make_a_long_answer(running_gateway: RunningGateway) -> None:
    bad = [{"__typename": "Customer", "customerNumber": 7}] * 900

    answer = running_gateway.ask(QUESTION, representations=[*bad, *_customers(1)])

    assert [None] * 900 + [{"customerNumber": customer_id(1)}] == answer["data"]["_entities"]
    assert 20 >= len(answer["errors"])


def test_composers_get_the_committed_schema(running_gateway: RunningGateway) -> None:
    answer = running_gateway.ask("{ _service { sdl } }")

    assert SCHEMA.as_str() == answer["data"]["_service"]["sdl"]
