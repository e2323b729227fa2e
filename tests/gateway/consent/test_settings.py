"""A client's part of the settings: who it is in agreements, and the grounds on which it needs none."""

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.consent import LegalGround, Reader
from gateway.consent.settings import ConsentTerms
from tests.gateway.consent.support import FRAUD


def test_a_client_is_its_partner_and_brings_its_grounds() -> None:
    terms = ConsentTerms.model_validate({"party": "8632", "legal_grounds": {FRAUD: "legal_obligation"}})

    assert Reader(party="8632", purpose=FRAUD, grounds={FRAUD: LegalGround.LEGAL_OBLIGATION}) == terms.reader(
        client="app", purpose=FRAUD
    )


def test_without_a_word_it_is_known_by_its_own_name_and_has_no_grounds() -> None:
    assert Reader(party="app", purpose=FRAUD) == ConsentTerms().reader(client="app", purpose=FRAUD)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"legal_grounds": {"fraud": "contract"}}, "Data Privacy Vocabulary"),
        ({"legal_grounds": {f"{FRAUD}#x": "contract"}}, "Data Privacy Vocabulary"),
        ({"legal_grounds": {FRAUD: "consent"}}, "contract"),
        ({"legal_grounds": {FRAUD: "because"}}, "contract"),
        ({"party": ""}, "at least 1"),
        ({"partie": "x"}, "not permitted"),
    ],
)
def test_what_cannot_be_is_refused(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        ConsentTerms.model_validate(values)
