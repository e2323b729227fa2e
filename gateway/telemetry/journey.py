"""
One question's way through the gateway, as far as those who watch it have to know.

It is bound to the task that answers the question, and so to every call that is made for it. A call that several
questions share belongs to the one that made it.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from connectors.outgoing import OutgoingHeaders


class Journey:
    """
    What calls carry on, and the span they belong to; None when the question is not traced.

    *say* is asked for the headers by the first call: a question that needs none costs none.
    """

    __slots__ = ("_headers", "_say", "span")

    def __init__(self, say: Callable[[], OutgoingHeaders], span: Any = None) -> None:
        self._say = say
        self._headers: OutgoingHeaders | None = None
        self.span = span

    @property
    def headers(self) -> OutgoingHeaders:
        """The same for all calls."""
        found = self._headers
        if found is None:
            found = self._headers = self._say()
        return found


JOURNEY: ContextVar[Journey | None] = ContextVar("switchboard_journey", default=None)
"""The question that is being answered; None outside of one, such as at start."""
