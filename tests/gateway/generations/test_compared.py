"""What of other settings can hold at once: what is told of them, and what they are together with what stays."""

import pathlib
from typing import Any

import pytest

from gateway.generations.compared import compared
from gateway.mistakes import SettingsError
from gateway.settings import Settings
from gateway.settings_file import load
from tests.conftest import ROOT

SANDBOX = ROOT / "deploy" / "sandbox.toml"
ACCESS: dict[str, Any] = {
    "audience": "https://graph.example",
    "issuers": [{"issuer": "https://login.example", "jwks_url": "https://login.example/keys"}],
    "clients": {"shop": {"class": "partner", "audience": "partner"}},
}


def written(**sections: Any) -> Settings:
    return load(SANDBOX, environ={}, overrides=sections)


def test_the_same_settings_are_no_change() -> None:
    found = compared(written(), written())

    assert ((), ()) == (found.at_once, found.after_restart)
    assert written() == found.settings


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"systems": {"billing": {"guard": {"timeout_s": 1.5}}}}, "systems.billing"),
        ({"limits": {"max_depth": 7}}, "limits.max_depth"),
        ({"server": {"deadline_s": 3}}, "server.deadline_s"),
        ({"history": {"days": 10}}, "history.days"),
        ({"demand": {"partner": {"concurrent": 3}}}, "demand.partner"),
        ({"identity": {"remember_s": 0}}, "identity.remember_s"),
    ],
)
def test_what_is_made_anew_holds_at_once(changed: dict[str, Any], told: str) -> None:
    found = compared(written(), written(**changed))

    assert ((told,), ()) == (found.at_once, found.after_restart)
    assert written(**changed) == found.settings


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"server": {"port": 9000}}, "server.port"),
        ({"server": {"keep_alive_s": 5}}, "server.keep_alive_s"),
        ({"cache": {"max_entries": 5}}, "cache.max_entries"),
        ({"demand": {"replicas": 2}}, "demand.replicas"),
        ({"log": {"level": "debug"}}, "log.level"),
        ({"telemetry": {"metrics": False}}, "telemetry.metrics"),
        ({"control": {"socket": "c.sock"}}, "control.socket"),
    ],
)
def test_what_a_process_has_once_waits_for_a_restart(changed: dict[str, Any], told: str) -> None:
    found = compared(written(), written(**changed))

    assert ((), (told,)) == (found.at_once, found.after_restart)
    assert written() == found.settings


def test_what_waits_does_not_keep_the_rest_from_holding() -> None:
    found = compared(written(), written(server={"port": 9000, "deadline_s": 3}, history={"days": 10}))

    assert (("history.days", "server.deadline_s"), ("server.port",)) == (found.at_once, found.after_restart)
    assert written(server={"deadline_s": 3}, history={"days": 10}) == found.settings


def test_of_clients_each_is_named() -> None:
    more = {**ACCESS, "clients": {"shop": {"class": "partner", "audience": "agent"}, "app": ACCESS["clients"]["shop"]}}
    found = compared(written(access=ACCESS), written(access=more))

    assert ("access.clients.app", "access.clients.shop") == found.at_once


def test_another_secret_in_the_same_file_is_no_change_of_its_system(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "password"
    billing = {"billing": {"password": f"file:{file}"}}
    file.write_text("one", encoding="utf-8")
    before = written(systems=billing)
    file.write_text("two", encoding="utf-8")

    assert () == compared(before, written(systems=billing)).at_once


def test_another_secret_in_the_same_file_is_a_change_where_nobody_looks_at_it(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "events"
    file.write_text("one", encoding="utf-8")
    before = written(events={"secret": f"file:{file}"})
    file.write_text("two", encoding="utf-8")

    assert ("events.secret",) == compared(before, written(events={"secret": f"file:{file}"})).at_once


def test_what_does_not_fit_to_what_stays_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_SECRET", "a secret that is long enough")
    redis = {"redis": {"url": "redis://localhost", "key_secret": "env:KEY_SECRET"}}
    shared = {"billing": {"guard": {"expensive": ["queryBill"], "fresh_s": {"queryBill": 60}}}}

    with pytest.raises(SettingsError, match=r"it takes a restart: systems\.billing\.guard\.expensive"):
        compared(written(), written(cache=redis, systems=shared))
