"""Where the gateway may listen while it cannot tell strangers apart: on its own machine."""

import pathlib

import pytest

from gateway.server import check_address
from gateway.settings import SettingsError
from gateway.settings_file import load


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_may_be_listened_on(settings_file: pathlib.Path, host: str) -> None:
    check_address(load(settings_file, environ={}, overrides={"server": {"host": host}}))


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "fe80::1", "gateway.example", "localhost.example"])
def test_no_other_address_may(settings_file: pathlib.Path, host: str) -> None:
    settings = load(settings_file, environ={}, overrides={"server": {"host": host}})

    with pytest.raises(SettingsError, match="Put a proxy"):
        check_address(settings)
