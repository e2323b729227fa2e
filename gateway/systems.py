"""Builds the connectors that the settings name, and the routes to them. The one place that knows every dialect."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

from connectors.acctmgr import AcctMgrConnector, AcctMgrSettings
from connectors.cai3g import CAI3GConnector, CAI3GSettings
from connectors.capabilities import Billing, Connector, Customers, Network, RechargeHistory, Recharging
from connectors.cbs import CBSConnector, CBSSettings
from connectors.environment import Environment
from connectors.routes import Routes, Systems
from connectors.soap import WsdlError
from connectors.tmf import TMFConnector, TMFSettings
from connectors.ucip import UCIPConnector, UCIPSettings
from gateway.settings import AnySystem, Settings, SettingsError

T = TypeVar("T")


def build(settings: Settings, environment: Environment) -> dict[str, Connector]:
    """A connector for each system. Loads WSDLs, so it blocks; raises SettingsError when one cannot be used."""
    connectors: dict[str, Connector] = {}
    for name, system in settings.systems.items():
        try:
            connectors[name] = _connector(name, system, environment)
        except (WsdlError, OSError) as exc:
            raise SettingsError(f"systems.{name}: {exc}") from exc
    return connectors


def routes(settings: Settings, connectors: Mapping[str, Connector]) -> Routes:
    """The routes that the settings describe; raises SettingsError when a system lacks the capability."""
    chosen = settings.routes

    def to(capability: str, name: str, protocol: type[T]) -> Systems[T]:
        connector = connectors[name]
        if not isinstance(connector, protocol):
            dialect = settings.systems[name].dialect
            raise SettingsError(f"routes.{capability}: `{name}` speaks {dialect}, which does not offer {capability}.")
        return Systems({name: connector})

    return Routes(
        customers=to("customers", chosen.customers, Customers),  # type: ignore[type-abstract]
        billing=to("billing", chosen.billing, Billing),  # type: ignore[type-abstract]
        network=to("network", chosen.network, Network),  # type: ignore[type-abstract]
        recharging=to("recharging", chosen.recharging, Recharging),  # type: ignore[type-abstract]
        recharge_history=to("recharge_history", chosen.recharge_history, RechargeHistory),  # type: ignore[type-abstract]
    )


async def close(connectors: Mapping[str, Connector]) -> None:
    """Close every connector, side by side."""
    await asyncio.gather(*(connector.aclose() for connector in connectors.values()), return_exceptions=True)


def _connector(name: str, settings: AnySystem, environment: Environment) -> Connector:
    match settings:
        case TMFSettings():
            return TMFConnector(name, settings, environment)
        case CBSSettings():
            return CBSConnector(name, settings, environment)
        case CAI3GSettings():
            return CAI3GConnector(name, settings, environment)
        case UCIPSettings():
            return UCIPConnector(name, settings, environment)
        case AcctMgrSettings():
            return AcctMgrConnector(name, settings, environment)
