"""Which connector speaks for which capability; a route to one that cannot stops the start."""

import asyncio
import pathlib
from collections.abc import Iterator, Mapping

import httpx
import pytest

from connectors.capabilities import Billing, Connector, Consents, Customers, Network, RechargeHistory, Recharging
from connectors.terms import Terms
from gateway import systems
from gateway.routing import Route
from gateway.settings import Settings, SettingsError
from gateway.settings_file import load
from tests.connectors.support import environment

SANDBOX = pathlib.Path(__file__).resolve().parent.parent.parent / "deploy" / "sandbox.toml"
NAMES = {
    "customers": "crm",
    "billing": "billing",
    "network": "hss",
    "recharging": "recharge",
    "recharge_history": "recharge-history",
    "consent": "consent",
}
PROTOCOLS = {
    "customers": Customers,
    "billing": Billing,
    "network": Network,
    "recharging": Recharging,
    "recharge_history": RechargeHistory,
    "consent": Consents,
}
WRONG = [(capability, name) for capability in NAMES for name in NAMES.values() if name != NAMES[capability]]


@pytest.fixture(scope="module")
def sandbox() -> Settings:
    return load(SANDBOX, environ={})


@pytest.fixture(scope="module")
def connectors(sandbox: Settings) -> Iterator[Mapping[str, Connector]]:
    """Every dialect's connector; built once, because building them loads every WSDL."""
    nowhere = httpx.MockTransport(lambda _: httpx.Response(503))
    built = systems.build(sandbox.systems, environment(transport=nowhere))
    yield built
    asyncio.run(systems.close(built))


@pytest.mark.parametrize("capability", PROTOCOLS)
def test_each_capability_of_the_sandbox_has_its_system(
    capability: str, sandbox: Settings, connectors: Mapping[str, Connector]
) -> None:
    found = getattr(systems.routes(sandbox, connectors), capability)

    assert NAMES[capability] == found.name
    assert isinstance(found[found.name], PROTOCOLS[capability])


@pytest.mark.parametrize(("capability", "name"), WRONG)
def test_a_route_to_a_dialect_that_cannot_answer_is_told(
    capability: str, name: str, sandbox: Settings, connectors: Mapping[str, Connector]
) -> None:
    wrong = name if capability in {"customers", "consent"} else (Route(system=name),)
    routes = sandbox.routes.model_copy(update={capability: wrong})

    with pytest.raises(SettingsError) as caught:
        systems.routes(sandbox.model_copy(update={"routes": routes}), connectors)

    told = str(caught.value)
    assert told.startswith(f"routes.{capability}: `{name}` speaks {sandbox.systems[name].dialect}")
    assert told.endswith(f"does not offer {capability}.")


def test_an_operator_without_a_consent_system_has_no_route_to_one(
    sandbox: Settings, connectors: Mapping[str, Connector]
) -> None:
    routes = sandbox.routes.model_copy(update={"consent": None})

    assert systems.routes(sandbox.model_copy(update={"routes": routes}), connectors).consent is None
    assert [] == systems.misroutes(routes, sandbox.systems, connectors)


def test_a_wsdl_that_is_none_stops_the_start_with_a_sentence(sandbox: Settings, tmp_path: pathlib.Path) -> None:
    broken = tmp_path / "broken.wsdl"
    broken.write_text("<html>not here</html>", encoding="utf-8")
    hss = sandbox.systems["hss"].model_copy(update={"wsdl": broken})

    with pytest.raises(SettingsError, match=r"^systems\.hss: "):
        systems.build({"hss": hss}, environment())


async def test_one_connector_that_fails_to_close_leaves_none_open() -> None:
    closed: list[str] = []

    class Closing:
        def __init__(self, system: str) -> None:
            self.system = system

        async def check(self, *, msisdn: str, within: Terms) -> None:
            raise AssertionError(msisdn, within)

        def renew(self, settings: object) -> None: ...

        async def open_ahead(self) -> None: ...

        async def aclose(self) -> None:
            closed.append(self.system)
            if self.system == "a":
                raise RuntimeError

    await systems.close({"a": Closing("a"), "b": Closing("b")})

    assert {"a", "b"} == set(closed)
