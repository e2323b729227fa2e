"""Answers with ETags: the server is asked only for what has changed, and what it confirms is as new as what it says."""

import asyncio
import dataclasses
import datetime as dt
from typing import Any

import httpx
import pytest

from connectors.errors import BadData, NotFresh
from connectors.tmf import validators
from gateway import systems
from gateway.stores.coding import Coding
from schema.parts import CustomerPart
from tests.connectors.guard.asking import turns
from tests.connectors.support import NOW, Reports, soon
from tests.connectors.tmf.asking import NAME
from tests.connectors.tmf.versions import Asking, Versions

BOTH = frozenset({CustomerPart.NAME, CustomerPart.STATUS})


@pytest.fixture
def crm() -> Versions:
    return Versions()


async def known_since(seconds: float, crm: Versions, **values: Any) -> Asking:
    """Somebody who asked about customer 1 so many seconds ago."""
    found = Asking(crm, **values)
    await found.ask()
    found.clock.advance(seconds)
    return found


class TestConfirmed:
    async def test_what_has_not_changed_is_fresh_again_and_its_source_says_now(self, crm: Versions) -> None:
        asking = await known_since(11, crm)

        answer = await asking.ask()

        now = NOW + dt.timedelta(seconds=11)
        source = answer.value.source
        assert "1 as of 1" == answer.value.name
        assert (now, now, now + dt.timedelta(seconds=10)) == (answer.fetched_at, source.fetched_at, source.fresh_until)
        assert ([None, '"1"'], [200, 304]) == (crm.conditions, crm.statuses)
        asking.clock.advance(9)
        assert answer.fetched_at == (await asking.ask()).fetched_at
        assert 2 == len(crm.conditions)
        assert {"confirmed": 1, "cached": 1} == asking.events.told

    async def test_so_often_as_it_is_true(self, crm: Versions) -> None:
        asking = await known_since(11, crm)
        for _ in range(20):
            await asking.ask()
            asking.clock.advance(11)

        crm.known["1"] = 2

        assert "1 as of 2" == await asking.name()
        asking.clock.advance(11)
        await asking.ask()
        assert [200, *[304] * 20, 200, 304] == crm.statuses

    async def test_behind_the_caller_as_well(self, crm: Versions) -> None:
        guard = {"jitter": 0, "fresh_s": {"*": 10}, "revalidate_s": {"*": 100}}
        asking = await known_since(11, crm, guard=guard)

        await asking.ask()
        await turns(20)
        await asking.ask()

        assert [200, 304] == crm.statuses
        assert {"stale": 1, "confirmed": 1, "refreshed": 1, "cached": 1} == asking.events.told

    async def test_within_the_fresh_time_for_a_caller_that_wants_it_anew(self, crm: Versions) -> None:
        asking = await known_since(5, crm)

        answer = await asking.ask(max_age_s=0)

        assert [200, 304] == crm.statuses
        assert NOW + dt.timedelta(seconds=5) == answer.fetched_at

    async def test_an_etag_that_is_weak_will_do(self, crm: Versions) -> None:
        crm.etag = 'W/"{}"'.format
        asking = await known_since(11, crm)

        await asking.ask()

        assert [None, 'W/"1"'] == crm.conditions

    async def test_by_everybody_who_waits(self, crm: Versions) -> None:
        asking = await known_since(11, crm)

        answers = await asyncio.gather(*(asking.ask() for _ in range(20)))

        assert ([200, 304], 1) == (crm.statuses, len({id(each.value) for each in answers}))

    async def test_one_that_answers_all_the_same_is_believed(self, crm: Versions) -> None:
        crm.heeds_conditions = False
        asking = await known_since(11, crm)
        crm.known["1"] = 2

        assert "1 as of 2" == await asking.name()
        assert not asking.events.told["confirmed"]

    async def test_one_that_is_not_there_any_more_is_not(self, crm: Versions) -> None:
        asking = await known_since(11, crm)
        crm.said_instead = httpx.Response(404)

        assert not await asking.connector.customers(["1"], parts=NAME, within=soon(asking.clock))

    async def test_where_the_server_fails_the_kept_one_stands_in_as_ever(self, crm: Versions) -> None:
        asking = await known_since(11, crm)
        crm.said_instead = httpx.Response(503)

        assert NOW == (await asking.ask()).fetched_at
        crm.said_instead = None
        await asking.ask()

        assert '"1"' == crm.conditions[-1]


