"""What the command line says over the settings: every command is one that the gateway reads."""

import argparse
import datetime as dt

import pytest

from gateway import cli
from gateway.control import cli as control_cli
from gateway.control import cli_overrides
from gateway.control.commands import GoBack, History, Lift, Note, Overrides, Put, read
from gateway.overrides.override import (
    Banned,
    BreakerIs,
    CacheIs,
    Limited,
    Revoked,
    Suspended,
    SystemIs,
    SystemLimited,
)

DIGEST = "ab" * 32


def command(*words: str) -> object:
    parser = argparse.ArgumentParser()
    control_cli.add_to(parser.add_subparsers())
    options = parser.parse_args(["control", *words, "--config", "s.toml"])
    return read(options.told(options))


def why(*words: str) -> object:
    return command(*words, "--why", "INC-1")


@pytest.mark.parametrize(
    ("words", "override"),
    [
        (("suspend", "shop"), Suspended(client="shop")),
        (("ban", DIGEST), Banned(operation=DIGEST)),
        (("ban", DIGEST, "--client", "shop"), Banned(operation=DIGEST, client="shop")),
        (("system", "crm", "read-only"), SystemIs(system="crm", state="read_only")),
        (("system", "crm", "maintenance"), SystemIs(system="crm", state="maintenance")),
        (("breaker", "crm", "open"), BreakerIs(system="crm", state="open")),
        (
            ("breaker", "crm", "closed", "--class", "reports"),
            BreakerIs(system="crm", state="closed", operation_class="reports"),
        ),
    ],
)
def test_what_is_to_hold(words, override):
    found = why(*words)

    assert isinstance(found, Put)
    assert (override, "INC-1", None) == (found.override, found.why, found.until)
    assert found.by


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (("resume", "shop"), ("suspended", "shop")),
        (("believe", "shop"), ("revoked", "shop")),
        (("allow", DIGEST), ("banned", DIGEST)),
        (("allow", DIGEST, "--client", "shop"), ("banned", DIGEST, "shop")),
        (("limits", "shop", "--usual"), ("limited", "shop")),
        (("system", "crm", "on"), ("system", "crm")),
        (("limit-system", "crm", "--usual"), ("system_limits", "crm")),
        (("cache", "crm", "--usual"), ("cache", "crm")),
        (("cache", "crm", "--operation", "Get", "--usual"), ("cache", "crm", "Get")),
        (("breaker", "crm", "auto"), ("breaker", "crm")),
        (("breaker", "crm", "auto", "--class", "reports"), ("breaker", "crm", "reports")),
    ],
)
def test_what_is_to_hold_no_more(words, key):
    found = why(*words)

    assert isinstance(found, Lift)
    assert key == found.key


def test_the_keys_are_those_of_what_is_taken_back():
    pairs = [
        (("suspend", "shop"), ("resume", "shop")),
        (("revoke", "shop"), ("believe", "shop")),
        (("ban", DIGEST, "--client", "shop"), ("allow", DIGEST, "--client", "shop")),
        (("limits", "shop", "--burst", "1"), ("limits", "shop", "--usual")),
        (("system", "crm", "off"), ("system", "crm", "on")),
        (("limit-system", "crm", "--burst", "1"), ("limit-system", "crm", "--usual")),
        (("cache", "crm", "--fresh-s", "1"), ("cache", "crm", "--usual")),
        (("cache", "crm", "--operation", "G", "--stale-s", "1"), ("cache", "crm", "--operation", "G", "--usual")),
        (("breaker", "crm", "open", "--class", "reports"), ("breaker", "crm", "auto", "--class", "reports")),
    ]
    for put, lift in pairs:
        said, taken_back = why(*put), why(*lift)
        assert isinstance(said, Put)
        assert isinstance(taken_back, Lift)
        assert said.override.key == taken_back.key


def test_limits_that_are_not_named_stay_as_they_are():
    found = why("limits", "shop", "--cost-per-minute", "500", "--concurrent", "unlimited", "--measure-only")

    assert isinstance(found, Put)
    assert isinstance(found.override, Limited)
    limits = found.override.limits
    assert {"cost_per_minute", "concurrent", "measure_only"} == limits.model_fields_set
    assert (500, None, True) == (limits.cost_per_minute, limits.concurrent, limits.measure_only)


def test_limits_of_a_system_that_are_not_named_stay_as_they_are():
    found = why("limit-system", "crm", "--calls-per-s", "unlimited", "--max-concurrent", "5")

    assert isinstance(found, Put)
    assert isinstance(found.override, SystemLimited)
    assert {"calls_per_s": None, "max_concurrent": 5} == found.override.limits.changes


def test_cache_times_are_of_one_operation_or_of_each():
    one = why("cache", "crm", "--operation", "GET /customer", "--fresh-s", "0", "--stale-s", "0.5", "--until", "2h")
    each = why("cache", "crm", "--revalidate-s", "9", "--negative-s", "3")

    assert isinstance(one, Put)
    assert isinstance(each, Put)
    assert isinstance(one.override, CacheIs)
    assert isinstance(each.override, CacheIs)
    assert one.until is not None
    assert ("GET /customer", {"fresh_s": 0, "stale_s": 0.5}) == (one.override.operation, one.override.times.changes)
    assert (None, {"revalidate_s": 9, "negative_s": 3}) == (each.override.operation, each.override.times.changes)


def test_an_end_is_a_time_with_a_zone_or_a_span():
    at = why("suspend", "shop", "--until", "2030-01-01T06:00+01:00")
    soon = why("suspend", "shop", "--until", "90m")

    assert isinstance(at, Put)
    assert isinstance(soon, Put)
    assert dt.datetime(2030, 1, 1, 5, tzinfo=dt.UTC) == at.until
    assert soon.until is not None
    assert 89 * 60 < (soon.until - dt.datetime.now(dt.UTC)).total_seconds() <= 90 * 60
    for wrong in ("2030-01-01", "2030-01-01T06:00", "soon", "0m"):
        with pytest.raises(SystemExit):
            why("suspend", "shop", "--until", wrong)


def test_tokens_are_revoked_that_were_issued_until_now():
    found = why("revoke", "shop")

    assert isinstance(found, Put)
    assert isinstance(found.override, Revoked)
    assert 0 <= (dt.datetime.now(dt.UTC) - found.override.issued_before).total_seconds() < 10


def test_the_rest():
    back = why("rollback", "3", "--expected", "7")

    assert isinstance(back, GoBack)
    assert (3, 7) == (back.to, back.expected)
    assert Overrides() == command("overrides")
    assert History(most=5) == command("history", "--most", "5")


def test_nothing_is_changed_without_a_reason():
    for words in (("suspend", "shop"), ("system", "crm", "off"), ("rollback", "1")):
        with pytest.raises(SystemExit):
            command(*words)


def test_what_is_put_on_record_of_an_invalidation_names_nobody():
    options = argparse.Namespace(why="INC-1", system="crm", line=["+99960000001"])
    found = read(cli_overrides.invalidated(options))

    assert isinstance(found, Note)
    assert ("forgot what was kept of system crm", "INC-1") == (found.what, found.why)


def test_it_can_be_asked_for_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["control", "limits", "--help"])

    assert "--cost-per-minute" in capsys.readouterr().out
