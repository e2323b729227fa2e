"""Overrides for tests, hands that say them, and a shelf that can be away."""

from typing import Any

from gateway.demand.settings import DemandChanges
from gateway.overrides.document import NOTHING, Document, Hand
from gateway.overrides.known import Known
from gateway.overrides.override import Banned, Limited, Suspended
from gateway.overrides.shelf import ShelfAway
from tests.connectors.support import NOW

SHOP = Suspended(client="shop")
DESK = Suspended(client="desk")
BAN = Banned(operation="ab" * 32)
KNOWN = Known(clients={"shop", "desk"}, systems={"crm": {"default", "reports"}, "billing": ()})


def limited(**limits: Any) -> Limited:
    return Limited(client="shop", limits=DemandChanges(**limits))


def hand(**said: Any) -> Hand:
    return Hand(**{"by": "alice", "why": "INC-1", "at": NOW, "mark": "m", **said})


class MemoryShelf:
    """A shelf that several keepers share; *away* it is not there."""

    def __init__(self) -> None:
        self.document: Document = NOTHING
        self.away = False
        self.puts = 0

    async def find(self, but: str) -> Document | None:
        self._be_there()
        return None if self.document.stamp == but else self.document

    async def put(self, document: Document, *, instead_of: str) -> bool:
        self._be_there()
        if self.document.stamp != instead_of:
            return False
        self.document = document
        self.puts += 1
        return True

    def _be_there(self) -> None:
        if self.away:
            raise ShelfAway("the shelf is away")
