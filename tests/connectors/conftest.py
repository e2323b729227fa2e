"""
Tests of what touches sockets run on both event loops: uvloop serves, asyncio's own is what else there may be.

Those of the wire share the wire and the system at its other end.
"""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from connectors.wire import HttpWire
from tests.connectors.peer import Exchange, Peer
from tests.connectors.wires import settings

_OF_SOCKETS = {"test_tls.py", "test_transport.py", "test_wire.py", "test_wire_connections.py"}


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """pytest-asyncio: the loops that *item* runs on, by name."""
    loops: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    if item.path.name in _OF_SOCKETS:
        uvloop = pytest.importorskip("uvloop")
        loops["uvloop"] = uvloop.new_event_loop
    return loops


@pytest.fixture
async def peer():
    async def hello(exchange: Exchange) -> None:
        await exchange.answer(b"hello")

    async with Peer(hello).listening() as peer:
        yield peer


@pytest.fixture
async def wire(peer):
    wire = HttpWire("crm", settings(peer, max_reply_bytes=20_000))
    yield wire
    await wire.aclose()
