"""The decision: nothing grants but an agreement with this partner about this purpose that is in force, or a ground."""

import datetime as dt
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.consent import Granted, LegalGround, Reader, Reason, Refused
from gateway.consent.decision import decide, on_legal_ground
from schema.consent import Consent, ConsentStatus
from schema.period import TimePeriod
from tests.connectors.support import NOW
from tests.gateway.consent.support import DAY, FRAUD, MARKETING, PARTNER, YEAR, a_consent, period

INSTANT = dt.timedelta(microseconds=1)
NOTHING = dt.timedelta(0)
IN_FORCE, REFUSED, NOT_IN_FORCE = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.NOT_IN_FORCE


def test_an_agreement_that_is_in_force_grants_and_is_named() -> None:
    assert Granted(reference="a1") == decide([a_consent("a1")], PARTNER, now=NOW)


@pytest.mark.parametrize(
    ("consents", "reason"),
    [
        ([], Reason.NO_AGREEMENT),
        ([a_consent(party="partner-b")], Reason.OTHER_PARTY),
        ([a_consent(party="Partner-A")], Reason.OTHER_PARTY),
        ([a_consent(party="partner-b"), a_consent(purpose=MARKETING, party="partner-b")], Reason.OTHER_PARTY),
        ([a_consent(purpose=MARKETING)], Reason.OTHER_PURPOSE),
        ([a_consent(purpose="dpv:Fraudpreventionanddetection")], Reason.OTHER_PURPOSE),
        ([a_consent(purpose=MARKETING), a_consent(party="partner-b")], Reason.OTHER_PURPOSE),
        ([a_consent(status=NOT_IN_FORCE)], Reason.NOT_IN_FORCE),
        ([a_consent(status=REFUSED)], Reason.REFUSED),
        ([a_consent(valid_for=period(-YEAR, -DAY))], Reason.EXPIRED),
        ([a_consent(valid_for=period(-YEAR, NOTHING))], Reason.EXPIRED),
        ([a_consent(valid_for=period(DAY, YEAR))], Reason.NOT_YET_VALID),
        ([a_consent(valid_for=period(INSTANT, None))], Reason.NOT_YET_VALID),
        ([a_consent(valid_for=period(DAY, -DAY))], Reason.NOT_YET_VALID),
        ([a_consent(valid_for=period(-DAY, -YEAR))], Reason.EXPIRED),
        ([a_consent(status=REFUSED, valid_for=period(-YEAR, -DAY))], Reason.EXPIRED),
    ],
)
def test_everything_else_is_refused_and_the_audit_learns_why(consents: list[Consent], reason: Reason) -> None:
    assert Refused(reason) == decide(consents, PARTNER, now=NOW)


@pytest.mark.parametrize(
    "valid_for",
    [
        None,
        period(None, None),
        period(NOTHING, None),
        period(None, INSTANT),
        period(-INSTANT, INSTANT),
    ],
)
def test_it_holds_from_its_first_instant_until_its_end_and_open_ends_are_open(valid_for: TimePeriod | None) -> None:
    assert Granted(reference="a1") == decide([a_consent("a1", valid_for=valid_for)], PARTNER, now=NOW)


def test_of_several_the_newest_is_named() -> None:
    consents = [
        a_consent("old"),
        a_consent("new", agreed_at=NOW - DAY),
        a_consent("undated", agreed_at=None),
        a_consent("expired", agreed_at=NOW, valid_for=period(-YEAR, -DAY)),
    ]

    assert Granted(reference="new") == decide(consents, PARTNER, now=NOW)


def test_a_refusal_counts_beside_a_consent_as_long_as_it_holds() -> None:
    consent, refusal = a_consent("yes", agreed_at=NOW), a_consent("no", status=REFUSED, agreed_at=NOW - YEAR)
    ended = a_consent("no", status=REFUSED, valid_for=period(-YEAR, -DAY))
    of_others = [a_consent("no", status=REFUSED, party="b"), a_consent("no", status=REFUSED, purpose=MARKETING)]

    assert Refused(Reason.REFUSED) == decide([consent, refusal], PARTNER, now=NOW)
    assert Granted(reference="yes") == decide([consent, ended, *of_others], PARTNER, now=NOW)


def test_a_legal_ground_grants_for_its_purpose_alone() -> None:
    grounds = {FRAUD: LegalGround.LEGAL_OBLIGATION}

    assert Granted(ground=LegalGround.LEGAL_OBLIGATION) == on_legal_ground(
        Reader(party="x", purpose=FRAUD, grounds=grounds)
    )
    assert on_legal_ground(Reader(party="x", purpose=MARKETING, grounds=grounds)) is None
    assert on_legal_ground(PARTNER) is None


MOMENTS = st.integers(-3, 3).map(lambda days: NOW + days * DAY)
PERIODS = st.none() | st.builds(TimePeriod, start=st.none() | MOMENTS, end=st.none() | MOMENTS)
NAMES = st.sampled_from(["partner-a", "partner-b", "partner-a "])
PURPOSES = st.sampled_from([FRAUD, MARKETING, FRAUD.lower()])
CONSENTS = st.builds(
    Consent,
    agreement=st.sampled_from(["a1", "a2", "a3"]),
    purpose=PURPOSES,
    party=NAMES,
    status=st.sampled_from(ConsentStatus),
    agreed_at=st.none() | MOMENTS,
    valid_for=PERIODS,
)


@given(st.lists(CONSENTS, max_size=6), NAMES, PURPOSES, MOMENTS)
def test_never_granted_unless_an_agreement_for_exactly_this_party_and_purpose_is_in_force(
    consents: Sequence[Consent], party: str, purpose: str, now: dt.datetime
) -> None:
    outcome = decide(consents, Reader(party=party, purpose=purpose), now=now)

    # Told anew, by excluding one reason after the other.
    left = [each for each in consents if (each.party, each.purpose) == (party, purpose)]
    left = [each for each in left if each.status != ConsentStatus.NOT_IN_FORCE]
    left = [each for each in left if not (each.valid_for and each.valid_for.start and each.valid_for.start > now)]
    left = [each for each in left if not (each.valid_for and each.valid_for.end and each.valid_for.end <= now)]
    allowed = {each.agreement for each in left}
    if any(each.status == ConsentStatus.REFUSED for each in left):
        assert Refused(Reason.REFUSED) == outcome
    elif allowed:
        assert isinstance(outcome, Granted)
        assert outcome.reference in allowed
    else:
        assert isinstance(outcome, Refused)
        assert outcome.reason is not Reason.REFUSED


@given(st.lists(CONSENTS, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_agreements_come_does_not_matter(consents: list[Consent], chance: random.Random) -> None:
    shuffled = list(consents)
    chance.shuffle(shuffled)

    assert decide(consents, PARTNER, now=NOW) == decide(shuffled, PARTNER, now=NOW)
