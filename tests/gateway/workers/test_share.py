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
    settings = _settings(
        settings_file, server={"max_connections": 2000}, systems={"crm": {"guard": {"max_waiting": 256}}}
    )

    one = part(settings, workers=4)

    assert (500, 64) == (one.server.max_connections, one.systems["crm"].guard.max_waiting)


def test_what_a_system_bears_stays_whole_and_each_worker_knows_of_how_many_it_is_one(
    settings_file: pathlib.Path,
) -> None:
    guard = {"max_concurrent": 10, "min_concurrent": 5, "replicas": 3}
    settings = _settings(settings_file, systems={"crm": {"guard": guard}})

    one = part(settings, workers=2).systems["crm"].guard

    assert (10, 5, 6) == (one.max_concurrent, one.min_concurrent, one.parts)


def test_nobody_gets_less_than_one_connection_and_one_call_that_waits(settings_file: pathlib.Path) -> None:
    settings = _settings(settings_file, server={"max_connections": 2}, systems={"crm": {"guard": {"max_waiting": 1}}})

    one = part(settings, workers=8)

    assert (1, 1) == (one.server.max_connections, one.systems["crm"].guard.max_waiting)


def test_what_is_not_divided_stays(settings_file: pathlib.Path) -> None:
    settings = _settings(settings_file)
    one = part(settings, workers=3)

    divided = {"server", "systems", "demand"}
    assert settings.model_dump(exclude=divided) == one.model_dump(exclude=divided)
    assert settings.systems["crm"].url == one.systems["crm"].url


def test_budgets_of_clients_are_divided_among_all_processes_of_all_gateways(settings_file: pathlib.Path) -> None:
    settings = _settings(settings_file, demand={"replicas": 2})

    assert 6 == part(settings, workers=3).demand.replicas


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


def test_calls_per_second_are_divided_by_who_counts_and_not_in_what_is_counted(settings_file: pathlib.Path) -> None:
    guard = {"budget": {"calls_per_s": 50, "burst": 10, "replicas": 3}}
    settings = _settings(settings_file, systems={"crm": {"guard": guard}})

    one = part(settings, workers=2).systems["crm"].guard

    assert one.budget is not None
    assert (50, 10, 6) == (one.budget.calls_per_s, one.budget.burst, one.parts)


def test_two_numbers_of_replicas_are_a_mistake(settings_file: pathlib.Path) -> None:
    guard = {"replicas": 2, "budget": {"calls_per_s": 50, "replicas": 3}}

    with pytest.raises(SettingsError, match="leave budget"):
        _settings(settings_file, systems={"crm": {"guard": guard}})
