"""Ericsson CAI3G 1.2: what the HSS or HLR holds of a line."""

from connectors.cai3g.connector import KEPT, CAI3GConnector
from connectors.cai3g.settings import CAI3GSettings

__all__ = ["KEPT", "CAI3GConnector", "CAI3GSettings"]
