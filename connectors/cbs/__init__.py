"""Billing in Huawei CBS: customers, accounts, bills, payments and balances over the BC and AR services (SOAP 1.1)."""

from connectors.cbs.connector import CBSConnector
from connectors.cbs.settings import CBSSettings

__all__ = ["CBSConnector", "CBSSettings"]
