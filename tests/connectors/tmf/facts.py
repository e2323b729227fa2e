"""The connector's customers and parties as plain facts, to be compared with what the second reader finds."""

from schema.customer import Customer
from schema.party import ContactMedium, Party
from schema.period import TimePeriod
from tests.connectors.tmf.reader import DETAILS, Facts


def of_customer(found: Customer) -> Facts:
    """Every part of a customer."""
    return {
        "id": found.customer_number,
        "name": found.name,
        "status": found.status,
        "reason": found.status_reason,
        "period": _ends(found.valid_for),
        "characteristics": [(each.name, each.value) for each in found.characteristics],
        "credit": [
            (each.judged_at, each.risk_rating, each.score, _ends(each.valid_for)) for each in found.credit_profiles
        ],
        "party": found.party_ref and (found.party_ref.party_id, found.party_ref.kind.name.lower()),
        "accounts": found.account_numbers,
    }


def of_party(found: Party) -> Facts:
    """Every part of a party."""
    return {
        "id": found.party_id,
        "name": found.name,
        "given": found.given_name,
        "family": found.family_name,
        "born": found.birth_date,
        "media": [_medium(each) for each in found.contact_media],
    }


def _ends(period: TimePeriod | None) -> tuple[object, object] | None:
    return None if period is None else (period.start, period.end)


def _medium(found: ContactMedium) -> Facts:
    return {
        "kind": found.medium_type,
        "preferred": found.preferred,
        "period": _ends(found.valid_for),
        "street": found.street,
        **{theirs: getattr(found, ours) for theirs, ours in DETAILS.items()},
    }
