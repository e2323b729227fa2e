"""
What a node's refusals mean here: HTTP statuses, XML-RPC faults and response codes, as one table.

Sources: UCIP 5.0, 7.173 (response codes), 7.95 (faults), 12 and 13.4 (HTTP).
"""

import enum

from connectors.errors import BadData, ConnectorError, Misconfigured, NotKnown, Rejected, Unavailable


class Kind(enum.Enum):
    """Where a code stands. The values are the words of our errors."""

    HTTP = "HTTP"
    FAULT = "fault"
    RESPONSE = "responseCode"


class RefusedError(Exception):
    """The node gave no answer but a code. Becomes a ConnectorError where system and operation are known."""

    def __init__(self, kind: Kind, code: int) -> None:
        super().__init__(reason(kind, code))
        self.kind = kind
        self.code = code


SUCCESS = frozenset({0, 1, 2})
"""1 and 2 say that the supervision or service fee period is over; the answer is whole all the same."""

_TABLE: dict[tuple[Kind, int], type[ConnectorError]] = {
    (Kind.HTTP, 400): Misconfigured,  # Request cut short.
    (Kind.HTTP, 401): Misconfigured,  # User, password, host or User-Agent not trusted.
    (Kind.HTTP, 403): Misconfigured,  # Protocol version of the User-Agent, or the user may not do this.
    (Kind.HTTP, 404): Misconfigured,  # Path.
    (Kind.HTTP, 405): Misconfigured,
    (Kind.HTTP, 429): Unavailable,
    (Kind.FAULT, 1000): Misconfigured,  # Illegal request message.
    (Kind.FAULT, 1001): Unavailable,  # Mandatory field missing; overloaded nodes have been seen to say so, too.
    (Kind.FAULT, 1002): Misconfigured,  # Illegal data type.
    (Kind.FAULT, 1003): Misconfigured,  # Data out of bounds.
    (Kind.FAULT, 1004): Misconfigured,  # Unknown operation.
    (Kind.RESPONSE, 100): Unavailable,  # Other error: the node failed, it did not refuse.
    (Kind.RESPONSE, 102): NotKnown,  # Subscriber not found.
    (Kind.RESPONSE, 197): Unavailable,  # Evaluation of periodic account management failed.
    (Kind.RESPONSE, 203): NotKnown,  # Installed but marked for deletion.
    (Kind.RESPONSE, 260): Misconfigured,  # Capability not available.
    (Kind.RESPONSE, 261): Misconfigured,  # Invalid combination of capabilities.
}


def refusal(kind: Kind, code: int) -> type[ConnectorError]:
    """The error that a code which is not success stands for."""
    return _TABLE.get((kind, code)) or _default(kind, code)


def reason(kind: Kind, code: int) -> str:
    """What logs may say of it. No node has codes beyond six digits; a longer one may be anything, so it is not told."""
    return f"{kind.value} {code}" if 0 <= code < 1_000_000 else f"{kind.value} out of range"


def _default(kind: Kind, code: int) -> type[ConnectorError]:
    match kind:
        case Kind.HTTP:
            return Unavailable if code >= 500 else BadData
        case Kind.FAULT:
            # 1005 and 1007 are the node's own failure and overload; a fault of another number is no answer either.
            return Unavailable
        case Kind.RESPONSE:
            # From 100 on the node refuses (7.173): 104 blocked, 126 not active, 137 not allowed, 999 do not retry.
            # Asking again would not help, so unknown ones are refusals. Below 100 nothing else is defined.
            return Rejected if code >= 100 else BadData
