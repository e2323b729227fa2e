"""Documents made to be expensive (FAULTS 18-21): refused or answered soon, and nobody else waits for it."""

import json
import time

import pytest

from tests.bars import bar
from tests.conftest import RunningGateway
from tests.gateway.limits.documents import HARMLESS, MANY, bomb, doubling
from tests.security.callers.watching import MiB, bystander, checked, codes, memory, plain_client, post


def _query(text: str, **variables: object) -> bytes:
    return json.dumps({"query": text, "variables": variables}).encode()


@pytest.mark.parametrize("count", [200, 1000, 10_000])
@pytest.mark.parametrize("what", sorted(set(MANY) - HARMLESS))
def test_a_document_with_much_of_something_is_refused_or_answered_soon(
    attacked: RunningGateway, what: str, count: int
) -> None:
    response, took = post(attacked, _query(MANY[what](count)))

    assert took < bar(1.5)
    told = codes(response) if "errors" in response.json() else set()
    if count == 10_000:
        assert told
    # What passes may ask for a customer that there is not.
    if told != {"NOT_FOUND"}:
        assert told <= {"BAD_INPUT", "TOO_COSTLY"}
        assert {} == attacked.calls()


def test_the_bomb_is_answered(attacked: RunningGateway) -> None:
    asked = f"# {time.monotonic_ns()}\n{bomb()}"

    response, took = post(attacked, _query(asked))

    assert {"data": {"__typename": "Query"}} == response.json()
    assert took < bar(1)
    assert 964 == len(bomb())


def test_the_bomb_that_really_doubles_is_refused(attacked: RunningGateway) -> None:
    response, took = post(attacked, _query(doubling(26)))

    assert "TOO_COSTLY" in codes(response)
    assert took < bar(1)


def test_a_hundred_recharges_at_once_ask_no_system(attacked: RunningGateway) -> None:
    for head in ("mutation", "mutation M", ""):
        text = head + "{" + " ".join(f'a{n}: refill(msisdn: "99960000001", amount: "5")' for n in range(100)) + "}"

        assert codes(post(attacked, _query(text))[0]) <= {"TOO_COSTLY", "BAD_INPUT"}

    assert {} == attacked.calls()


def test_a_hundred_customers_by_alias_ask_no_system(attacked: RunningGateway) -> None:
    text = "{" + " ".join(f'a{n}: customer(by: {{msisdn: "99960000001"}}) {{ name }}' for n in range(100)) + "}"

    assert {"TOO_COSTLY"} == codes(post(attacked, _query(text))[0])
    assert {} == attacked.calls()


@pytest.mark.parametrize("deep", [5_000, 100_000])
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
def test_what_is_nested_without_end_is_a_mistake_and_no_failure(
    attacked: RunningGateway, deep: int, accept: str
) -> None:
    for what in MANY:
        if "inside" in what:
            response, took = post(attacked, _query(MANY[what](deep)), Accept=accept)
            assert codes(response) <= {"BAD_INPUT", "TOO_COSTLY"}
            assert response.status_code in {400, 413}
            assert took < bar(1)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("deep", [50, 900, 5000, 100_000])
def test_variables_nested_without_end_are_a_mistake_and_no_failure(
    attacked: RunningGateway, opening: str, deep: int
) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(letter, "") for letter in reversed(opening))
    nested = f"{opening * deep}1{closing * deep}"
    question = "query ($by: LineKey!) { line(by: $by) { id } }"
    body = f'{{"query": "{question}", "variables": {{"by": {nested}}}}}'

    response, took = post(attacked, body.encode())

    assert {"BAD_INPUT"} == codes(response)
    assert took < bar(1)


WIDE = {
    "a list of numbers": json.dumps(list(range(150_000))),
    "a list of objects": json.dumps([{"id": "1"}] * 60_000),
    "an object of members": json.dumps({f"m{n}": n for n in range(60_000)}),
    "a text": json.dumps("9" * 1_000_000),
    "a number": "9" * 300,
    "an endless number": "9" * 400,
    "a number with an endless exponent": "1e400",
    "half a pair": '{"id": "\\ud800"}',
    "a NUL": '{"id": "\\u0000"}',
    "a prototype": '{"__proto__": {"id": "1"}, "constructor": {"prototype": 1}}',
    "not a number": "NaN",
    "a text in text": json.dumps(json.dumps({"id": "1"})),
}


@pytest.mark.parametrize("what", WIDE)
def test_a_value_of_any_kind_is_a_mistake_and_no_failure(attacked: RunningGateway, what: str) -> None:
    question = "query ($by: LineKey!) { line(by: $by) { id } }"

    response, took = post(attacked, f'{{"query": "{question}", "variables": {{"by": {WIDE[what]}}}}}'.encode())

    assert {"BAD_INPUT"} == codes(response)
    assert took < bar(1)


@pytest.mark.parametrize(
    "value", ["\0", "a\0b", "é", "../../etc", "%00", "x" * 3999, "1;DROP", "\u202e", "1&id=2", " "]
)
def test_an_odd_key_finds_nobody_and_breaks_nothing(attacked: RunningGateway, value: str) -> None:
    for member in ("id", "accountNumber", "partyId"):
        answer = attacked.ask("query ($by: CustomerKey!) { customer(by: $by) { name } }", by={member: value})

        assert {"customer": None} == answer["data"]
        assert "INTERNAL" not in {error["extensions"]["code"] for error in answer["errors"]}


def test_a_document_of_two_megabytes_is_refused_soon(attacked: RunningGateway) -> None:
    for text in ("{ " + "a " * 1_000_000 + "}", "{" * 2_000_000, '"' + "x" * 2_000_000, "#" + "x" * 2_000_000):
        response, took = post(attacked, _query(text))

        assert 413 == response.status_code
        assert took < bar(0.5)


def test_aliases_as_long_as_documents_make_no_long_errors(attacked: RunningGateway) -> None:
    for length in (100, 101, 2000):
        text = "{" + " ".join(f'{"a" * (length - 2)}{n}: line(by: {{id: "x"}}) {{ id }}' for n in range(10, 30)) + "}"

        checked(post(attacked, _query(text))[0])


def test_nobody_else_waits_for_any_of_them(attacked: RunningGateway) -> None:
    with bystander(attacked) as waits:
        for what in MANY:
            post(attacked, _query(MANY[what](400)))
        post(attacked, _query(doubling(26)))

    assert waits.longest < bar(0.3)


@pytest.mark.soak
def test_nobody_else_waits_three_hundred_milliseconds(attacked: RunningGateway) -> None:
    with bystander(attacked) as waits:
        for what in MANY:
            for count in (20, 50, 100, 200, 400, 700, 1000, 2000, 10_000):
                post(attacked, _query(MANY[what](count)))

    assert waits.longest < 0.3


@pytest.mark.soak
def test_a_thousand_different_documents_leave_memory_flat(attacked: RunningGateway) -> None:
    def ask(numbers: range) -> None:
        with plain_client() as client:
            for number in numbers:
                text = "{" + " ".join(f"a{n}: __typename" for n in range(20)) + f" }} # {number} " + "x" * 5000
                assert 200 == client.post(attacked.url, json={"query": text}).status_code

    # The first hundred fill what is remembered.
    ask(range(150))
    before = memory(attacked)
    ask(range(150, 1150))

    assert memory(attacked) - before < 30 * MiB
