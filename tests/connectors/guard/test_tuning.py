"""What holds of a system's settings when something is said over them, and what cannot be said."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.guard import CacheTimes, GuardSettings, SystemLimits, Tuning, tuned
from connectors.guard.freshness import EVERY, windows_of

OPERATIONS = ("Get", "List", "Other")
BUDGET = {"budget": {"calls_per_s": 5, "max_wait_s": 3}}


def limited(usual: Mapping[str, object], **limits: object) -> GuardSettings:
    return tuned(GuardSettings.model_validate(usual), Tuning(SystemLimits.model_validate(limits)))


def kept(usual: Mapping[str, object], **times: Mapping[str, float]) -> GuardSettings:
    said = {EVERY if name == "every" else name: CacheTimes.model_validate(each) for name, each in times.items()}
    return tuned(GuardSettings.model_validate(usual), Tuning(times=said))


def test_where_nothing_is_said_the_settings_hold():
    usual = GuardSettings(max_concurrent=9, fresh_s={"Get": 5})

    assert usual == tuned(usual, Tuning()) == tuned(usual, Tuning(SystemLimits(), {EVERY: CacheTimes()}))


@pytest.mark.parametrize(
    "said",
    [
        {"calls_per_s": 0},
        {"calls_per_s": 100_001},
        {"burst": 0},
        {"max_concurrent": 0},
        {"max_concurrent": 1001},
        {"max_concurrent": None},
        {"calls_per_s": "many"},
        {"timeout_s": 1},
    ],
)
def test_limits_have_the_bounds_of_the_settings(said):
    with pytest.raises(ValidationError):
        SystemLimits.model_validate(said)


@pytest.mark.parametrize("said", [{"fresh_s": -1}, {"stale_s": 86_401}, {"negative_s": None}, {"jitter": 0}])
def test_times_have_the_bounds_of_the_settings(said):
    with pytest.raises(ValidationError):
        CacheTimes.model_validate(said)


def test_calls_a_second_are_limited_or_not_whatever_the_settings_say():
    fresh, changed = limited({}, calls_per_s=5).budget, limited(BUDGET, calls_per_s=7).budget

    assert limited(BUDGET, calls_per_s="unlimited").budget is None
    assert fresh is not None
    assert changed is not None
    assert 5 == fresh.calls_per_s
    assert (7, 3) == (changed.calls_per_s, changed.max_wait_s)


@pytest.mark.parametrize(
    ("burst", "said", "at_once"),
    [
        (None, {"calls_per_s": 50}, 10),
        (50, {"calls_per_s": 5}, 1),
        (3, {"calls_per_s": 500}, 3),
        (50, {"calls_per_s": 5, "burst": 4}, 4),
        (50, {"burst": 4}, 4),
        (50, {"burst": None}, 20),
    ],
)
def test_a_burst_that_nobody_names_is_never_more_than_fits_the_new_rate(burst, said, at_once):
    found = limited({"budget": {"calls_per_s": 100, "burst": burst}}, **said).budget

    assert found is not None
    assert at_once == found.most_at_once


def test_below_the_lower_bound_nothing_is_found_out():
    found = limited({"max_concurrent": 16, "min_concurrent": 4}, max_concurrent=2)

    assert (2, 2) == (found.max_concurrent, found.min_concurrent)
    assert 4 == limited({"max_concurrent": 16, "min_concurrent": 4}, max_concurrent=20).min_concurrent


def test_there_are_as_many_replicas_as_before_where_their_number_stood_with_the_budget():
    usual = {"budget": {"calls_per_s": 100, "replicas": 3}}

    assert {3} == {limited(usual, **said).parts for said in ({"calls_per_s": None}, {"calls_per_s": 1}, {})}


def test_what_is_said_of_each_operation_is_said_of_those_that_the_settings_name_too():
    found = kept({"fresh_s": {"Get": 60, "*": 5}, "stale_s": {"Get": 600}}, every={"fresh_s": 1}, Other={"fresh_s": 2})

    assert {"Get": 1, "*": 1, "Other": 2} == found.fresh_s
    assert {"Get": 600} == found.stale_s


def test_what_is_said_of_one_operation_leaves_the_others():
    found = kept({"fresh_s": {"Get": 60, "*": 5}}, Get={"fresh_s": 0, "stale_s": 9})

    assert ({"Get": 0, "*": 5}, {"Get": 9}) == (found.fresh_s, found.stale_s)


def test_what_others_wait_for_must_be_kept():
    with pytest.raises(ValueError, match=r"guard\.expensive names `Get`"):
        kept({"fresh_s": {"Get": 60}, "expensive": ["Get"]}, every={"fresh_s": 0})


SECONDS = st.sampled_from([0.0, 1.0, 60.0])
TIMES = st.fixed_dictionaries({}, optional={"fresh_s": SECONDS, "revalidate_s": SECONDS, "stale_s": SECONDS})
USUAL = st.dictionaries(st.sampled_from(["Get", "List", "*"]), SECONDS)


@given(
    fresh=USUAL,
    stale=USUAL,
    said=st.dictionaries(st.sampled_from(["Get", "List", "every"]), TIMES),
    operation=st.sampled_from(OPERATIONS),
)
def test_each_time_is_what_is_said_of_the_operation_else_of_each_else_the_settings(fresh, stale, said, operation):
    usual = {"fresh_s": fresh, "stale_s": stale}
    found = windows_of(operation, kept(usual, **said))
    before = windows_of(operation, GuardSettings.model_validate(usual))
    for name in ("fresh_s", "revalidate_s", "stale_s", "negative_s"):
        wanted = getattr(before, name) if before is not None else 0.0
        for each in (said.get("every", {}), said.get(operation, {})):
            wanted = each.get(name, wanted)
        assert wanted == (0.0 if found is None else getattr(found, name))
