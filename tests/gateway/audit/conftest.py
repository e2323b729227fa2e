"""What tests of the audit share: a PostgreSQL for all of them, and a place of each test's own."""

import pathlib
from collections.abc import Iterator

import pytest

from tests.gateway.audit.places import InPostgres, InSQLite, Place
from tests.gateway.audit.postgres_server import PostgresServer, needs_postgres, running


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[PostgresServer]:
    """A server that lasts; nobody may stop it."""
    with running() as server:
        yield server


@pytest.fixture
def in_sqlite(tmp_path: pathlib.Path) -> InSQLite:
    """A file."""
    return InSQLite(tmp_path)


@pytest.fixture
def in_postgres(shared_postgres: PostgresServer) -> InPostgres:
    """A database."""
    return InPostgres(shared_postgres)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=needs_postgres)])
def place(request: pytest.FixtureRequest) -> Place:
    """Each of both."""
    found: Place = request.getfixturevalue(f"in_{request.param}")
    return found
