"""Documents made to be expensive, or to get around who asks (FAULTS 19 to 21, 25, 27): a row each, for each audience."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.bars import bar
from tests.security.access.world import AGENT, GIVEN, OPERATOR, SHOP, Asker, World, codes, own

EVERYONE = [SHOP, own(GIVEN), AGENT, OPERATOR]
PARTNERS = [SHOP, own(GIVEN)]
STRANGE = [None, Asker("nobody")]


def _doubled(depth: int) -> str:
    parts = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(depth)]
    return " ".join(["{ ...F0 }", *parts, f"fragment F{depth} on Query {{ __typename }}"])


FLOODS: dict[str, Callable[[], str]] = {
    "10,000 fields": lambda: "{ " + "__typename " * 10_000 + "}",
    "10,000 aliases": lambda: "{ " + " ".join(f"a{n}: __typename" for n in range(10_000)) + " }",
    "60 aliases": lambda: "{ viewer { " + " ".join(f"a{n}: clientId" for n in range(60)) + " } }",
    "10,000 directives": lambda: "{ __typename " + "@skip(if: false) " * 10_000 + "}",
    "200 unknown directives": lambda: "{ __typename " + "@a" * 200 + " }",
    "10,000 operations": lambda: " ".join(f"query Q{n} {{ __typename }}" for n in range(10_000)),
    "10,000 variables": lambda: "query (" + " ".join(f"$v{n}: ID" for n in range(10_000)) + ") { __typename }",
    "10,000 fragments": lambda: "{ __typename } " + " ".join(f"fragment F{n} on Query {{ a }}" for n in range(10_000)),
    "a circle of fragments": lambda: "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a circle of one": lambda: "{ ...A } fragment A on Query { ...A }",
    "5,000 deep": lambda: "{ customer(by: {id: 1}) " + "{ party " * 5000 + "}" * 5001,
    "5,000 fragments deep": lambda: "{ " + "... { " * 5000 + "__typename" + " }" * 5001,
    "5,000 lists deep": lambda: "{ customers(by: " + "[" * 5000 + "]" * 5000 + ") { id } }",
    "400 compared": lambda: "{ " + " ".join(f"...F{n}" for n in range(400)) + " } "
    + " ".join(f"fragment F{n} on Query {{ viewer {{ a: clientId }} }}" for n in range(400)),
    "a long name": lambda: "query " + "a" * 40_000 + " { __typename }",
    "a long alias": lambda: "{ " + "a" * 10_000 + ": __typename }",
    "a long field": lambda: "{ " + "a" * 10_000 + " }",
    "a long argument": lambda: "{ customer(" + "a" * 10_000 + ": 1) { id } }",
    "a long text": lambda: '{ customer(by: {id: "' + "1" * 40_000 + '"}) { id } }',
    "a long number": lambda: "{ customer(by: {id: " + "1" * 40_000 + "}) { id } }",
    "30 root fields": lambda: "{ " + " ".join(f'a{n}: customer(by: {{id: "1"}}) {{ id }}' for n in range(30)) + " }",
}  # fmt: skip


@pytest.mark.parametrize("who", EVERYONE, ids=str)
@pytest.mark.parametrize("what", FLOODS)
def test_a_flood_is_refused_before_anybody_is_asked(world: World, who: Asker, what: str) -> None:
    world.gateway.forget_calls()
    before = time.perf_counter()

    response = world.post(who, FLOODS[what]())

    assert time.perf_counter() - before < bar(1.5)
    assert response.status_code in {200, 400, 413}
    assert set(codes(response.json())) <= {"BAD_INPUT", "TOO_COSTLY"}
    assert "data" not in response.json()
    assert len(response.content) <= 20_000
    assert {} == world.gateway.calls()


@pytest.mark.parametrize("who", EVERYONE, ids=str)
def test_25_fragments_that_double_each_other_are_one_field(world: World, who: Asker) -> None:
    before = time.perf_counter()

    answer = world.ask(who, _doubled(25))

    assert time.perf_counter() - before < bar(0.25)
    assert {"data": {"__typename": "Query"}} == answer or {"BAD_INPUT", "TOO_COSTLY"} >= set(codes(answer))


@pytest.mark.parametrize("who", EVERYONE, ids=str)
def test_there_are_no_batches(world: World, who: Asker) -> None:
    for body in ([{"query": "{ __typename }"}], [{"query": "{ __typename }"}] * 1000, []):
        response = world.noted(world.http.post("/graphql", json=body, headers=world.headers(who)))
        assert (400, False) == (response.status_code, "data" in response.text.partition("extensions")[0])


WRITES = ["mutation { __typename }", "mutation M { a: __typename }", "subscription { __typename }"]


@pytest.mark.parametrize("who", EVERYONE, ids=str)
@pytest.mark.parametrize("text", WRITES)
def test_nothing_is_changed_by_get(world: World, who: Asker, text: str) -> None:
    response = world.noted(world.http.get("/graphql", params={"query": text}, headers=world.headers(who)))

    assert response.status_code in {200, 400, 405}
    assert "data" not in response.json()


@pytest.mark.parametrize("who", [*EVERYONE, None], ids=str)
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/graphql",
     "text/plain; application/json", "application/jsonx", "application/json; charset=utf-7", "text/plain;charset=application/json"],
)  # fmt: skip
def test_what_a_foreign_page_can_send_is_not_read(world: World, who: Asker | None, kind: str) -> None:
    content = b'{"query": "{ __typename }"}'
    headers = {**world.headers(who), "Content-Type": kind}

    for origin, status in (({}, 401 if who is None else 415), ({"Origin": "https://evil.example"}, 403)):
        response = world.noted(world.http.post("/graphql", content=content, headers={**headers, **origin}))
        assert status == response.status_code
        assert "access-control-allow-origin" not in response.headers
        assert "data" not in response.json()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "https://graph.operator.example"]
)
def test_no_other_origin_is_let_in(world: World, origin: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for response in (
        world.http.options("/graphql", headers=asked),
        world.http.post(
            "/graphql", json={"query": "{ __typename }"}, headers={**world.headers(AGENT), "Origin": origin}
        ),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_no_other_method_asks(world: World, method: str) -> None:
    world.gateway.forget_calls()
    text = f'{{ customer(by: {{id: "{GIVEN}"}}) {{ name }} }}'

    response = world.http.request(
        method, "/graphql", params={"query": text}, json={"query": text}, headers=world.headers(AGENT)
    )

    assert (405, {}) == (response.status_code, world.gateway.calls())


INTROSPECTIONS = {
    "plain": "{ __schema { types { name } } }",
    "alias": "{ s: __schema { t: types { n: name } } }",
    "fragment": "{ ...F } fragment F on Query { __schema { types { name } } }",
    "fragments in each other": "{ ...F } fragment F on Query { ...G } fragment G on Query { ... { __schema { queryType { name } } } }",
    "inline": "{ ... on Query { ... @include(if: true) { __schema { types { name } } } } }",
    "type": '{ __type(name: "Barring") { fields { name } } }',
    "type by variable": 'query ($n: String! = "Barring") { __type(name: $n) { fields { name } } }',
    "newlines and comments": "{\n__schema#x\n,,\ufeff{,\r\ntypes#{\n{name}}}",
    "another operation": "query A { __typename } query B { __schema { types { name } } }",
    "in a mutation": "mutation { __schema { types { name } } }",
    "in a subscription": "subscription { __schema { types { name } } }",
    "as a typename": "{ __typename: __schema { queryType { name } } }",
    "left out by a variable": "query ($x: Boolean = false) { __typename __schema @include(if: $x) { types { name } } }",
    "service": "{ _service { sdl } }",
    "service by alias": "{ __typename x: _service { y: sdl } }",
    "unused fragment": "{ __typename } fragment F on Query { __schema { types { name } } }",
}


@pytest.mark.parametrize("who", PARTNERS, ids=str)
@pytest.mark.parametrize("what", INTROSPECTIONS)
def test_partners_and_customers_are_not_shown_the_graph(world: World, who: Asker, what: str) -> None:
    text = INTROSPECTIONS[what]
    digest = hashlib.sha256(text.encode()).hexdigest()
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    send = world.http
    headers = world.headers(who)
    for response in (
        world.post(who, text),
        world.post(who, text, operationName="A"),
        world.post(who, text, operationName="B", variables={"x": True}),
        world.post(who, text, headers={"Accept": "application/graphql-response+json"}),
        send.get("/graphql", params={"query": text}, headers=headers),
        send.get("/graphql", params={"query": text, "operationName": "A"}, headers=headers),
        # Once to have it remembered, and then by its name alone.
        world.post(who, text, extensions=persisted),
        send.post("/graphql", json={"extensions": persisted}, headers=headers),
        send.get("/graphql", params={"extensions": json.dumps(persisted)}, headers=headers),
        send.post("/graphql", json={"documentId": f"sha256:{digest}"}, headers=headers),
    ):
        answer = world.noted(response).json()
        assert set(codes(answer)) <= {
            "FORBIDDEN",
            "BAD_INPUT",
            "PERSISTED_QUERY_NOT_FOUND",
            "PERSISTED_QUERY_NOT_SUPPORTED",
        }
        assert "data" not in answer
        assert not {"Barring", "queryType", "Customer", "BillingAccount", "NetworkProfile"} & set(
            answer["errors"][0]["message"].split()
        )


@pytest.mark.parametrize("who", [AGENT, OPERATOR], ids=str)
def test_others_are_shown_their_own_view(world: World, who: Asker) -> None:
    answer = world.ask(who, "{ __schema { types { name } } }")

    names = {each["name"] for each in answer["data"]["__schema"]["types"]}
    assert {"Customer", "NetworkProfile"} <= names
    assert (who is OPERATOR) is ("_Service" in names)


@pytest.mark.parametrize("who", STRANGE, ids=str)
@pytest.mark.parametrize(
    "text", ["{ __schema { types { name } } }", "{ custome { id } }", "{", "{ __typename }", "mutation { x }"]
)
def test_a_stranger_is_told_the_same_whatever_it_asks(world: World, who: Asker | None, text: str) -> None:
    """Nothing of what it sends is read."""
    answer = world.post(who, text).json()
    plain = world.post(who, "{ __typename }").json()
    for each in (answer, plain):
        each["errors"][0]["extensions"].pop("requestId")

    assert plain == answer


def test_what_one_client_had_remembered_is_there_for_no_other(world: World) -> None:
    """Nor can a hash stand for another document than its own."""
    text = "{ viewer { clientId audience } }"
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}}
    assert "data" in world.post(SHOP, text, extensions=persisted).json()

    for who in (own(GIVEN), AGENT, Asker("other")):
        answer = world.noted(
            world.http.post("/graphql", json={"extensions": persisted}, headers=world.headers(who))
        ).json()
        assert ["PERSISTED_QUERY_NOT_FOUND"] == codes(answer)
    mine = world.http.post("/graphql", json={"extensions": persisted}, headers=world.headers(SHOP)).json()
    assert "shop" == mine["data"]["viewer"]["clientId"]
    poisoned = world.post(SHOP, "{ __typename }", extensions=persisted)
    assert (400, False) == (poisoned.status_code, "data" in poisoned.json())
    again = world.http.post("/graphql", json={"extensions": persisted}, headers=world.headers(SHOP)).json()
    assert mine["data"] == again["data"]


@pytest.mark.parametrize("who", EVERYONE, ids=str)
@pytest.mark.parametrize(
    "text",
    ["{ ｖiewer { clientId } }", "{ vie\u200bwer { clientId } }", "{ viewer\u0000 { clientId } }", "{ v\u0456ewer { clientId } }",
     "{ \u202eviewer { clientId } }", '{ customer(by: {id: "\ud83d"}) { id } }', '{ customer(by: {id: "\\uD800"}) { id } }',
     '{ customer(by: {id: "\\u{110000}"}) { id } }', "{ viewer { clientId\u0301 } }"],
)  # fmt: skip
def test_letters_that_only_look_alike_are_others(world: World, who: Asker, text: str) -> None:
    content = json.dumps({"query": text})
    headers = {**world.headers(who), "Content-Type": "application/json"}

    response = world.noted(world.http.post("/graphql", content=content.encode(), headers=headers))

    assert response.status_code in {200, 400}
    answer: Any = response.json()
    assert "data" not in answer or answer["data"] == {"customer": None}


@pytest.mark.parametrize("who", PARTNERS, ids=str)
@pytest.mark.parametrize("if_", [None, True, False, "true", 1, "absent"])
def test_a_field_without_its_scope_is_not_smuggled_in_by_a_variable(world: World, who: Asker, if_: Any) -> None:
    without = Asker(who.client, scopes=("customer:read",), purpose=who.purpose, customer=who.customer)
    variables = {} if if_ == "absent" else {"x": if_}
    for kind in ("Boolean = true", "Boolean = false", "Boolean!"):
        for directive in ("include", "skip"):
            text = (
                f"query ($x: {kind}) {{ customer(by: {{id: {GIVEN}}}) {{ status ...F name: bills @{directive}(if: $x) "
                f"{{ totalCount }} }} }} fragment F on Customer {{ ... @{directive}(if: $x) {{ accounts {{ currency }} }} }}"
            )
            found = world.ask(without, text, **variables).get("data") or {}
            assert not {"name", "accounts"} & {each for each, value in (found.get("customer") or {}).items() if value}
