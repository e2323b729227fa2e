"""GraphQL over HTTP: statuses, media types, the page, and what goes with every response."""

import json
import math
import socket
from typing import Any

import httpx
import pytest

from connectors.errors import Unavailable
from gateway.http.graphiql import GraphiQL
from gateway.operations.operation import Operations
from tests.gateway.support import BROWSER, JSON, RESPONSE, URL, application, call, client, door
from tests.resolvers.support import MSISDN, FakeOperator

QUERY = "{ __typename }"
ANSWER = {"data": {"__typename": "Query"}}
MEDIA_TYPES = [JSON, RESPONSE]


async def _ask(
    query: str, *, accept: str | None = None, language: str | None = None, operator: FakeOperator | None = None
) -> httpx.Response:
    headers = {name: value for name, value in {"Accept": accept, "Accept-Language": language}.items() if value}
    async with door(operator) as found:
        return await found.post(URL, json={"query": query}, headers=headers)


class TestStatus:
    @pytest.mark.parametrize("accept", MEDIA_TYPES)
    async def test_of_an_answer_is_200_in_the_media_type_asked_for(self, accept: str) -> None:
        response = await _ask(QUERY, accept=accept)

        assert (200, f"{accept}; charset=utf-8") == (response.status_code, response.headers["content-type"])
        assert ANSWER == response.json()

    @pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (RESPONSE, 400)])
    @pytest.mark.parametrize(
        "query",
        ["{", "{ nothing }", "query ($x: Int!) { __typename }", "query A { __typename } query B { __typename }"],
    )
    async def test_of_a_question_that_cannot_be_executed_depends_on_the_media_type(
        self, query: str, accept: str, status: int
    ) -> None:
        """
        GraphQL over HTTP, 6.4: in application/json a 4xx could be a proxy's page as well, so there it is a 200.
        """
        response = await _ask(query, accept=accept)

        assert status == response.status_code
        assert "data" not in response.json()
        assert response.json()["errors"]

    @pytest.mark.parametrize("accept", MEDIA_TYPES)
    async def test_of_a_partial_answer_is_200_with_data_and_errors(self, accept: str) -> None:
        operator = FakeOperator()
        operator.hss.failure = Unavailable("refused", system="hss")

        response = await _ask(
            f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn network {{ imsi }} }} }}', accept=accept, operator=operator
        )

        assert 200 == response.status_code
        assert {"line": {"msisdn": MSISDN, "network": None}} == response.json()["data"]
        assert ["UPSTREAM_UNAVAILABLE"] == [error["extensions"]["code"] for error in response.json()["errors"]]

    async def test_of_an_answer_is_200_also_where_a_system_says_no_time_that_can_be_read(self) -> None:
        operator = FakeOperator()
        operator.hss.failure = Unavailable("HTTP 503", system="hss", retry_after_s=math.inf)

        response = await _ask(
            f'{{ line(by: {{msisdn: "{MSISDN}"}}) {{ msisdn network {{ imsi }} }} }}', operator=operator
        )

        assert (200, {"line": {"msisdn": MSISDN, "network": None}}) == (response.status_code, response.json()["data"])

    @pytest.mark.parametrize("accept", MEDIA_TYPES)
    async def test_of_an_answer_whose_null_went_all_the_way_up_is_200(self, accept: str) -> None:
        keys = ", ".join('{id: "1"}' for _ in range(51))

        response = await _ask(f"{{ customers(by: [{keys}]) {{ name }} }}", accept=accept)

        assert 200 == response.status_code
        assert response.json()["data"] is None

    @pytest.mark.parametrize("accept", ["text/plain", "image/png", "application/xml", "application/json;q=0"])
    async def test_of_a_media_type_that_there_is_not_is_406(self, accept: str) -> None:
        response = await _ask(QUERY, accept=accept)

        assert 406 == response.status_code
        assert RESPONSE in response.json()["errors"][0]["message"]

    async def test_of_a_surprise_is_500_and_tells_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def surprise(*_: object) -> Any:
            raise RuntimeError(MSISDN)

        monkeypatch.setattr(Operations, "prepare", surprise)
        response = await _ask(QUERY)

        assert 500 == response.status_code
        assert "INTERNAL" == response.json()["errors"][0]["extensions"]["code"]
        assert MSISDN not in response.text


class TestAccept:
    async def test_on_several_lines_is_one_list(self) -> None:
        async with door() as found:
            response = await found.post(
                URL, json={"query": QUERY}, headers=[("Accept", "text/html"), ("Accept", RESPONSE)]
            )

        assert response.headers["content-type"].startswith(RESPONSE)

    async def test_of_nothing_in_particular_gets_json(self) -> None:
        assert (await _ask(QUERY, accept="*/*")).headers["content-type"].startswith(JSON)


class TestLanguage:
    @pytest.mark.parametrize(("language", "begins"), [("zh-CN", "没有"), ("en", "Nothing"), (None, "Nothing")])
    async def test_of_messages_is_the_callers(self, language: str | None, begins: str) -> None:
        response = await _ask('{ customer(by: {id: "999"}) { name } }', language=language)

        assert response.json()["errors"][0]["message"].startswith(begins)


