"""What an answer gives away (FAULTS 25, 26, 28): nothing of the graph where it is not shown, nothing from inside ever."""

import json
import re
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, RunningGateway
from tests.gateway.limits.test_words import MISTAKES, QUESTION, VARIABLES, _words_of_the_graph
from tests.security.callers.watching import checked, codes, plain_client

_INSIDE = re.compile(
    r"Traceback|\.py\b|/site-packages|/usr/|/home/|/tmp/|NoneType|(?:Type|Value|Key|Attribute|Runtime)Error|"
    r"object at 0x|strawberry|graphql-core|graphql_core|zeep|httpx|starlette|asyncio|psycopg|File \"|line \d+, in "
)
PROBES = [
    "account", "accounts", "balance", "balances", "bill", "bills", "customer", "customers", "email", "id", "imsi",
    "invoice", "line", "lines", "me", "msisdn", "name", "node", "number", "party", "phone", "recharge", "recharges",
    "status", "subscriber", "subscription", "user", "users", "viewer",
]  # fmt: skip


def _send(method: str, url: str, **request: Any) -> httpx.Response:
    with plain_client() as client:
        return client.request(method, url, **request)


def _ask(url: str, text: str, **variables: object) -> httpx.Response:
    return _send("POST", url, json={"query": text, "variables": variables})


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { name } } }",
        '{ a: __type(name: "Line") { fields { name } } }',
        "{ ...F } fragment F on Query { ...G } fragment G on Query { __typename: __schema { queryType { name } } }",
        "{ ... on Query { ... { __schema { queryType { name } } } } }",
        "query A { __typename } query B { __schema { queryType { name } } }",
        "query ($x: Boolean = false) { __typename __schema @include(if: $x) { queryType { name } } }",
        "{ _service { sdl } }",
        "{ s: _service { sdl } __typename }",
        "{\n__schema\n,,#\n{queryType{name}}}",
        "\ufeff{__schema{queryType{name}}}",
    ],
)
def test_a_closed_graph_shows_itself_by_no_way(closed_url: str, text: str) -> None:
    for response in (
        _ask(closed_url, text),
        _send("POST", closed_url, json={"query": text, "operationName": "A"}),
        _send("GET", closed_url, params={"query": text}),
    ):
        assert {"FORBIDDEN"} == codes(response)
        assert "data" not in response.json()


def test_a_closed_graph_is_still_answered(closed_url: str) -> None:
    assert {"data": {"__typename": "Query"}} == _ask(closed_url, "{ __typename }").json()


def test_a_stranger_who_guesses_learns_no_word_that_he_did_not_write(closed_url: str) -> None:
    """
    The method of tools that recover a graph without introspection: they live on suggestions and helpful messages.
    """
    graph = _words_of_the_graph() - {"value", "type", "operation"}
    learnt: set[str] = set()
    for text in (
        *(f"{{ {word} }}" for word in PROBES),
        *(f"{{ {word}s }}" for word in PROBES),
        *(f"{{ {word[:-1]} {{ {word} }} }}" for word in PROBES),
        *(f'{{ customer(by: {{{word}x: "1"}}) {{ {word[:-1]} }} }}' for word in PROBES),
        *(f"{{ line({word}: 1) {{ {word}y }} }}" for word in PROBES),
        *(f"query ($x: {word.title()}) {{ line(by: $x) {{ id }} }}" for word in PROBES),
        *(f"{{ ... on {word.title()} {{ {word} }} }}" for word in PROBES),
        *MISTAKES.values(),
    ):
        told = " ".join(error["message"] for error in checked(_ask(closed_url, text)))
        learnt |= (set(re.findall(r"\w+", told)) & graph) - set(re.findall(r"\w+", text))
    for value in VARIABLES.values():
        told = " ".join(error["message"] for error in checked(_ask(closed_url, QUESTION, by=value)))
        learnt |= (set(re.findall(r"\w+", told)) & graph) - set(re.findall(r"\w+", QUESTION + repr(value)))

    assert set() == learnt


def test_an_open_graph_makes_no_suggestions_either(attacked: RunningGateway) -> None:
    told = [_ask(attacked.url, text).text for text in MISTAKES.values()]
    told += [_ask(attacked.url, QUESTION, by=value).text for value in VARIABLES.values()]

    assert not any("Did you mean" in text for text in told)


@pytest.mark.parametrize("kind", ["fault", "html", "garbage", "cut", "503", "off"])
def test_nothing_of_a_sick_system_is_in_an_answer(attacked: RunningGateway, kind: str) -> None:
    story = attacked.stories()["unexplained-charge"]
    systems = ("crm", "billing", "hss", "recharge")
    for system in systems:
        attacked.fault(system, kind)

    for text in (
        story["question"],
        f'{{ line(by: {{msisdn: "{story["msisdn"]}"}}) {{ network {{ imsi }} balances {{ name }} recharges {{ totalCount }} }} }}',
    ):
        answer = _ask(attacked.url, text)
        told = json.dumps(checked(answer))
        assert not _INSIDE.search(told)
        assert not re.search(
            r"pretend|<html|faultcode|faultString|Envelope|soap|Bad Gateway|127\.0\.0\.1|:\d{4,5}", told, re.IGNORECASE
        )
        assert story["msisdn"] not in told


def test_nothing_from_inside_is_in_any_answer(attacked: RunningGateway) -> None:
    base = attacked.url.removesuffix("/graphql")
    answers = [
        *(_ask(attacked.url, text) for text in MISTAKES.values()),
        *(_ask(attacked.url, QUESTION, by=value) for value in VARIABLES.values()),
        _send("GET", f"{base}/nothing"),
        _send("GET", f"{base}/graphql/static/../../pyproject.toml"),
        _send("GET", f"{base}/graphql/static/%2e%2e/%2e%2e/pyproject.toml"),
        _send("GET", f"{base}/graphql/static/%00"),
        _send("PUT", attacked.url),
        _send("POST", attacked.url, content=b"\xff", headers={"Content-Type": "application/json"}),
        _send("POST", attacked.url, content=b"x", headers={"Content-Type": "text/plain"}),
        _send("GET", attacked.url, params={"query": "{ __typename }"}, headers={"Accept": "x/y"}),
        _send("GET", attacked.url, headers={"Host": "evil.example"}),
    ]

    for answer in answers:
        checked(answer)
        assert not _INSIDE.search(answer.text), answer.text
        assert str(ROOT) not in answer.text
        assert not {"server", "x-powered-by", "via"} & set(answer.headers)
