"""CBS result codes and our errors, as one table. Only codes that were seen or told are listed; operators add theirs."""

from collections.abc import Mapping
from typing import Final

from connectors.errors import ConnectorError, Misconfigured, NotKnown

SUCCESS: Final = "0"

ERRORS: Final[Mapping[str, type[ConnectorError]]] = {
    "118010001": Misconfigured,  # The calling system or its password is not accepted.
    "118010002": Misconfigured,  # A parameter is missing or malformed.
    "118010003": Misconfigured,  # The business entity (BEID) is not known.
    "118030003": NotKnown,  # No such customer, subscriber or account.
}
