"""Three neighbours on real sockets, one for each way of writing an answer, and what may come of a bad one."""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import json
import re
import time
import traceback
import xmlrpc.client
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

import pytest

from connectors.acctmgr import AcctMgrConnector
from connectors.capabilities import Period
from connectors.errors import BadData, ConnectorError, TimedOut, Unavailable
from connectors.guard import Answer
from connectors.tmf import TMFConnector
from connectors.ucip import UCIPConnector
from schema.parts import CustomerPart
from tests.bars import bar
from tests.connectors.acctmgr import fake as acctmgr
from tests.connectors.peer import Exchange, Peer, Script
from tests.connectors.support import environment, soon
from tests.connectors.tmf import fake as tmf
from tests.connectors.ucip import fake as ucip

MSISDN = "99960000042"
SECRET = "hunter2"
"""Stands somewhere in every answer here, and may stand in no error."""

YEAR = Period(start=dt.datetime(2025, 11, 22, 8, tzinfo=dt.UTC), end=dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC))


class _Connector(Protocol):
    async def aclose(self) -> None: ...


@dataclasses.dataclass(frozen=True)
class Dialect:
    """One dialect: how to ask it one thing, what it answers, and what its answer means."""

    name: str
    media_type: str
    connect: Callable[..., _Connector]
    ask: Callable[[Any], Awaitable[str]]
    write: Callable[[Exchange], str]
    right: str


async def _recharge(connector: AcctMgrConnector) -> str:
    (recharge,) = (await connector.recharges(MSISDN, period=YEAR, within=soon())).value
    assert recharge.amount is not None
    return str(recharge.amount.amount)


def _recharge_written(exchange: Exchange) -> str:
    transaction = re.search(rb"TransactionId[^>]*>([0-9]+)<", exchange.body)
    assert transaction is not None
    return acctmgr.message(f"{acctmgr.log()}<Remark>{SECRET}</Remark>", transaction=transaction[1].decode())


async def _balance(connector: UCIPConnector) -> str:
    (balance,) = (await connector.balances(MSISDN, within=soon())).value
    assert balance.money is not None
    return str(balance.money.amount)


def _balance_written(exchange: Exchange) -> str:
    (asked,), _ = xmlrpc.client.loads(exchange.body)
    assert isinstance(asked, dict)
    members = {
        "responseCode": 0,
        "originTransactionID": asked["originTransactionID"],
        "accountValue1": "1000",
        "currency1": "EUR",
        "remark": SECRET,
    }
    return xmlrpc.client.dumps((members,), methodresponse=True)


async def _customer(connector: TMFConnector) -> str:
    found = (await connector.customers(["1"], parts=frozenset({CustomerPart.NAME}), within=soon()))["1"]
    if not isinstance(found, Answer):
        raise found
    assert isinstance(found.value.name, str)
    return found.value.name


def _customer_written(_: Exchange) -> str:
    return json.dumps({"id": "1", "name": "10.00", "remark": SECRET, "list": [1, {"a": None}]})


DIALECTS = (
    Dialect(
        name="soap",
        media_type="text/xml",
        connect=lambda **changes: AcctMgrConnector("history", acctmgr.settings(**changes), environment()),
        ask=_recharge,
        write=_recharge_written,
        right="10.00",
    ),
    Dialect(
        name="xmlrpc",
        media_type="text/xml",
        connect=lambda **changes: UCIPConnector("recharge", ucip.settings(**changes), environment()),
        ask=_balance,
        write=_balance_written,
        right="10.00",
    ),
    Dialect(
        name="json",
        media_type="application/json",
        connect=lambda **changes: TMFConnector("crm", tmf.settings(**changes), environment()),
        ask=_customer,
        write=_customer_written,
        right="10.00",
    ),
)


class Neighbour:
    """A system on a socket, a connector to it, and the judgement on what it makes of an answer."""

    def __init__(self, dialect: Dialect, peer: Peer, connector: _Connector) -> None:
        self.dialect = dialect
        self.peer = peer
        self._connector = connector

    async def ask(self) -> str:
        """The value that its answer holds."""
        return await self.dialect.ask(self._connector)

    def says(self, script: Script) -> None:
        """From now on it answers by *script*."""
        self.peer.script = script

    def writes(
        self,
        change: Callable[[str], str | bytes],
        *,
        charset: str | None = None,
        head: str = "",
        media_type: str | None = None,
    ) -> None:
        """From now on it says its good answer, changed."""

        async def script(exchange: Exchange) -> None:
            text = change(self.dialect.write(exchange))
            body = text if isinstance(text, bytes) else text.encode()
            said = (media_type or self.dialect.media_type) + (f"; charset={charset}" if charset else "")
            await exchange.say(http(body, f"Content-Type: {said}\r\n{head}"))

        self.peer.script = script

    def message(self, exchange: Exchange) -> bytes:
        """Its whole good answer, HTTP and all."""
        return http(self.dialect.write(exchange).encode(), f"Content-Type: {self.dialect.media_type}\r\n")

    def recovers(self) -> None:
        """From now on it is well."""
        self.writes(lambda text: text)

    async def fails(
        self, *, kinds: tuple[type[ConnectorError], ...] = (BadData,), within_s: float = 1.0
    ) -> ConnectorError:
        """Ask, and have the error that must come: of a kind that is no fault of ours, soon, and without their words."""
        began = time.perf_counter()
        with pytest.raises(ConnectorError) as caught:
            await self.ask()
        error = caught.value
        assert isinstance(error, kinds), repr(error)
        # Waiting until the time is over is a kind of its own, and is asked for by name.
        assert TimedOut in kinds or not isinstance(error, TimedOut)
        assert time.perf_counter() - began < bar(within_s)
        assert error.code.startswith("UPSTREAM_")
        assert SECRET not in "".join(traceback.format_exception(error))
        return error

    async def is_right_or_fails(self) -> bool:
        """Ask; whether the right value came. Any other value is a failure of the test."""
        try:
            value = await self.ask()
        except (BadData, Unavailable):
            return False
        assert self.dialect.right == value
        return True


def http(body: bytes, head: str = "", *, status: str = "200 OK") -> bytes:
    """A whole HTTP answer of known length."""
    return f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@contextlib.asynccontextmanager
async def neighbour(dialect: Dialect, **changes: Any) -> AsyncIterator[Neighbour]:
    """A neighbour that is well, with half a second to answer in where nothing else is running."""

    async def silence(_: Exchange) -> None:
        await asyncio.sleep(60)

    async with Peer(silence).listening() as peer:
        connector = dialect.connect(**({"url": peer.url, "guard": {"timeout_s": bar(0.5), "attempts": 1}} | changes))
        found = Neighbour(dialect, peer, connector)
        found.recovers()
        try:
            yield found
        finally:
            await connector.aclose()
