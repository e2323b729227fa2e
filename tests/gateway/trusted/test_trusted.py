"""Registered operations over HTTP: who may ask nothing else, and who is only told of."""

from typing import Any

import pytest

from gateway.http.negotiation import JSON
from gateway.trusted.digest import digest_of
from gateway.trusted.unknown import MOST, Unknown
from tests.connectors.support import Reports
from tests.gateway.trusted.support import ANSWER, OTHER, SHOP, TWO, World, error_of, events, persisted, words


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
