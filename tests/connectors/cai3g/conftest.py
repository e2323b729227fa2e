"""The fake HSS and connectors to it."""

import pathlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from connectors.cai3g import CAI3GConnector, CAI3GSettings
from tests.connectors.cai3g.fake import FakeHSS
from tests.connectors.support import FixedClock, Reports, environment

WSDL = pathlib.Path(__file__).parent / "fixtures" / "cai3g.wsdl"

Connect = Callable[..., CAI3GConnector]


@pytest.fixture
def hss() -> FakeHSS:
    return FakeHSS()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def reports() -> Reports:
    return Reports()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CAI3GSettings]:
    monkeypatch.setenv("HSS_PASSWORD", "right")
    monkeypatch.setenv("HSS_SESSION", "fixed1")

    def make(**changes: object) -> CAI3GSettings:
        login = {} if "fixed_session_id" in changes else {"user": "gateway", "password": "env:HSS_PASSWORD"}
        basis = {"dialect": "cai3g", "url": "http://hss.test", "wsdl": str(WSDL)}
        return CAI3GSettings.model_validate({**basis, **login, **changes})

    return make


@pytest.fixture
async def connect(
    hss: FakeHSS, clock: FixedClock, reports: Reports, settings: Callable[..., CAI3GSettings]
) -> AsyncIterator[Connect]:
    """Makes connectors to the fake HSS and closes them."""
    made: list[CAI3GConnector] = []

    def make(**changes: object) -> CAI3GConnector:
        surroundings = environment(transport=httpx.ASGITransport(hss), clock=clock, report=reports)
        made.append(CAI3GConnector("hss", settings(**changes), surroundings))
        return made[-1]

    yield make
    for connector in made:
        await connector.aclose()
