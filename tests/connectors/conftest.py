"""Tests of what touches sockets run on both event loops: uvloop serves, asyncio's own is what else there may be."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

_OF_SOCKETS = {"test_tls.py", "test_transport.py", "test_wire.py"}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """pytest-asyncio: the loops that *item* runs on, by name."""
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    if item.path.name in _OF_SOCKETS:
        uvloop = pytest.importorskip("uvloop")
        loops["uvloop"] = uvloop.new_event_loop
    return loops
