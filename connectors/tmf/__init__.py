"""CRM over TM Forum Open APIs: customers (TMF629 v4) and the parties behind them (TMF632 v4)."""

from connectors.tmf.connector import KEPT, TMFConnector
from connectors.tmf.settings import TMFSettings

__all__ = ["KEPT", "TMFConnector", "TMFSettings"]
