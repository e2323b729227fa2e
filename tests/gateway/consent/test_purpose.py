"""The purpose of a token: exactly one, in its strict form, and a word on what to do where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.consent import PurposeError, purpose_of
from schema.consent import is_purpose
from tests.gateway.consent.support import FRAUD, MARKETING


def test_the_one_purpose_among_other_scopes_is_found() -> None:
    assert FRAUD == purpose_of(frozenset({"openid", "graph:read", FRAUD, "dpvx:y", "x:dpv:Marketing"}))
    assert FRAUD == purpose_of([FRAUD, FRAUD])


@pytest.mark.parametrize("scopes", [set(), {"openid"}, {"dpv"}, {"purpose:Fraud"}])
def test_a_token_without_a_purpose_is_told_to_name_one(scopes: set[str]) -> None:
    with pytest.raises(PurposeError, match="names no purpose"):
        purpose_of(scopes)


@pytest.mark.parametrize("other", [MARKETING, f"{FRAUD}#sim-swap", "dpv:", "DPV:FraudPreventionAndDetection"])
def test_two_purposes_are_one_too_many_even_where_one_cannot_be_read(other: str) -> None:
    with pytest.raises(PurposeError, match="more than one"):
        purpose_of({FRAUD, other})


@pytest.mark.parametrize(
    "scope",
    [
        "dpv:",
        "dpv:fraud",
        "DPV:Marketing",
        "Dpv:Marketing",
        "dpv:Marketing#sim-swap",
        "dpv:Marketing:x",
        "dpv:Marketing,dpv:Sales",
        "dpv:dpv:Marketing",
        "dpv:*",
        "dpv:Märketing",
        "dpv:Marketing\n",
        "dpv:Marketing ",
        "dpv:" + "M" * 101,
        "dpv:1Marketing",
    ],
)
def test_what_only_looks_like_a_purpose_is_refused_and_not_repeated(scope: str) -> None:
    with pytest.raises(PurposeError, match="cannot be read") as refused:
        purpose_of({"openid", scope})
    with pytest.raises(PurposeError) as other:
        purpose_of({"dpv:?"})
    assert str(other.value) == str(refused.value)


@given(st.sets(st.text(alphabet="dpvDPV:Aa#1 ", max_size=12) | st.just(FRAUD), max_size=4))
def test_whatever_the_scopes_are_there_is_one_purpose_or_none(scopes: set[str]) -> None:
    try:
        found = purpose_of(scopes)
    except PurposeError:
        return
    assert is_purpose(found)
    assert [found] == [scope for scope in scopes if scope.lower().startswith("dpv:")]