class TestEveryResponse:
    @pytest.mark.parametrize("query", [QUERY, "{", '{ customer(by: {id: "999"}) { name } }'])
    async def test_has_an_id_of_its_own_that_its_errors_carry_too(self, query: str) -> None:
        one, other = await _ask(query), await _ask(query)

        assert one.headers["x-request-id"] != other.headers["x-request-id"]
        told = {error["extensions"]["requestId"] for error in one.json().get("errors", [])}
        assert told <= {one.headers["x-request-id"]}

    async def test_that_is_a_refusal_has_an_id_too(self) -> None:
        async with door() as found:
            response = await found.post(URL, content=b"x", headers={"Content-Type": "text/plain"})

        assert response.headers["x-request-id"] == response.json()["errors"][0]["extensions"]["requestId"]

    async def test_says_what_it_depends_on_and_that_it_is_for_who_asked(self) -> None:
        assert "Accept, Accept-Language, Authorization, Cookie" == (await _ask(QUERY)).headers["vary"]


class TestMethods:
    async def test_get_answers_a_query(self) -> None:
        async with door() as found:
            response = await found.get(URL, params={"query": QUERY}, headers={"Accept": RESPONSE})

        assert ANSWER == response.json()

    async def test_get_takes_a_query_from_a_browser_too(self) -> None:
        async with client(application(graphiql=_graphiql())) as found:
            response = await found.get(URL, params={"query": QUERY}, headers={"Accept": BROWSER})

        assert ANSWER == response.json()

    @pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
    async def test_that_mean_nothing_here_are_405_and_told_which_do(self, method: str) -> None:
        async with door() as found:
            response = await found.request(method, URL, params={"query": QUERY})

        assert 405 == response.status_code
        assert {"GET", "POST"} == set(response.headers["allow"].split(", "))

    async def test_get_of_something_else_than_a_query_is_405(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        There is no mutation yet; the check stands before there is one.
        """
        from graphql import OperationType

        from gateway.operations.prepared import Prepared

        monkeypatch.setattr(Prepared, "operation_type", lambda *_: OperationType.MUTATION)
        async with door() as found:
            response = await found.get(URL, params={"query": QUERY})

        assert (405, "POST") == (response.status_code, response.headers["allow"])

    async def test_the_address_with_a_slash_is_not_another_one(self) -> None:
        answered = await call(application(), path="/graphql/x", headers=[("host", "localhost")])

        assert 404 == answered.status


def _graphiql(stories_url: str | None = None) -> GraphiQL:
    return GraphiQL(stories_url=stories_url)


class TestPage:
    async def test_is_what_a_browser_gets(self) -> None:
        async with client(application(graphiql=_graphiql())) as found:
            response = await found.get(URL, headers={"Accept": BROWSER})

        assert 200 == response.status_code
        assert response.headers["content-type"].startswith("text/html")
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-request-id"]

    async def test_loads_nothing_from_elsewhere(self) -> None:
        async with client(application(graphiql=_graphiql())) as found:
            page = (await found.get(URL, headers={"Accept": BROWSER})).text

        assert 'src="http' not in page
        assert 'href="http' not in page

    async def test_is_not_there_when_it_is_switched_off(self) -> None:
        async with door() as found:
            response = await found.get(URL, headers={"Accept": BROWSER})

        assert 400 == response.status_code
        assert response.headers["content-type"].startswith(JSON)

    async def test_is_not_what_a_program_gets(self) -> None:
        async with client(application(graphiql=_graphiql())) as found:
            response = await found.get(URL, headers={"Accept": "*/*"})

        assert 400 == response.status_code

    async def test_has_its_files_beside_it_with_its_own_restrictions(self) -> None:
        app = application(graphiql=_graphiql())
        async with client(app) as found:
            response = await found.get(f"{URL}/static/graphiql/favicon.svg")

        assert 200 == response.status_code
        assert "nosniff" == response.headers["x-content-type-options"]

    @pytest.mark.parametrize(
        "path", ["/graphql/static/../app.py", "/graphql/static/../../pyproject.toml", "/graphql/static//etc/passwd"]
    )
    async def test_gives_no_other_files(self, path: str) -> None:
        assert 404 == (await call(application(graphiql=_graphiql()), path=path, headers=[("host", "localhost")])).status


class TestStories:
    async def test_are_none_where_there_is_no_sandbox(self) -> None:
        async with client(application(graphiql=_graphiql())) as found:
            assert [] == (await found.get(f"{URL}/stories")).json()

    async def test_are_none_while_the_sandbox_cannot_be_reached(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # Bound and not listening: whoever connects is refused.
            graphiql = _graphiql(f"http://127.0.0.1:{taken.getsockname()[1]}/stories")
            async with client(application(graphiql=graphiql)) as found:
                response = await found.get(f"{URL}/stories")
            await graphiql.aclose()

        assert (200, []) == (response.status_code, response.json())


async def test_what_cannot_be_written_as_json_is_not_sent_half() -> None:
    operator = FakeOperator()
    operator.crm.name = "half a pair: \ud800"

    response = await _ask('{ customer(by: {id: "1000042"}) { name } }', operator=operator)

    assert "INTERNAL" == response.json()["errors"][0]["extensions"]["code"]
    assert "half" not in json.dumps(response.json())
