"""What every request to a legacy system carries besides its dialect's own headers, such as `traceparent`."""

from collections.abc import Sequence
from contextvars import ContextVar

OutgoingHeaders = Sequence[tuple[str, str]]

OUTGOING: ContextVar[OutgoingHeaders] = ContextVar("switchboard_outgoing", default=())
"""Set by whoever follows a call through the gateway, for the time of that call; sent by the wire."""
