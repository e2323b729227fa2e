"""What a reload comes to: what is told, what is logged, and what is on record."""

from typing import Any

import pytest
import structlog

from gateway.audit.record import Changed
from gateway.control.commands import Refused
from gateway.generations.compared import Compared
from gateway.generations.reloading import Reloading
from gateway.mistakes import Mistake, SettingsError
from gateway.renewal import Outcome
from gateway.settings import Settings
from gateway.settings_file import load
from tests.conftest import ROOT

SETTINGS = load(ROOT / "deploy" / "sandbox.toml", environ={})


class Found:
    """A gateway and a file that do as they are told."""

    def __init__(self, changed: Compared | SettingsError) -> None:
        self.changed = changed
        self.noted: list[Changed] = []

    def load(self) -> Settings:
        return SETTINGS

    async def look(self) -> dict[str, Outcome]:
        return {"crm": Outcome.RENEWED}

    async def become(self, settings: Settings) -> Compared:
        assert SETTINGS is settings
        if isinstance(self.changed, SettingsError):
            raise self.changed
        return self.changed

    async def note(self, changed: Changed) -> None:
        self.noted.append(changed)


class Record:
    """An audit that takes what is noted."""

    def __init__(self) -> None:
        self.noted_so_far: list[Changed] = []

    async def noted(self, changed: Changed) -> None:
        self.noted_so_far.append(changed)


def reloading(changed: Compared | SettingsError, audit: Any = None) -> Reloading:
    found = Found(changed)
    made = Reloading(found, audit=audit)
    made.source = found
    return made


async def test_without_a_file_only_credentials_are_looked_at() -> None:
    assert {"systems": {"crm": "renewed"}} == await Reloading(Found(Compared(SETTINGS)), audit=None)()


async def test_what_changed_is_told_logged_and_on_record() -> None:
    record = Record()
    changed = Compared(SETTINGS, ("history.days",), ("server.port",))
    with structlog.testing.capture_logs() as logged:
        said = await reloading(changed, record)()

    assert {"changed": ["history.days"], "after_restart": ["server.port"]} == said["settings"]
    assert [("settings_reloaded", ("history.days",))] == [(line["event"], line["changed"]) for line in logged]
    assert ["settings changed: history.days"] == [each.what for each in record.noted_so_far]


async def test_what_did_not_change_is_neither_logged_nor_on_record() -> None:
    record = Record()
    with structlog.testing.capture_logs() as logged:
        said = await reloading(Compared(SETTINGS), record)()

    assert {"changed": [], "after_restart": []} == said["settings"]
    assert ([], []) == (logged, record.noted_so_far)


async def test_of_many_changes_some_are_named_on_record() -> None:
    record = Record()
    await reloading(Compared(SETTINGS, tuple(f"systems.s{n}" for n in range(30))), record)()

    (noted,) = record.noted_so_far
    assert noted.what.endswith("systems.s19 and 10 more")


async def test_settings_that_cannot_be_used_are_refused_in_their_own_words() -> None:
    wrong = SettingsError(Mistake("s.toml", "server.port", "is no number", "write one"))
    with (
        structlog.testing.capture_logs() as logged,
        pytest.raises(Refused, match=r"s\.toml: server\.port: is no number"),
    ):
        await reloading(wrong)()

    assert ["settings_not_reloaded"] == [line["event"] for line in logged]
