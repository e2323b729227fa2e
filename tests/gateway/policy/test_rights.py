"""What a token's scopes come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.policies import policies_of
from gateway.policy.rights import may_read, missing, rights_of, verdict_of
from schema.policy import EVERYBODY, STAFF, Audience, DataClass, Form, Policy, any_of
from tests.resolvers.support import SCHEMA

POLICIES = policies_of(SCHEMA._schema)
SCOPES = sorted({scope for each in POLICIES.values() for group in each.scopes for scope in group})
NEEDS_TWO = Policy(DataClass.PERSONAL, (any_of("a"), any_of("b", "c")))


@pytest.mark.parametrize(
    ("scopes", "may"),
    [
        ({"a", "b"}, True),
        ({"a", "c"}, True),
        ({"a", "b", "c", "x"}, True),
        ({"a"}, False),
        ({"b", "c"}, False),
        ({"a ", "b"}, False),
        ({"A", "b"}, False),
        ({"a b"}, False),
        ({"a*", "b*"}, False),
        (set(), False),
    ],
)
def test_scopes_are_compared_whole(scopes: set[str], *, may: bool) -> None:
    assert may is may_read(NEEDS_TWO, Audience.AGENT, frozenset(scopes))


def test_what_is_missing_is_told_by_groups() -> None:
    assert (frozenset({"b", "c"}),) == missing(NEEDS_TWO, frozenset({"a"}))


def test_what_is_not_for_an_audience_no_scope_opens() -> None:
    policy = Policy(DataClass.PERSONAL, (any_of("a"),), audiences=STAFF)

    assert may_read(policy, Audience.AGENT, frozenset({"a"}))
    assert not may_read(policy, Audience.PARTNER, frozenset({"a"}))


def test_what_is_secret_nobody_reads() -> None:
    assert not any(may_read(Policy(DataClass.SECRET), each, frozenset(SCOPES)) for each in Audience)


@pytest.mark.parametrize(
    ("audience", "scopes", "purpose", "clear"),
    [
        (Audience.PARTNER, set(), None, set()),
        (Audience.PARTNER, {"unmasked:personal"}, None, {DataClass.PERSONAL}),
        (Audience.PARTNER, {"unmasked:personal", "unmasked:sensitive"}, {DataClass.PERSONAL}, {DataClass.PERSONAL}),
        (Audience.PARTNER, {"unmasked:personal"}, set(), set()),
        (Audience.PARTNER, set(), {DataClass.PERSONAL}, set()),
        (Audience.AGENT, set(), None, {DataClass.PERSONAL}),
        (Audience.AGENT, {"unmasked:sensitive"}, None, {DataClass.PERSONAL, DataClass.SENSITIVE}),
        (Audience.SELF_CARE, set(), None, {DataClass.PERSONAL, DataClass.SENSITIVE}),
        (Audience.OPERATOR, set(), None, set()),
    ],
)
def test_what_is_seen_in_clear_hangs_on_audience_scope_and_purpose(
    audience: Audience, scopes: set[str], purpose: set[DataClass] | None, clear: set[DataClass]
) -> None:
    for_purpose = None if purpose is None else frozenset(purpose)

    assert clear == rights_of(audience, frozenset(scopes), clear_for_purpose=for_purpose).clear


def test_a_value_is_masked_by_its_class() -> None:
    policies = {
        "a": Policy(DataClass.PERSONAL, form=Form.NAME),
        "b": Policy(DataClass.SENSITIVE, form=Form.HIDDEN),
        "c": Policy(DataClass.PERSONAL),
        "d": Policy(DataClass.PERSONAL, (any_of("x"),), EVERYBODY, Form.NAME),
    }

    agent = verdict_of(policies, rights_of(Audience.AGENT, frozenset()))
    partner = verdict_of(policies, rights_of(Audience.PARTNER, frozenset()))

    assert ({"d"}, {"b"}) == (set(agent.hidden), set(agent.masked))
    assert ({"d"}, {"a", "b"}) == (set(partner.hidden), set(partner.masked))


@given(audience=st.sampled_from(list(Audience)), held=st.sets(st.sampled_from(SCOPES)), one=st.sampled_from(SCOPES))
def test_a_scope_more_never_takes_anything_away(audience: Audience, held: set[str], one: str) -> None:
    less = verdict_of(POLICIES, rights_of(audience, frozenset(held)))
    more = verdict_of(POLICIES, rights_of(audience, frozenset(held | {one})))

    assert more.hidden <= less.hidden
    assert more.masked - less.masked <= less.hidden
