"""What every test of this dialect needs: a password to refer to."""

import pytest


@pytest.fixture(autouse=True)
def _password(monkeypatch):
    monkeypatch.setenv("UCIP_TEST_PASSWORD", "s3cret")
