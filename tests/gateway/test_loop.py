"""Which event loop serves, with uvloop and without."""

import asyncio
import importlib
import sys
from collections.abc import Iterator

import pytest

from gateway import loop


@pytest.fixture
def without_uvloop(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The module as it is where uvloop is not installed."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "uvloop", None)
        importlib.reload(loop)
        yield
    importlib.reload(loop)


async def _kind() -> type:
    return type(asyncio.get_running_loop())


def test_uvloop_serves_where_there_is_one() -> None:
    uvloop = pytest.importorskip("uvloop")

    assert issubclass(loop.run(_kind()), uvloop.Loop)


@pytest.mark.usefixtures("without_uvloop")
def test_where_there_is_none_asyncio_serves() -> None:
    assert issubclass(loop.run(_kind()), asyncio.SelectorEventLoop | asyncio.BaseEventLoop)
    assert "uvloop" not in repr(loop.run(_kind()))
