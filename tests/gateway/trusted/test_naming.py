"""How a request names a document by its hash: the two forms that there are, and every way in which one is wrong."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.trusted.digest import digest_of
from tests.gateway.support import URL
from tests.gateway.trusted.support import ANSWER, NOT_FOUND, OTHER, SHOP, TWO, World, error_of, persisted


class TestDocumentIdentifiers:
    async def test_of_registered_documents_are_found(self) -> None:
        async with World().door() as door:
            for ask in (door.post, door.get):
                response = await ask("partner", documentId=f"sha256:{digest_of(SHOP)}")
                assert {"data": {"__typename": "Query"}} == response.json()

    def test_are_those_of_the_specification(self) -> None:
        """
        Both examples of GraphQL over HTTP, Appendix A.
        """
        assert (
            "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e",
            "71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b",
        ) == tuple(
            map(
                digest_of,
                ("query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}", "query($id:ID!){user(id:$id){name}}"),
            )
        )

    async def test_nobody_knows_are_one_error(self) -> None:
        async with World().door() as door:
            assert NOT_FOUND == error_of(await door.post("web", documentId=f"sha256:{digest_of(OTHER)}"))

    async def test_may_say_the_same_as_apollos_extension_and_nothing_else(self) -> None:
        async with World().door() as door:
            named = {"documentId": f"sha256:{digest_of(SHOP)}"}
            same = await door.post("web", **named, extensions=persisted(SHOP))
            other = await door.post("web", **named, extensions=persisted(OTHER))

        assert 200 == same.status_code
        assert (400, "BAD_INPUT") == error_of(other)[:2]

    async def test_beside_the_text_have_it_remembered(self) -> None:
        async with World().door() as door:
            named = f"sha256:{digest_of(OTHER)}"
            assert ANSWER == (await door.post("web", query=OTHER, documentId=named)).json()
            assert ANSWER == (await door.post("web", documentId=named)).json()


class TestMalformed:
    @pytest.mark.parametrize(
        "named",
        [
            digest_of(SHOP),  # A custom identifier: of those none is known here.
            "sha256:" + digest_of(SHOP).upper(),
            "SHA256:" + digest_of(SHOP),
            "sha256:" + digest_of(SHOP)[:-1],
            "sha256:" + digest_of(SHOP) + "0",
            "sha256:" + digest_of(SHOP)[:-1] + "g",
            "sha256:" + digest_of(SHOP) + "\n",
            "sha256:sha256:" + digest_of(SHOP),
            "x-own:1",
            "sha256:",
            "",
            7,
            ["sha256:" + digest_of(SHOP)],
            {},
            False,
        ],
    )
    async def test_identifiers_are_400_whatever_else_is_said(self, named: object) -> None:
        async with World().door() as door:
            for more in ({}, {"query": SHOP}, {"extensions": persisted(SHOP)}):
                assert (400, "BAD_INPUT") == error_of(await door.post("web", documentId=named, **more))[:2]

    @pytest.mark.parametrize(
        "changes",
        [
            {"version": 2},
            {"version": 0},
            {"version": "1"},
            {"version": True},
            {"version": None},
            {"sha256Hash": digest_of(SHOP).upper()},
            {"sha256Hash": digest_of(SHOP)[:40]},
            {"sha256Hash": digest_of(SHOP) + "00"},
            {"sha256Hash": hashlib.sha512(SHOP.encode()).hexdigest()},
            {"sha256Hash": "sha256:" + digest_of(SHOP)},
            {"sha256Hash": "0" * 63 + "٠"},
            {"sha256Hash": ""},
            {"sha256Hash": None},
            {"sha256Hash": 1},
        ],
    )
    async def test_extensions_are_400_whatever_else_is_said(self, changes: dict[str, object]) -> None:
        async with World().door() as door:
            for more in ({}, {"query": SHOP}):
                response = await door.post("web", extensions=persisted(SHOP, **changes), **more)
                assert (400, "BAD_INPUT") == error_of(response)[:2]
            assert 400 == (await door.get("web", extensions=persisted(SHOP, **changes))).status_code

    @pytest.mark.parametrize("persisted_query", [[], "", "x", 1, True, [1], {}])
    async def test_extensions_of_another_form_are_400(self, persisted_query: object) -> None:
        async with World().door() as door:
            response = await door.post("web", query=SHOP, extensions={"persistedQuery": persisted_query})

        assert (400, "BAD_INPUT") == error_of(response)[:2]

    async def test_null_says_nothing(self) -> None:
        async with World().door() as door:
            named: dict[str, Any] = {"documentId": None, "extensions": {"persistedQuery": None}}
            assert ANSWER == (await door.post("web", query=OTHER, **named)).json()
            assert (400, "BAD_INPUT") == error_of(await door.post("web", **named))[:2]

    @pytest.mark.parametrize("query", ["", " ", 1, [], {}, False])
    async def test_a_text_that_is_none_is_not_looked_past(self, query: object) -> None:
        async with World().door() as door:
            response = await door.post("web", query=query, extensions=persisted(SHOP))

        assert (400, "BAD_INPUT") == error_of(response)[:2]

    @pytest.mark.parametrize(
        "body",
        [
            '{"documentId": "%s", "documentId": "%s"}',
            '{"documentId": "%s", "document\\u0049d": "%s"}',
            '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "%s", "sha256Hash": "%s"}}}',
            '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "%s", "sha256\\u0048ash": "%s"}}}',
            '{"extensions": {"persistedQuery": {"sha256Hash": "%s"}, "persistedQuery": {"version": 1, "sha256Hash": "%s"}}}',
            '{"extensions": {"persistedQuery": 1}, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "%s%s"}}}',
        ],
    )
    async def test_two_hashes_for_two_readers_are_400(self, body: str) -> None:
        """
        A proxy in front may have allowed the other one.
        """
        a, b = (f"sha256:{digest_of(each)}" if "documentId" in body else digest_of(each) for each in (OTHER, SHOP))
        body = body.replace("%s%s", b) % ((a, b) if body.count("%s") == 2 and "%s%s" not in body else ())
        async with World().door() as door:
            headers = {"Content-Type": "application/json", "X-Client": "web"}
            response = await door.http.post(URL, content=body.encode(), headers=headers)
            assert (400, "BAD_INPUT") == error_of(response)[:2]
            assert "once" in error_of(response)[2]

    async def test_two_hashes_in_an_address_are_400(self) -> None:
        written = json.dumps(persisted(SHOP))[:-2] + f', "sha256Hash": "{digest_of(OTHER)}"}}}}'
        one = f"sha256:{digest_of(SHOP)}"
        async with World().door() as door:
            assert 400 == (await door.get("web", extensions=written)).status_code
            response = await door.http.get(URL, params=[("documentId", one), ("documentId", one)])
            assert (400, "BAD_INPUT") == error_of(response)[:2]

    @pytest.mark.parametrize("inside", [[1], [[1]], {"extensions": [1]}, {"persistedQuery": [2]}, [["a", 1], ["a", 2]]])
    async def test_members_of_the_same_names_elsewhere_are_nobodys_business(self, inside: object) -> None:
        async with World().door() as door:
            variables = {"a": inside, "sha256Hash": 1, "extensions": inside, "persistedQuery": inside}
            response = await door.post(
                "web", query=OTHER, variables=variables, extensions={"mine": inside, "extensions": inside}
            )

        assert ANSWER == response.json()

    async def test_a_batch_of_hashes_is_400(self) -> None:
        async with World().door() as door:
            batch = [{"extensions": persisted(SHOP)}, {"extensions": persisted(TWO)}]
            response = await door.http.post(URL, json=batch, headers={"X-Client": "web"})

        assert (400, "BAD_INPUT") == error_of(response)[:2]


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=5) | st.just(digest_of(SHOP)),
    lambda each: (
        st.lists(each, max_size=3)
        | st.dictionaries(st.sampled_from(["version", "sha256Hash", "persistedQuery", "x"]), each)
    ),
)


@given(
    named=st.dictionaries(st.sampled_from(["documentId", "query", "extensions"]), _json),
    persisted_query=_json,
    who=st.sampled_from(["web", "partner", "kiosk", "plain"]),
)
async def test_whatever_is_said_is_answered_or_refused(named: dict[str, Any], persisted_query: Any, who: str) -> None:
    if isinstance(named.get("extensions"), dict):
        named["extensions"]["persistedQuery"] = persisted_query
    async with World().door() as door:
        response = await door.post(who, **named)

    assert response.status_code in {200, 400, 403}
    assert {"data", "errors"} & set(response.json())
