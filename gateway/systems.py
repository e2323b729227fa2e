"""Builds the connectors that the settings name, and the routes to them. The one place that knows every dialect."""

import asyncio
import inspect
import typing
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from connectors import cai3g, tmf
from connectors.acctmgr import AcctMgrConnector, AcctMgrSettings
from connectors.cai3g import CAI3GConnector, CAI3GSettings
from connectors.capabilities import Billing, Connector, Consents, Customers, Network, RechargeHistory, Recharging
from connectors.cbs import CBSConnector, CBSSettings
from connectors.environment import Environment
from connectors.guard import Answer
from connectors.routes import Routes, Systems
from connectors.soap import WsdlError
from connectors.tmf import TMFConnector, TMFConsentConnector, TMFConsentSettings, TMFSettings
from connectors.ucip import UCIPConnector, UCIPSettings
from gateway.routing import RouteSettings
from gateway.settings import AnySystem, Mistake, Settings, SettingsError

T = TypeVar("T")

_PROTOCOLS: Mapping[str, type] = {
    "customers": Customers,
    "billing": Billing,
    "network": Network,
    "recharging": Recharging,
    "recharge_history": RechargeHistory,
    "consent": Consents,
}


def build(settings: Mapping[str, AnySystem], environment: Environment) -> dict[str, Connector]:
    """A connector for each system. Loads WSDLs, so it blocks; raises SettingsError when one cannot be used."""
    return {name: connector(name, system, environment) for name, system in settings.items()}


def connector(name: str, settings: AnySystem, environment: Environment) -> Connector:
    """The connector of one system. Blocks and raises as `build` does."""
    try:
        return _connector(name, settings, environment)
    except (WsdlError, OSError, ValueError) as exc:
        why, _, advice = str(exc).partition("; ")
        raise SettingsError(Mistake("", f"systems.{name}", why, advice)) from exc


def routes(settings: Settings, connectors: Mapping[str, Connector]) -> Routes:
    """The routes that the settings describe; raises SettingsError when a system lacks the capability."""
    chosen = settings.routes.by_capability()

    def to(capability: str, protocol: type[T]) -> Systems[T]:
        by_name: dict[str, T] = {}
        for route in chosen[capability]:
            connector = connectors[route.system]
            if not isinstance(connector, protocol):
                raise SettingsError(_misroute(capability, route.system, settings.systems))
            by_name[route.system] = connector
        return Systems(by_name, {route.system: route.serves() for route in chosen[capability]})

    return Routes(
        customers=to("customers", Customers),  # type: ignore[type-abstract]
        billing=to("billing", Billing),  # type: ignore[type-abstract]
        network=to("network", Network),  # type: ignore[type-abstract]
        recharging=to("recharging", Recharging),  # type: ignore[type-abstract]
        recharge_history=to("recharge_history", RechargeHistory),  # type: ignore[type-abstract]
        consent=to("consent", Consents) if chosen["consent"] else None,  # type: ignore[type-abstract]
    )


def misroutes(
    routes: RouteSettings, systems: Mapping[str, AnySystem], connectors: Mapping[str, Connector]
) -> list[Mistake]:
    """The routes that lead to a system which lacks the capability, of the systems that *connectors* holds."""
    return [
        _misroute(capability, route.system, systems)
        for capability, found in routes.by_capability().items()
        for route in found
        if route.system in connectors and not isinstance(connectors[route.system], _PROTOCOLS[capability])
    ]


def values() -> tuple[Any, ...]:
    """What the answers of calls can hold: what capabilities promise, and what dialects keep on the way to it."""
    promised = {
        promise: None
        for protocol in _PROTOCOLS.values()
        for method in vars(protocol).values()
        if inspect.iscoroutinefunction(method)
        for promise in _answered(typing.get_type_hints(method)["return"])
    }
    return (*promised, *tmf.KEPT, *cai3g.KEPT)


def _answered(annotation: Any) -> Iterator[Any]:
    """What the answers in *annotation* hold."""
    args = typing.get_args(annotation)
    if typing.get_origin(annotation) is Answer:
        yield args[0]
    else:
        for each in args:
            yield from _answered(each)


async def open_ahead(connectors: Mapping[str, Connector]) -> None:
    """Open what connections the settings want to be there before the first call, side by side."""
    await asyncio.gather(*(connector.open_ahead() for connector in connectors.values()))


async def close(connectors: Mapping[str, Connector]) -> None:
    """Close every connector, side by side."""
    await asyncio.gather(*(connector.aclose() for connector in connectors.values()), return_exceptions=True)


def _misroute(capability: str, name: str, systems: Mapping[str, AnySystem]) -> Mistake:
    dialect = systems[name].dialect
    why = f"`{name}` speaks {dialect}, which does not offer {capability}"
    return Mistake("", f"routes.{capability}", why, "")


def _connector(name: str, settings: AnySystem, environment: Environment) -> Connector:
    match settings:
        case TMFSettings():
            return TMFConnector(name, settings, environment)
        case TMFConsentSettings():
            return TMFConsentConnector(name, settings, environment)
        case CBSSettings():
            return CBSConnector(name, settings, environment)
        case CAI3GSettings():
            return CAI3GConnector(name, settings, environment)
        case UCIPSettings():
            return UCIPConnector(name, settings, environment)
        case AcctMgrSettings():
            return AcctMgrConnector(name, settings, environment)
