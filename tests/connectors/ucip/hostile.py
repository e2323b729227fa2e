"""A node that answers with whatever a test says, to a transaction that the test knows, and how to judge what comes of it."""

import dataclasses
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from connectors.errors import BadData, ConnectorError
from connectors.ucip import UCIPConnector
from connectors.ucip.transactions import TransactionIds
from schema.parts import PrepaidPart
from tests.connectors.mutants import Mutant
from tests.connectors.support import NOW, environment, soon
from tests.connectors.ucip import facts, reader
from tests.connectors.ucip.fake import settings
from tests.connectors.ucip.reader import RefusedError, Value

MSISDN = "99960000042"
TRANSACTION = "17951234567890120042"
ACCOUNTS = {
    1: ("bonus", "money", 2),
    2: ("voice", "seconds", 0),
    3: ("data", "bytes", 0),
    7: ("traffic", "bytes", 0),
    99: ("points", "money", 4),
}
EVERY_PART = frozenset(PrepaidPart)
UNLISTED = "money"
SETTINGS = {
    "dedicated_accounts": {
        number: {"name": name, "unit": unit} | ({"decimals": decimals} if unit == "money" else {})
        for number, (name, unit, decimals) in ACCOUNTS.items()
    },
    "unlisted_dedicated_accounts": UNLISTED,
}


class SameTransaction(TransactionIds):
    """Gives the id that the answer was made for."""

    def __init__(self, transaction: str) -> None:
        self._transaction = transaction

    def new(self) -> str:
        return self._transaction


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """An answer, the transaction it is to, and what is asked and read in it."""

    operation: str
    answer: Callable[[], bytes]
    transaction: str = TRANSACTION


async def put(case: Case, mutant: Mutant, **configured: Any) -> Any:
    """What the connector makes of *mutant*, as plain facts; an error is given back."""

    def answer(_: httpx.Request) -> httpx.Response:
        headers = {"Content-Type": mutant.content_type("text/xml")}
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(mutant.body))

    surroundings = environment(transport=httpx.MockTransport(answer))
    connector = UCIPConnector("recharge", settings(**SETTINGS | configured), surroundings)
    connector._ids = SameTransaction(case.transaction)
    try:
        return await _ASK[case.operation](connector)
    except ConnectorError as error:
        return error
    finally:
        await connector.aclose()


async def _balances(connector: UCIPConnector) -> Any:
    return facts.of_balances((await connector.balances(MSISDN, within=soon())).value)


async def _account(connector: UCIPConnector) -> Any:
    return facts.of_account((await connector.prepaid_account(MSISDN, parts=EVERY_PART, within=soon())).value)


async def _counters(connector: UCIPConnector) -> Any:
    return facts.of_counters((await connector.accumulators(MSISDN, within=soon())).value)


_ASK: dict[str, Callable[[UCIPConnector], Awaitable[Any]]] = {
    "balances": _balances,
    "account": _account,
    "counters": _counters,
}

_READ: dict[str, Callable[[dict[str, Value]], Any]] = {
    "balances": lambda found: reader.balances(found, accounts=ACCOUNTS, unlisted=UNLISTED),
    "account": lambda found: reader.account(found, now=NOW),
    "counters": reader.counters,
}


def judge(case: Case, found: Any, mutant: Mutant) -> None:
    """Fail unless *found* is what the second reader finds, a refusal that it finds, too, or bad data."""
    if type(found) is BadData:
        assert not re.search("[0-9]{5}", str(found)), "an error repeats what stood there"
        return
    if isinstance(found, ConnectorError):
        with pytest.raises(RefusedError) as refused:
            reader.answer(mutant.body, mutant.charset, transaction=case.transaction)
        assert str(refused.value).startswith(found.reason.partition(" out of range")[0])
        return
    members = reader.answer(mutant.body, mutant.charset, transaction=case.transaction)
    assert _READ[case.operation](members) == found