class TestWhatIsNotAsked:
    """Where the kept answer is another representation than the one that is asked for, it cannot be confirmed."""

    async def test_nothing_where_etags_are_not_heeded(self, crm: Versions) -> None:
        asking = await known_since(11, crm, heed_etags=False)

        await asking.ask()

        assert [None, None] == crm.conditions

    @pytest.mark.parametrize(("first", "then"), [(NAME, BOTH), (BOTH, NAME), (BOTH, frozenset({CustomerPart.CREDIT}))])
    async def test_an_answer_with_other_fields(
        self, crm: Versions, first: frozenset[CustomerPart], then: frozenset[CustomerPart]
    ) -> None:
        # As of servers that number the states of an object, whatever fields are asked for.
        asking = Asking(crm)
        await asking.ask(parts=first)
        asking.clock.advance(11)

        answer = await asking.ask(parts=then)

        assert [None, None] == crm.conditions
        assert then == answer.parts

    async def test_another_id(self, crm: Versions) -> None:
        asking = await known_since(11, crm)

        assert "2 as of 1" == await asking.name("2")
        assert [None, None] == crm.conditions

    async def test_several_ids_or_a_filter(self, crm: Versions) -> None:
        asking = Asking(crm)
        for _ in range(2):
            await asking.ask("1", "2")
            asking.clock.advance(11)

        assert [None, None] == crm.conditions

    @pytest.mark.parametrize(
        "etag", [None, "1", '"1', '"a b"', '"1", "2"', "*", "", '"' + 10_000 * "x" + '"', '"1"\r\nX-Evil: 1']
    )
    async def test_what_is_no_etag(self, crm: Versions, etag: str | None) -> None:
        crm.etag = lambda _: etag
        asking = await known_since(11, crm)

        assert "1 as of 1" == await asking.name()
        assert [None, None] == crm.conditions

    async def test_what_is_not_kept(self, crm: Versions) -> None:
        asking = await known_since(11, crm, guard={})

        await asking.ask()

        assert [None, None] == crm.conditions

    async def test_what_was_not_known(self, crm: Versions) -> None:
        asking = Asking(crm, guard={"negative_s": {"*": 10}, "jitter": 0})
        crm.said_instead = httpx.Response(404, headers={"ETag": '"1"'})
        for _ in range(2):
            await asking.connector.customers(["1"], parts=NAME, within=soon(asking.clock))
            asking.clock.advance(10)

        assert [None, None] == crm.conditions

    @pytest.mark.parametrize(
        "settings",
        [
            {"zone": "Europe/Madrid"},
            {"default_party_kind": "individual"},
            {"charset": "gbk"},
            {"url": "http://other.test"},
            {"customer_path": "/elsewhere"},
            {"send_fields": False},
        ],
    )
    async def test_what_was_read_with_other_settings(self, crm: Versions, settings: dict[str, Any]) -> None:
        asking = await known_since(11, crm)
        asking.anew(**settings)

        await asking.ask()
        asking.anew(**settings)
        asking.clock.advance(11)
        await asking.ask()

        assert [None, None, '"1"'] == crm.conditions

    async def test_what_was_read_by_another_release(self, crm: Versions, monkeypatch: pytest.MonkeyPatch) -> None:
        asking = await known_since(11, crm)
        monkeypatch.setattr(validators, "_release", lambda: "another")
        asking.anew()

        await asking.ask()

        assert [None, None] == crm.conditions


class TestWrongOnes:
    @pytest.mark.parametrize("etag", ['"2"', 'W/"2"', "1"])
    async def test_304_about_another_state_is_an_error_and_the_kept_one_stands_in(
        self, crm: Versions, etag: str
    ) -> None:
        asking = await known_since(11, crm)
        crm.said_instead = httpx.Response(304, headers={"ETag": etag})

        assert NOW == (await asking.ask()).fetched_at
        assert {"stale": 1} == asking.events.told
        with pytest.raises(NotFresh):
            await asking.ask(max_age_s=0)

    async def test_304_that_nobody_asked_for_is_an_error(self, crm: Versions) -> None:
        asking = Asking(crm)
        crm.said_instead = httpx.Response(304, headers={"ETag": '"1"'})

        for ids in (["1"], ["1", "2"]):
            with pytest.raises(BadData, match="needs an answer"):
                await asking.ask(*ids)


