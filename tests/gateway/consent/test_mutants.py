"""Answers of a consent system, damaged and forged: one grants only where an independent reader finds that it says so."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st
from starlette.responses import Response

from connectors.capabilities import DataSubject, DataSubjectKind
from connectors.errors import BadData, Rejected
from connectors.routes import Systems
from gateway.consent import Decision, Granted, Ledger
from tests.connectors.mutants import damaged
from tests.connectors.mutants.json import structures
from tests.connectors.mutants.json_text import texts
from tests.connectors.support import NOW, FixedClock, soon
from tests.connectors.tmf.fake import PARTNER as PARTY
from tests.connectors.tmf.fake import FakeCRM, a_use, an_agreement, consents_of
from tests.gateway.consent.support import FRAUD, PARTNER

ADA = DataSubject(DataSubjectKind.INDIVIDUAL, "p1")
OTHERS = [PARTY | {"id": "partner-b"}]
CASES: dict[str, list[Any]] = {
    "given": [an_agreement("a1")],
    "withdrawn": [an_agreement("a1", status="rejected")],
    "given to others": [an_agreement("a1", partyPrivacyProfileCharacteristic=[a_use(relatedParty=OTHERS)])],
    "given for something else": [
        an_agreement("a1", partyPrivacyProfileCharacteristic=[a_use(privacyUsagePurpose="dpv:Marketing")])
    ],
    "expired": [an_agreement("a1", agreementPeriod={"endDateTime": "2026-11-01T00:00:00Z"})],
    "given and refused": [
        an_agreement("a1"),
        an_agreement("a2", partyPrivacyProfileCharacteristic=[a_use(value="No")]),
    ],
    "of less": [an_agreement("a1", partyPrivacyProfileCharacteristic=[a_use(name="emailAddress")])],
}


async def decision(body: bytes, *, charset: str = "") -> Decision | None:
    """What comes of an answer; None for an error."""
    crm = FakeCRM(answer=lambda _: Response(body, media_type=f"application/json{charset}"))
    clock = FixedClock()
    ledger = Ledger(Systems({"consent": consents_of(crm, guard={"attempts": 1})}), clock=clock)
    try:
        return await ledger.decide(ADA, PARTNER, within=soon(clock))
    except (BadData, Rejected):
        return None


def says_so(body: bytes) -> bool:
    """Whether *body* lets the partner, read as plainly as can be."""
    found = [word for agreement in json.loads(body) for word in _words(agreement)]
    return True in found and False not in found


def _words(agreement: Any) -> list[bool]:
    engaged = [
        each
        for each in agreement["engagedParty"]
        if (each.get("id"), str(each.get("@referredType")).lower()) == ("p1", "individual")
        and str(each.get("role")).lower() in {"customer", "user"}
    ]
    if not engaged:
        return []
    signed = [each.get("state") for each in agreement.get("agreementAuthorization") or []]
    period = agreement.get("agreementPeriod") or {}
    # Nobody's calendar begins in the year 1 or ends in 9999: so it is written that there is no such end.
    start, end = _moment(period.get("startDateTime"), "0001-"), _moment(period.get("endDateTime"), "9999-")
    if agreement.get("status") not in {"validated", "approved"} or set(signed) - {"approved"}:
        return []
    if (start and start > NOW) or (end and end <= NOW):
        return []
    return [
        str(use["value"]).lower() in {"yes", "true"}
        for use in agreement.get("partyPrivacyProfileCharacteristic") or []
        if use["name"] == "personalData" and use.get("privacyUsagePurpose") == FRAUD
        for party in use.get("relatedParty") or []
        if (party["id"], str(party.get("@referredType")).lower()) == ("partner-a", "organization")
    ]


def _moment(text: str | None, none: str) -> dt.datetime | None:
    if not text or text.startswith(none):
        return None
    return dt.datetime.fromisoformat(text.upper())


@pytest.mark.parametrize(("name", "grants"), [(name, name == "given") for name in CASES])
async def test_a_sound_answer_is_decided_by_as_it_is_meant(*, name: str, grants: bool) -> None:
    body = json.dumps(CASES[name]).encode()

    assert grants is isinstance(await decision(body), Granted)
    assert grants is says_so(body)


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
async def test_a_mutant_grants_only_what_it_says(name: str, data: Any) -> None:
    body = json.dumps(CASES[name]).encode()
    mutant = data.draw(structures(body) | structures(body) | texts(body) | damaged(body))
    note(f"{mutant.kind}: {mutant.body!r}")

    if isinstance(await decision(mutant.body), Granted):
        assert says_so(mutant.body)
