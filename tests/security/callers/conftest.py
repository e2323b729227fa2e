"""The gateway under attack answers as before when the attack is over."""

from collections.abc import Iterator

import pytest

from tests.conftest import RunningGateway, _word_after, started


@pytest.fixture
def attacked(running_gateway: RunningGateway) -> Iterator[RunningGateway]:
    """A running gateway, asked something simple in the end."""
    yield running_gateway
    assert {"data": {"__typename": "Query"}} == running_gateway.ask("{ __typename }")


@pytest.fixture(scope="package")
def closed_url() -> Iterator[str]:
    """The graph's address of a gateway that does not show its graph; nothing is behind it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWITCHBOARD_LIMITS__INTROSPECTION", "false")
        with started("run", "--port", "0", "--control-port", "0", "--customers", "50") as lines:
            # For this one alone: others are started while it lasts.
            patch.undo()
            yield _word_after(lines, "The graph answers at ")
