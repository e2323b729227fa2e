"""Loaders: one batch per turn, each key once, failures by key, and no waiter that takes others down with it."""

import asyncio
import gc
from collections.abc import Awaitable, Iterator, Mapping
from typing import Any

import pytest
import strawberry
from strawberry.dataloader import DataLoader

from connectors.errors import BadData, ConnectorError, NotKnown, Unavailable
from connectors.guard import Answer
from resolvers.loader import Loader, all_at_once, known, one_by_one
from tests.bars import bar
from tests.connectors.support import NOW


class Doubling:
    """Doubles numbers, in a while; negative ones are not known, and 13 is refused."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.ended = 0
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def one(self, key: int) -> int:
        self.batches.append([key])
        self.asked.set()
        await self.may_answer.wait()
        self.ended += 1
        if key == 13:
            raise BadData("a reason", system="doubling")
        if key < 0:
            raise NotKnown("a reason", system="doubling")
        return 2 * key

    async def many(self, keys: list[int]) -> Mapping[int, Answer[int] | ConnectorError]:
        self.batches.append(keys)
        self.asked.set()
        await self.may_answer.wait()
        self.ended += 1
        refused = BadData("a reason", system="doubling")
        return {key: refused if key == 13 else Answer(2 * key, NOW) for key in keys if key >= 0}


@pytest.fixture
def doubling() -> Doubling:
    return Doubling()


@pytest.fixture
async def complaints() -> list[str]:
    """What the event loop complains of, such as an exception that nobody looked at."""
    found: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: found.append(told["message"]))
    return found


def _loaders(doubling: Doubling) -> Iterator[Loader[int, int]]:
    yield one_by_one(doubling.one)
    yield all_at_once(doubling.many, system="doubling")


async def test_keys_asked_for_in_one_turn_are_one_batch(doubling: Doubling) -> None:
    loader = all_at_once(doubling.many, system="doubling")

    assert [2, 4, 2] == list(await asyncio.gather(loader.load(1), loader.load(2), loader.load(1)))
    assert [[1, 2]] == doubling.batches


async def test_keys_of_one_turn_are_answered_together_so_that_the_next_question_is_one_batch(
    doubling: Doubling,
) -> None:
    async def slowly(key: int) -> int:
        await asyncio.sleep(0.01 * key)
        return 10 * key

    first, second = one_by_one(slowly), all_at_once(doubling.many, system="doubling")

    async def both(key: int) -> int:
        return await second.load(await first.load(key))

    assert [20, 40, 60] == list(await asyncio.gather(both(1), both(2), both(3)))
    assert [[10, 20, 30]] == doubling.batches


async def test_a_key_is_asked_for_once_per_operation(doubling: Doubling) -> None:
    loader = one_by_one(doubling.one)

    assert 2 == await loader.load(1) == await loader.load(1)
    assert [[1]] == doubling.batches


async def test_a_failed_key_is_not_asked_for_again(doubling: Doubling) -> None:
    loader = one_by_one(doubling.one)

    for _ in range(2):
        with pytest.raises(BadData):
            await loader.load(13)
    assert [[13]] == doubling.batches


async def test_a_failure_belongs_to_its_key(doubling: Doubling) -> None:
    for loader in _loaders(doubling):
        found = await asyncio.gather(loader.load(1), loader.load(13), loader.load(-1), return_exceptions=True)

        assert 2 == found[0]
        assert isinstance(found[1], BadData)
        assert isinstance(found[2], NotKnown)


async def test_a_call_that_fails_as_a_whole_fails_every_key() -> None:
    async def down(_: list[int]) -> Mapping[int, Answer[int] | ConnectorError]:
        raise Unavailable("refused", system="doubling")

    loader = all_at_once(down, system="doubling")
    found = await asyncio.gather(loader.load(1), loader.load(2), return_exceptions=True)

    assert [Unavailable, Unavailable] == [type(one) for one in found]


async def test_a_question_that_cannot_even_be_put_spoils_only_its_key() -> None:
    def ask(key: int) -> Awaitable[int]:
        if key < 0:
            raise LookupError
        return asyncio.sleep(0, key)

    loader = one_by_one(ask)
    found = await asyncio.gather(loader.load(1), loader.load(-1), return_exceptions=True)

    assert 1 == found[0]
    assert isinstance(found[1], LookupError)


async def test_a_primed_key_is_not_asked_for(doubling: Doubling) -> None:
    loader = one_by_one(doubling.one)
    loader.prime(1, 100)

    assert 100 == await loader.load(1)
    assert [] == doubling.batches


async def test_a_key_that_another_answer_brings_along_in_time_is_not_asked_for(doubling: Doubling) -> None:
    for loader in _loaders(doubling):
        waiting = asyncio.ensure_future(loader.load(1))
        await asyncio.sleep(0)
        loader.start(2)
        loader.prime(2, 200)

        assert [2, 200] == [await waiting, await loader.load(2)]
    assert [[1], [1]] == doubling.batches


async def test_what_is_asked_already_is_not_replaced(doubling: Doubling) -> None:
    for loader in _loaders(doubling):
        doubling.may_answer.clear()
        doubling.asked.clear()
        waiting = asyncio.ensure_future(loader.load(1))
        await doubling.asked.wait()
        loader.prime(1, 100)
        doubling.may_answer.set()

        assert 2 == await waiting == await loader.load(1)


async def test_what_is_known_already_is_not_replaced(doubling: Doubling) -> None:
    for loader in _loaders(doubling):
        await loader.load(1)
        loader.prime(1, 100)

        assert 2 == await loader.load(1)


async def test_a_key_started_for_nobody_is_there_for_whoever_comes(doubling: Doubling) -> None:
    for loader in _loaders(doubling):
        loader.start(1)
        loader.start(1)
        await asyncio.sleep(0.01)

        assert 2 == await loader.load(1)
    assert [[1], [1]] == doubling.batches


async def test_a_failure_of_what_was_started_for_nobody_is_not_complained_of(
    doubling: Doubling, complaints: list[str]
) -> None:
    for loader in _loaders(doubling):
        loader.start(13)
        await asyncio.sleep(0.01)
    del loader
    gc.collect()

    assert [] == complaints


async def test_what_was_started_runs_on_when_everybody_has_let_go_of_it(doubling: Doubling) -> None:
    doubling.may_answer.clear()
    for loader in _loaders(doubling):
        loader.start(1)
    del loader
    await doubling.asked.wait()
    gc.collect()
    doubling.may_answer.set()
    await asyncio.sleep(0.01)

    assert 2 == doubling.ended


async def test_a_failure_told_to_many_does_not_grow(doubling: Doubling) -> None:
    loader = one_by_one(doubling.one)
    depths = []
    for _ in range(3):
        with pytest.raises(BadData) as told:
            await loader.load(13)
        depths.append(len(told.traceback))

    assert 1 == len(set(depths))


async def test_what_is_not_known_is_none_at_an_edge(doubling: Doubling) -> None:
    loader = one_by_one(doubling.one)

    assert await known(loader.load(-1)) is None
    assert 2 == await known(loader.load(1))
    with pytest.raises(BadData):
        await known(loader.load(13))


async def test_a_waiter_that_is_cancelled_leaves_the_others_their_value(doubling: Doubling) -> None:
    doubling.may_answer.clear()
    for loader in _loaders(doubling):
        leaving, staying = asyncio.ensure_future(loader.load(1)), asyncio.ensure_future(loader.load(1))
        await doubling.asked.wait()
        leaving.cancel()
        await asyncio.wait([leaving])
        doubling.may_answer.set()

        assert leaving.cancelled()
        assert 2 == await staying


async def test_a_key_whose_only_waiter_was_cancelled_can_be_asked_for_still(doubling: Doubling) -> None:
    doubling.may_answer.clear()
    loader = one_by_one(doubling.one)
    leaving = asyncio.ensure_future(loader.load(1))
    await doubling.asked.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    doubling.may_answer.set()

    assert 2 == await loader.load(1)
    assert [[1]] == doubling.batches


async def test_a_failure_that_nobody_waits_for_any_more_is_not_complained_of(
    doubling: Doubling, complaints: list[str]
) -> None:
    doubling.may_answer.clear()
    for loader in _loaders(doubling):
        leaving = asyncio.ensure_future(loader.load(13))
        await doubling.asked.wait()
        leaving.cancel()
        await asyncio.wait([leaving])
        doubling.may_answer.set()
        for _ in range(10):
            await asyncio.sleep(0)
        doubling.asked.clear()
        doubling.may_answer.clear()
    del loader, leaving
    gc.collect()

    assert [] == complaints


async def test_who_loads_after_it_was_given_up_does_not_wait_for_what_was_queued_before(doubling: Doubling) -> None:
    for loader in _loaders(doubling):
        loader.start(1)
        loader.give_up()

        async with asyncio.timeout(bar(1)):
            assert 4 == await loader.load(2)
    assert [[2], [2]] == doubling.batches


def _schema(loader: Any) -> strawberry.Schema:
    """A graph where a non-null field fails while its sibling waits for a key that another branch waits for as well."""

    @strawberry.type
    class Branch:
        @strawberry.field
        async def fails(self) -> int:
            await asyncio.sleep(0.01)
            raise RuntimeError

        @strawberry.field
        async def value(self) -> int | None:
            found: int = await loader.load(1)
            return found

    @strawberry.type
    class Query:
        @strawberry.field
        def branch(self) -> Branch | None:
            return Branch()

        @strawberry.field
        async def value(self) -> int | None:
            found: int = await loader.load(1)
            return found

    class Quiet(strawberry.Schema):
        def process_errors(self, *_: object, **__: object) -> None:
            """The failure is meant."""

    return Quiet(Query)


async def _slowly(keys: list[int]) -> list[int | BaseException]:
    await asyncio.sleep(0.05)
    return [2 * key for key in keys]


@pytest.mark.parametrize("query", ["{ value branch { fails value } }", "{ branch { fails value } value }"])
async def test_a_non_null_sibling_that_fails_costs_no_other_branch(query: str) -> None:
    """
    graphql-core cancels what runs beside a failed non-null field; the key it waited for is others' as well.
    """
    result = await _schema(Loader(_slowly)).execute(query)

    assert {"value": 2, "branch": None} == result.data


async def test_strawberrys_own_loader_would_lose_the_other_branch() -> None:
    """
    Pins the surprise that `Loader` is there for. If this fails after an update, the shield may be unnecessary.
    """
    with pytest.raises(asyncio.CancelledError):
        await _schema(DataLoader(_slowly)).execute("{ branch { fails value } value }")
