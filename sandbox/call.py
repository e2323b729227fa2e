"""What a legacy system is asked and what it answers. The systems are functions between the two; HTTP is elsewhere."""

import dataclasses
import enum
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import parse_qsl


class SystemName(enum.StrEnum):
    """The legacy systems, as the control port names them."""

    CRM = "crm"
    BILLING = "billing"
    HSS = "hss"
    RECHARGE = "recharge"
    BILLING_ISLANDS = "billing-islands"
    RECHARGE_ISLANDS = "recharge-islands"
    CONSENT = "consent"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP request. Header names are in lower case; *base_url* is what the caller dialled, without a path."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    base_url: str

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The query's names and values in order, blanks kept."""
        return parse_qsl(self.query, keep_blank_values=True)


def nothing() -> None:
    """The usual `after`: there is nothing to release."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """
    One HTTP response. *after* runs once: before its last byte leaves, or when that could not.

    Who has read a whole answer may ask the next question at once, and then nothing of the first must be held any more.
    """

    status: int = 200
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    after: Callable[[], None] = nothing


class System(Protocol):
    """One legacy system."""

    name: SystemName
    content_type: str

    def call_name(self, call: Call) -> str | None:
        """What to count this call as, or None for what is no call (fetching a WSDL)."""

    def own_fault(self, call: Call) -> Reply:
        """An internal error in this system's own form, ugly and indiscreet on purpose."""

    async def answer(self, call: Call) -> Reply:
        """The answer to a call. Never raises for what a caller can send."""


def plain(status: int, text: str) -> Reply:
    """A short text, for what happens below the protocol: unknown paths and methods."""
    return Reply(status=status, content_type="text/plain; charset=utf-8", body=text.encode())
