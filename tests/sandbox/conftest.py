"""A pretend operator for each test, on free ports and on a fixed day, and a client that knows the way to it."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from sandbox import Sandbox, free_ports
from sandbox.population import Population
from sandbox.stories import fixed_traits
from tests.sandbox.wire import Wire

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(scope="session")
def people() -> Population:
    return Population(customers=150, seed=1, today=TODAY, fixed=fixed_traits)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(free_ports(customers=300, today=TODAY, hss_max_sessions=3)) as running:
        yield running


@pytest.fixture
async def wire(sandbox: Sandbox) -> AsyncIterator[Wire]:
    async with Wire(sandbox.ports) as client:
        yield client
