"""What an operator may say of the audit, and what he is told when it does not fit."""

import pathlib
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.paths import BASE_FOLDER
from gateway.audit.settings import AuditSettings, PostgresSettings
from gateway.settings import Settings
from gateway.settings_file import load
from tests.gateway.audit.making import SECRET

POSTGRES = {"url": "postgresql://records.example:5433/audit", "username": "switchboard"}


def _settings(**said: Any) -> AuditSettings:
    return AuditSettings.model_validate({"secrets": [SECRET], **said})


def _postgres(**said: Any) -> PostgresSettings:
    return PostgresSettings.model_validate({**POSTGRES, **said})


def test_without_the_section_nothing_is_kept(settings_file: pathlib.Path) -> None:
    assert load(settings_file).audit is None


def test_a_secret_is_enough(settings_file: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_AUDIT_SECRET", SECRET.get_secret_value())
    with settings_file.open("a") as file:
        file.write('\n[audit]\nsecrets = ["env:TEST_AUDIT_SECRET"]\n')

    found: Settings = load(settings_file)

    assert found.audit is not None
    assert settings_file.parent / "audit.db" == found.audit.sqlite
    assert SECRET.get_secret_value() not in repr(found.audit)


def test_a_path_begins_at_the_settings_file(tmp_path: pathlib.Path) -> None:
    said = {"secrets": [SECRET], "sqlite": "kept/records.db"}

    found = AuditSettings.model_validate(said, context={BASE_FOLDER: tmp_path})

    assert tmp_path / "kept" / "records.db" == found.sqlite


def test_an_address_is_taken_apart() -> None:
    found = _postgres()

    assert ("records.example", 5433, "audit") == (found.host, found.port, found.database)
    assert 5432 == _postgres(url="postgres://records.example/audit").port
    assert "::1" == _postgres(url="postgresql://[::1]/audit").host


@pytest.mark.parametrize(
    ("said", "is_encrypted"),
    [
        ({}, True),
        ({"plaintext": True}, False),
        ({"url": "postgresql://127.0.0.1/audit"}, False),
        ({"url": "postgresql://[::1]/audit"}, False),
        ({"url": "postgresql://localhost/audit"}, False),
        ({"url": "postgresql://localhost/audit", "tls": {"ca_file": __file__}}, True),
    ],
)
def test_a_way_that_others_share_is_encrypted(said: dict[str, Any], is_encrypted: bool) -> None:  # noqa: FBT001
    assert is_encrypted == _postgres(**said).is_encrypted


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://records.example/audit", "no address of a PostgreSQL"),
        ("postgresql://me:hunter2@records.example/audit", "user, a password or a query"),
        ("postgresql://records.example/audit?sslmode=disable", "user, a password or a query"),
        ("postgresql://records.example:port/audit", "port is no port"),
        ("postgresql:///audit", "names no host"),
        ("postgresql://one.example,two.example/audit", "names no host, or several"),
        ("postgresql://records.example", "names no database"),
        ("postgresql://records.example/a/b", "names no database"),
    ],
)
def test_an_address_that_is_none_is_told_without_being_repeated(url: str, why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _postgres(url=url)

    (mistake,) = caught.value.errors(include_input=False, include_url=False)
    assert why in mistake["msg"]
    assert "hunter2" not in mistake["msg"]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"secrets": []}, "at least 1"),
        ({"secrets": ["written here"]}, "a secret is named, not written here"),
        ({"sqlite": "a.db", "postgresql": POSTGRES}, "leave one of them out"),
        ({"postgresql": {**POSTGRES, "plaintext": True, "tls": {"ca_file": __file__}}}, "leave one of them out"),
        ({"timeout_s": 0}, "greater than 0"),
        ({"max_waiting": 1}, "greater than or equal to 100"),
        ({"keep_days": 0}, "greater than or equal to 1"),
    ],
)
def test_settings_that_do_not_fit_are_told(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _settings(**said)

    assert why in str(caught.value)


def test_a_database_is_enough_without_a_file() -> None:
    assert _settings(postgresql=POSTGRES).postgresql == _postgres()
