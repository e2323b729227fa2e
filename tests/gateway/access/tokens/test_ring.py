"""When keys are fetched and how long they serve: rotation, silence and strangers."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.access.tokens.keys import Keys, keys_of
from gateway.access.tokens.ring import COOLDOWN_S, YOUNG_S, Ring
from gateway.access.tokens.token import KeyName
from tests.gateway.access.issuing import jwks, rsa_jwk, rsa_key

KEEP_S = 3600.0


def keys(*names: str) -> Keys:
    return keys_of(jwks(*(rsa_jwk(rsa_key(), kid=name) for name in names)), algorithms=["RS256"])


OLD, NEW, BOTH = keys("old"), keys("new"), keys("old", "new")


class Issuer:
    """One that is asked when the ring says so. It answers, or it does not, when those are gone who do not wait for it."""

    def __init__(self, ring: Ring, published: Keys | None) -> None:
        self.ring, self.published, self.fetches = ring, published, 0

    def believes(self, kid: str, now: float) -> bool:
        found = self.ring.find(KeyName(kid, "RS256"), now) is not None
        if not self.ring.is_to_be_fetched(found=found, now=now):
            return found
        awaited = self.ring.is_to_be_awaited(found=found, now=now)
        self.ring.begins(now)
        self.fetches += 1
        if self.published is not None:
            self.ring.got(self.published, began=now)
        return self.ring.find(KeyName(kid, "RS256"), now) is not None if awaited else found


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(Ring(keep_s=KEEP_S), OLD)


def test_the_first_who_comes_has_the_keys_fetched_and_the_next_ones_do_not(issuer: Issuer) -> None:
    assert all(issuer.believes("old", now) for now in range(int(YOUNG_S)))
    assert 1 == issuer.fetches


def test_a_new_key_is_known_within_half_a_minute(issuer: Issuer) -> None:
    issuer.believes("old", 0)
    issuer.published = BOTH

    assert not issuer.believes("new", 1), "somebody has just looked"
    assert issuer.believes("new", COOLDOWN_S)
    assert COOLDOWN_S <= 30


def test_a_withdrawn_key_serves_for_no_longer_than_a_minute(issuer: Issuer) -> None:
    issuer.believes("old", 0)
    issuer.published = NEW

    assert issuer.believes("old", YOUNG_S)
    assert not issuer.believes("old", YOUNG_S + 0.1)


def test_a_withdrawn_key_does_not_serve_the_first_who_comes_after_an_hour(issuer: Issuer) -> None:
    issuer.believes("old", 0)
    issuer.published = NEW

    assert not issuer.believes("old", KEEP_S - 1)


def test_two_hundred_invented_names_of_keys_are_not_two_hundred_fetches(issuer: Issuer) -> None:
    issuer.believes("old", 0)

    assert not any(issuer.believes(f"invented-{number}", 5 + number / 10) for number in range(200))
    assert issuer.fetches <= 1 + 3
    assert issuer.believes("old", 26)


def test_while_the_issuer_does_not_answer_its_last_keys_serve_on_and_not_for_ever(issuer: Issuer) -> None:
    issuer.believes("old", 0)
    issuer.published = None

    assert all(issuer.believes("old", now) for now in range(0, int(KEEP_S), 7))
    assert not issuer.believes("old", KEEP_S)
    assert issuer.fetches <= 1 + KEEP_S / COOLDOWN_S


def test_without_any_keys_nobody_is_believed() -> None:
    silent = Issuer(Ring(keep_s=KEEP_S), None)

    assert not silent.believes("old", 0)


def test_an_answer_that_was_overtaken_changes_nothing() -> None:
    ring = Ring(keep_s=KEEP_S)
    ring.got(NEW, began=20)
    ring.got(OLD, began=5)

    assert ring.find(KeyName("new", "RS256"), 21)
    assert ring.find(KeyName("old", "RS256"), 21) is None


class AnyCourse(RuleBasedStateMachine):
    """Whatever happens: a withdrawn key is gone after a minute in which the issuer answers, a published one is there."""

    @initialize()
    def begins(self) -> None:
        self.issuer, self.now = Issuer(Ring(keep_s=KEEP_S), OLD), 0.0
        self.since = 0.0

    @rule(seconds=st.sampled_from([0.1, 1.0, 9.0, 30.0, 61.0]))
    def later(self, seconds: float) -> None:
        self.now += seconds

    @rule(published=st.sampled_from([OLD, NEW, BOTH, None]))
    def publishes(self, published: Keys | None) -> None:
        self.issuer.published, self.since = published, self.now

    @rule(kid=st.sampled_from(["old", "new", "invented"]))
    def asks(self, kid: str) -> None:
        believed, published = self.issuer.believes(kid, self.now), self.issuer.published
        if published is not None and self.now - self.since >= 60:
            assert believed == (published.find(KeyName(kid, "RS256")) is not None)

    @invariant()
    def the_issuer_is_spared(self) -> None:
        assert self.issuer.fetches <= 1 + self.now / COOLDOWN_S


TestAnyCourse = AnyCourse.TestCase
