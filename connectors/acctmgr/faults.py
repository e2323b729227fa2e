"""AcctMgr result codes and our errors, as one table: the codes that were seen or told; operators add their own."""

from collections.abc import Mapping
from typing import Final

from connectors.errors import ConnectorError, Misconfigured, NotKnown

SUCCESS: Final = "405000000"

ERRORS: Final[Mapping[str, type[ConnectorError]]] = {
    "405000002": Misconfigured,  # A parameter is missing.
    "405000003": Misconfigured,  # CommandId does not name the operation.
    "405000004": Misconfigured,  # RequestType is not Event.
    "405000005": Misconfigured,  # The session entity (user, password, address) is not accepted.
    "405000006": Misconfigured,  # A date is malformed.
    "405610009": NotKnown,  # No such number; told by a public client of one operator.
    "405610023": NotKnown,  # The same.
    "405914011": NotKnown,  # No such subscriber.
}
