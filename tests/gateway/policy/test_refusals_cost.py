"""What refusals cost: as many calls as were estimated at the most, and none where nobody can be admitted."""

from typing import Any

import pytest

from gateway.consent import Ledger, LegalGround
from gateway.consent.settings import ConsentTerms
from gateway.operations.planning import Planned
from gateway.plan.cost import CALL
from gateway.policy.by_consent import reach_of_partner
from schema.policy import Audience
from tests.gateway.consent.support import FRAUD, MARKETING, a_consent
from tests.gateway.policy.out_of_reach import (
    CALLERS,
    FAULTS,
    KEYS,
    TEXTS,
    WAYS,
    Setting,
    away,
    operations_of,
)


@pytest.mark.parametrize(("root", "key"), WAYS)
@pytest.mark.parametrize("caller", CALLERS)
async def test_who_asks_about_many_who_are_out_of_reach_has_paid_for_every_call(
    caller: str, root: str, key: str
) -> None:
    setting = Setting()
    who = CALLERS[caller](setting)
    found = operations_of(who.rights.audience)

    for by in KEYS[key]:
        _, _, asked = await setting.told(who, TEXTS[root], by=by)
        planned = found.plan(found.prepare(TEXTS[root]), name=None, variables={"by": by}, asker=who)
        assert isinstance(planned, Planned)
        calls = asked.pop("consent") + sum(sum(each.values()) for each in asked.values())
        assert CALL * calls <= planned.cost


@pytest.mark.parametrize("root", ["customer", "line", "customers"])
@pytest.mark.parametrize(
    ("purposes", "more", "why"),
    [
        ((), {}, "names no purpose"),
        ((FRAUD, MARKETING), {}, "more than one"),
        ((FRAUD,), {"not_its_own": frozenset({MARKETING})}, "more than one"),
        ((), {"not_its_own": frozenset({MARKETING, FRAUD})}, "more than one"),
        ((), {"not_its_own": frozenset({FRAUD})}, "may not have"),
        (("dpv:x",), {}, "cannot be read"),
    ],
)
async def test_a_token_without_one_purpose_costs_no_system_anything(
    purposes: tuple[str, ...], more: dict[str, Any], why: str, root: str
) -> None:
    setting = Setting()
    setting.consents.consents = (a_consent(),)
    found = reach_of_partner("shop", ConsentTerms(party="partner-a"), frozenset(purposes), setting.ledger, **more)
    who = setting.asker_of(Audience.PARTNER, found)
    text = {
        **TEXTS,
        "customers": "query ($by: CustomerKey!) { it: customers(by: [$by]) { status } viewer { clientId } }",
    }[root]

    for by in KEYS["msisdn"]:
        data, errors, asked = await setting.told(who, text, by=by)
        assert data["it"] in (None, [None])
        assert ["FORBIDDEN"] == [each["extensions"]["code"] for each in errors]
        assert why in errors[0]["message"]
        assert {"consent": 0} == asked


async def test_nor_does_one_where_no_system_knows_of_any_consent() -> None:
    setting = Setting()
    setting.ledger = Ledger(None, clock=setting.operator.clock)
    for fault in ("all is well", "all away"):
        FAULTS[fault](setting)
        for by in KEYS["imsi"]:
            data, errors, asked = await setting.told(setting.partner(), TEXTS["customer"], by=by)
            assert (None, ["CONSENT_REQUIRED"]) == (data["it"], [each["extensions"]["code"] for each in errors])
            assert {"consent": 0} == asked


@pytest.mark.parametrize("place", [0, 1])
async def test_on_a_legal_ground_nobody_is_asked_about_consent(place: int) -> None:
    setting = Setting()
    setting.consents.error = away("consent")
    who = setting.partner(terms=ConsentTerms(legal_grounds={FRAUD: LegalGround.LEGAL_OBLIGATION}))

    data, _, asked = await setting.told(who, TEXTS["customer"], by=KEYS["msisdn"][place])

    assert (place == 0, 0) == (data["it"] is not None, asked["consent"])
