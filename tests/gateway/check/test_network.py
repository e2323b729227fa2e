"""How far we come on the way to a system, and that a silent name service holds nobody up."""

import asyncio
import errno
import socket
import threading
import time

import pytest

from connectors.settings import TlsSettings
from gateway.check.network import Reach, reach, shown
from tests.bars import bar
from tests.ports import free_port


async def _reach(host: str, port: int = 80) -> Reach:
    return await reach(host, port, connect_timeout_s=0.3)


async def test_a_port_where_something_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        assert Reach.CONNECTED is await _reach("127.0.0.1", listening.getsockname()[1])


async def test_a_port_where_nothing_listens() -> None:
    assert Reach.REFUSED is await _reach("127.0.0.1", free_port())


async def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (address, 80)) for address in ("127.0.0.2", "127.0.0.1")]

    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr("gateway.check.network.socket.getaddrinfo", two)

        assert Reach.CONNECTED is await _reach("two.example", listening.getsockname()[1])


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (socket.gaierror(socket.EAI_NONAME, "not known"), Reach.NAME_UNKNOWN),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), Reach.NAME_SERVICE_SILENT),
        (UnicodeError("label too long"), Reach.NAME_UNKNOWN),
    ],
)
async def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch, error: Exception, found: Reach) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("gateway.check.network.socket.getaddrinfo", fails)

    assert found is await _reach("crm.example")


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (OSError(errno.EHOSTUNREACH, "No route to host"), Reach.NO_WAY),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Reach.NO_WAY),
        (OSError(errno.EPERM, "Operation not permitted"), Reach.FAILED),
    ],
)
async def test_a_connection_that_fails(monkeypatch: pytest.MonkeyPatch, error: Exception, found: Reach) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("gateway.check.network.asyncio.open_connection", fails)

    assert found is await _reach("127.0.0.1")


async def test_a_connection_that_nobody_answers_ends_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def waits(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr("gateway.check.network.asyncio.open_connection", waits)
    before = time.monotonic()

    assert Reach.SILENT is await _reach("127.0.0.1")
    assert time.monotonic() - before < bar(3)


def test_a_silent_name_service_is_told_and_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def silent(*_: object, **__: object) -> list[object]:
        over.wait(60)
        return []

    monkeypatch.setattr("gateway.check.network.socket.getaddrinfo", silent)
    before = time.monotonic()

    try:
        assert Reach.NAME_SERVICE_SILENT is asyncio.run(_reach("crm.example"))
        assert time.monotonic() - before < bar(3)
    finally:
        over.set()


async def test_a_port_without_tls_shows_no_certificate() -> None:
    assert not (await shown("127.0.0.1", free_port(), tls=TlsSettings(), listen=False)).speaks_tls
