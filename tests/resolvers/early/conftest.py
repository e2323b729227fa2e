"""An operator whose customers are remembered once they were asked about."""

import pytest

from tests.resolvers.early.support import Operator


@pytest.fixture
def operator() -> Operator:
    found = Operator()
    found.remembers()
    return found
