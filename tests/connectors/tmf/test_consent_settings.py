"""Settings of a consent system: what cannot be, and that no setting lets a withdrawn consent count for over a minute."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.guard.freshness import windows_of
from connectors.tmf.consent_settings import MOST_S, OPERATION
from tests.connectors.tmf.fake import consent_settings

SECONDS = st.sampled_from([0, 1, 10, 29, 30, 31, 57, 58, 58.2, 58.3, 59, 60, 61, 3600])


@pytest.mark.parametrize(
    "guard",
    [
        {"fresh_s": {OPERATION: 60}},
        {"fresh_s": {"*": 59}},
        {"fresh_s": {"*": 30}, "stale_s": {"*": 30}},
        {"fresh_s": {"*": 30}, "revalidate_s": {OPERATION: 40}},
        {"stale_s": {OPERATION: 3600}},
        {"fresh_s": {"*": 50}, "timeout_s": 15},
    ],
)
def test_what_is_kept_for_too_long_is_refused_with_a_word_on_what_to_do(guard: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give all of these together no more"):
        consent_settings(guard=guard)


@pytest.mark.parametrize(
    "guard",
    [
        {},
        {"fresh_s": {OPERATION: 58}},
        {"fresh_s": {"*": 30}, "stale_s": {"*": 20}, "revalidate_s": {"*": 28}},
        {"fresh_s": {"*": 3600, OPERATION: 0}},
        {"timeout_s": 90},
    ],
)
def test_what_is_kept_for_less_is_taken(guard: dict[str, Any]) -> None:
    assert consent_settings(guard=guard)


@given(
    windows=st.dictionaries(
        st.sampled_from(["fresh_s", "stale_s", "revalidate_s", "negative_s"]),
        st.dictionaries(st.sampled_from(["*", OPERATION, "check"]), SECONDS),
    ),
    timeout_s=st.sampled_from([0.5, 1.8, 10, 59, 60]),
)
def test_no_settings_keep_an_answer_for_over_a_minute(windows: dict[str, Any], timeout_s: float) -> None:
    try:
        settings = consent_settings(guard={**windows, "timeout_s": timeout_s})
    except ValidationError:
        return
    found = windows_of(OPERATION, settings.guard)
    kept_s = 0.0 if found is None else found.fresh_s + max(found.revalidate_s, found.stale_s)
    assert kept_s == 0 or kept_s + settings.guard.timeout_s <= MOST_S


@pytest.mark.parametrize(
    "values",
    [
        {"purposes": {"FRAUD": "fraud"}},
        {"purposes": {"FRAUD": "dpv:Fraud#x"}},
        {"statuses": []},
        {"subject_roles": []},
        {"partner_types": []},
        {"characteristics": []},
        {"agreement_path": "no/slash"},
        {"agreement_by_party": "limit"},
        {"user": "u"},
        {"heed_etags": True},
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        consent_settings(**values)
