"""Replies are read in the order in which questions came, and nobody waits for a question that is silent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from connectors.offload import worked_out
from connectors.turns import PLACE, in_line
from tests.bars import bar

_TURNS_TO_AN_ANSWER = 6


class Questions:
    """Questions that read replies, and in which order they did."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.answered: list[str] = []
        self.replies = asyncio.Event()

    async def ask(self, name: str, *, replies: int, then: Callable[[], Awaitable[object]] | None = None) -> None:
        """A question of so many replies, one in each turn of the loop, and *then* something before it is answered."""
        with in_line():
            await asyncio.gather(*(self._reply(name, turns) for turns in range(replies)))
            for _ in range(_TURNS_TO_AN_ANSWER):
                await asyncio.sleep(0)
            if then is not None:
                await then()
            self.answered.append(name)

    async def _reply(self, name: str, turns: int) -> None:
        await self.replies.wait()
        for _ in range(turns):
            await asyncio.sleep(0)
        await worked_out(lambda: self.read.append(name), size=1)


@pytest.fixture
def questions():
    return Questions()


async def _under_way(*questions: Awaitable[None]) -> Sequence["asyncio.Future[None]"]:
    tasks = [asyncio.ensure_future(question) for question in questions]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_the_replies_of_one_question_are_read_before_those_of_the_next(questions):
    tasks = await _under_way(*(questions.ask(name, replies=3) for name in "abc"))
    questions.replies.set()
    await asyncio.gather(*tasks)

    assert "".join(questions.read) == "aaabbbccc"


async def test_a_question_is_answered_before_the_replies_of_the_next_are_read(questions):
    seen = []

    async def look() -> None:
        seen.append("".join(questions.read))

    tasks = await _under_way(*(questions.ask(name, replies=2, then=look) for name in "abc"))
    questions.replies.set()
    await asyncio.gather(*tasks)

    assert seen == ["aa", "aabb", "aabbcc"]
    assert questions.answered == ["a", "b", "c"]


async def test_the_oldest_of_those_that_wait_comes_next(questions):
    came = []

    async def late(name: str, *, turns: int) -> None:
        with in_line():
            for _ in range(turns):
                await asyncio.sleep(0)
            await worked_out(lambda: came.append(name), size=1)
            for _ in range(_TURNS_TO_AN_ANSWER):
                await asyncio.sleep(0)

    # "old" begins first, but its reply comes when "busy" is the first and "young" waits already.
    await asyncio.gather(late("old", turns=3), late("busy", turns=0), late("young", turns=1))

    assert came == ["busy", "old", "young"]


async def test_nobody_waits_for_a_question_that_asks_a_system(questions):
    never = asyncio.Event()
    tasks = await _under_way(questions.ask("a", replies=1, then=never.wait), questions.ask("b", replies=1))
    questions.replies.set()

    await asyncio.wait_for(tasks[1], bar(1))

    assert questions.read == ["a", "b"]
    never.set()
    await tasks[0]


async def test_one_who_gives_up_while_waiting_holds_nobody_up(questions):
    errors = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    tasks = await _under_way(*(questions.ask(name, replies=2) for name in "abc"))
    questions.replies.set()
    for _ in range(3):
        await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert questions.answered == ["a", "c"]
    assert "".join(questions.read) == "aacc"
    assert not errors


async def test_one_who_gives_up_at_its_turn_holds_nobody_up(questions):
    never = asyncio.Event()
    tasks = await _under_way(questions.ask("a", replies=1, then=never.wait), questions.ask("b", replies=1))
    questions.replies.set()
    await asyncio.sleep(0)
    tasks[0].cancel()

    await asyncio.wait_for(tasks[1], bar(1))

    assert questions.answered == ["b"]


async def test_when_many_are_under_way_no_order_is_kept(questions):
    names = "abcdefghij"
    tasks = await _under_way(*(questions.ask(name, replies=2) for name in names))
    questions.replies.set()
    await asyncio.gather(*tasks)

    assert "".join(questions.read) == names * 2


async def test_when_many_have_ended_order_is_kept_again(questions):
    questions.replies.set()
    await asyncio.gather(*(questions.ask(name, replies=1) for name in "abcdefghij"))
    questions.replies.clear()
    questions.read.clear()

    tasks = await _under_way(*(questions.ask(name, replies=2) for name in "xyz"))
    questions.replies.set()
    await asyncio.gather(*tasks)

    assert "".join(questions.read) == "xxyyzz"


async def test_what_belongs_to_no_question_waits_for_none(questions):
    never = asyncio.Event()
    [task] = await _under_way(questions.ask("a", replies=1, then=never.wait))
    questions.replies.set()
    await asyncio.sleep(0)

    assert PLACE.get() is None
    work = worked_out(lambda: "done", size=1)
    with pytest.raises(StopIteration, match="done"):
        work.send(None)
    never.set()
    await task
