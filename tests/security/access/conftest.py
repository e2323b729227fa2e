"""One gateway for the whole folder, and a look at what it has left behind when all tests are done."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.conftest import running
from tests.e2e.login import Login
from tests.security.access.left import canaries, left, search
from tests.security.access.people import People, met
from tests.security.access.world import World, client, collecting, settings


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    records = tmp_path_factory.mktemp("audit") / "audit.db"
    login = Login()
    with contextlib.ExitStack() as stack:
        stack.callback(login.close)
        spans = stack.enter_context(collecting())
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings(login, records, spans).items():
                patch.setenv(name, value)
            gateway = stack.enter_context(running())
        found = World(gateway, stack.enter_context(client(gateway)), records, spans)
        yield found
        # Of whatever tests of this folder were run here, in whatever order.
        everybody = met(found)
        assert {} == search(left(found), canaries(found, everybody))


@pytest.fixture(scope="package")
def people(world: World) -> People:
    return met(world)
