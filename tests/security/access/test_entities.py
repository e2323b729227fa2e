"""Federation's ways into the graph: not there for partners, one's own for customers, and of use with a scope alone."""

import pytest

from tests.security.access.people import People
from tests.security.access.world import AGENT, NOBODY, OPERATOR, SHOP, Asker, World, codes, own

KINDS = ("customer by id", "customer by number", "line by id", "line by number", "account", "bill")
BARE = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }"


@pytest.mark.parametrize("kind", KINDS)
def test_for_partners_there_are_no_entities(world: World, people: People, kind: str) -> None:
    told = world.ask(SHOP, BARE, r=[people.a.representations[kind]])
    unknown = world.ask(SHOP, "query ($r: [Nothing!]!) { _nothings(representations: $r) { __typename } }", r=[])

    assert {"BAD_INPUT"} == set(codes(told)) == set(codes(unknown))
    assert "data" not in told
    assert "_Any" not in str(told["errors"][1:]).replace("`_Any`", "")


@pytest.mark.parametrize("text", ["{ _service { sdl } }", "{ s: _service { sdl } }", "{ _service { __typename } }"])
def test_the_graph_as_a_subgraph_is_for_operators(world: World, text: str) -> None:
    for who in (SHOP, own("1000040"), AGENT):
        answer = world.ask(who, text)
        assert (False, True) == ("data" in answer, set(codes(answer)) <= {"BAD_INPUT", "FORBIDDEN"})
    assert "errors" not in world.ask(OPERATOR, text)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_scope_nobody_finds_out_whether_there_is_somebody(world: World, people: People, kind: str) -> None:
    """The name of a type is a word about somebody, too: that they are there."""
    for client in ("desk", "platform"):
        without = Asker(client, scopes=("network:read", "recharge:read"))
        for representation in (people.a.representations[kind], {"__typename": "Customer", "customerNumber": NOBODY}):
            world.gateway.forget_calls()
            answer = world.ask(without, BARE, r=[representation])
            assert (["FORBIDDEN"], {}) == (codes(answer), world.gateway.calls()), answer


def test_with_one_it_is_on_record_that_somebody_was_looked_for(world: World, people: People) -> None:
    assert [{"__typename": "Customer"}] == world.ask(AGENT, BARE, r=[people.a.representations["customer by id"]])[
        "data"
    ]["_entities"]


def test_what_is_no_representation_is_told_nothing(world: World, people: People) -> None:
    odd = [
        {},
        {"__typename": "Query"},
        {"__typename": "customer", "id": people.b.customer["id"]},
        {"__typename": ["Customer"], "id": people.b.customer["id"]},
        {"__typename": "Customer", "id": people.b.account["id"]},
        {"__typename": "Customer", "id": people.a.customer["id"], "customerNumber": people.b.number},
        {"__typename": "Customer", "id": people.b.customer["id"], "customerNumber": people.a.number},
        {"__typename": "Bill", "billNumber": people.b.bill["billNumber"]},
        {"__typename": "Bill", "id": people.b.customer["id"]},
        {"__typename": "BillingAccount", "accountNumber": people.b.account["accountNumber"]},
        {"__typename": "Line", "imsi": people.b.line["network"]["imsi"]},
        {"__typename": "Payment", "id": people.b.customer["payments"]["edges"][0]["node"]["id"]},
        {"__typename": "Line", "id": people.a.line["id"], "msisdn": people.b.line["msisdn"]},
        "Customer",
        None,
    ]
    for each in odd:
        answer = world.post(own(people.a.number), BARE, variables={"r": [each]})
        assert not (answer.json().get("data") or {"_entities": [None]})["_entities"][0]
        assert set(codes(answer.json())) <= {"BAD_INPUT", "FORBIDDEN"}
        assert not {value for value in people.b.values if value in answer.text}
