"""The file of overrides: for its owner alone, whole at every instant, and changed by one at a time."""

import asyncio
import stat
import time

import pytest

from gateway.overrides import shelf as shelf_module
from gateway.overrides.document import NOTHING, with_put
from gateway.overrides.shelf import FileShelf, ShelfAway
from tests.gateway.overrides.saying import BAN, DESK, SHOP, hand

ONE = with_put(NOTHING, SHOP, hand())
TWO = with_put(ONE, BAN, hand())


async def test_what_is_put_is_found_by_another_process(tmp_path):
    path = tmp_path / "o.json"
    assert NOTHING == await FileShelf(path).find("")
    assert await FileShelf(path).put(ONE, instead_of=NOTHING.stamp)

    assert ONE == await FileShelf(path).find(NOTHING.stamp)
    assert await FileShelf(path).find(ONE.stamp) is None
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


async def test_what_has_changed_meanwhile_is_not_written_over(tmp_path):
    shelf = FileShelf(tmp_path / "o.json")
    await shelf.put(ONE, instead_of=NOTHING.stamp)
    other = with_put(NOTHING, DESK, hand(mark="other"))

    assert not await shelf.put(other, instead_of=NOTHING.stamp)
    assert not await shelf.put(other, instead_of="1:other")
    assert ONE == await shelf.find("")


async def test_of_many_at_once_one_is_taken(tmp_path):
    path = tmp_path / "o.json"
    shelves = [FileShelf(path) for _ in range(20)]
    documents = [with_put(NOTHING, SHOP, hand(mark=str(number))) for number in range(20)]
    done = await asyncio.gather(
        *(shelf.put(each, instead_of=NOTHING.stamp) for shelf, each in zip(shelves, documents, strict=True))
    )

    assert 1 == sum(done)
    assert documents[done.index(True)] == await FileShelf(path).find("")
    assert {"o.json", "o.json.lock"} == {each.name for each in tmp_path.iterdir()}


async def test_a_change_is_seen_also_by_who_has_looked_before(tmp_path):
    one, other = FileShelf(tmp_path / "o.json"), FileShelf(tmp_path / "o.json")
    await one.put(ONE, instead_of=NOTHING.stamp)
    assert ONE == await other.find(NOTHING.stamp)
    assert await other.find(ONE.stamp) is None
    await one.put(TWO, instead_of=ONE.stamp)

    assert TWO == await other.find(ONE.stamp)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": "x"}', b'{"version": 1, "more": 1}'])
async def test_a_file_that_holds_something_else_is_told_and_never_written_over(tmp_path, content):
    path = tmp_path / "o.json"
    path.write_bytes(content)
    for attempt in (FileShelf(path).find(""), FileShelf(path).put(ONE, instead_of=NOTHING.stamp)):
        with pytest.raises(ShelfAway, match="holds no overrides; put it right"):
            await attempt

    assert content == path.read_bytes()


async def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ShelfAway, match="cannot be written"):
        await FileShelf(tmp_path / "no" / "o.json").put(ONE, instead_of=NOTHING.stamp)


async def test_who_hangs_with_the_lock_keeps_nobody_for_long(tmp_path, monkeypatch):
    monkeypatch.setattr(shelf_module, "_LOCK_S", 0.05)
    one, other = FileShelf(tmp_path / "o.json"), FileShelf(tmp_path / "o.json")
    began = time.monotonic()
    with one._alone(), pytest.raises(ShelfAway, match="cannot be written"):
        await other.put(ONE, instead_of=NOTHING.stamp)

    assert time.monotonic() - began < 1