class TestMeanwhile:
    """The server takes its time, and what is kept does not wait for it."""

    async def _begun(self, crm: Versions, **values: Any) -> tuple[Asking, "asyncio.Task[Any]"]:
        asking = await known_since(11, crm, **values)
        crm.is_slow = True
        task = asyncio.ensure_future(asking.ask())
        await turns(20)
        assert ['"1"'] == crm.conditions[1:]
        return asking, task

    async def test_what_was_dropped_is_not_kept_again(self, crm: Versions) -> None:
        asking, task = await self._begun(crm)
        asking.clock.advance(0.1)
        await asking.drop("1")
        crm.known["1"] = 2
        asking.clock.advance(0.1)
        crm.let_go()

        await task

        assert "1 as of 2" == await asking.name()
        assert [200, 304, 200] == crm.statuses
        assert None is crm.conditions[-1]

    async def test_nor_when_it_was_dropped_between_the_look_and_the_question(self, crm: Versions) -> None:
        asking = await known_since(11, crm, guard={"fresh_s": {"*": 10}, "stale_s": {"*": 100}, "max_concurrent": 1})
        crm.is_slow = True
        other = asyncio.ensure_future(asking.ask("2"))
        await turns(20)
        task = asyncio.ensure_future(asking.ask())
        await turns(20)
        assert 2 == len(crm.conditions), "it waits for its place"
        asking.clock.advance(0.1)
        await asking.drop("1")
        asking.clock.advance(0.1)
        crm.let_go()
        await asyncio.gather(task, other)
        crm.known["1"] = 2

        assert "1 as of 2" == await asking.name()

    async def test_what_left_its_store_is_given_and_kept_again(self, crm: Versions) -> None:
        asking, task = await self._begun(crm)
        for key in list(asking.store._entries):
            await asking.store._forget(key)
        crm.let_go()

        assert "1 as of 1" == (await task).value.name
        await asking.ask()
        assert [200, 304] == crm.statuses

    async def test_what_ended_while_it_was_asked_is_fresh_again(self, crm: Versions) -> None:
        asking, task = await self._begun(crm)
        asking.clock.advance(100)
        crm.let_go()

        assert NOW + dt.timedelta(seconds=111) == (await task).fetched_at
        await asking.ask()
        assert [200, 304] == crm.statuses


class TestElsewhere:
    """What is kept outside of the process comes back with its validator, and is read as strictly as a header."""

    async def _kept_elsewhere(self, crm: Versions, change: Any = lambda answer: answer) -> Asking:
        asking = await known_since(11, crm)
        coding = Coding(systems.values(), report=Reports())
        (key,) = asking.store._entries
        kept = await asking.store.get(key)
        assert kept is not None
        encoded = coding.encode(change(kept))
        assert encoded is not None
        back = coding.decode(encoded)
        assert back is not None
        await asking.store.set(key, back, ttl_s=100, asked_at=asking.clock.monotonic())
        return asking

    async def test_it_is_confirmed(self, crm: Versions) -> None:
        asking = await self._kept_elsewhere(crm)

        assert "1 as of 1" == await asking.name()
        assert [200, 304] == crm.statuses

    @pytest.mark.parametrize("tail", ['"1"\r\nX-Evil: 1', "", "1", '"' + 300 * "x" + '"'])
    async def test_what_is_no_etag_there_is_not_sent(self, crm: Versions, tail: str) -> None:
        def change(kept: Any) -> Any:
            return dataclasses.replace(kept, validator=kept.validator.removesuffix('"1"') + tail)

        asking = await self._kept_elsewhere(crm, change)

        await asking.ask()

        assert [None, None] == crm.conditions

    @pytest.mark.parametrize("validator", ["", "x", '"1"', '0123456789abcdef"1"'])
    async def test_nor_is_anything_that_is_no_validator_of_ours(self, crm: Versions, validator: str) -> None:
        asking = await self._kept_elsewhere(crm, lambda kept: dataclasses.replace(kept, validator=validator))

        await asking.ask()

        assert [None, None] == crm.conditions


class TestCacheControl:
    @pytest.mark.parametrize(("then", "fresh_s"), [("max-age=3", 3), ("max-age=60", 10), (None, 5), ("no-cache", 0)])
    async def test_what_a_confirmation_does_not_say_is_as_it_was(
        self, crm: Versions, then: str | None, fresh_s: int
    ) -> None:
        crm.headers = {"Cache-Control": "max-age=5"}
        asking = await known_since(6, crm, heed_cache_control=True)
        crm.headers = {} if then is None else {"Cache-Control": then}

        answers = [await asking.ask(max_age_s=0)]
        asking.clock.advance(1)
        answers.append(await asking.ask(max_age_s=0))

        assert [200, 304, 304] == crm.statuses
        for answer in answers:
            assert answer.value.source.fresh_until == answer.fetched_at + dt.timedelta(seconds=fresh_s)

    async def test_what_may_only_be_given_when_it_was_asked_about_costs_a_question_without_an_answer(
        self, crm: Versions
    ) -> None:
        crm.headers = {"Cache-Control": "no-cache"}
        asking = await known_since(0, crm, heed_cache_control=True)

        for _ in range(5):
            await asking.ask()

        assert [200, *[304] * 5] == crm.statuses


async def test_neither_etags_nor_what_they_are_of_are_in_a_repr(crm: Versions) -> None:
    asking = await known_since(0, crm)
    (key,) = asking.store._entries

    assert "as of" not in repr(await asking.store.get(key))
    assert '"1"' not in repr(await asking.store.get(key))
