"""Recharge history in Huawei's account manager (AcctMgr, older than CBS 5.5's AR service; SOAP 1.1)."""

from connectors.acctmgr.connector import AcctMgrConnector
from connectors.acctmgr.settings import AcctMgrSettings

__all__ = ["AcctMgrConnector", "AcctMgrSettings"]
