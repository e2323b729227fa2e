"""Where tokens for development are believed: on this machine alone, and beside no issuer that is one."""

import pathlib
from typing import Any

import pytest

from gateway import pretend
from gateway.cli import SANDBOX_CONFIG
from gateway.settings import SettingsError
from gateway.settings_file import load


def sandbox(host: str, **changes: Any) -> dict[str, Any]:
    return {"server": {"host": host}, "access": {**pretend.access(), **changes}}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine_they_are(host: str) -> None:
    assert load(SANDBOX_CONFIG, environ={}, overrides=sandbox(host)).access is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "gateway.operator.example"])
def test_where_other_machines_may_ask_the_gateway_does_not_start(host: str) -> None:
    with pytest.raises(SettingsError, match=r"access\.development believes tokens .* name access\.issuers instead"):
        load(SANDBOX_CONFIG, environ={}, overrides=sandbox(host))


def test_beside_an_issuer_the_gateway_does_not_start() -> None:
    issuers = [{"issuer": "https://login.example", "jwks_url": "https://login.example/keys"}]

    with pytest.raises(SettingsError, match="leave development out in production"):
        load(SANDBOX_CONFIG, environ={}, overrides=sandbox("127.0.0.1", issuers=issuers))


def test_the_key_is_kept_beside_the_settings_unless_another_place_is_named(tmp_path: pathlib.Path) -> None:
    overrides = sandbox("127.0.0.1", development={})
    access = load(SANDBOX_CONFIG, environ={}, overrides=overrides).access

    assert access is not None
    assert access.development is not None
    assert SANDBOX_CONFIG.parent / ".switchboard" / "development-issuer.pem" == access.development.key_file
