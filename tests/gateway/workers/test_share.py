"""What one of several workers may use."""

import os
import pathlib

import pytest

from gateway.settings import Settings, SettingsError
from gateway.settings_file import load
from gateway.workers.share import count, part


def _settings(file: pathlib.Path, **overrides: object) -> Settings:
    return load(file, environ={}, overrides=overrides)


def test_limits_of_the_whole_are_divided(settings_file: pathlib.Path) -> None:
    guard = {"max_concurrent": 16, "max_waiting": 256}
    settings = _settings(settings_file, server={"max_connections": 2000}, systems={"crm": {"guard": guard}})

    one = part(settings, workers=4)

    assert 500 == one.server.max_connections
    assert (4, 64) == (one.systems["crm"].guard.max_concurrent, one.systems["crm"].guard.max_waiting)


def test_the_parts_together_are_never_more_than_a_system_bears(settings_file: pathlib.Path) -> None:
    settings = _settings(settings_file, systems={"crm": {"guard": {"max_concurrent": 10}}})

    assert all(n * part(settings, workers=n).systems["crm"].guard.max_concurrent <= 10 for n in range(1, 11))


def test_nobody_gets_less_than_one_place(settings_file: pathlib.Path) -> None:
    guard = {"max_concurrent": 1, "max_waiting": 1}
    settings = _settings(settings_file, server={"max_connections": 2}, systems={"crm": {"guard": guard}})

    one = part(settings, workers=8)

    assert (1, 1, 1) == (
        one.server.max_connections,
        one.systems["crm"].guard.max_concurrent,
        one.systems["crm"].guard.max_waiting,
    )


def test_what_is_not_divided_stays(settings_file: pathlib.Path) -> None:
    settings = _settings(settings_file)
    one = part(settings, workers=3)

    assert settings.model_dump(exclude={"server", "systems"}) == one.model_dump(exclude={"server", "systems"})
    assert settings.systems["crm"].url == one.systems["crm"].url


def test_auto_is_one_for_each_core_that_we_may_use() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()

    assert (cores, 3) == (count("auto"), count(3))


@pytest.mark.parametrize("workers", ["auto", "3", 3])
def test_workers_are_a_number_or_auto(settings_file: pathlib.Path, workers: object) -> None:
    assert str(workers) == str(_settings(settings_file, server={"workers": workers}).server.workers)


@pytest.mark.parametrize("workers", [0, -1, 65, "many", 1.5])
def test_any_other_number_of_workers_is_a_mistake(settings_file: pathlib.Path, workers: object) -> None:
    with pytest.raises(SettingsError, match=r"server\.workers"):
        _settings(settings_file, server={"workers": workers})
