"""Documents that a client had remembered by their hash: Apollo's contract, attacks on it, and what it may hold."""

import json
import sys

import pytest
from graphql import OperationType

from gateway.http.negotiation import GRAPHQL_RESPONSE, JSON
from gateway.operations.prepared import Prepared
from gateway.trusted.automatic import Automatic
from gateway.trusted.digest import digest_of
from gateway.trusted.trusted import document
from tests.gateway.trusted.support import (
    ANSWER,
    NOT_FOUND,
    OTHER,
    SHOP,
    World,
    error_of,
    persisted,
    register,
    settings,
    words,
)

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
            assert {"data": {"__typename": "Query"}} == (await door.post("web", extensions=persisted(SHOP))).json()
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
