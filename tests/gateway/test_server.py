"""Where the gateway may listen while it cannot tell strangers apart, and what it needs for its connections."""

import pathlib
import resource

import pytest

from gateway.http.loopback import check_address
from gateway.http.protocol import PatientProtocol
from gateway.server import allow_open_files, configuration
from gateway.settings import ServerSettings, SettingsError
from gateway.settings_file import load
from tests.gateway.http.serving import Application


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_may_be_listened_on(settings_file: pathlib.Path, host: str) -> None:
    check_address(load(settings_file, environ={}, overrides={"server": {"host": host}}))


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "10.0.0.1", "fe80::1", "gateway.example", "localhost.example"])
def test_no_other_address_may(settings_file: pathlib.Path, host: str) -> None:
    settings = load(settings_file, environ={}, overrides={"server": {"host": host}})

    with pytest.raises(SettingsError, match="put a proxy"):
        check_address(settings)


def test_with_issuers_of_tokens_any_address_may(settings_file: pathlib.Path) -> None:
    issuers = [{"issuer": "https://login.example", "jwks_url": "https://login.example/keys"}]
    access = {"audience": "a", "issuers": issuers, "clients": {"desk": {"class": "agent"}}}

    check_address(load(settings_file, environ={}, overrides={"server": {"host": "0.0.0.0"}, "access": access}))


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, int]]:
    """The limits of open files as a test wants them; `set` is what was asked for."""
    found = {"is": (1024, 4096)}
    monkeypatch.setattr(resource, "getrlimit", lambda _: found["is"])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: found.update(set=wanted))
    return found


def test_the_limit_of_open_files_is_raised_to_what_the_connections_need(limits: dict[str, tuple[int, int]]) -> None:
    allow_open_files(2000)

    assert (2256, 4096) == limits["set"]


def test_a_limit_that_is_high_enough_is_left_alone(limits: dict[str, tuple[int, int]]) -> None:
    for enough in ((4096, 4096), (resource.RLIM_INFINITY, resource.RLIM_INFINITY), (4096, resource.RLIM_INFINITY)):
        limits["is"] = enough
        allow_open_files(2000)

    assert "set" not in limits


def test_more_connections_than_the_machine_allows_stop_the_start_with_advice(
    limits: dict[str, tuple[int, int]],
) -> None:
    with pytest.raises(SettingsError, match=r"server.max_connections: .* set at most 3840\."):
        allow_open_files(5000)


def test_connections_are_served_by_our_protocol_whatever_else_is_installed() -> None:
    config = configuration(Application(), ServerSettings())
    config.load()

    assert config.http_protocol_class.func is PatientProtocol  # type: ignore[attr-defined]
    assert config.ws_protocol_class is None
