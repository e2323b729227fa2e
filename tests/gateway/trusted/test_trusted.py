"""Documents by their hash over HTTP: Apollo's contract, document identifiers, the three modes, and attacks on them."""

import hashlib
import json
import sys
from typing import Any

import pytest
from graphql import OperationType
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.negotiation import GRAPHQL_RESPONSE, JSON
from gateway.operations.prepared import Prepared
from gateway.trusted.automatic import Automatic
from gateway.trusted.digest import digest_of
from gateway.trusted.trusted import document
from gateway.trusted.unknown import MOST, Unknown
from tests.connectors.support import Reports
from tests.gateway.support import URL
from tests.gateway.trusted.support import (
    OTHER,
    SHOP,
    TWO,
    World,
    error_of,
    events,
    persisted,
    register,
    settings,
    words,
)

ANSWER = {"data": {"other": "Query"}}
NOT_FOUND = (200, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
NOT_SUPPORTED = (200, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")


class TestAutomatic:
    async def test_the_first_time_the_text_is_wanted_and_then_the_hash_is_enough(self) -> None:
        world = World()
        async with world.door() as door:
            assert NOT_FOUND == error_of(await door.post("web", extensions=persisted(OTHER)))
            assert ANSWER == (await door.post("web", query=OTHER, extensions=persisted(OTHER))).json()
            assert ANSWER == (await door.post("web", extensions=persisted(OTHER))).json()
            assert ANSWER == (await door.get("web", extensions=persisted(OTHER))).json()

        assert ["not_found", "kept", "remembered", "remembered"] == words(world.came)

    async def test_the_example_of_apollo_is_understood(self) -> None:
        """
        The hash of `{__typename}` that Apollo's own documentation shows.
        """
        known = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"
        async with World().door() as door:
            extensions = {"persistedQuery": {"version": 1, "sha256Hash": known}}
            first = await door.post("web", query="{__typename}", extensions=extensions)

        assert {"data": {"__typename": "Query"}} == first.json()

    @pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL_RESPONSE, 400)])
    async def test_what_is_not_found_has_the_status_of_other_mistakes(self, accept: str, status: int) -> None:
        async with World().door() as door:
            response = await door.post("web", accept=accept, extensions=persisted(OTHER))

        assert (status, *NOT_FOUND[1:]) == error_of(response)
        assert response.headers["content-type"].startswith(accept)

    async def test_where_it_is_off_clients_are_told_to_send_texts(self) -> None:
        async with World().door() as door:
            assert NOT_SUPPORTED == error_of(await door.post("plain", extensions=persisted(OTHER)))
            assert ANSWER == (await door.post("plain", query=OTHER, extensions=persisted(OTHER))).json()
            assert NOT_SUPPORTED == error_of(await door.post("plain", extensions=persisted(OTHER)))

    def test_a_gateway_without_it_says_so(self) -> None:
        class Hash:
            query = ""
            digest = digest_of(OTHER)

        with pytest.raises(Exception, match="PersistedQueryNotSupported"):
            document(None, Hash(), client=None, media_type=JSON)

    async def test_a_get_by_hash_has_its_variables(self) -> None:
        question = "query Q($yes: Boolean!) { a: __typename @include(if: $yes) b: __typename }"
        async with World().door() as door:
            await door.post("web", query=question, variables={"yes": True}, extensions=persisted(question))
            response = await door.get("web", extensions=persisted(question), variables={"yes": False})

        assert {"data": {"b": "Query"}} == response.json()

    @pytest.mark.parametrize("by", [persisted(SHOP), None])
    async def test_a_mutation_by_get_stays_405(self, by: object, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Its kind is looked at in the document that was found. There is no mutation yet; the check stands before.
        """
        monkeypatch.setattr(Prepared, "operation_type", lambda *_: OperationType.MUTATION)
        named = {"extensions": by} if by else {"documentId": f"sha256:{digest_of(SHOP)}"}
        async with World().door() as door:
            for who in ("web", "partner", "kiosk"):
                response = await door.get(who, **named)
                assert (405, "POST") == (response.status_code, response.headers["allow"])

    def test_a_mutation_by_hash_is_seen_before_its_request_is_read(self) -> None:
        mutation = "mutation M { __typename }"
        world = World({"shop": (settings("registered"), register(mutation))})
        world.trusted.client("web")._automatic.keep(digest_of(mutation), mutation)  # type: ignore[union-attr]
        by_hash, query = (json.dumps({"extensions": persisted(each)}).encode() for each in (mutation, OTHER))

        assert [True, True, False] == [
            world.trusted.may_be_mutation(by_hash, client=each) for each in ("web", "shop", "app")
        ]
        assert not world.trusted.may_be_mutation(query, client="web")
        assert world.trusted.may_be_mutation(json.dumps({"query": mutation}).encode(), client="app")


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


class TestPoisoning:
    async def test_a_document_under_the_hash_of_another_is_refused_and_not_kept(self) -> None:
        world = World()
        async with world.door() as door:
            refused = await door.post("web", query=OTHER, extensions=persisted("{ __typename }"))
            assert (400, "BAD_INPUT") == error_of(refused)[:2]
            assert NOT_FOUND == error_of(await door.post("web", extensions=persisted("{ __typename }")))

        assert ["refused", "not_found"] == words(world.came)

    @pytest.mark.parametrize("who", ["web", "partner", "kiosk", "plain"])
    async def test_also_where_the_other_is_known_already(self, who: str) -> None:
        async with World().door() as door:
            await door.post(who, query=SHOP, extensions=persisted(SHOP))
            refused = await door.post(who, query=OTHER, extensions=persisted(SHOP))
            assert (400, "BAD_INPUT") == error_of(refused)[:2]
            if who != "plain":
                assert {"data": {"__typename": "Query"}} == (await door.post(who, extensions=persisted(SHOP))).json()

    async def test_no_client_sees_what_another_had_remembered(self) -> None:
        async with World().door() as door:
            await door.post("web", query=OTHER, extensions=persisted(OTHER))
            assert NOT_FOUND == error_of(await door.post("app", extensions=persisted(OTHER)))
            assert ANSWER == (await door.post("app", query=OTHER, extensions=persisted(OTHER))).json()

    async def test_nor_what_is_registered_for_another(self) -> None:
        async with World().door() as door:
            assert 200 == (await door.post("web", extensions=persisted(SHOP))).json().get("data") or True
            assert NOT_FOUND == error_of(await door.post("app", extensions=persisted(SHOP)))

    async def test_nobody_pushes_out_what_another_had_remembered(self) -> None:
        flooded = World({"app": (settings("open", automatic_bytes=64 * 1024), register())})
        async with flooded.door() as door:
            await door.post("web", query=OTHER, extensions=persisted(OTHER))
            await door.post("app", query=OTHER, extensions=persisted(OTHER))
            for number in range(200):
                each = f"{{ a{number}: __typename }} # {'x' * 1000}"
                await door.post("app", query=each, extensions=persisted(each))
            assert ANSWER == (await door.post("web", extensions=persisted(OTHER))).json()
            assert NOT_FOUND == error_of(await door.post("app", extensions=persisted(OTHER)))

    async def test_a_flood_of_hashes_that_nobody_knows_keeps_nothing(self) -> None:
        world = World()
        async with world.door() as door:
            for number in range(100):
                await door.post("web", extensions=persisted(str(number)))

        assert 0 == len(world.trusted.client("web")._automatic or ())


class TestRegistered:
    @pytest.mark.parametrize("how", ["hash", "text", "both"])
    async def test_documents_run_however_they_are_named(self, how: str) -> None:
        asked: dict[str, dict[str, Any]] = {"hash": {"extensions": persisted(SHOP)}, "text": {"query": SHOP}}
        asked["both"] = {**asked["hash"], **asked["text"]}
        world = World()
        async with world.door() as door:
            assert {"data": {"__typename": "Query"}} == (await door.post("partner", **asked[how])).json()

        assert ["registered"] == words(world.came)

    @pytest.mark.parametrize(
        "text",
        [
            OTHER,
            SHOP + " ",
            SHOP + "\n",
            " " + SHOP,
            SHOP.replace(" ", "  "),
            SHOP.replace(" {", "{"),
            SHOP + "# comment",
            SHOP.replace("Shop", "Shоp"),  # A Cyrillic letter.
            SHOP.replace("Shop", "Shop2"),
            "\ufeff" + SHOP,
            SHOP + SHOP.replace("Shop", "More"),
        ],
    )
    async def test_others_are_refused_and_told_what_to_do(self, text: str) -> None:
        async with World().door() as door:
            for asked in (
                {"query": text},
                {"extensions": persisted(text)},
                {"query": text, "extensions": persisted(text)},
            ):
                status, code, message = error_of(await door.post("partner", **asked))
                assert (403, "FORBIDDEN") == (status, code)
                assert "registered" in message
            assert {"data": {"__typename": "Query"}} == (await door.post("partner", query=SHOP)).json()

    async def test_a_document_of_several_operations_has_each_of_them(self) -> None:
        async with World().door() as door:
            one = await door.post("partner", extensions=persisted(TWO), operationName="One")
            two = await door.post("partner", query=TWO, operationName="Two")
            none = await door.post("partner", extensions=persisted(TWO), operationName="Three")

        assert [{"one": "Query"}, {"two": "Query"}] == [one.json()["data"], two.json()["data"]]
        assert "BAD_INPUT" == none.json()["errors"][0]["extensions"]["code"]

    async def test_for_a_client_that_is_not_known_here_there_are_none(self) -> None:
        async with World().door() as door:
            for asked in ({"query": SHOP}, {"extensions": persisted(SHOP)}):
                assert (403, "FORBIDDEN") == error_of(await door.post("stranger", **asked))[:2]
        assert not World().trusted.may_be_mutation(digest_of(SHOP).encode(), client="stranger")

    async def test_one_of_them_alone_is_another_document(self) -> None:
        async with World().door() as door:
            assert 403 == (await door.post("partner", query="query One { one: __typename }")).status_code


class TestUnknown:
    async def test_run_and_are_told_once_by_their_hash(self) -> None:
        world = World()
        async with world.door() as door:
            for _ in range(3):
                assert ANSWER == (await door.post("kiosk", query=OTHER)).json()
            await door.post("kiosk", query=OTHER, extensions=persisted(OTHER))
            await door.post("kiosk", extensions=persisted(OTHER))
            await door.post("kiosk", query=SHOP)
            await door.post("kiosk", extensions=persisted(SHOP))

        assert [{"client": "kiosk", "digest": digest_of(OTHER)}] == events(world.reports, "operation_unknown")
        assert 5 == words(world.came).count("unknown")
        assert "Other" not in str(world.reports.events)

    def test_of_many_no_more_are_told_and_that_is_told(self) -> None:
        reports = Reports()
        unknown = Unknown("kiosk", report=reports)
        for number in range(3 * MOST):
            unknown.note(digest_of(str(number)))

        assert MOST == len(events(reports, "operation_unknown"))
        assert [MOST] == [each["more_than"] for each in events(reports, "operations_unknown")]
        assert len(unknown._told) <= MOST + 1


class TestMemory:
    def test_stays_within_its_bytes(self) -> None:
        kept = Automatic(max_bytes=64 * 1024)
        for number in range(5_000):
            text = f"{{ a{number}: __typename }}" + "#" * (number % 700)
            kept.keep(digest_of(text), text)
            assert kept.bytes <= 64 * 1024

        assert kept.bytes == sum(sys.getsizeof(each) + 300 for each in kept._kept.values())
        assert 0 < len(kept) < 250

    def test_drops_what_was_not_asked_for_longest(self) -> None:
        kept = Automatic(max_bytes=64 * 1024)
        kept.keep("first", "x")
        for number in range(1000):
            assert "x" == kept.find("first")
            kept.keep(f"{number}", "y" * 1000)

        assert kept.find("0") is None

    def test_leaves_out_what_would_push_out_all_others(self) -> None:
        kept = Automatic(max_bytes=64 * 1024)
        kept.keep("small", "x")
        kept.keep("large", "y" * 60_000)

        assert "x" == kept.find("small")
        assert kept.find("large") is None


def test_the_text_that_is_found_is_the_very_object() -> None:
    """
    So that its hash in Python's tables is worked out once, and not for each request.
    """
    world = World()
    client = world.trusted.client("partner")

    class Hash:
        query = ""
        digest = digest_of(SHOP)

    assert client.document(Hash(), media_type=JSON) is client.document(Hash(), media_type=JSON)
