"""What is said at one process holds at all, and nothing is forgotten because a shelf was away or lost its memory."""

import asyncio
import datetime as dt

import pytest

from gateway.overrides import keeper as keeper_module
from gateway.overrides.document import NOTHING, Conflict, NotTaken
from gateway.overrides.keeper import Keeper, Said
from gateway.overrides.override import BreakerIs, Entry, SystemIs
from gateway.overrides.shelf import FileShelf, Shelf
from tests.connectors.support import NOW, FixedClock, Reports
from tests.gateway.overrides.saying import BAN, DESK, KNOWN, SHOP, MemoryShelf, limited

ALICE = Said(by="alice", why="INC-1")


class Process:
    def __init__(self, *shelves: Shelf, clock: FixedClock | None = None) -> None:
        self.report = Reports()
        self.taken: list[set[str]] = []
        self.keeper = Keeper(shelves, known=KNOWN, take=self._take, clock=clock or FixedClock(), report=self.report)

    def _take(self, entries: tuple[Entry, ...]) -> None:
        self.taken.append({each.override.said for each in entries})

    @property
    def holds(self) -> set[str]:
        return self.taken[-1] if self.taken else set()

    def told(self, event: str) -> int:
        return sum(name == event for name, _ in self.report.events)


async def test_what_one_is_told_the_other_holds_once_it_has_looked():
    shelf = MemoryShelf()
    one, other = Process(shelf), Process(shelf)
    change = await one.keeper.put(SHOP, ALICE)
    await other.keeper.look()

    assert 1 == change.version
    assert {SHOP.said} == one.holds == other.holds
    assert 1 == one.told("control_changed")
    assert 0 == other.told("control_changed")


async def test_without_a_change_nobody_is_bothered():
    shelf = MemoryShelf()
    one = Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    for _ in range(5):
        await one.keeper.look()

    assert (1, 1) == (len(one.taken), shelf.puts)


async def test_of_two_at_once_neither_is_lost():
    shelf = MemoryShelf()
    one, other = Process(shelf), Process(shelf)
    await asyncio.gather(one.keeper.put(SHOP, ALICE), other.keeper.put(DESK, ALICE))

    assert {SHOP.said, DESK.said} == {each.override.said for each in shelf.document.entries}
    assert 2 == shelf.document.version


async def test_who_said_which_version_was_seen_is_told_that_it_is_another():
    shelf = MemoryShelf()
    one, other = Process(shelf), Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    with pytest.raises(Conflict):
        await other.keeper.put(DESK, Said(by="bob", why="INC-2", expected=0))

    assert 1 == shelf.document.version


@pytest.mark.parametrize(
    ("override", "why"),
    [
        (SHOP.model_copy(update={"client": "shoq"}), "no such client; there are: desk, shop"),
        (BAN.model_copy(update={"client": "shoq"}), "no such client"),
        (limited(), "at least one limit"),
        (SystemIs(system="crn", state="off"), "no such system; there are: billing, crm"),
        (BreakerIs(system="crm", state="open", operation_class="x"), "no such class.*: default, reports"),
        (BreakerIs(system="billing", state="open"), "no breakers"),
    ],
)
async def test_what_there_is_not_cannot_be_overridden(override, why):
    with pytest.raises(NotTaken, match=why):
        await Process(MemoryShelf()).keeper.put(override, ALICE)


async def test_while_the_shelf_is_away_all_stays_and_nothing_is_changed():
    shelf = MemoryShelf()
    one = Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    shelf.away = True
    for _ in range(3):
        await one.keeper.look()
    with pytest.raises(NotTaken, match="others would not hear of it"):
        await one.keeper.lift(SHOP.key, ALICE)

    assert {SHOP.said} == one.holds
    assert (1, ["the shelf is away"]) == (one.told("overrides_away"), one.keeper.trouble)
    shelf.away = False
    await one.keeper.lift(SHOP.key, ALICE)
    assert set() == one.holds
    assert (1, []) == (one.told("overrides_back"), one.keeper.trouble)


