"""Hive Gateway and Apollo Gateway in front of the graph and a second subgraph: questions that cross both."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sandbox.population.numbering import customer_id
from tests.conftest import RunningGateway
from tests.e2e.federation.support import Router, Routers, run

FIFTY = [customer_id(n) for n in range(1, 51)]
UNKNOWN = "404"

FROM_TICKETS = "{ tickets(first: 50) { id customer { name status } } }"


@pytest.fixture(scope="module")
def routers(gateway_process: RunningGateway) -> Iterator[Mapping[str, Router]]:
    """Every router, in front of the session's gateway and of a help desk with a ticket for each of fifty customers."""
    with Routers(gateway_process.url, [*FIFTY, UNKNOWN]) as routers:
        yield routers


@pytest.fixture(params=["hive", "apollo"])
def router(request: pytest.FixtureRequest, routers: Mapping[str, Router]) -> Router:
    return routers[request.param]


def _directly(gateway: RunningGateway, selection: str) -> list[Any]:
    answer = gateway.ask(
        f"query ($by: [CustomerKey!]!) {{ customers(by: $by) {selection} }}", by=[{"id": number} for number in FIFTY]
    )
    gateway.forget_calls()
    found: list[Any] = answer["data"]["customers"]
    return found


def _representations(asked: list[Any]) -> list[int]:
    return [len(each["variables"]["representations"]) for each in asked if "_entities" in each["query"]]


def test_customers_of_fifty_tickets_cost_one_entity_request_and_one_call(
    running_gateway: RunningGateway, router: Router
) -> None:
    expected = _directly(running_gateway, "{ name status }")

    answer = router.ask(FROM_TICKETS)

    assert "errors" not in answer
    assert [{"id": f"T{n}", "customer": customer} for n, customer in enumerate(expected)] == answer["data"]["tickets"]
    asked = router.asked()["switchboard"]
    assert (1, [50]) == (len(asked), _representations(asked))
    assert {"crm": {"GET /customer": 1}} == running_gateway.calls()


def test_parties_of_their_customers_cost_one_call_for_each_kind_of_party(
    running_gateway: RunningGateway, router: Router
) -> None:
    expected = _directly(running_gateway, "{ party { name } }")

    answer = router.ask("{ tickets(first: 50) { customer { party { name } } } }")

    assert "errors" not in answer
    assert expected == [ticket["customer"] for ticket in answer["data"]["tickets"]]
    assert [50] == _representations(router.asked()["switchboard"])
    crm = running_gateway.calls().pop("crm")
    assert {"GET /customer": 1, "GET /individual": 1} == {
        name: crm[name] for name in ("GET /customer", "GET /individual")
    }
    assert crm.get("GET /organization", 0) <= 1


def test_tickets_of_fifty_customers_cost_one_request_to_each_subgraph(
    running_gateway: RunningGateway, router: Router
) -> None:
    answer = router.ask(
        "query ($by: [CustomerKey!]!) { customers(by: $by) { customerNumber tickets { id } } }",
        by=[{"id": number} for number in FIFTY],
    )

    assert "errors" not in answer
    assert [{"customerNumber": number, "tickets": [{"id": f"T{n}"}]} for n, number in enumerate(FIFTY)] == answer[
        "data"
    ]["customers"]
    asked = router.asked()
    assert (1, [], [50]) == (
        len(asked["switchboard"]),
        _representations(asked["switchboard"]),
        _representations(asked["tickets"]),
    )
    assert {"crm": {"GET /customer": 1}} == running_gateway.calls()


def test_a_customer_that_nobody_knows_costs_only_its_own_ticket(
    running_gateway: RunningGateway, router: Router
) -> None:
    expected = _directly(running_gateway, "{ name status }")

    answer = router.ask("{ tickets(first: 51) { id customer { name status } } }")

    tickets = answer["data"]["tickets"]
    assert expected == [ticket["customer"] for ticket in tickets[:50]]
    # Hive gives the object that the ticket promised, with null fields; Apollo gives null.
    assert tickets[50]["customer"] in (None, {"name": None, "status": None})
    assert {"NOT_FOUND"} == {error["extensions"]["code"] for error in answer["errors"]}
    assert all(["tickets", 50, "customer"] == error["path"][:3] for error in answer["errors"])


def test_an_ill_crm_costs_the_customers_and_leaves_the_tickets(running_gateway: RunningGateway, router: Router) -> None:
    running_gateway.fault("crm", "off")

    answer = router.ask(FROM_TICKETS)

    assert [f"T{n}" for n in range(50)] == [ticket["id"] for ticket in answer["data"]["tickets"]]
    told = {(error["extensions"]["code"], error["extensions"]["system"]) for error in answer["errors"]}
    assert {("UPSTREAM_UNAVAILABLE", "crm")} == told
    assert 1 == len({error["extensions"]["requestId"] for error in answer["errors"]})


def test_a_question_may_use_what_both_subgraphs_share(running_gateway: RunningGateway, router: Router) -> None:
    answer = router.ask(
        "query ($id: ID!) { ticketPage(first: 1) { nodes { id } pageInfo { hasNextPage } } "
        "customer(by: {id: $id}) { tickets { id customer { name } } bills(first: 1) "
        "{ pageInfo { hasNextPage } nodes { amount { amount currency } period { start } } } } }",
        id=FIFTY[0],
    )

    assert "errors" not in answer
    assert {"nodes": [{"id": "T0"}], "pageInfo": {"hasNextPage": False}} == answer["data"]["ticketPage"]
    customer = answer["data"]["customer"]
    assert [{"id": "T0", "customer": {"name": _directly(running_gateway, "{ name }")[0]["name"]}}] == customer[
        "tickets"
    ]
    assert customer["bills"]["nodes"][0]["amount"]["currency"]


def test_two_keys_for_one_customer_are_refused_by_the_router_or_by_us(router: Router) -> None:
    answer = router.ask('{ customer(by: {id: "1", accountNumber: "1"}) { name } }')

    assert None is (answer.get("data") or {}).get("customer")
    assert {"BAD_INPUT", "GRAPHQL_VALIDATION_FAILED"} >= {error["extensions"]["code"] for error in answer["errors"]}


def test_routers_reach_for_nothing_beyond_this_machine(router: Router) -> None:
    router.ask(FROM_TICKETS)

    assert [] == router.asked()["strayed"]


def test_what_would_reach_beyond_this_machine_is_seen_and_stopped() -> None:
    """
    The guard under which the routers run, tried with every way out that Node.js has.
    """
    tried = run("astray.js")

    assert {"this process may reach its own machine only"} == set(tried["ends"])
    assert [
        "fetch.example",
        "192.0.2.1",
        "http.example",
        "192.0.2.2",
        "192.0.2.3",
        "lookup.example",
    ] == tried["strayed"]
