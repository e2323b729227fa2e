"""What may be said of demand: little changes little, and nothing that cannot be."""

import dataclasses

import pytest
from pydantic import ValidationError

from gateway.demand.documents import limits_of
from gateway.demand.settings import DEFAULTS, Audience, DemandChanges, DemandSettings
from gateway.limits.settings import LimitSettings

AUDIENCES: tuple[Audience, ...] = ("partner", "self_care", "agent", "operator")


@pytest.mark.parametrize("audience", AUDIENCES)
def test_where_nothing_is_said_our_own_defaults_hold(audience):
    assert DEFAULTS[audience] == DemandSettings().of(audience)
    assert DEFAULTS[audience] == DemandSettings().of(audience, DemandChanges())


def test_agents_and_operators_have_no_bounds_by_default():
    for audience in ("agent", "operator"):
        found = DEFAULTS[audience]
        assert (None, None, None, None) == (found.bucket, found.concurrent, found.most, found.max_calls_per_system)


def test_what_is_said_of_an_audience_or_a_client_changes_that_and_leaves_the_rest():
    settings = DemandSettings.model_validate({"partner": {"cost_per_minute": 120_000, "concurrent": "unlimited"}})
    usual = DEFAULTS["partner"]
    assert dataclasses.replace(usual, cost_per_minute=120_000, concurrent=None) == settings.of("partner")
    assert DEFAULTS["self_care"] == settings.of("self_care")

    own = DemandChanges.model_validate({"concurrent": 3, "max_calls_per_system": "unlimited"})
    found = settings.of("partner", own)
    assert (120_000, 3, None) == (found.cost_per_minute, found.concurrent, found.max_calls_per_system)


def test_it_can_be_measured_only_for_all_or_for_one_and_refused_for_one_while_others_are_measured():
    everybody = DemandSettings.model_validate({"measure_only": True, "agent": {"measure_only": False}})
    assert [True, True, False, True] == [everybody.of(each).measure_only for each in AUDIENCES]
    assert DemandSettings().of("partner", DemandChanges(measure_only=True)).measure_only
    assert everybody.of("partner", DemandChanges(measure_only=None)).measure_only


@pytest.mark.parametrize(
    ("said", "bucket", "most"),
    [
        ({}, 15_000, 5_000),
        ({"burst": 1_000}, 1_000, 1_000),
        ({"max_cost": "unlimited"}, 15_000, 15_000),
        ({"cost_per_minute": "unlimited"}, None, 5_000),
        ({"cost_per_minute": 3}, 1, 1),
    ],
)
def test_one_operation_may_cost_no_more_than_comes_at_once(said, bucket, most):
    found = DemandSettings().of("partner", DemandChanges.model_validate(said))

    assert (bucket, most) == (found.bucket, found.most)


@pytest.mark.parametrize(
    "said", [{"cost_per_minute": 0}, {"concurrent": -1}, {"burst": "many"}, {"max_cost": 1.5}, {"budget": 1}]
)
def test_what_means_nothing_is_refused(said):
    with pytest.raises(ValidationError):
        DemandChanges.model_validate(said)


def test_documents_of_partners_and_strangers_are_shorter():
    configured = LimitSettings(suggestions=True)
    others: tuple[Audience | None, ...] = (None, "partner")
    for audience in others:
        found = limits_of(audience, configured)
        assert (1_000, 15, 12) == (found.max_tokens, found.max_aliases, found.max_depth)
        assert not found.suggestions
    for own in AUDIENCES[1:]:
        assert configured is limits_of(own, configured)


def test_what_is_configured_narrower_stays_narrower():
    assert (500, 12) == _tokens_and_depth(limits_of("partner", LimitSettings(max_tokens=500)))
    assert (1_000, 5) == _tokens_and_depth(limits_of(None, LimitSettings(max_depth=5)))


def _tokens_and_depth(limits: LimitSettings) -> tuple[int, int]:
    return limits.max_tokens, limits.max_depth
