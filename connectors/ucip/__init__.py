"""Recharge over Ericsson AIR's UCIP (XML-RPC): balances, the prepaid account behind a line, and its counters."""

from connectors.ucip.connector import UCIPConnector
from connectors.ucip.settings import UCIPSettings

__all__ = ["UCIPConnector", "UCIPSettings"]