async def test_a_shelf_that_lost_its_memory_is_given_it_back():
    shelf = MemoryShelf()
    one, other = Process(shelf), Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    await other.keeper.look()
    shelf.document = NOTHING
    await other.keeper.look()
    await one.keeper.look()

    assert {SHOP.said} == one.holds == other.holds
    assert {SHOP.said} == {each.override.said for each in shelf.document.entries}
    assert 1 == other.told("overrides_put_back")
    assert 1 == len(one.taken)


async def test_a_shelf_that_came_back_with_an_older_state_is_given_the_later_one():
    shelf = MemoryShelf()
    one = Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    old = shelf.document
    await one.keeper.put(DESK, ALICE)
    shelf.document = old
    await one.keeper.look()

    assert 2 == shelf.document.version


async def test_of_two_histories_with_one_version_the_shelf_s_own_counts():
    shelf, lost = MemoryShelf(), MemoryShelf()
    one, other = Process(lost), Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    await other.keeper.put(DESK, ALICE)
    one.keeper._shelves = (shelf,)
    await one.keeper.look()

    assert {DESK.said} == one.holds


async def test_who_starts_while_the_first_shelf_is_away_has_the_copy():
    shared, copy = MemoryShelf(), MemoryShelf()
    one = Process(shared, copy)
    await one.keeper.put(SHOP, ALICE)
    shared.away = True
    later = Process(shared, copy)
    async with later.keeper.open():
        assert {SHOP.said} == later.holds
        with pytest.raises(NotTaken, match="others would not hear"):
            await later.keeper.put(DESK, ALICE)

    assert {SHOP.said} == {each.override.said for each in copy.document.entries}


async def test_a_copy_that_is_behind_is_brought_up_to_date_and_one_that_is_ahead_counts():
    shared, copy = MemoryShelf(), MemoryShelf()
    one = Process(shared, copy)
    await one.keeper.put(SHOP, ALICE)
    shared.document = NOTHING
    later = Process(shared, copy)
    await later.keeper.look()

    assert {SHOP.said} == later.holds
    assert 1 == shared.document.version == copy.document.version
    # Somebody else's gateway changes something, without this copy.
    await Process(shared).keeper.put(DESK, ALICE)
    await later.keeper.look()
    assert 2 == copy.document.version


async def test_what_ends_by_itself_ends_here_without_a_change():
    clock = FixedClock()
    shelf = MemoryShelf()
    one = Process(shelf, clock=clock)
    await one.keeper.put(SHOP, ALICE, until=NOW + dt.timedelta(seconds=5))
    clock.advance(4)
    await one.keeper.look()
    held = one.holds
    clock.advance(1)
    await one.keeper.look()

    assert ({SHOP.said}, set()) == (held, one.holds)
    assert 1 == shelf.document.version


async def test_to_go_back_is_a_change_like_any_other():
    shelf = MemoryShelf()
    one = Process(shelf)
    await one.keeper.put(SHOP, ALICE)
    await one.keeper.put(DESK, ALICE)
    change = await one.keeper.go_back(1, Said(by="bob", why="not the desk"))

    assert (3, "gone back to version 1") == (change.version, change.did)
    assert {SHOP.said} == one.holds


async def test_more_than_can_be_read_again_is_not_put_there(monkeypatch):
    monkeypatch.setattr(keeper_module, "LARGEST", 300)
    shelf = MemoryShelf()
    with pytest.raises(NotTaken, match="too much to keep"):
        await Process(shelf).keeper.put(SHOP, ALICE)

    assert NOTHING == shelf.document


async def test_without_a_shelf_it_is_told_what_to_set():
    with pytest.raises(NotTaken, match=r"control\.socket or cache\.redis"):
        await Process().keeper.put(SHOP, ALICE)


async def test_processes_look_by_themselves_while_they_are_open(tmp_path):
    one, other = (Process(FileShelf(tmp_path / "o.json")) for _ in range(2))
    async with one.keeper.open(), other.keeper.open():
        await one.keeper.put(SHOP, ALICE)
        async with asyncio.timeout(1):
            while not other.holds:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)

    assert {SHOP.said} == other.holds
