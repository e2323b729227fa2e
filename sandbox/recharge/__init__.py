"""The pretend operator's recharge system."""

from sandbox.recharge.acctmgr import AcctMgr
from sandbox.recharge.system import RechargeSystem
from sandbox.recharge.ucip import UCIP

__all__ = ["UCIP", "AcctMgr", "RechargeSystem"]
