"""The harmless question of each dialect: always live, never from what is kept."""

from collections.abc import AsyncIterator

import pytest

from connectors.capabilities import Connector
from connectors.clock import SystemClock
from connectors.environment import Environment
from connectors.errors import DeadlineReached, Misconfigured
from connectors.terms import Terms
from gateway import systems
from gateway.settings_file import load
from gateway.stores.memory import MemoryStore
from sandbox import Sandbox
from tests.connectors.support import PLAN, Reports
from tests.gateway.check.support import WRONG, Config, a_prepaid_number

pytestmark = pytest.mark.usefixtures("quick")

NOBODY = "99900000000"
CLOCK = SystemClock()
QUESTIONS = {
    "crm": ("GET /customer", "GET /individual", "GET /organization"),
    "billing": ("QueryCustomerInfo", "QueryInvoice"),
    "hss": ("Get",),
    "recharge": ("GetBalanceAndDate",),
    "history": ("VoucherRechargeEnquiry",),
    "consent": ("GET /partyPrivacyAgreement",),
}


@pytest.fixture(params=list(QUESTIONS))
def system(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def _connector(config: Config, name: str) -> Connector:
    settings = load(config.write(), environ={})
    store = MemoryStore(max_entries=100, clock=CLOCK)
    environment = Environment(clock=CLOCK, store=store, numbering=PLAN, report=Reports())
    return systems.connector(name, settings.systems[name], environment)


@pytest.fixture
async def connector(config: Config, system: str) -> AsyncIterator[Connector]:
    config.set(f"systems.{system}.guard.fresh_s", dict.fromkeys(QUESTIONS[system], 50))
    found = _connector(config, system)
    yield found
    await found.aclose()


def _soon() -> Terms:
    return Terms.after(10, CLOCK)


async def test_is_asked_each_time_however_long_answers_are_kept(
    connector: Connector, system: str, sandbox: Sandbox
) -> None:
    for _ in range(2):
        await connector.check(msisdn=a_prepaid_number(sandbox), within=_soon())

    calls = sandbox.calls.as_json()["recharge" if system == "history" else system]
    assert dict.fromkeys(QUESTIONS[system], 2) == {name: n for name, n in calls.items() if name in QUESTIONS[system]}


async def test_is_not_asked_after_the_deadline(connector: Connector, sandbox: Sandbox) -> None:
    with pytest.raises(DeadlineReached):
        await connector.check(msisdn=NOBODY, within=Terms(CLOCK.monotonic() - 1))

    assert not any(sandbox.calls.as_json().values())


async def test_a_wrong_password_is_our_mistake(config: Config, system: str) -> None:
    config.set(f"systems.{system}.password", WRONG)
    connector = _connector(config, system)

    with pytest.raises(Misconfigured):
        await connector.check(msisdn=NOBODY, within=_soon())

    await connector.aclose()
