"""What Huawei's SOAP interfaces share: local times, money by currency id, message numbers, question and result."""

from connectors.huawei.dates import LocalTime
from connectors.huawei.exchange import Exchange
from connectors.huawei.money import MoneyTable
from connectors.huawei.outcomes import Outcomes
from connectors.huawei.serials import Serials
from connectors.huawei.settings import HuaweiSettings

__all__ = ["Exchange", "HuaweiSettings", "LocalTime", "MoneyTable", "Outcomes", "Serials"]
