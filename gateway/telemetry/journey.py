"""
One question's way through the gateway, as far as those who watch it have to know.

It is bound to the task that answers the question, and so to every call that is made for it. A call that several
questions share belongs to the one that made it.
"""

from contextvars import ContextVar
from typing import Any

from connectors.outgoing import OutgoingHeaders


class Journey:
    """What calls carry on, and the span they belong to; None when the question is not traced."""

    __slots__ = ("headers", "span")

    def __init__(self, headers: OutgoingHeaders, span: Any = None) -> None:
        self.headers = headers
        self.span = span


JOURNEY: ContextVar[Journey | None] = ContextVar("switchboard_journey", default=None)
"""The question that is being answered; None outside of one, such as at start."""
